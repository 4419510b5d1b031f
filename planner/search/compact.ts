// A problem as flat typed arrays: slots (a workload on one pool of a candidate), the rows that bound them, and nothing else. It must not
// know objectives or how anything is searched.
import type { Problem, ProblemWorkload } from "../problem.ts";
import { columnsOf } from "../columns.ts";
import type { Limit } from "../solver/learnt.ts";
import { roomMaker } from "../build/room.ts";
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
  /** By row: its number among all that could be (see `rowName`), and what the host ports among those are. */
  readonly rowOrigin: Int32Array;
  readonly ports: ReadonlyMap<number, { readonly pool: number; readonly port: string }>;
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
  const roomFor = roomMaker(problem.pools);
  const counts = Int32Array.from(problem.pools, ({ count }) => count);
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
    const columns = columnsOf(workload);
    const own = columns.cluster.length;
    cluster.set(columns.cluster, candidate);
    workloadOf.fill(w, candidate, candidate + own);
    const mostOn = mostMaker(workload);
    const fitting = roomFor(workload.demand);
    for (let i = 0; i < own; i++, candidate++) {
      most[candidate] = mostOn(cluster[candidate] as number, columns.most[i] as number);
      slotStart[candidate] = slot;
      const pools = workload.perNode ? EVERY_POOL : (columns.pools[i] as readonly number[]);
      for (let p = 0; p < pools.length; p++, slot++) {
        const pool = pools[p] as number;
        candidateOf[slot] = candidate;
        poolOf[slot] = pool;
        const takes = pool < 0 ? 1 : (counts[pool] as number) * Math.min(workload.perNodeMost, fitting[pool] as number);
        room[slot] = Math.min(most[candidate] as number, takes);
      }
    }
  });
  candidateStart[problem.workloads.length] = candidate;
  slotStart[candidate] = slot;
  const shape = { problem, workloads: problem.workloads.length, candidateStart, workloadOf, cluster, most };
  const slots = { slotStart, candidateOf, room, step, wanted };
  return { ...shape, ...slots, ...newRows({ ...shape, ...slots, poolOf }, limits) };
}

/** The slot of a per-node workload. */
const EVERY_POOL: readonly number[] = [-1];

function sizeOf({ workloads }: Problem): { readonly candidates: number; readonly slots: number } {
  let [candidates, slots] = [0, 0];
  for (const workload of workloads) {
    const { pools } = columnsOf(workload);
    candidates += pools.length;
    if (workload.perNode) slots += pools.length;
    else for (let i = 0; i < pools.length; i++) slots += (pools[i] as readonly number[]).length;
  }
  return { candidates, slots };
}

function mostMaker({ counting }: ProblemWorkload): (cluster: number, most: number) => number {
  if (counting.kind === "divided") return (_, most) => Math.min(counting.total, most);
  const { size } = counting;
  if (counting.kind === "copies") return (_, most) => (most >= size ? size : 0);
  const required = new Set(counting.required);
  return (cluster, most) => (most >= size && required.has(cluster) ? size : 0);
}
