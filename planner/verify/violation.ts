// What the checker says of a placement that breaks a promise. It must not know how a placement was found.
import type { Span } from "../../grammar/index.ts";

/** The promise of LANGUAGE.md that is broken. `packing-undecided`: the pods may fit on the nodes, but that was not shown. */
export type BrokenPromise =
  | "unknown-name"
  | "count"
  | "where"
  | "forbid"
  | "accepts"
  | "room"
  | "on"
  | "each"
  | "spread"
  | "near"
  | "with"
  | "apart"
  | "together"
  | "connectivity"
  | "claim"
  | "shares"
  | "choices"
  | "survive"
  | "packing"
  | "packing-undecided"
  | "objective";

export interface Violation {
  readonly rule: BrokenPromise;
  readonly workload?: string;
  readonly cluster?: string;
  /** One sentence with the arithmetic. */
  readonly message: string;
  /** The user's words that are broken. */
  readonly spans: readonly Span[];
}
