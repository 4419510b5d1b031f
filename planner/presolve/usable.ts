// Candidates that can really be used, and the workloads that have no choice left. It must not know rules, objectives or parts.
import { fitting } from "../build/candidates.ts";
import type { Candidate, Problem, ProblemWorkload } from "../problem.ts";

/** A workload with the candidates that it can use; `kept` gives their places in the problem's own list. */
export interface Usable {
  readonly workload: ProblemWorkload;
  readonly kept: readonly number[];
  /** Replicas on each kept candidate when nothing is left to decide. */
  readonly forced: readonly number[] | undefined;
}

/** What one workload can use; `impossible` when what must run has nowhere to go. */
export function usableOf(workload: ProblemWorkload): Usable | "impossible" {
  const { candidates, counting } = workload;
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const least = counting.kind === "divided" ? 1 : counting.size;
  const usable = (candidate: Candidate): boolean =>
    candidate.most >= least && (required === undefined || required.has(candidate.cluster));
  const kept = candidates.flatMap((candidate, i) => (usable(candidate) ? [i] : []));
  const reduced = kept.length === candidates.length ? workload : without(workload, kept);
  const forced = workload.optional ? undefined : forcedOn(reduced);
  return forced === "impossible" ? "impossible" : { workload: reduced, kept, forced };
}

/** What runs on a candidate that can not be used any more leaves it, whatever is decided. */
export function without(workload: ProblemWorkload, kept: readonly number[]): ProblemWorkload {
  const stays = new Set(kept);
  const leaving = workload.candidates.reduce((sum, { before }, i) => sum + (stays.has(i) ? 0 : before), 0);
  return {
    ...workload,
    candidates: kept.map((i) => workload.candidates[i] as Candidate),
    leaving: workload.leaving + leaving,
  };
}

function forcedOn({ candidates, counting }: ProblemWorkload): readonly number[] | undefined | "impossible" {
  if (counting.kind === "each")
    return candidates.length < counting.required.length ? "impossible" : candidates.map(() => counting.size);
  if (counting.kind === "copies") {
    if (candidates.length < counting.clusters) return "impossible";
    return candidates.length === counting.clusters ? candidates.map(() => counting.size) : undefined;
  }
  const [only] = candidates;
  if (only === undefined) return counting.total > 0 ? "impossible" : [];
  if (candidates.length > 1) return undefined;
  return only.most < counting.total || (counting.clusters ?? 1) > 1 ? "impossible" : [counting.total];
}

/** Replicas of a workload that one pool could carry, if it carried nothing else. */
export function roomOn(problem: Problem, workload: ProblemWorkload, pool: number): number {
  const nodes = problem.pools[pool];
  if (nodes === undefined) return 0;
  return nodes.count * Math.min(workload.perNodeMost, fitting(workload.demand, nodes.shape));
}
