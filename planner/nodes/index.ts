// The door of node truth: whether single nodes take a placement, and in which order.
export { newJudge, type Judge, type Judgement, type Situation } from "./judge.ts";
