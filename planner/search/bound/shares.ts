// The highest share in use as rows with prices: the load of each resource of each cluster is at most the highest share of what is there. It
// must not know other rows, or workloads beyond what they ask for.
import type { Joint } from "../arcs.ts";
import type { Compact } from "../compact.ts";

export interface Shares {
  readonly used: boolean;
  readonly capacity: Float64Array;
  readonly scale: Float64Array;
  /** Takes new prices, which begin at `base`. */
  readonly set: (prices: Float64Array, base: number) => void;
  /** What one replica of a candidate costs at them. */
  readonly each: (w: number, c: number) => number;
  readonly excess: (w: number, c: number, replicas: number, over: Float64Array, base: number) => void;
}

const NONE: Shares = {
  used: false,
  capacity: new Float64Array(0),
  scale: new Float64Array(0),
  set: () => undefined,
  each: () => 0,
  excess: () => undefined,
};

export function sharesOf(compact: Compact, { imbalance, atMost }: Joint): Shares {
  if (!imbalance && atMost === undefined) return NONE;
  const { problem, cluster } = compact;
  const resources = problem.resources.length;
  const there = capacityByCluster(compact);
  const demand = Float64Array.from(problem.workloads.flatMap((workload) => [...workload.demand]));
  const pods = podsOf(compact);
  const price = new Float64Array(there.length);
  const size = there.length;
  return {
    used: true,
    capacity: new Float64Array(size).fill(imbalance ? 0 : (atMost as number)),
    scale: new Float64Array(size).fill(imbalance ? 1 : Math.max(1e-3, atMost as number)),
    set: (prices, base) => {
      for (let at = 0; at < size; at++)
        price[at] = (there[at] as number) > 0 ? (prices[base + at] as number) / (there[at] as number) : 0;
    },
    each: (w, c) => {
      const at = (cluster[c] as number) * resources;
      let sum = 0;
      for (let r = 0; r < resources; r++) sum += (price[at + r] as number) * (demand[w * resources + r] as number);
      return sum * (pods === undefined ? 1 : (pods[c] as number));
    },
    excess: (w, c, replicas, over, base) => {
      const at = (cluster[c] as number) * resources;
      const many = replicas * (pods === undefined ? 1 : (pods[c] as number));
      for (let r = 0; r < resources; r++)
        if ((there[at + r] as number) > 0)
          over[base + at + r] =
            (over[base + at + r] as number) +
            (many * (demand[w * resources + r] as number)) / (there[at + r] as number);
    },
  };
}

/** Of each resource of each cluster what there is, reserve taken off. */
export function capacityByCluster({ problem }: Compact): Float64Array {
  const resources = problem.resources.length;
  const there = new Float64Array(problem.clusters.length * resources);
  for (const { cluster, count, shape } of problem.pools)
    for (let r = 0; r < resources; r++) {
      const at = cluster * resources + r;
      there[at] = (there[at] as number) + count * (shape[r] as number);
    }
  return there;
}

/** Pods of one replica by candidate, where some workload has one on each node. */
function podsOf({ problem, candidateStart, most }: Compact): Float64Array | undefined {
  if (problem.workloads.every(({ perNode }) => !perNode)) return undefined;
  const pods = new Float64Array(most.length).fill(1);
  problem.workloads.forEach(({ perNode, candidates }, w) => {
    if (!perNode) return;
    candidates.forEach(({ pools }, i) => {
      pods[(candidateStart[w] as number) + i] = pools.reduce((sum, p) => sum + (problem.pools[p]?.count ?? 0), 0);
    });
  });
  return pods;
}
