// The door of the portfolio: problems of any size solved by what suits each of their parts.
export { solveProblem } from "./solve-problem.ts";
export { certify } from "./certify.ts";
export { newAfterLoss } from "./survive/index.ts";
export { newMarginal } from "./marginal.ts";
export type { Marginal, Most } from "./marginal.ts";
export { newResettling } from "./resettle.ts";
