// The door of the exact solvers.
export { solveProblem } from "../search/index.ts";
export { gapOf, solveProblem as solveExactly, type ExactSolution } from "./solve.ts";
export type { Limit } from "./learnt.ts";
export { bundlingsOf, MOST_LOSSES } from "./losses.ts";
export { solvers } from "./choose.ts";
export type { Model, ModelSolution, Solver } from "./model.ts";
