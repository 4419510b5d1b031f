// What earlier solves of one problem taught. It must not know how it is encoded.
import type { NodeTruth } from "../nodes/truth.ts";
import type { NodeCut } from "../problem.ts";

/** Less of a resource on one cluster than its nodes would take: room for a scheduler that places one pod after the other. */
export interface Limit {
  readonly cluster: number;
  readonly resource: number;
  readonly most: number;
}

export interface Learnt {
  readonly cuts: readonly NodeCut[];
  readonly limits: readonly Limit[];
  /** Values that the terms can not go below, each given that those before it are at theirs; empty: unknown. */
  readonly floors: readonly number[];
  /** What single nodes take, where it can be asked while searching. */
  readonly truth?: NodeTruth;
}
