// Finds the programs that the cluster tests start. It builds nothing: build-tools.sh does.
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** In which Go module of tools/ each file in the cache comes from. */
const moduleOf = {
  etcd: "control-plane",
  "kube-apiserver": "control-plane",
  "kube-controller-manager": "control-plane",
  "kube-scheduler": "control-plane",
  kubectl: "control-plane",
  kwok: "kwok",
  "stages.yaml": "kwok",
  helm: "helm",
  "network-policy-judge": "network-policy-judge",
} as const;

export type Tool = keyof typeof moduleOf;

export const clusterTools = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "stages.yaml",
] as const satisfies readonly Tool[];

/** Either the paths of the tools, or why they are not there and which command makes them. */
export type Tools<Name extends Tool = Tool> =
  | { readonly available: true; readonly paths: Readonly<Record<Name, string>> }
  | { readonly available: false; readonly reason: string };

/**
 * Where the named tools are. A test that needs them asks this first and skips with the reason when they are missing; but where
 * `CI` is set nothing may be skipped, so there a missing tool throws.
 */
export function toolsAvailable<Name extends Tool>(...names: readonly Name[]): Tools<Name> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) Object.assign(found, { [name]: pathOf(name) });
  if (isComplete(found, names)) return { available: true, paths: found };
  const missing = names.filter((name) => found[name] === undefined);
  const reason = `${missing.join(", ")} not found: build them with test/kubernetes/build-tools.sh (needs Go, takes about ten minutes once)`;
  if (process.env["CI"]) throw new Error(reason);
  return { available: false, reason };
}

/** For `describe.skipIf`: says on the terminal what is missing and how to get it. */
export function toolsMissing(...names: readonly Tool[]): boolean {
  const tools = toolsAvailable(...names);
  if (!tools.available) console.warn(`SKIPPED: ${tools.reason}`);
  return !tools.available;
}

/** The paths of the named tools; throws when one is missing. */
export function requireTools<Name extends Tool>(...names: readonly Name[]): Readonly<Record<Name, string>> {
  const tools = toolsAvailable(...names);
  if (!tools.available) throw new Error(tools.reason);
  return tools.paths;
}

function isComplete<Name extends Tool>(
  found: Partial<Record<Name, string>>,
  names: readonly Name[],
): found is Record<Name, string> {
  return names.every((name) => found[name] !== undefined);
}

function pathOf(name: Tool): string | undefined {
  const given = process.env["KUBEBUILDER_ASSETS"];
  const candidates = [...(given ? [join(given, name)] : []), join(cacheDirectory(moduleOf[name]), name)];
  return candidates.find((path) => (name === "stages.yaml" ? existsSync(path) : isProgram(path)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The same directory as `directory_of` in build-tools.sh. */
function cacheDirectory(module: string): string {
  const cache =
    process.env["PLACET_TOOLS"] || join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "placet", "tools");
  const source = join(here, "tools", module);
  const programs = readdirSync(source).filter((name) => name.endsWith(".go"));
  const hash = createHash("sha256");
  for (const name of ["go.mod", "go.sum", ...programs.sort()]) hash.update(readFileSync(join(source, name)));
  return join(cache, `${module}-${hash.digest("hex").slice(0, 12)}`);
}
