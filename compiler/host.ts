// The port through which the compiler sees the world: files below the root and two programs. Nothing else of it is pure-breaking.
// It must not know node:fs; `runtime/` gives the real one, tests an in-memory one.

/** What a read gives: text, or why not (missing, outside of the project's root, not text, too large). */
export type ReadResult =
  | { readonly ok: true; readonly text: string }
  | {
      readonly ok: false;
      readonly reason: "missing" | "outside" | "directory" | "not-text" | "too-large" | "unreadable";
      readonly detail: string;
    };

/** Paths are relative to the project's root, with `/`; a path that leaves the root answers `outside`, symbolic links included. */
export interface Host {
  read(path: string): ReadResult;
  /** Every file directly in a directory, sorted; undefined when it is not a directory. */
  list(path: string): readonly string[] | undefined;
  /** `helm template RELEASE CHART --namespace NS -f values…`: rendered YAML, or why not. */
  helm(
    chart: string,
    values: readonly string[],
    release: string,
    namespace: string,
  ):
    | { readonly ok: true; readonly text: string }
    | { readonly ok: false; readonly reason: "no-program" | "failed"; readonly detail: string };
  /** `kustomize build DIR` or `kubectl kustomize DIR`. */
  kustomize(
    path: string,
  ):
    | { readonly ok: true; readonly text: string }
    | { readonly ok: false; readonly reason: "no-program" | "failed"; readonly detail: string };
}

/** An in-memory host: the twin that tests, the editor and a web page use. Directories are implied by the paths. */
export function memoryHost(files: Readonly<Record<string, string>>): Host {
  const paths = Object.keys(files).sort();
  return {
    read(path) {
      if (path.startsWith("/") || path.split("/").includes("..")) return { ok: false, reason: "outside", detail: path };
      const text = files[path];
      if (text !== undefined) return { ok: true, text };
      return { ok: false, reason: paths.some((p) => p.startsWith(`${path}/`)) ? "directory" : "missing", detail: path };
    },
    list(path) {
      const prefix = path === "" || path === "." ? "" : `${path}/`;
      const inside = paths.filter((p) => p.startsWith(prefix));
      return inside.length === 0 ? undefined : inside.filter((p) => !p.slice(prefix.length).includes("/"));
    },
    helm: () => ({ ok: false, reason: "no-program", detail: "helm" }),
    kustomize: () => ({ ok: false, reason: "no-program", detail: "kustomize" }),
  };
}
