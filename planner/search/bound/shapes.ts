// What binds one workload by itself beyond its total: groups of clusters with least and most counts (`spread`, `on … weight`), and a number of
// clusters. It must not know prices, rows, or other workloads.
import type { Compact } from "../compact.ts";

/** Replicas in each group of candidates: at least `low`, at most `high`. */
export interface Grouping {
  readonly groups: number;
  /** By candidate of the workload: its group, or −1. */
  readonly groupOf: Int32Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface Shape {
  readonly groupings: readonly Grouping[];
  /** On exactly so many clusters; 0 where that is not asked. */
  readonly clusters: number;
}

const known = new WeakMap<Compact, readonly (Shape | undefined)[]>();

/** By workload; undefined where only its total binds it. */
export function shapesOf(compact: Compact): readonly (Shape | undefined)[] {
  const found = known.get(compact) ?? make(compact);
  known.set(compact, found);
  return found;
}

function make(compact: Compact): readonly (Shape | undefined)[] {
  const { problem } = compact;
  const groupings: Grouping[][] = problem.workloads.map(() => []);
  for (const rule of problem.rules) {
    if (rule.kind === "shares") groupings[rule.workload]?.push(sharing(compact, rule.workload, rule.shares));
    if (rule.kind !== "spread") continue;
    const bounds = spreading(compact, rule.workload, rule.groups.length, rule.max);
    if (bounds !== undefined) groupings[rule.workload]?.push(grouping(compact, rule.workload, rule.groups, bounds));
  }
  return problem.workloads.map((workload, w) => {
    const { counting, optional } = workload;
    const many = counting.kind === "divided" && !optional ? (counting.clusters ?? 0) : 0;
    const own = groupings[w] as Grouping[];
    // One cluster is a choice of its own (`Arcs.single`), and several groups at once are looked at one by one.
    return own.length === 0 && many < 2 ? undefined : { groupings: own, clusters: many < 2 ? 0 : many };
  });
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Counts that differ by at most one are the mean, rounded either way; of what may stay out, only the upper one is sure. */
function spreading(compact: Compact, w: number, groups: number, max: number | undefined): Bounds | undefined {
  const size = compact.step[w] as number;
  if (max !== undefined) return { low: 0, high: Math.floor(max / size) * size };
  if (groups < 2) return undefined;
  const mean = (compact.wanted[w] as number) / groups;
  const optional = compact.problem.workloads[w]?.optional === true;
  return { low: optional ? 0 : Math.floor(mean) * size, high: Math.ceil(mean) * size };
}

function grouping(compact: Compact, w: number, lists: readonly (readonly number[])[], { low, high }: Bounds): Grouping {
  const groups = new Map(lists.flatMap((list, g) => list.map((cluster) => [cluster, g] as const)));
  return {
    groups: lists.length,
    groupOf: byCandidate(compact, w, (cluster) => groups.get(cluster) ?? -1),
    low: new Float64Array(lists.length).fill(low),
    high: new Float64Array(lists.length).fill(high),
  };
}

function sharing(
  compact: Compact,
  w: number,
  shares: readonly { readonly cluster: number; readonly weight: number }[],
): Grouping {
  const all = shares.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = (compact.wanted[w] as number) * (compact.step[w] as number);
  const optional = compact.problem.workloads[w]?.optional === true;
  const exact = shares.map(({ weight }) => (wanted * weight) / all);
  const index = new Map(shares.map(({ cluster }, g) => [cluster, g]));
  return {
    groups: shares.length,
    groupOf: byCandidate(compact, w, (cluster) => index.get(cluster) ?? -1),
    low: Float64Array.from(exact, (share) => (optional ? 0 : Math.floor(share + 1e-9))),
    high: Float64Array.from(exact, (share) => Math.ceil(share - 1e-9)),
  };
}

function byCandidate({ candidateStart, cluster }: Compact, w: number, of: (cluster: number) => number): Int32Array {
  return Int32Array.from(cluster.subarray(candidateStart[w], candidateStart[w + 1]), of);
}
