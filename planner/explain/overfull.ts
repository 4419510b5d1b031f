// Sets of workloads that ask for more of one resource than the clusters that they may run on have: plain sums over who is confined to what,
// which finds most conflicts about room without a solver. It must not know intents.
import type { Problem, ProblemWorkload } from "../problem.ts";

/** At most this many sets are looked into, the most overfull first. */
const MOST = 6;

/** Ids of workloads, each set with the largest demands first and no larger than the sum needs. */
export function overfull(problem: Problem): readonly (readonly string[])[] {
  const must = problem.workloads.filter((workload) => !workload.optional);
  const sets = new Map(must.map((workload) => [clustersOf(workload).join(), new Set(clustersOf(workload))]));
  const found = [...sets.values()].flatMap((clusters) => {
    const confined = must.filter((workload) => workload.candidates.every(({ cluster }) => clusters.has(cluster)));
    return problem.resources.map((_, r) => {
      const room = roomOf(problem, clusters, r);
      const needed = confined.reduce((sum, workload) => sum + demandOf(problem, workload, r), 0);
      return { confined, r, room, ratio: needed === 0 ? 0 : needed / Math.max(room, 1e-9) };
    });
  });
  return found
    .filter(({ ratio }) => ratio > 1)
    .sort((a, b) => a.confined.length - b.confined.length || b.ratio - a.ratio)
    .slice(0, MOST)
    .map(({ confined, r, room }) => enough(problem, confined, r, room));
}

function enough(problem: Problem, confined: readonly ProblemWorkload[], r: number, room: number): string[] {
  const chosen: string[] = [];
  let sum = 0;
  for (const workload of [...confined].sort(
    (a, b) => demandOf(problem, b, r) - demandOf(problem, a, r) || (a.id < b.id ? -1 : 1),
  )) {
    if (sum > room) break;
    chosen.push(workload.id);
    sum += demandOf(problem, workload, r);
  }
  return chosen;
}

const clustersOf = (workload: ProblemWorkload): number[] =>
  workload.candidates.map(({ cluster }) => cluster).sort((a, b) => a - b);

const roomOf = (problem: Problem, clusters: ReadonlySet<number>, r: number): number =>
  problem.pools.reduce((sum, pool) => sum + (clusters.has(pool.cluster) ? pool.count * (pool.shape[r] ?? 0) : 0), 0);

/** What must be there at least; a DaemonSet's copy counts on the nodes of its smallest candidate. */
function demandOf(problem: Problem, workload: ProblemWorkload, r: number): number {
  const { counting, demand } = workload;
  const copies =
    counting.kind === "divided"
      ? counting.total
      : counting.size * (counting.kind === "copies" ? counting.clusters : counting.required.length);
  if (!workload.perNode) return copies * (demand[r] ?? 0);
  const nodes = workload.candidates.map(({ pools }) =>
    pools.reduce((sum, pool) => sum + (problem.pools[pool]?.count ?? 0), 0),
  );
  return copies * (demand[r] ?? 0) * Math.min(...nodes, Infinity);
}
