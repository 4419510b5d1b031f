// What rules say of each workload, in numbers that can be asked step by step: its own counts, and who is tied to whom. It must not know how
// anything is placed.
import type { ProblemWorkload, Rule } from "../../problem.ts";
import type { Compact } from "../compact.ts";

/** A promise about one workload's own counts. Arrays are by its candidates, in its own order. */
export type Own =
  | {
      readonly kind: "spread";
      /** −1: in no group. */
      readonly groupOf: Int32Array;
      readonly groups: number;
      /** Replicas; undefined: steps differ by at most one. */
      readonly max: number | undefined;
    }
  | { readonly kind: "clusters"; readonly many: number }
  /** @property missing Whether a share is of a cluster that is no candidate. */
  | {
      readonly kind: "shares";
      readonly weight: Float64Array;
      readonly total: number;
      readonly missing: readonly number[];
    };

export interface Near {
  readonly workload: number;
  readonly of: readonly number[];
  readonly reach: readonly (readonly number[])[];
}

export interface Apart {
  readonly other: number;
  /** By cluster. */
  readonly groupOf: Int32Array;
  /** By candidate of the other. */
  readonly ofOther: Int32Array;
  readonly groups: number;
}

export interface Bonds {
  readonly own: (w: number) => readonly Own[];
  /** What it must be near to, and what must be near to it. */
  readonly nears: (w: number) => readonly Near[];
  readonly followed: (w: number) => readonly Near[];
  readonly aparts: (w: number) => readonly Apart[];
  /** All that must be on the same clusters, itself among them. */
  readonly together: (w: number) => readonly number[] | undefined;
  /** Workloads that rules tie to this one, without itself. */
  readonly tied: (w: number) => readonly number[];
  /** Candidate of a workload on a cluster, or −1. */
  readonly at: (w: number, cluster: number) => number;
  /** Whether a linear row speaks of it that leaving may break. */
  readonly awkward: (w: number) => boolean;
}

export function newBonds(compact: Compact): Bonds {
  const { problem, candidateStart, cluster } = compact;
  const own = new Map<number, Own[]>();
  const nears = new Map<number, Near[]>();
  const followed = new Map<number, Near[]>();
  const aparts = new Map<number, Apart[]>();
  const together = new Map<number, readonly number[]>();
  const tied = new Map<number, Set<number>>();
  const awkward = new Set<number>();
  const tie = (workloads: readonly number[]): void => {
    for (const w of workloads) for (const other of workloads) if (other !== w) put(tied, w).add(other);
  };
  const put = (map: Map<number, Set<number>>, w: number): Set<number> => {
    const known = map.get(w) ?? new Set();
    map.set(w, known);
    return known;
  };
  const places: (Int32Array | undefined)[] = problem.workloads.map(() => undefined);
  const placesOf = (w: number): Int32Array => {
    const known = places[w];
    if (known !== undefined) return known;
    const made = new Int32Array(problem.clusters.length).fill(-1);
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      made[cluster[c] as number] = c;
    return (places[w] = made);
  };
  problem.workloads.forEach((workload: ProblemWorkload, w) => {
    const { counting } = workload;
    if (counting.kind === "divided" && counting.clusters !== undefined)
      add(own, w, { kind: "clusters", many: counting.clusters });
  });
  const groupsOf = newGroups(problem.clusters.length);
  const byCandidate = (w: number, of: Int32Array): Int32Array =>
    cluster.slice(candidateStart[w], candidateStart[w + 1]).map((at) => of[at] as number);
  const speak = (rule: Rule): void => {
    switch (rule.kind) {
      case "spread": {
        const of = groupsOf(rule.groups);
        const groupOf = byCandidate(rule.workload, of);
        add(own, rule.workload, { kind: "spread", groupOf, groups: rule.groups.length, max: rule.max });
        return;
      }
      case "shares": {
        const weight = new Float64Array(
          (candidateStart[rule.workload + 1] as number) - (candidateStart[rule.workload] as number),
        );
        const missing: number[] = [];
        for (const share of rule.shares) {
          const c = placesOf(rule.workload)[share.cluster] as number;
          if (c < 0) missing.push(share.weight);
          else weight[c - (candidateStart[rule.workload] as number)] = share.weight;
        }
        const total = rule.shares.reduce((sum, share) => sum + share.weight, 0);
        add(own, rule.workload, { kind: "shares", weight, total, missing });
        return;
      }
      case "near": {
        const near = { workload: rule.workload, of: rule.of.filter((w) => w >= 0), reach: rule.reach };
        add(nears, rule.workload, near);
        for (const target of near.of) add(followed, target, near);
        tie([...new Set([rule.workload, ...near.of])]);
        return;
      }
      case "apart": {
        const groupOf = groupsOf(rule.groups);
        const groups = rule.groups.length;
        add(aparts, rule.a, { other: rule.b, groupOf, ofOther: byCandidate(rule.b, groupOf), groups });
        add(aparts, rule.b, { other: rule.a, groupOf, ofOther: byCandidate(rule.a, groupOf), groups });
        tie([rule.a, rule.b]);
        return;
      }
      case "together": {
        const before = rule.workloads.flatMap((w) => together.get(w) ?? [w]);
        const all = [...new Set(before)].sort((a, b) => a - b);
        for (const w of all) together.set(w, all);
        tie(all);
        return;
      }
      case "cut":
        if (rule.terms.some(({ coefficient }) => coefficient < 0))
          for (const { workload } of rule.terms) awkward.add(workload);
        return;
      case "survive":
      case "choices":
        return;
    }
  };
  for (const rule of problem.rules) speak(rule);
  const lists = new Map([...tied].map(([w, others]) => [w, [...others].sort((a, b) => a - b)]));
  return {
    own: (w) => own.get(w) ?? [],
    nears: (w) => nears.get(w) ?? [],
    followed: (w) => followed.get(w) ?? [],
    aparts: (w) => aparts.get(w) ?? [],
    together: (w) => together.get(w),
    tied: (w) => lists.get(w) ?? [],
    at: (w, at) => placesOf(w)[at] as number,
    awkward: (w) => awkward.has(w),
  };
}

function add<T>(map: Map<number, T[]>, w: number, value: T): void {
  const known = map.get(w);
  if (known === undefined) map.set(w, [value]);
  else known.push(value);
}

/** The group of each cluster, or −1; rules share their lists of groups. */
function newGroups(clusters: number): (groups: readonly (readonly number[])[]) => Int32Array {
  const known = new Map<readonly (readonly number[])[], Int32Array>();
  return (groups) => {
    const before = known.get(groups);
    if (before !== undefined) return before;
    const made = new Int32Array(clusters).fill(-1);
    groups.forEach((group, g) => group.forEach((at) => (made[at] = g)));
    known.set(groups, made);
    return made;
  };
}
