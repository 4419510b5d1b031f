// What a placement is worth: every term of the objective, computed from the problem alone, as a third opinion beside the encoded rows and
// the checker. It must not know how a placement was found.
import type { ObjectiveTerm, Placement, Problem, ProblemWorkload } from "../problem.ts";

/** Values by `Problem.objectives`, in the units that are reported (latency in milliseconds). */
export function valuesOf(problem: Problem, placement: Placement): readonly number[] {
  return problem.objectives.map((term) => valueOf(problem, placement, term));
}

function valueOf(problem: Problem, placement: Placement, term: ObjectiveTerm): number {
  switch (term.name) {
    case "unplaced":
      return perWorkload(problem, (workload, w) =>
        workload.optional && workload.priority === term.priority ? wantedOf(workload) - total(placement[w]) : 0,
      );
    case "moves":
      return perWorkload(problem, (workload, w) =>
        workload.candidates.reduce(
          (sum, { before }, i) => sum + Math.max(0, before - (placement[w]?.[i] ?? 0)),
          workload.leaving,
        ),
      );
    case "preference":
      return weighted(problem, placement, (candidate) => candidate.preference);
    case "cost":
      return weighted(problem, placement, (candidate) => candidate.cost);
    case "score":
      return weighted(problem, placement, (candidate) => candidate.scores[term.index] ?? 0);
    case "latency":
      return latencyOf(problem, placement) / 1000;
    case "clusters":
      return clustersOf(problem, placement);
    case "imbalance":
      return sharesOf(problem, placement).reduce((most, share) => Math.max(most, share), 0);
  }
}

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
      const own = problem.workloads[workload] as ProblemWorkload;
      return own.candidates.reduce(
        (part, { cluster, before }, i) =>
          part + (later.has(cluster) ? Math.max(0, (placement[workload]?.[i] ?? 0) - before) : 0),
        sum,
      );
    }, 0),
  );
}

const total = (counts: readonly number[] | undefined): number => (counts ?? []).reduce((a, b) => a + b, 0);

const perWorkload = (problem: Problem, of: (workload: ProblemWorkload, w: number) => number): number =>
  problem.workloads.reduce((sum, workload, w) => sum + of(workload, w), 0);

function weighted(
  problem: Problem,
  placement: Placement,
  weight: (candidate: ProblemWorkload["candidates"][number]) => number,
): number {
  let sum = 0;
  problem.workloads.forEach(({ candidates }, w) => {
    const counts = placement[w] as readonly number[];
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i] as number;
      if (count > 0) sum += count * weight(candidates[i] as ProblemWorkload["candidates"][number]);
    }
  });
  return sum;
}

/** Clusters where a workload is. */
export function presentOn(problem: Problem, placement: Placement, w: number): readonly number[] {
  return (problem.workloads[w]?.candidates ?? []).flatMap(({ cluster }, i) =>
    (placement[w]?.[i] ?? 0) > 0 ? [cluster] : [],
  );
}

function latencyOf(problem: Problem, placement: Placement): number {
  let sum = 0;
  for (const { from, to } of problem.latencies) {
    const targets = new Set(to.flatMap((w) => presentOn(problem, placement, w)));
    problem.workloads[from]?.candidates.forEach(({ cluster }, i) => {
      const replicas = placement[from]?.[i] ?? 0;
      if (replicas > 0) sum += replicas * nearest(problem, cluster, targets);
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
export function sharesOf(problem: Problem, placement: Placement): Float64Array {
  const { resources, clusters, pools } = problem;
  const count = resources.length;
  const used = new Float64Array(clusters.length * count);
  const capacity = new Float64Array(clusters.length * count);
  for (const pool of pools)
    for (let r = 0; r < count; r++)
      capacity[pool.cluster * count + r] =
        (capacity[pool.cluster * count + r] as number) + pool.count * (pool.shape[r] as number);
  problem.workloads.forEach(({ candidates, demand, perNode }, w) =>
    candidates.forEach((candidate, i) => {
      const replicas = placement[w]?.[i] ?? 0;
      if (replicas === 0) return;
      const pods = perNode ? candidate.pools.reduce((sum, p) => sum + (pools[p]?.count ?? 0), 0) : replicas;
      for (let r = 0; r < count; r++) {
        const at = candidate.cluster * count + r;
        used[at] = (used[at] as number) + pods * (demand[r] as number);
      }
    }),
  );
  return used.map((amount, at) => (amount === 0 ? 0 : amount / Math.max(1e-300, capacity[at] as number)));
}
