// Finds the project that paths belong to: its root, and the files to start from. It must not read any file's content.
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

export interface Project {
  /** Absolute; files are read only below it, and `.placet/` lies in it. */
  readonly root: string;
  /** The root relative to the directory that was asked from. */
  readonly shown: string;
  /** Relative to the root, with `/`: files and directories to start from. */
  readonly entries: readonly string[];
}

/**
 * The project of some paths (none: the current directory). Its root is the nearest directory above all of them that holds a `placet.yaml`, else
 * the deepest directory that holds them all. A path that does not exist still gets a project: the compiler says that it is missing.
 */
export function openProject(paths: readonly string[], cwd: string): Project {
  const given = (paths.length === 0 ? ["."] : paths).map((path) => real(resolve(cwd, path)));
  const common = given.map(directoryOf).reduce(sharedDirectory);
  const root = nearestWithSettings(common) ?? common;
  return {
    root,
    shown: relative(cwd, root) || ".",
    entries: given.map((path) => relative(root, path).split(sep).join("/") || "."),
  };
}

const directoryOf = (path: string): string => (existsSync(path) && statSync(path).isDirectory() ? path : dirname(path));

const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);

function sharedDirectory(a: string, b: string): string {
  let shared = a;
  while (b !== shared && !b.startsWith(shared.endsWith(sep) ? shared : shared + sep)) shared = dirname(shared);
  return shared;
}

function nearestWithSettings(start: string): string | undefined {
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, "placet.yaml"))) return at;
    if (dirname(at) === at) return undefined;
  }
}
