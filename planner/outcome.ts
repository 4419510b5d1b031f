// A placement in words of the program: replicas by workload and cluster, what stayed out, how full the clusters are. It must not know
// how the placement was found.
import type { PlacedReplicas } from "./action/controller.ts";
import { columnsOf } from "./columns.ts";
import type { PlacedWorkload, Usage } from "./plan.ts";
import type { AfterLoss, Placement, Problem, ProblemWorkload } from "./problem.ts";

/** After a loss: what comes back, by workload id and cluster name. */
export interface ComesBack {
  readonly lost: readonly string[];
  readonly back: PlacedReplicas;
}

/** Replicas by workload id and cluster name, only where there are any. */
export function replicasOf(problem: Problem, placement: Placement): PlacedReplicas {
  const placed: Record<string, Record<string, number>> = {};
  problem.workloads.forEach((workload, w) => {
    const own: Record<string, number> = {};
    const { cluster } = columnsOf(workload);
    placement[w]?.forEach((replicas, i) => {
      if (replicas > 0) own[problem.clusters[cluster[i] as number]?.name as string] = replicas;
    });
    placed[workload.id] = own;
  });
  return placed;
}

/** What comes back after a loss, in words of the program. */
export function comesBackIn(problem: Problem, { lost, back }: AfterLoss): ComesBack {
  const found: Record<string, Record<string, number>> = {};
  const nameOf = (cluster: number): string => problem.clusters[cluster]?.name ?? "";
  for (const { workload, candidate, replicas } of back) {
    const own = problem.workloads[workload] as ProblemWorkload;
    const name = nameOf(columnsOf(own).cluster[candidate] as number);
    const there = (found[own.id] ??= {});
    there[name] = (there[name] ?? 0) + replicas;
  }
  return { lost: lost.map(nameOf), back: found };
}

/** What optional workloads lack; with `each` by the cluster that lacks its copy. */
export function unplacedOf(problem: Problem, placement: Placement): readonly PlacedWorkload[] {
  return problem.workloads.flatMap((workload, w) => {
    if (!workload.optional) return [];
    const { counting } = workload;
    const on = (cluster: number): number => placement[w]?.[columnsOf(workload).cluster.indexOf(cluster)] ?? 0;
    const missing = (cluster: string, replicas: number): PlacedWorkload[] =>
      replicas <= 0 ? [] : [{ ...namesOf(workload), cluster, replicas }];
    if (counting.kind === "each")
      return counting.required.flatMap((c) => missing(problem.clusters[c]?.name ?? "", counting.size - on(c)));
    const wanted = counting.kind === "divided" ? counting.total : counting.size * counting.clusters;
    return missing("", wanted - (placement[w] ?? []).reduce((a, b) => a + b, 0));
  });
}

function namesOf({ id }: ProblemWorkload): { readonly app: string; readonly workload: string } {
  const slash = id.indexOf("/");
  return { app: id.slice(0, slash), workload: id.slice(slash + 1) };
}

/** What each cluster's nodes carry of each resource. A replica is counted once, whichever of its pools carries it. */
export function usageOf(problem: Problem, placement: Placement): readonly Usage[] {
  const used = problem.clusters.map(() => problem.resources.map(() => 0));
  problem.workloads.forEach((workload, w) => {
    const { cluster, pools } = columnsOf(workload);
    placement[w]?.forEach((replicas, i) => {
      if (replicas === 0) return;
      const pods = workload.perNode ? nodesOf(problem, pools[i] as readonly number[]) : replicas;
      const here = used[cluster[i] as number] as number[];
      workload.demand.forEach((amount, r) => (here[r] = (here[r] as number) + amount * pods));
    });
  });
  return problem.clusters.map((cluster, c) => {
    const resource = (name: string, r: number) => {
      const capacity = cluster.pools.reduce((sum, p) => {
        const pool = problem.pools[p];
        return sum + (pool?.shape[r] ?? 0) * (pool?.count ?? 0);
      }, 0);
      return [name, { used: used[c]?.[r] as number, capacity }] as const;
    };
    return { cluster: cluster.name, resources: Object.fromEntries(problem.resources.map(resource)) };
  });
}

const nodesOf = (problem: Problem, pools: readonly number[]): number =>
  pools.reduce((sum, p) => sum + (problem.pools[p]?.count ?? 0), 0);
