// The prices that prove a plan: those that it carries, or else found again. It must not know what is explained by them.
import { worked, type Clock } from "../clock.ts";
import { candidatesOf } from "../columns.ts";
import type { TermProof } from "../proof.ts";
import { certify } from "../search/index.ts";
import type { Explained } from "./why.ts";

/** Milliseconds that finding prices takes for each candidate, about. */
const FINDING = 0.02;

/** By objective; of a plan with a placement. */
export function proofOf({ problem, placement, objective, status, proof }: Explained, now: Clock): readonly TermProof[] {
  if (proof !== undefined || placement === undefined) return proof ?? [];
  worked(now, FINDING * problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0));
  return certify(problem, { placement, objective, duals: [], exhausted: status === "optimal" }).proof;
}
