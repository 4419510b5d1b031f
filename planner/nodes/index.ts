// The door of node truth: whether single nodes take a placement, and in which order.
export { assignNodes } from "./assign.ts";
export { newJudge } from "./judge.ts";
export { newTruth, type NodeTruth } from "./truth.ts";
