// Whether clusters on which nothing is left to decide hold what is decided there. It must not know parts or objectives.
import { columnsOf } from "../columns.ts";
import type { NodeCut, Placement, Problem, ProblemWorkload } from "../problem.ts";
import type { Limit } from "../solver/learnt.ts";
import { roomOn } from "./usable.ts";

export type Verdict = "fits" | "overflows" | "unsure";

/** By cluster: what its pools say to the replicas on it. Where a replica could be on several pools, only a good guess is made. */
export function verdicts(
  problem: Problem,
  placement: Placement,
  clusters: ReadonlySet<number>,
): ReadonlyMap<number, Verdict> {
  const loads = new Map<number, Load[]>([...clusters].map((cluster) => [cluster, []]));
  problem.workloads.forEach((workload, w) => {
    const { cluster, pools } = columnsOf(workload);
    placement[w]?.forEach((replicas, i) => {
      if (replicas > 0)
        loads.get(cluster[i] as number)?.push({ workload, pools: pools[i] as readonly number[], replicas });
    });
  });
  return new Map(
    [...loads].map(([cluster, load]) => [cluster, verdictOn(problem, problem.clusters[cluster]?.pools ?? [], load)]),
  );
}

interface Load {
  readonly workload: ProblemWorkload;
  readonly pools: readonly number[];
  readonly replicas: number;
}

/** Those with the fewest pools first; each fills one pool after the other. */
function verdictOn(problem: Problem, pools: readonly number[], load: readonly Load[]): Verdict {
  const left = new Map(
    pools.map((p) => [p, (problem.pools[p]?.shape ?? []).map((amount) => amount * (problem.pools[p]?.count ?? 0))]),
  );
  const ports = new Map<string, number>();
  const choices = (entry: Load): number => (entry.workload.perNode ? 0 : entry.pools.length);
  let guessed = false;
  for (const entry of load.toSorted((a, b) => choices(a) - choices(b))) {
    guessed ||= choices(entry) > 1;
    let open = entry.replicas;
    for (const p of entry.pools) {
      const count = problem.pools[p]?.count ?? 0;
      const taken = entry.workload.perNode
        ? count
        : Math.min(open, most(problem, entry.workload, p, left.get(p) ?? [], ports));
      if (!take(entry.workload, p, taken, count, left.get(p) ?? [], ports)) return guessed ? "unsure" : "overflows";
      open -= entry.workload.perNode ? 0 : taken;
    }
    if (open > 0 && !entry.workload.perNode) return guessed ? "unsure" : "overflows";
  }
  return "fits";
}

function most(
  problem: Problem,
  workload: ProblemWorkload,
  pool: number,
  left: readonly number[],
  ports: ReadonlyMap<string, number>,
): number {
  let room = roomOn(problem, workload, pool);
  workload.demand.forEach((amount, r) => {
    if (amount > 0) room = Math.min(room, Math.floor((left[r] as number) / amount));
  });
  for (const port of workload.hostPorts)
    room = Math.min(room, (problem.pools[pool]?.count ?? 0) - (ports.get(`${pool} ${port}`) ?? 0));
  return Math.max(0, room);
}

function take(
  workload: ProblemWorkload,
  pool: number,
  pods: number,
  nodes: number,
  left: number[],
  ports: Map<string, number>,
): boolean {
  workload.demand.forEach((amount, r) => (left[r] = (left[r] as number) - amount * pods));
  for (const port of workload.hostPorts) ports.set(`${pool} ${port}`, (ports.get(`${pool} ${port}`) ?? 0) + pods);
  return (
    left.every((amount) => amount >= -1e-9) &&
    workload.hostPorts.every((port) => (ports.get(`${pool} ${port}`) ?? 0) <= nodes)
  );
}

/** Whether the replicas on its cluster complete a cut, so that it is broken. */
export function completes({ cluster, counts, exactly }: NodeCut, problem: Problem, placement: Placement): boolean {
  return counts.every(({ workload, replicas }) => {
    const i = columnsOf(problem.workloads[workload] as ProblemWorkload).cluster.indexOf(cluster);
    const here = placement[workload]?.[i] ?? 0;
    return exactly ? here === replicas : here >= replicas;
  });
}

/** Whether the replicas on a cluster use more than it was left. */
export function exceeds({ cluster, resource, most: allowed }: Limit, problem: Problem, placement: Placement): boolean {
  let used = 0;
  problem.workloads.forEach((workload, w) => {
    const columns = columnsOf(workload);
    const i = columns.cluster.indexOf(cluster);
    const replicas = placement[w]?.[i] ?? 0;
    if (replicas === 0) return;
    const nodes = (columns.pools[i] as readonly number[]).reduce((sum, p) => sum + (problem.pools[p]?.count ?? 0), 0);
    used += replicas * (workload.perNode ? nodes : 1) * (workload.demand[resource] as number);
  });
  return used > allowed;
}
