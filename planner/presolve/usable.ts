// Candidates that can really be used, and the workloads that have no choice left. It must not know rules, objectives or parts.
import { fitting } from "../build/room.ts";
import { columnsOf, picked, withColumns } from "../columns.ts";
import type { CandidateColumns } from "../columns.ts";
import type { Problem, ProblemWorkload } from "../problem.ts";

/** A workload with the candidates that it can use; `kept` gives their places in the problem's own list. */
export interface Usable {
  readonly workload: ProblemWorkload;
  readonly kept: readonly number[];
  /** Replicas on each kept candidate when nothing is left to decide. */
  readonly forced: readonly number[] | undefined;
}

/** What one workload can use; `impossible` when what must run has nowhere to go. */
export function usableOf(workload: ProblemWorkload): Usable | "impossible" {
  const { counting } = workload;
  const { cluster, most } = columnsOf(workload);
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const least = counting.kind === "divided" ? 1 : counting.size;
  const kept: number[] = [];
  for (let i = 0; i < cluster.length; i++)
    if ((most[i] as number) >= least && (required === undefined || required.has(cluster[i] as number))) kept.push(i);
  const reduced = kept.length === cluster.length ? workload : without(workload, kept);
  const forced = workload.optional ? undefined : forcedOn(reduced);
  return forced === "impossible" ? forced : { workload: reduced, kept, forced };
}

/** What runs on a candidate that can not be used any more leaves it, whatever is decided. */
export function without(workload: ProblemWorkload, kept: readonly number[]): ProblemWorkload {
  const columns = columnsOf(workload);
  const left = picked(columns, kept);
  const running = ({ before }: CandidateColumns): number => before.reduce((sum, replicas) => sum + replicas, 0);
  return withColumns(workload, left, { leaving: workload.leaving + running(columns) - running(left) });
}

function forcedOn(workload: ProblemWorkload): readonly number[] | undefined | "impossible" {
  const { counting } = workload;
  const { most } = columnsOf(workload);
  const copies = (size: number): readonly number[] => Array.from(most, () => size);
  if (counting.kind === "each") return most.length < counting.required.length ? "impossible" : copies(counting.size);
  if (counting.kind === "copies") {
    if (most.length < counting.clusters) return "impossible";
    return most.length === counting.clusters ? copies(counting.size) : undefined;
  }
  const some = counting.clusters ?? Math.min(1, most.length);
  const all = most.reduce((sum, many) => sum + many, 0);
  if (all < counting.total || most.length < some) return "impossible";
  if (most.length === 1) return [counting.total];
  // Where all of it takes as much as every place can hold, nothing is left to choose.
  return all > counting.total || (counting.clusters ?? most.length) < most.length ? undefined : [...most];
}

/** Replicas of a workload that one pool could carry, if it carried nothing else. */
export function roomOn(problem: Problem, workload: ProblemWorkload, pool: number): number {
  const nodes = problem.pools[pool];
  if (nodes === undefined) return 0;
  return nodes.count * Math.min(workload.perNodeMost, fitting(workload.demand, nodes.shape));
}
