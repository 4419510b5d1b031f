// The real compiler host: files below the project's root, and helm and kustomize as programs. It must not know the language.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, posix, relative, sep } from "node:path";
import { accessSync, constants } from "node:fs";
import type { Host, ReadResult } from "../compiler/index.ts";

/** Largest file that is read: a manifest, chart or table larger than this is a mistake or an attack. */
export const largestFile = 32 * 1024 * 1024;
const programMilliseconds = 120_000;
const largestOutput = 64 * 1024 * 1024;

type Rendered = ReturnType<Host["kustomize"]>;

/**
 * The host of the project at `root` (absolute). A path is resolved with its symbolic links and must stay below the root; what leaves it
 * answers `outside` whether or not it exists. Programs are found on PATH, run without a shell, in the root, for at most two minutes.
 */
export function projectHost(root: string, env: NodeJS.ProcessEnv = process.env): Host {
  const top = realpathSync(root);
  const place = (path: string): { ok: true; real: string } | Extract<ReadResult, { ok: false }> => {
    if (path.includes("\0")) return { ok: false, reason: "missing", detail: path };
    if (isAbsolute(path) || posix.normalize(path).split("/")[0] === "..") return outside(path);
    try {
      const real = realpathSync(join(top, path));
      return isBelow(top, real) ? { ok: true, real } : outside(path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const missing = code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG";
      return { ok: false, reason: missing ? "missing" : "unreadable", detail: missing ? path : `${path}: ${code}` };
    }
  };

  return {
    read(path) {
      const placed = place(path);
      return placed.ok ? readBelow(placed.real, path) : placed;
    },
    list(path) {
      const placed = place(path === "" ? "." : path);
      if (!placed.ok || !statSync(placed.real).isDirectory()) return undefined;
      const prefix = path === "" || path === "." ? "" : `${path.replace(/\/$/, "")}/`;
      return readdirSync(placed.real, { withFileTypes: true })
        .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && isFile(join(placed.real, entry.name))))
        .map((entry) => prefix + entry.name)
        .sort();
    },
    helm(chart, values, release, namespace) {
      const program = find("helm", env);
      if (program === undefined) return { ok: false, reason: "no-program", detail: "helm" };
      const paths = [chart, ...values].map(place);
      const wrong = paths.find((found) => !found.ok);
      if (wrong !== undefined && !wrong.ok)
        return { ok: false, reason: "failed", detail: `${wrong.reason}: ${wrong.detail}` };
      const [chartPath = "", ...valuePaths] = paths.map((found) => (found.ok ? found.real : ""));
      const files = valuePaths.flatMap((file) => ["--values", file]);
      return runProgram(top, env, program, [
        "template",
        release,
        chartPath,
        "--namespace",
        namespace,
        "--include-crds",
        ...files,
      ]);
    },
    kustomize(path) {
      const placed = place(path);
      if (!placed.ok) return { ok: false, reason: "failed", detail: `${placed.reason}: ${placed.detail}` };
      const kustomize = find("kustomize", env);
      if (kustomize !== undefined) return runProgram(top, env, kustomize, ["build", placed.real]);
      const kubectl = find("kubectl", env);
      if (kubectl !== undefined) return runProgram(top, env, kubectl, ["kustomize", placed.real]);
      return { ok: false, reason: "no-program", detail: "kustomize" };
    },
  };
}

const outside = (path: string): Extract<ReadResult, { ok: false }> => ({ ok: false, reason: "outside", detail: path });

function isBelow(top: string, real: string): boolean {
  const path = relative(top, real);
  return path === "" || (!isAbsolute(path) && path.split(sep)[0] !== "..");
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // a link to nothing, or to itself
  }
}

function readBelow(real: string, path: string): ReadResult {
  try {
    const found = statSync(real);
    if (found.isDirectory()) return { ok: false, reason: "directory", detail: path };
    // A pipe or a device would never end.
    if (!found.isFile()) return { ok: false, reason: "unreadable", detail: `${path}: not a regular file` };
    if (found.size > largestFile) {
      return { ok: false, reason: "too-large", detail: `${path}: ${found.size} bytes; at most ${largestFile}` };
    }
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(readFileSync(real));
    if (text.includes("\0")) return { ok: false, reason: "not-text", detail: `${path}: holds a NUL` };
    return { ok: true, text };
  } catch (error) {
    if (error instanceof TypeError) return { ok: false, reason: "not-text", detail: `${path}: not UTF-8` };
    return {
      ok: false,
      reason: "unreadable",
      detail: `${path}: ${(error as NodeJS.ErrnoException).code ?? "unreadable"}`,
    };
  }
}

/** A program on PATH; never one of the current directory, which may come with the project. */
function find(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const endings = process.platform === "win32" ? [".exe"] : [""];
  for (const directory of (env["PATH"] ?? "").split(delimiter).filter(isAbsolute)) {
    for (const ending of endings) {
      const path = join(directory, name + ending);
      try {
        accessSync(path, constants.X_OK);
        if (isFile(path)) return path;
      } catch {
        continue;
      }
    }
  }
  return undefined;
}

function runProgram(cwd: string, env: NodeJS.ProcessEnv, program: string, args: readonly string[]): Rendered {
  const result = spawnSync(program, args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: programMilliseconds,
    killSignal: "SIGKILL",
    maxBuffer: largestOutput,
    stdio: ["ignore", "pipe", "pipe"],
    shell: false,
  });
  if (result.error !== undefined) {
    const code = (result.error as NodeJS.ErrnoException).code;
    const why =
      code === "ETIMEDOUT"
        ? `no end after ${programMilliseconds / 1000} s`
        : code === "ENOBUFS"
          ? `more than ${largestOutput} bytes of output`
          : result.error.message;
    return { ok: false, reason: "failed", detail: why };
  }
  if (result.status === 0) return { ok: true, text: result.stdout };
  const said = result.stderr.trim();
  return {
    ok: false,
    reason: "failed",
    detail: said === "" ? `it ended with ${result.status ?? result.signal}` : said.slice(0, 4000),
  };
}
