// How many replicas there must be, and what their nodes bear. It must not know rules between workloads.
import { atMost, constant, equals, plus, restrict, sum, times } from "../draft.ts";
import type { Draft } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { Because, Problem, ProblemWorkload } from "../../problem.ts";
import { allReplicas, copySize, isWhole } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";

/** Each workload's count: exactly so many, or at most so many when it is optional. */
export function encodeCounts(ground: Ground): void {
  ground.problem.workloads.forEach((workload, w) => {
    const { counting, because } = workload;
    const wanted = wantedReplicas(workload);
    const least = workload.optional ? 0 : wanted;
    restrict(ground.draft, allReplicas(ground, w), least, wanted, because);
    if (counting.kind === "each" && !workload.optional)
      for (const cluster of counting.required) {
        const i = ground.candidateOn(w, cluster);
        const there = i === undefined ? constant(0) : (ground.placed[w]?.[i] as Presence).replicas;
        equals(ground.draft, there, counting.size, because);
      }
    if (counting.kind === "divided" && counting.clusters !== undefined) {
      const used = plus(...workload.candidates.map((_, i) => ground.there(w, i)));
      restrict(ground.draft, used, workload.optional ? 0 : counting.clusters, counting.clusters, because);
    }
  });
}

/** Replicas of a workload when nothing of it is left out. */
export function wantedReplicas({ counting }: ProblemWorkload): number {
  if (counting.kind === "divided") return counting.total;
  return counting.size * (counting.kind === "copies" ? counting.clusters : counting.required.length);
}

/** What is on one pool: workloads with the replicas that its nodes carry. */
export type PoolLoad = ReadonlyMap<number, readonly { readonly workload: number; readonly carried: Linear }[]>;

export function loadOf(problem: Problem, placed: readonly (readonly Presence[])[]): PoolLoad {
  const load = new Map<number, { workload: number; carried: Linear }[]>();
  problem.workloads.forEach((_, w) => {
    for (const { byPool } of placed[w] ?? [])
      for (const [pool, carried] of byPool) {
        const entries = load.get(pool);
        if (entries === undefined) load.set(pool, [{ workload: w, carried }]);
        else entries.push({ workload: w, carried });
      }
  });
  return load;
}

/** What a cluster's pods use of a resource. */
export function usedOn(problem: Problem, load: PoolLoad, cluster: number, resource: number): Linear {
  const parts: (readonly [Linear, number])[] = [];
  for (const index of problem.clusters[cluster]?.pools ?? [])
    for (const { workload, carried } of load.get(index) ?? []) {
      const { demand, perNode } = problem.workloads[workload] as ProblemWorkload;
      const pods = perNode ? (problem.pools[index]?.count ?? 0) : 1;
      parts.push([carried, (demand[resource] as number) * pods]);
    }
  return sum(parts);
}

/** Every resource and host port of every pool holds what it carries. */
export function encodeCapacity(problem: Problem, draft: Draft, load: PoolLoad, facts: readonly Because[]): void {
  for (const [index, entries] of [...load].sort(([a], [b]) => a - b)) {
    const pool = problem.pools[index];
    if (pool === undefined) continue;
    const because = facts[pool.cluster];
    const pods = (workload: ProblemWorkload): number => (workload.perNode ? pool.count : 1);
    const of = (entry: { workload: number }): ProblemWorkload => problem.workloads[entry.workload] as ProblemWorkload;
    pool.shape.forEach((amount, resource) => {
      const used = sum(
        entries.map((entry) => [entry.carried, (of(entry).demand[resource] as number) * pods(of(entry))]),
      );
      if (used.columns.length === 0) return;
      atMost(draft, used, amount * pool.count, because);
      for (let parts = 2; parts <= 5; parts++) {
        const whole = (entry: { workload: number }): number =>
          wholeParts(of(entry).demand[resource] as number, amount, parts);
        if (!entries.some((entry) => whole(entry) * amount > (of(entry).demand[resource] as number) * (parts - 1)))
          continue;
        const count = sum(entries.map((entry) => [entry.carried, whole(entry) * pods(of(entry))]));
        atMost(draft, count, (parts - 1) * pool.count, because);
      }
    });
    for (const port of new Set(entries.flatMap((entry) => of(entry).hostPorts))) {
      const users = entries.filter((entry) => of(entry).hostPorts.includes(port));
      atMost(draft, sum(users.map((entry) => [entry.carried, pods(of(entry))])), pool.count, because);
    }
  }
}

/**
 * How many whole parts of a node, cut into `parts`, a pod takes for sure: ⌈parts × demand / node⌉ − 1. Pods of one node take at most
 * parts − 1 together (Chvátal's rounding), which sees that a node holds one pod of more than half of it, two of more than a third.
 */
const wholeParts = (demand: number, node: number, parts: number): number =>
  demand === 0 || node === 0 ? 0 : Math.ceil((parts * demand) / node - 1e-9) - 1;

/** Copies of whole workloads, replicas of divided ones: what spreads and counts compare. */
export const countOf = (workload: ProblemWorkload, replicas: Linear): Linear =>
  isWhole(workload) ? times(replicas, 1 / copySize(workload)) : replicas;
