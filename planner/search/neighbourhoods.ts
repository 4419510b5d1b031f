// Which clusters are decided anew together: one that wastes room or holds what would be cheaper elsewhere, and those where its workloads
// would rather be. It must not know how they are decided.
import type { SolveOptions } from "../problem.ts";
import { decideClusters } from "./few-clusters.ts";
import type { Ground } from "./few-clusters.ts";
import { newRandom } from "./random.ts";
import { priceOf } from "./start.ts";

/** Decides one neighbourhood; what was gained, or undefined when there is nothing left to try. */
export type Step = (left: number, options: SolveOptions) => Promise<number | undefined>;

/** Clusters of a neighbourhood, pass by pass, and the milliseconds that one may take. */
const SIZES = [3, 5, 4, 6, 5, 7];
const PATIENCE = 3_000;
/** Neighbourhoods at most: the budget is counted, so that the same input gives the same answer. */
const MOST = 400;
/** How many of the best candidates of a workload draw it. */
const DRAWS = 8;

/** @param touched with a plan in force: only clusters where more runs than before are looked at. */
export function neighbourhoods(
  ground: Ground,
  ranked: Int32Array,
  prices: Float64Array,
  before: Int32Array | undefined,
  seed: number,
): Step {
  const random = newRandom(seed);
  let pass = 0;
  let steps = 0;
  let queue: number[] = [];
  return async (left, options) => {
    if (++steps > MOST) return undefined;
    if (queue.length === 0) {
      if (pass >= SIZES.length) return undefined;
      queue = seeds(ground, prices, before);
      pass++;
    }
    const at = queue.shift();
    if (at === undefined) return undefined;
    const clusters = around(ground, ranked, at, SIZES[pass - 1] as number, random);
    if (clusters.length < 2) return 0;
    const { now, stopped, seed: own } = options;
    return decideClusters(ground, clusters, {
      timeLimit: Math.max(1, Math.min(left, PATIENCE)),
      gap: 0,
      seed: own,
      now,
      stopped,
    });
  };
}

/** Clusters by what they lose at the prices: room that costs and is not used, replicas that would be cheaper elsewhere; the most first. */
function seeds({ state, weights, free }: Ground, prices: Float64Array, before: Int32Array | undefined): number[] {
  const { compact, on, used, capacity } = state;
  const loss = new Float64Array(compact.problem.clusters.length);
  const clusterOfRow = new Int32Array(compact.capacity.length).fill(-1);
  const touched = new Uint8Array(loss.length);
  for (let w = 0; w < compact.workloads; w++) {
    let least = Infinity;
    const [first, last] = [compact.candidateStart[w] as number, compact.candidateStart[w + 1] as number];
    const key = (c: number): number => (weights.cost[c] as number) + priceOf(compact, prices, c);
    for (let c = first; c < last; c++) {
      least = Math.min(least, key(c));
      const slot = compact.slotStart[c] as number;
      for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++)
        clusterOfRow[compact.entryRow[e] as number] = compact.cluster[c] as number;
    }
    if (!free(w)) continue;
    for (let c = first; c < last; c++) {
      if ((on[c] as number) === 0) continue;
      const at = compact.cluster[c] as number;
      loss[at] = (loss[at] as number) + (on[c] as number) * (key(c) - least);
      if (before === undefined || (on[c] as number) > (before[c] as number)) touched[at] = 1;
    }
  }
  for (let row = 0; row < used.length; row++) {
    const at = clusterOfRow[row] as number;
    const slack = (capacity[row] as number) - (used[row] as number);
    if (at >= 0) loss[at] = (loss[at] as number) + (prices[row] as number) * slack;
  }
  return [...loss.keys()]
    .filter((c) => touched[c] === 1 && (loss[c] as number) > 1e-9)
    .sort((a, b) => (loss[b] as number) - (loss[a] as number) || a - b);
}

/** A cluster and those that draw its workloads most, with a little chance among them. */
function around({ state, free }: Ground, ranked: Int32Array, at: number, size: number, random: () => number): number[] {
  const { compact, on } = state;
  const draw = new Map<number, number>();
  const pull = (c: number, weight: number): void => {
    const to = compact.cluster[c] as number;
    if (to !== at) draw.set(to, (draw.get(to) ?? 0) + weight);
  };
  for (let k = state.clusterStart[at] as number; k < (state.clusterStart[at + 1] as number); k++) {
    const c = state.clusterCandidates[k] as number;
    const w = compact.workloadOf[c] as number;
    if ((on[c] as number) === 0 || !free(w)) continue;
    const first = compact.candidateStart[w] as number;
    const last = Math.min(compact.candidateStart[w + 1] as number, first + DRAWS);
    for (let r = first; r < last; r++) pull(ranked[r] as number, 1 / (2 + r - first));
  }
  const scored = [...draw].map(([cluster, weight]) => ({ cluster, weight: weight * (0.5 + random()) }));
  scored.sort((a, b) => b.weight - a.weight || a.cluster - b.cluster);
  return [at, ...scored.slice(0, size - 1).map(({ cluster }) => cluster)];
}
