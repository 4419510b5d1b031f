// The columns that stand for a placement: replicas and copies of each workload on each candidate, and the pools that carry them.
// It must not know rules or objectives.
import { ZERO, atLeast, atMost, equals, integerColumn, minus, plus, sum, times } from "../draft.ts";
import type { Draft } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { Candidate, Problem, ProblemWorkload } from "../../problem.ts";
import { fitting } from "../../build/room.ts";

/** A workload's presence on a cluster, in one situation: as planned, or with what came back after a loss. */
export interface Presence {
  readonly replicas: Linear;
  /** Most replicas that it can come to. */
  readonly most: number;
  /** By pool: the replicas that its nodes carry; a per-node workload counts 1 on each of its pools when it is there. */
  readonly byPool: ReadonlyMap<number, Linear>;
}

export interface Ground {
  readonly problem: Problem;
  readonly draft: Draft;
  /** [workload][candidate]. */
  readonly placed: readonly (readonly Presence[])[];
  /** Index of the candidate of a workload on a cluster. */
  readonly candidateOn: (workload: number, cluster: number) => number | undefined;
  /** 1 where a workload is, else 0: made when first asked for. */
  readonly there: (workload: number, candidate: number) => Linear;
}

/** Replicas of one whole copy; 1 for divided workloads, whose replicas go one by one. */
export const copySize = (workload: ProblemWorkload): number =>
  workload.counting.kind === "divided" ? 1 : workload.counting.size;

export const isWhole = (workload: ProblemWorkload): boolean => workload.counting.kind !== "divided";

export function layGround(problem: Problem, draft: Draft): Ground {
  const placed = problem.workloads.map((workload) =>
    workload.candidates.map((candidate) => presence(problem, draft, workload, candidate, largest(workload, candidate))),
  );
  const byCluster = problem.workloads.map(
    (workload) => new Map(workload.candidates.map((candidate, index) => [candidate.cluster, index])),
  );
  const known = new Map<string, Linear>();
  const there = (w: number, i: number): Linear => {
    const workload = problem.workloads[w] as ProblemWorkload;
    const { replicas, most } = placed[w]?.[i] as Presence;
    if (isWhole(workload)) return times(replicas, 1 / copySize(workload));
    let made = known.get(`${w} ${i}`);
    if (made === undefined) {
      made = most <= 1 ? replicas : integerColumn(draft, 0, 1);
      known.set(`${w} ${i}`, made);
      if (most > 1) {
        atMost(draft, minus(replicas, times(made, most)), 0);
        atLeast(draft, minus(replicas, made), 0);
      }
    }
    return made;
  };
  return { problem, draft, placed, there, candidateOn: (w, c) => byCluster[w]?.get(c) };
}

function largest({ counting }: ProblemWorkload, candidate: Candidate): number {
  if (counting.kind === "divided") return Math.min(counting.total, candidate.most);
  const wanted = counting.kind !== "each" || counting.required.includes(candidate.cluster);
  return wanted && candidate.most >= counting.size ? counting.size : 0;
}

/** Columns of up to `most` replicas on a candidate, split over its pools where there are several. */
export function presence(
  problem: Problem,
  draft: Draft,
  workload: ProblemWorkload,
  candidate: Candidate,
  most: number,
): Presence {
  if (most === 0) return { replicas: ZERO, most, byPool: new Map() };
  const size = copySize(workload);
  const [first] = candidate.pools;
  if (workload.perNode || candidate.pools.length === 1) {
    const replicas = times(integerColumn(draft, 0, most / size), size);
    const pools = workload.perNode ? candidate.pools : [first as number];
    return { replicas, most, byPool: new Map(pools.map((pool) => [pool, replicas])) };
  }
  const byPool = new Map<number, Linear>();
  for (const index of candidate.pools) {
    const pool = problem.pools[index];
    if (pool === undefined) continue;
    const room = pool.count * Math.min(workload.perNodeMost, fitting(workload.demand, pool.shape));
    byPool.set(index, integerColumn(draft, 0, Math.min(most, room)));
  }
  const all = plus(...byPool.values());
  if (!isWhole(workload) || size === 1) {
    atMost(draft, all, most);
    return { replicas: all, most, byPool };
  }
  const replicas = times(integerColumn(draft, 0, 1), size);
  equals(draft, minus(all, replicas), 0);
  return { replicas, most, byPool };
}

/** Σ replicas of a workload over the candidates whose cluster is in a set. */
export function replicasOn(ground: Ground, workload: number, clusters: ReadonlySet<number>): Linear {
  const { candidates } = ground.problem.workloads[workload] as ProblemWorkload;
  return sum(
    candidates.flatMap((candidate, i) =>
      clusters.has(candidate.cluster) ? [[(ground.placed[workload]?.[i] as Presence).replicas, 1] as const] : [],
    ),
  );
}

export const allReplicas = (ground: Ground, workload: number): Linear =>
  plus(...(ground.placed[workload] ?? []).map((presence) => presence.replicas));
