// The door of the exact solvers.
export { gapOf, solveProblem, type ExactSolution } from "./solve.ts";
export { solvers } from "./choose.ts";
export type { Model, ModelOptions, ModelSolution, Solver } from "./model.ts";
