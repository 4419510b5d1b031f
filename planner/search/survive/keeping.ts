// How many replicas of a workload that survives losses may be in one place, so that the worst loss leaves as many as are promised. It must
// not know rooms, or where anything comes back.
import { promisesOf } from "../../solver/losses.ts";
import type { Compact } from "../compact.ts";

/** Of a wish for more replicas on a candidate, what the promises allow beside what is placed (replicas by candidate). */
export type Allowance = (on: Int32Array, candidate: number, wish: number) => number;

interface Promised {
  /** By cluster: its group, or −1. */
  readonly groupOf: Int32Array;
  readonly count: number;
  readonly keeping: number;
  /** Whether every group is one cluster. */
  readonly single: boolean;
}

export interface Keeping {
  readonly survives: (w: number) => boolean;
  readonly allows: Allowance;
  /** Whether what is placed of a workload keeps its promises; nothing placed promises nothing. */
  readonly holds: (on: Int32Array, w: number) => boolean;
}

/** Undefined where no rule speaks of losses. */
export function newKeeping(compact: Compact): Keeping | undefined {
  const { problem, candidateStart, cluster, workloadOf, wanted, step } = compact;
  const promised = problem.workloads.map((): Promised[] => []);
  for (const { groups, count, rules } of promisesOf(problem)) {
    const groupOf = new Int32Array(problem.clusters.length).fill(-1);
    groups.forEach((group, g) => group.forEach((at) => (groupOf[at] = g)));
    const single = groups.every((group) => group.length <= 1);
    for (const { workload, keeping } of rules) promised[workload]?.push({ groupOf, count, keeping, single });
  }
  if (promised.every((own) => own.length === 0)) return undefined;

  /** Replicas by group, the most first, without one group. */
  const counts = (on: Int32Array, w: number, groupOf: Int32Array, but: number): number[] => {
    const found = new Map<number, number>();
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) {
      const group = groupOf[cluster[c] as number] as number;
      if ((on[c] as number) > 0 && group >= 0 && group !== but)
        found.set(group, (found.get(group) ?? 0) + (on[c] as number));
    }
    return [...found.values()].sort((a, b) => b - a);
  };
  const here = (on: Int32Array, w: number, groupOf: Int32Array, group: number): number => {
    let sum = 0;
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      if (groupOf[cluster[c] as number] === group) sum += on[c] as number;
    return sum;
  };
  const sumOf = (list: readonly number[], many: number): number => list.slice(0, many).reduce((a, b) => a + b, 0);
  return {
    survives: (w) => (promised[w] as Promised[]).length > 0,
    allows: (on, candidate, wish) => {
      const w = workloadOf[candidate] as number;
      let most = wish;
      for (const { groupOf, count, keeping, single } of promised[w] as Promised[]) {
        const group = groupOf[cluster[candidate] as number] as number;
        if (group < 0) continue;
        const own = single ? (on[candidate] as number) : here(on, w, groupOf, group);
        // Of several places that are lost, none may take the others' part, or the last replicas would be allowed nowhere.
        const part = Math.floor(((wanted[w] as number) * (step[w] as number) - keeping) / count);
        most = Math.min(most, part - own);
      }
      return Math.max(0, most);
    },
    holds: (on, w) =>
      (promised[w] as Promised[]).every(({ groupOf, count, keeping }) => {
        const list = counts(on, w, groupOf, -1);
        return list.length === 0 || sumOf(list.slice(count), list.length) >= keeping;
      }),
  };
}
