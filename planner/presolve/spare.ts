// How many replicas of a workload find room on a cluster beside what is held there, as far as sums of its pools tell: an upper bound. It must
// not know why something is held.
import { columnsOf } from "../columns.ts";
import type { Problem, ProblemWorkload } from "../problem.ts";

/**
 * Makes, for one workload, the most replicas that each of its candidates takes beside `held`, each of which has as many on each candidate as
 * that takes. What may be on several pools counts for the whole cluster.
 */
export function roomBeside(
  problem: Problem,
  held: readonly ProblemWorkload[],
): (workload: ProblemWorkload) => (candidate: number) => number {
  const size = problem.resources.length;
  const { inPool, inCluster } = leftBeside(problem, held);
  return (workload) => {
    const { cluster, pools: on } = columnsOf(workload);
    const asked = workload.demand.flatMap((amount, r) => (amount > 0 ? [r] : []));
    const room = (left: Float64Array, at: number): number => {
      let least = Infinity;
      for (const r of asked)
        least = Math.min(least, Math.floor(((left[at * size + r] as number) + 1e-7) / (workload.demand[r] as number)));
      return Math.max(0, least);
    };
    return (i) => {
      let sum = 0;
      for (const p of on[i] as readonly number[]) sum += room(inPool, p);
      return Math.min(sum, room(inCluster, cluster[i] as number));
    };
  };
}

/** Clusters that hold less, by the sum of their nodes, than what is held there asks for. */
export function overfullWith(problem: Problem, held: readonly ProblemWorkload[]): readonly number[] {
  const size = problem.resources.length;
  const { inCluster } = leftBeside(problem, held);
  return problem.clusters.flatMap((_, c) =>
    inCluster.subarray(c * size, (c + 1) * size).some((left) => left < -1e-6) ? [c] : [],
  );
}

/** What is left of each resource, by pool and by cluster; what may be on several pools is taken from its cluster alone. */
function leftBeside({ pools, clusters, resources }: Problem, held: readonly ProblemWorkload[]) {
  const size = resources.length;
  const inPool = new Float64Array(pools.length * size);
  const inCluster = new Float64Array(clusters.length * size);
  pools.forEach(({ cluster, shape, count }, p) => {
    for (let r = 0; r < size; r++) {
      inPool[p * size + r] = (shape[r] as number) * count;
      inCluster[cluster * size + r] = (inCluster[cluster * size + r] as number) + (shape[r] as number) * count;
    }
  });
  const nodes = (own: readonly number[]): number => own.reduce((sum, p) => sum + (pools[p]?.count ?? 0), 0);
  for (const workload of held) {
    const { counting, demand, perNode } = workload;
    const { cluster, most, pools: on } = columnsOf(workload);
    for (let i = 0; i < cluster.length; i++) {
      const own = on[i] as readonly number[];
      const copies = counting.kind === "divided" ? (most[i] as number) : counting.size;
      const pods = perNode ? nodes(own) : copies;
      for (let r = 0; r < size; r++) {
        const taken = pods * (demand[r] as number);
        if (taken === 0) continue;
        const at = (cluster[i] as number) * size + r;
        inCluster[at] = (inCluster[at] as number) - taken;
        if (own.length === 1)
          inPool[(own[0] as number) * size + r] = (inPool[(own[0] as number) * size + r] as number) - taken;
      }
    }
  }
  return { inPool, inCluster };
}
