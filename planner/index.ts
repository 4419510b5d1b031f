// The front door of this folder: from an IR to a plan. Nothing outside may import another of its files.
export type * from "./action/controller.ts";
export type * from "./plan.ts";
export type * from "./problem.ts";
export { buildProblem, type BuildOptions } from "./build/index.ts";
export { planner as plannerDiagnostics } from "./diagnostics.ts";
export { place, type PlaceOptions, type PlaceOutcome } from "./place.ts";
export { solveProblem, solvers, type Model, type ModelSolution, type Solver } from "./solver/index.ts";
