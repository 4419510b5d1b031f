// The door of building problems.
export { buildProblem } from "./build.ts";
export type { BuildOptions } from "./build.ts";
