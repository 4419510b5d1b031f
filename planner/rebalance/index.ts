// The front door of this folder: a better assignment of processes to machines, what it costs, and what no assignment costs less than.
export { lowerBound } from "./bound.ts";
export { check } from "./check.ts";
export { newGround, type Ground } from "./ground.ts";
export type * from "./reassignment.ts";
export { rebalance, type Rebalanced } from "./rebalance.ts";
