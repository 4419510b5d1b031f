// The front door of sources/: apps as objects and workloads, out of manifests, charts, kustomizations and inline workloads.
export { sourceDiagnostics } from "./diagnostics.ts";
export { loadApp } from "./load.ts";
export type { AppStatement, LoadedApp } from "./load.ts";
export { pathFrom } from "./path.ts";
