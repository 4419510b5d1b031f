// The peers of PyPI, each of one version, in a virtual environment outside the repository that is made when it is first needed. It must not
// know what they are asked.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const packages = { ortools: "9.15.6755", highspy: "1.15.1", numpy: "2.4.6" } as const;

/** A Python that has the peers, or why there is none. */
export type PeerPython = { readonly python: string } | { readonly missing: string };

/** Makes the environment on the first call, which takes a minute and the network. `PLACET_BENCH_PEERS=none` goes without. */
export function peerPython(): PeerPython {
  if (process.env["PLACET_BENCH_PEERS"] === "none") return { missing: "PLACET_BENCH_PEERS is none" };
  const versions = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "placet", "peers", versions.join("-").replaceAll("==", "-"));
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return { python };
  try {
    mkdirSync(folder, { recursive: true });
    console.log(`  installing ${versions.join(", ")} below ${join(cache, "placet")}`);
    execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "pipe" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...versions], {
      stdio: "pipe",
      timeout: 600_000,
    });
    writeFileSync(ready, "");
    return { python };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return { missing: `no virtual environment with ${versions.join(", ")}: ${String(error).split("\n")[0]}` };
  }
}
