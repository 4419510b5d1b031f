// The front door of this folder: from an IR to a plan. Nothing outside may import another of its files.
export * from "./action/index.ts";
export { buildProblem, type BuildOptions } from "./build/index.ts";
export { planner as plannerDiagnostics } from "./diagnostics.ts";
export * from "./diff.ts";
export * from "./explain/index.ts";
export * from "./order.ts";
export type { Beside, ExactTask, Running } from "./beside.ts";
export { stepClock, type Clock } from "./clock.ts";
export { place, placeAs, unanswered, type PlaceOptions, type PlaceOutcome } from "./place.ts";
export type * from "./plan.ts";
export type * from "./problem.ts";
export type * from "./proof.ts";
export { assignNodes } from "./nodes/index.ts";
export { reasonsOf } from "./reasons.ts";
export { solveExactly, solveProblem, solvers, type ExactSolution } from "./solver/index.ts";
export type { Model, ModelSolution, Solver } from "./solver/index.ts";
export * from "./verify/index.ts";
