// The door of node truth: whether single nodes take a placement, and in which order.
export { newJudge } from "./judge.ts";
