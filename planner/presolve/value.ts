// What a placement is worth: every term of the objective, computed from the problem alone, as a third opinion beside the encoded rows and
// the checker. It must not know how a placement was found.
import { columnsOf } from "../columns.ts";
import type { CandidateColumns } from "../columns.ts";
import type { ObjectiveTerm, Placement, Problem, ProblemWorkload } from "../problem.ts";

/** Values by `Problem.objectives`, in the units that are reported (latency in milliseconds). */
export function valuesOf(problem: Problem, placement: Placement): readonly number[] {
  const stands = standing(placement);
  return problem.objectives.map((term) => valueOf(problem, placement, stands, term));
}

/** By workload: candidates with replicas. Of a million few have any, and every term asks for those. */
type Standing = readonly (readonly number[])[];

function standing(placement: Placement): Standing {
  return placement.map((counts) => {
    const there: number[] = [];
    for (let i = 0; i < counts.length; i++) if ((counts[i] as number) > 0) there.push(i);
    return there;
  });
}

function valueOf(problem: Problem, placement: Placement, stands: Standing, term: ObjectiveTerm): number {
  switch (term.name) {
    case "unplaced":
      return perWorkload(problem, (workload, w) =>
        workload.optional && workload.priority === term.priority ? wantedOf(workload) - total(placement[w]) : 0,
      );
    case "moves":
      return perWorkload(problem, movedOf(placement));
    case "preference":
      return weighted(problem, placement, stands, ({ preference }, i) => preference[i] as number);
    case "cost":
      return weighted(problem, placement, stands, ({ cost }, i) => cost[i] as number);
    case "score":
      return weighted(problem, placement, stands, ({ scores }, i) => scores[i]?.[term.index] ?? 0);
    case "latency":
      return latencyOf(problem, placement) / 1000;
    case "clusters":
      return clustersOf(problem, placement);
    case "imbalance":
      return shares(problem, placement, stands).reduce((most, share) => Math.max(most, share), 0);
  }
}

/** Replicas of a workload that leave where they run. There may be a million places: hence the loop. */
const movedOf =
  (placement: Placement) =>
  (workload: ProblemWorkload, w: number): number => {
    const { before } = columnsOf(workload);
    const counts = placement[w];
    let sum = workload.leaving;
    for (let i = 0; i < before.length; i++)
      if ((before[i] as number) > 0) sum += Math.max(0, (before[i] as number) - (counts?.[i] ?? 0));
    return sum;
  };

/** Replicas of a workload when nothing of it is left out. */
export function wantedOf({ counting }: ProblemWorkload): number {
  if (counting.kind === "divided") return counting.total;
  return counting.size * (counting.kind === "copies" ? counting.clusters : counting.required.length);
}

/** Choice by choice, replicas that newly come to a later one: the terms that `then` puts right after `unplaced`. */
export function choicesOf(problem: Problem, placement: Placement): readonly number[] {
  const rules = problem.rules.filter((rule) => rule.kind === "choices");
  const depth = Math.max(0, ...rules.map((rule) => rule.choices.length));
  return Array.from({ length: Math.max(0, depth - 1) }, (_, level) =>
    rules.reduce((sum, { workload, choices }) => {
      const earlier = new Set(choices.slice(0, level + 1).flat());
      const later = new Set(
        choices
          .slice(level + 1)
          .flat()
          .filter((c) => !earlier.has(c)),
      );
      const { cluster, before } = columnsOf(problem.workloads[workload] as ProblemWorkload);
      return cluster.reduce((part, c, i) => {
        const more = (placement[workload]?.[i] ?? 0) - (before[i] as number);
        return part + (later.has(c) ? Math.max(0, more) : 0);
      }, sum);
    }, 0),
  );
}

const total = (counts: readonly number[] | undefined): number => (counts ?? []).reduce((a, b) => a + b, 0);

const perWorkload = (problem: Problem, of: (workload: ProblemWorkload, w: number) => number): number =>
  problem.workloads.reduce((sum, workload, w) => sum + of(workload, w), 0);

function weighted(
  problem: Problem,
  placement: Placement,
  stands: Standing,
  weight: (columns: CandidateColumns, i: number) => number,
): number {
  let sum = 0;
  problem.workloads.forEach((workload, w) => {
    const columns = columnsOf(workload);
    const counts = placement[w] as readonly number[];
    for (const i of stands[w] as readonly number[]) sum += (counts[i] as number) * weight(columns, i);
  });
  return sum;
}

/** Clusters where a workload is. */
export function presentOn(problem: Problem, placement: Placement, w: number): readonly number[] {
  const { cluster } = columnsOf(problem.workloads[w] as ProblemWorkload);
  return (placement[w] ?? []).flatMap((replicas, i) => (replicas > 0 ? [cluster[i] as number] : []));
}

function latencyOf(problem: Problem, placement: Placement): number {
  let sum = 0;
  for (const { from, to } of problem.latencies) {
    const targets = new Set(to.flatMap((w) => presentOn(problem, placement, w)));
    const { cluster } = columnsOf(problem.workloads[from] as ProblemWorkload);
    placement[from]?.forEach((replicas, i) => {
      if (replicas > 0) sum += replicas * nearest(problem, cluster[i] as number, targets);
    });
  }
  return sum;
}

/** Microseconds from a cluster to the nearest of some; `far` when there is none. */
export function nearest(problem: Problem, cluster: number, targets: ReadonlySet<number>): number {
  if (targets.has(cluster)) return 0;
  let least = problem.far;
  const row = problem.distance[cluster] ?? [];
  for (const target of targets) least = Math.min(least, row[target] ?? problem.far);
  return least;
}

function clustersOf(problem: Problem, placement: Placement): number {
  return new Set(problem.workloads.flatMap((_, w) => presentOn(problem, placement, w))).size;
}

/** Used / capacity of every resource of every cluster, cluster by cluster. */
export const sharesOf = (problem: Problem, placement: Placement): Float64Array =>
  shares(problem, placement, standing(placement));

function shares(problem: Problem, placement: Placement, stands: Standing): Float64Array {
  const { resources, clusters, pools } = problem;
  const count = resources.length;
  const used = new Float64Array(clusters.length * count);
  const capacity = new Float64Array(clusters.length * count);
  for (const pool of pools)
    for (let r = 0; r < count; r++)
      capacity[pool.cluster * count + r] =
        (capacity[pool.cluster * count + r] as number) + pool.count * (pool.shape[r] as number);
  problem.workloads.forEach((workload, w) => {
    const columns = columnsOf(workload);
    const counts = placement[w] ?? [];
    for (const i of stands[w] ?? []) {
      const replicas = counts[i] as number;
      const own = columns.pools[i] as readonly number[];
      const pods = workload.perNode ? own.reduce((sum, p) => sum + (pools[p]?.count ?? 0), 0) : replicas;
      for (let r = 0; r < count; r++) {
        const at = (columns.cluster[i] as number) * count + r;
        used[at] = (used[at] as number) + pods * (workload.demand[r] as number);
      }
    }
  });
  return used.map((amount, at) => (amount === 0 ? 0 : amount / Math.max(1e-300, capacity[at] as number)));
}
