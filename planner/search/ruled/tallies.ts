// How many replicas of a workload are in which group of clusters, kept up to date while the placement changes. It must not know what groups are
// for.
import type { State } from "../state.ts";

/** Replicas by group of one workload. */
export type Tally = Int32Array;

export interface Tallies {
  /** @param groupOf by candidate of the workload, in its own order; −1: in no group */
  readonly of: (w: number, groupOf: Int32Array, groups: number) => Tally;
}

/** Watches a state; there is one such for a state. */
export function newTallies(state: State): Tallies {
  const { compact, on } = state;
  const { workloadOf, candidateStart } = compact;
  const known = new Map<number, { readonly groupOf: Int32Array; readonly tally: Tally }[]>();
  const note = (candidate: number, replicas: number): void => {
    const w = workloadOf[candidate] as number;
    for (const { groupOf, tally } of known.get(w) ?? []) {
      const group = groupOf[candidate - (candidateStart[w] as number)] as number;
      if (group >= 0) tally[group] = (tally[group] as number) + replicas;
    }
  };
  const fill = (w: number, groupOf: Int32Array, tally: Tally): void => {
    tally.fill(0);
    const first = candidateStart[w] as number;
    groupOf.forEach((group, i) => {
      if (group >= 0) tally[group] = (tally[group] as number) + (on[first + i] as number);
    });
  };
  state.watch(note, () => known.forEach((all, w) => all.forEach(({ groupOf, tally }) => fill(w, groupOf, tally))));
  return {
    of: (w, groupOf, groups) => {
      const all = known.get(w) ?? [];
      known.set(w, all);
      const before = all.find((entry) => entry.groupOf === groupOf);
      if (before !== undefined) return before.tally;
      const tally = new Int32Array(groups);
      fill(w, groupOf, tally);
      all.push({ groupOf, tally });
      return tally;
    },
  };
}
