// A problem as flat typed arrays: slots (a workload on one pool of a candidate), the rows that bound them, and nothing else. It must not
// know objectives or how anything is searched.
import type { Problem, ProblemPool, ProblemWorkload } from "../problem.ts";
import type { Limit } from "../solver/learnt.ts";
import { fitting } from "../build/candidates.ts";
import { newRows } from "./rows.ts";

/**
 * Candidates are numbered through all workloads, slots through all candidates; `…Start` arrays have one more entry at the end. A slot of
 * a per-node workload stands for all pools of its candidate.
 */
export interface Compact {
  readonly problem: Problem;
  readonly workloads: number;
  /** By workload: its first candidate. */
  readonly candidateStart: Int32Array;
  readonly workloadOf: Int32Array;
  readonly cluster: Int32Array;
  /** By candidate: most replicas; of a whole workload, one copy or none. */
  readonly most: Int32Array;
  /** By candidate: its first slot. */
  readonly slotStart: Int32Array;
  readonly candidateOf: Int32Array;
  /** By slot: most replicas that the nodes of its pool take one by one. */
  readonly room: Int32Array;
  /** By slot: what one replica takes of which rows. */
  readonly entryStart: Int32Array;
  readonly entryRow: Int32Array;
  readonly entryAmount: Float64Array;
  /** Σ amount × replicas ≤ capacity. */
  readonly capacity: Float64Array;
  /** By row: what makes its numbers comparable with those of others. */
  readonly rowScale: Float64Array;
  /** By row: 1 where taking something away can break it too. */
  readonly touchy: Uint8Array;
  /** By workload: replicas of one step: a whole copy, or one. */
  readonly step: Int32Array;
  /** By workload: steps when nothing is left out. */
  readonly wanted: Int32Array;
}

/** Flattens a problem; rows that can never bind are left out. */
export function compactOf(problem: Problem, limits: readonly Limit[] = []): Compact {
  const size = sizeOf(problem);
  const step = new Int32Array(problem.workloads.length);
  const wanted = new Int32Array(problem.workloads.length);
  const candidateStart = new Int32Array(problem.workloads.length + 1);
  const workloadOf = new Int32Array(size.candidates);
  const cluster = new Int32Array(size.candidates);
  const most = new Int32Array(size.candidates);
  const slotStart = new Int32Array(size.candidates + 1);
  const candidateOf = new Int32Array(size.slots);
  const poolOf = new Int32Array(size.slots);
  const room = new Int32Array(size.slots);
  let [candidate, slot] = [0, 0];
  problem.workloads.forEach((workload, w) => {
    const { counting } = workload;
    step[w] = counting.kind === "divided" ? 1 : counting.size;
    wanted[w] =
      counting.kind === "divided"
        ? counting.total
        : counting.kind === "copies"
          ? counting.clusters
          : counting.required.length;
    candidateStart[w] = candidate;
    for (const entry of workload.candidates) {
      workloadOf[candidate] = w;
      cluster[candidate] = entry.cluster;
      most[candidate] = mostOn(workload, entry.cluster, entry.most);
      slotStart[candidate] = slot;
      for (const pool of workload.perNode ? [-1] : entry.pools) {
        candidateOf[slot] = candidate;
        poolOf[slot] = pool;
        room[slot] = workload.perNode
          ? 1
          : Math.min(most[candidate] as number, roomOf(workload, problem.pools[pool] as ProblemPool));
        slot++;
      }
      candidate++;
    }
  });
  candidateStart[problem.workloads.length] = candidate;
  slotStart[candidate] = slot;
  const shape = { problem, workloads: problem.workloads.length, candidateStart, workloadOf, cluster, most };
  const slots = { slotStart, candidateOf, room, step, wanted };
  return { ...shape, ...slots, ...newRows({ ...shape, ...slots, poolOf }, limits) };
}

function sizeOf({ workloads }: Problem): { readonly candidates: number; readonly slots: number } {
  let [candidates, slots] = [0, 0];
  for (const { candidates: own, perNode } of workloads) {
    candidates += own.length;
    for (const { pools } of own) slots += perNode ? 1 : pools.length;
  }
  return { candidates, slots };
}

function mostOn({ counting }: ProblemWorkload, cluster: number, most: number): number {
  if (counting.kind === "divided") return Math.min(counting.total, most);
  const meant = counting.kind !== "each" || counting.required.includes(cluster);
  return meant && most >= counting.size ? counting.size : 0;
}

const roomOf = (workload: ProblemWorkload, pool: ProblemPool): number =>
  Math.min(2 ** 30, pool.count * Math.min(workload.perNodeMost, fitting(workload.demand, pool.shape)));
