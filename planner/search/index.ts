// The door of the portfolio: problems of any size solved by what suits each of their parts.
export { solveProblem } from "./solve-problem.ts";
export { certify } from "./certify.ts";
export { newAfterLoss } from "./survive/index.ts";
