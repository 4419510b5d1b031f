// The placement problem: integers and constraint families, between the IR's words and the solvers' numbers. Every constraint keeps
// `because`, so that any refusal can point at the user's own words. It must not know solvers, objects, or how a row is encoded.
import type { Span } from "../grammar/index.ts";
import type { Beside } from "./beside.ts";
import type { Clock } from "./clock.ts";

/** Why a constraint or a term is there: the words that caused it, and what to call them in a sentence. */
export interface Because {
  /** `run upf where gpu`, `forbid …`, `cluster paris has 4 nodes of 16 cpu`: for people. */
  readonly text: string;
  readonly span?: Span;
  /** Whether it is an intent of the user (may be named in a conflict) or a fact of the fleet. */
  readonly kind: "intent" | "fleet";
}

export interface ProblemPool {
  readonly cluster: number;
  readonly name: string;
  readonly count: number;
  /**
   * Free amount of one node by resource index (`Problem.resources`), the fleet's reserve already taken off: of every resource of every
   * node (pods and pieces too) `amount − floor(amount × reserve)`.
   */
  readonly shape: readonly number[];
}

export interface ProblemCluster {
  readonly name: string;
  readonly pools: readonly number[];
  /** Value of each spread key (`zone` → `paris-1`); absent: the cluster lacks the label. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One place that a workload may go, after every condition, taint and acceptance; what was ruled out is in `Problem.ruledOut`. */
export interface Candidate {
  readonly cluster: number;
  /** Pools that one of its pods can run on. */
  readonly pools: readonly number[];
  /** Most replicas that the cluster alone could hold, by the per-node bound of the empty pools (an upper bound). */
  readonly most: number;
  /** Price an hour of one replica (cost term). */
  readonly cost: number;
  /** Σ weights of `prefer` that are missed here, shares aside. */
  readonly preference: number;
  /** Replicas in force before this plan (0: none; a per-node workload that is there: 1). */
  readonly before: number;
  /** Score of user placement controllers, in the order of `Problem.objectives`' `score` terms. */
  readonly scores: readonly number[];
}

/** How the replicas of a workload are counted. `size` is the replicas of one whole copy. */
export type Counting =
  | { readonly kind: "copies"; readonly clusters: number; readonly size: number }
  /** A copy of `size` on each of `required` (indices of clusters, whether or not they are candidates). */
  | { readonly kind: "each"; readonly size: number; readonly required: readonly number[] }
  | { readonly kind: "divided"; readonly total: number; readonly clusters?: number };

export interface ProblemWorkload {
  readonly id: string;
  readonly counting: Counting;
  /** Demand of one pod by resource index. */
  readonly demand: readonly number[];
  /** DaemonSet: `demand` on every node of every candidate pool of a chosen cluster. */
  readonly perNode: boolean;
  /** Each copy alone may stay unplaced. */
  readonly optional: boolean;
  readonly priority: number;
  readonly candidates: readonly Candidate[];
  /** Replicas in force before this plan on clusters that are no candidates any more: moves whatever is decided. */
  readonly leaving: number;
  /** Most pods of this workload on one node (its own anti-affinity by hostname, host ports): Infinity when unbound. */
  readonly perNodeMost: number;
  /** Host ports (`TCP/80`), that two pods on one node may not share. */
  readonly hostPorts: readonly string[];
  readonly because: Because;
}

/**
 * Constraint families over x[w][c], the replicas of workload w on cluster c, and "is there": x > 0.
 * Where counts are compared, a divided workload counts replicas and a whole one (`copies`, `each`, per node) counts copies; `max` and
 * `keeping` are replicas of either.
 */
export type Rule =
  /**
   * Counts among the values of `key` (groups: candidate clusters by value) differ by at most one, or are at most `max`. A value can be
   * used when it has a candidate; a cluster without the label is no candidate at all, since what runs there could not be counted.
   */
  | {
      readonly kind: "spread";
      readonly workload: number;
      readonly groups: readonly (readonly number[])[];
      readonly max?: number;
      readonly because: Because;
    }
  /** Wherever `workload` is, one of `of` is in one of `reach[cluster]` (`with`: the cluster itself; connectivity none: the same). */
  | {
      readonly kind: "near";
      readonly workload: number;
      readonly of: readonly number[];
      readonly reach: readonly (readonly number[])[];
      /** Microseconds that `reach` stands for; absent: the cluster itself. */
      readonly within?: number;
      readonly because: Because;
    }
  /** Not both in one group of clusters. A cluster that lacks the label is a group of its own. */
  | {
      readonly kind: "apart";
      readonly a: number;
      readonly b: number;
      readonly groups: readonly (readonly number[])[];
      readonly because: Because;
    }
  /** All on the same clusters (shared claims); of what is optional, either no copy is placed or all are. */
  | { readonly kind: "together"; readonly workloads: readonly number[]; readonly because: Because }
  /**
   * After losing any `count` of `groups` (all clusters of each; a cluster that lacks the label is a group of its own), at least `keeping`
   * replicas run on what is left, and what was lost fits beside the rest, nothing else moved. "Fits" is room on candidates (whole copies
   * stay whole and go where none of their workload is); a loss hits everything at once: for each loss, what every `survive` rule with a
   * loss at least as large promises must fit together. An optional workload keeps this promise for what is placed.
   */
  | {
      readonly kind: "survive";
      readonly workload: number;
      readonly groups: readonly (readonly number[])[];
      readonly count: number;
      readonly keeping: number;
      readonly because: Because;
    }
  /**
   * As many as fit on `choices[0]`, the rest on the next: right after `unplaced`, choice by choice, the sum over all such workloads of
   * max(0, replicas after − before) per cluster beyond that choice is least (what already runs on a later choice may stay).
   */
  | {
      readonly kind: "choices";
      readonly workload: number;
      readonly choices: readonly (readonly number[])[];
      readonly because: Because;
    }
  /** Counts follow the weights: |count − placed × weight / Σ weights| < 1 for each cluster. */
  | {
      readonly kind: "shares";
      readonly workload: number;
      readonly shares: readonly { readonly cluster: number; readonly weight: number }[];
      readonly because: Because;
    }
  /** Linear row over x (and `there`), from a packing that failed or a user's controller: Σ coefficient·x[w][c] ≤ most. */
  | {
      readonly kind: "cut";
      readonly terms: readonly { readonly workload: number; readonly cluster: number; readonly coefficient: number }[];
      readonly most: number;
      readonly because: Because;
    };

/**
 * What the nodes of one cluster can not hold together, learnt from packing: not every workload at once with at least (`exactly`: with
 * just) so many replicas. A loss that is survived may not come to it either.
 */
export interface NodeCut {
  readonly cluster: number;
  readonly counts: readonly { readonly workload: number; readonly replicas: number }[];
  readonly exactly: boolean;
}

/**
 * Latency of `from`'s replicas to the nearest of `to` (`allow a -> b`, soft `near`), in microseconds; unreachable or none placed: `far`.
 * Pairs are distinct; several soft `near` to one list are one pair. The objective is reported in milliseconds.
 */
export interface LatencyPair {
  readonly from: number;
  readonly to: readonly number[];
}

/**
 * unplaced: replicas (copies of per-node workloads) of this priority left out. imbalance: the highest used / capacity of any resource on
 * any cluster, reserve taken off. cost: an hour, in the fleet's money; a whole unit is a CPU, a GiB of what is counted in bytes, a piece.
 */
export type ObjectiveTerm =
  | { readonly name: "unplaced"; readonly priority: number }
  | { readonly name: "moves" | "preference" | "latency" | "cost" | "clusters" | "imbalance" }
  | { readonly name: "score"; readonly index: number; readonly title: string };

/** Clusters that a workload can not use, all for the same reasons; each cluster is in one entry of its workload at most. */
export interface RuledOut {
  readonly workload: number;
  readonly clusters: readonly number[];
  readonly because: readonly Because[];
}

export interface Problem {
  /** Kubernetes resource names; `cpu` first, then sorted. */
  readonly resources: readonly string[];
  readonly clusters: readonly ProblemCluster[];
  readonly pools: readonly ProblemPool[];
  readonly workloads: readonly ProblemWorkload[];
  readonly rules: readonly Rule[];
  readonly latencies: readonly LatencyPair[];
  /** distance[c][d] in microseconds, `far` where there is no path. Empty when nothing asks for distances. */
  readonly distance: readonly (readonly number[])[];
  /** One more than the longest path between two clusters. */
  readonly far: number;
  /** Lexicographic, most important first. */
  readonly objectives: readonly ObjectiveTerm[];
  readonly ruledOut: readonly RuledOut[];
}

/** x[w][i]: replicas of workload w on its i-th candidate. For `perNode` workloads 1 means "there". */
export type Placement = readonly (readonly number[])[];

/** After a loss: what comes back where (candidates by index); all else that is not lost stays as planned. */
export interface AfterLoss {
  readonly lost: readonly number[];
  readonly back: readonly { readonly workload: number; readonly candidate: number; readonly replicas: number }[];
}

export interface SolveOptions {
  /** Relative gap at which a search may stop (0: prove optimality). */
  readonly gap: number;
  /** Milliseconds, measured by the caller's `now`; Infinity: `place` counts steps instead, and no clock decides. */
  readonly timeLimit: number;
  readonly seed: number;
  /** `auto`, `javascript-lp-solver`, `highs`, `search`. */
  readonly solver: string;
  /** The caller's clock, in milliseconds: the planner itself has none. One that counts steps is told of the work that is done. */
  readonly now: Clock;
  /** Asked between steps; true ends the search with the best so far. */
  readonly stopped: () => boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Another thread, where there is one. */
  readonly beside?: Beside | undefined;
}

/** What a solver has so far: of the term that it minimises, or of the first that is not proven. */
export interface Progress {
  readonly solver: string;
  readonly term?: string;
  readonly incumbent?: number;
  readonly bound?: number;
  readonly gap?: number;
  /** Of the whole problem: every term, where the bounds of all are known. */
  readonly objective?: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  /** The placement that it speaks of, when there is a whole one; not asked whether single nodes take it. */
  readonly placement?: () => Placement;
}

export type Solution =
  | {
      readonly status: "optimal" | "feasible";
      readonly placement: Placement;
      readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
      /** Of the first term that has one. */
      readonly gap: number;
      readonly solver: string;
    }
  | { readonly status: "infeasible"; readonly solver: string }
  | { readonly status: "unknown"; readonly solver: string };
