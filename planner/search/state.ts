// A placement that changes replica by replica, with what every row carries kept up to date. It must not know objectives or rules.
import type { Placement } from "../problem.ts";
import type { Compact } from "./compact.ts";

export interface State {
  readonly compact: Compact;
  /** Replicas by candidate, by slot, and by workload. */
  readonly on: Int32Array;
  readonly inSlot: Int32Array;
  readonly placed: Int32Array;
  readonly used: Float64Array;
  /** By row: what planned load may use, which is all that is not kept for what comes back after a loss. */
  readonly capacity: Float64Array;
  /** Candidates by cluster; the first `hosting` of each are those with replicas. */
  readonly clusterStart: Int32Array;
  readonly clusterCandidates: Int32Array;
  readonly hosting: Int32Array;
  /** How many more replicas may be on a candidate, whether or not there is room. */
  readonly allowed: (candidate: number, wish: number) => number;
  /** How many more replicas a candidate takes, over its pools; at most `wish`. */
  readonly room: (candidate: number, wish: number) => number;
  /** Adds replicas, pool by pool in order; there must be room. */
  readonly add: (candidate: number, replicas: number) => void;
  /** Takes replicas away, from the last pool first. */
  readonly remove: (candidate: number, replicas: number) => void;
  /**
   * Changes these candidates; undone exactly when the action says false. Taking away what was just added is no undoing: of several pools it may
   * leave others.
   */
  readonly attempt: (candidates: readonly number[], action: () => boolean) => boolean;
  /** Remembers everything; what it returns brings it back. */
  readonly remember: () => () => void;
  /**
   * Begins to note what changes; undone, all that was noted is as it was. Only the last that began is noted: what began before ends there.
   */
  readonly note: () => Noted;
  /** Tells somebody of every change of a candidate, and when anything may have changed. */
  readonly watch: (changed: (candidate: number, replicas: number) => void, anew: () => void) => void;
  /** Whether every row holds, beside what is kept. */
  readonly holds: () => boolean;
}

export interface Noted {
  readonly undo: () => void;
  readonly end: () => void;
  /** Candidates that changed since it began, with the replicas that they had. */
  readonly changed: () => ReadonlyMap<number, number>;
}

/** @param allows of a wish for more replicas on a candidate, what promises allow beside what is placed; absent: all of it. */
export function newState(
  compact: Compact,
  allows?: (on: Int32Array, candidate: number, wish: number) => number,
): State {
  const { most, slotStart, entryStart, entryRow, entryAmount, room: slotRoom, workloadOf } = compact;
  const capacity = Float64Array.from(compact.capacity);
  const on = new Int32Array(most.length);
  const inSlot = new Int32Array(compact.candidateOf.length);
  const placed = new Int32Array(compact.workloads);
  const used = new Float64Array(capacity.length);
  const byCluster = clusterIndex(compact);

  const slotTakes = (slot: number, wish: number): number => {
    let room = Math.min(wish, (slotRoom[slot] as number) - (inSlot[slot] as number));
    const end = entryStart[slot + 1] as number;
    for (let e = entryStart[slot] as number; e < end && room > 0; e++) {
      const amount = entryAmount[e] as number;
      if (amount <= 0) continue;
      const row = entryRow[e] as number;
      const fits = Math.floor(((capacity[row] as number) - (used[row] as number) + 1e-7) / amount);
      if (fits < room) room = fits;
    }
    return room > 0 ? room : 0;
  };
  let watcher:
    { readonly changed: (candidate: number, replicas: number) => void; readonly anew: () => void } | undefined;
  /** Slots that changed since noting began, with what they held. */
  let noted: Map<number, number> | undefined;
  const change = (slot: number, replicas: number): void => {
    if (noted !== undefined && !noted.has(slot)) noted.set(slot, inSlot[slot] as number);
    inSlot[slot] = (inSlot[slot] as number) + replicas;
    const end = entryStart[slot + 1] as number;
    for (let e = entryStart[slot] as number; e < end; e++) {
      const row = entryRow[e] as number;
      used[row] = (used[row] as number) + replicas * (entryAmount[e] as number);
    }
  };
  /** Keeps the candidates with replicas in front of those without. */
  const host = (candidate: number, hosts: boolean): void => {
    const { clusterStart, clusterCandidates: list, hosting, at } = byCluster;
    const c = compact.cluster[candidate] as number;
    const to = (clusterStart[c] as number) + (hosting[c] as number) - (hosts ? 0 : 1);
    hosting[c] = (hosting[c] as number) + (hosts ? 1 : -1);
    const other = list[to] as number;
    const from = at[candidate] as number;
    list[from] = other;
    at[other] = from;
    list[to] = candidate;
    at[candidate] = to;
  };
  const count = (candidate: number, replicas: number): void => {
    const before = on[candidate] as number;
    on[candidate] = before + replicas;
    if (replicas !== 0 && (before === 0) !== (before + replicas === 0)) host(candidate, before === 0);
    const w = workloadOf[candidate] as number;
    placed[w] = (placed[w] as number) + replicas;
    watcher?.changed(candidate, replicas);
  };
  const allowed = (candidate: number, wish: number): number => {
    const open = Math.min(wish, (most[candidate] as number) - (on[candidate] as number));
    return allows !== undefined && open > 0 ? allows(on, candidate, open) : open;
  };
  return {
    compact,
    on,
    inSlot,
    placed,
    used,
    capacity,
    ...byCluster,
    allowed,
    room: (candidate, wish) => {
      const open = allowed(candidate, wish);
      const last = slotStart[candidate + 1] as number;
      const first = slotStart[candidate] as number;
      if (last === first + 1) return open <= 0 ? 0 : slotTakes(first, open);
      let sum = 0;
      for (let slot = first; slot < last && sum < open; slot++) sum += slotTakes(slot, open - sum);
      return sum;
    },
    add: (candidate, replicas) => {
      let open = replicas;
      const last = slotStart[candidate + 1] as number;
      for (let slot = slotStart[candidate] as number; slot < last && open > 0; slot++) {
        const many = slotTakes(slot, open);
        if (many === 0) continue;
        change(slot, many);
        open -= many;
      }
      count(candidate, replicas - open);
    },
    remove: (candidate, replicas) => {
      let open = replicas;
      for (
        let slot = (slotStart[candidate + 1] as number) - 1;
        slot >= (slotStart[candidate] as number) && open > 0;
        slot--
      ) {
        const many = Math.min(open, inSlot[slot] as number);
        if (many === 0) continue;
        change(slot, -many);
        open -= many;
      }
      count(candidate, open - replicas);
    },
    attempt: (candidates, action) => {
      const kept = candidates.map((c) => inSlot.slice(slotStart[c], slotStart[c + 1]));
      if (action()) return true;
      candidates.forEach((c, i) => {
        const first = slotStart[c] as number;
        let back = 0;
        kept[i]?.forEach((many, slot) => {
          const by = many - (inSlot[first + slot] as number);
          if (by !== 0) change(first + slot, by);
          back += by;
        });
        if (back !== 0) count(c, back);
      });
      return false;
    },
    remember: () => {
      const { clusterCandidates, hosting, at } = byCluster;
      const arrays = [on, inSlot, placed, used, clusterCandidates, hosting, at] as const;
      const kept = arrays.map((array) => array.slice());
      return () => {
        arrays.forEach((array, i) => array.set(kept[i] as Float64Array));
        watcher?.anew();
      };
    },
    watch: (changed, anew) => {
      watcher = { changed, anew };
    },
    note: () => {
      const own = new Map<number, number>();
      noted = own;
      const end = (): void => {
        if (noted === own) noted = undefined;
      };
      const undo = (): void => {
        end();
        for (const [slot, replicas] of own) {
          const difference = replicas - (inSlot[slot] as number);
          if (difference === 0) continue;
          change(slot, difference);
          count(compact.candidateOf[slot] as number, difference);
        }
      };
      const changed = (): ReadonlyMap<number, number> => {
        const before = new Map<number, number>();
        for (const [slot, replicas] of own) {
          const candidate = compact.candidateOf[slot] as number;
          const more = (inSlot[slot] as number) - replicas;
          const now = on[candidate] as number;
          if (more !== 0) before.set(candidate, (before.get(candidate) ?? now) - more);
        }
        return before;
      };
      return { undo, end, changed };
    },
    holds: () => used.every((amount, row) => amount <= (capacity[row] as number) + 1e-6),
  };
}

function clusterIndex({ problem, cluster }: Compact) {
  const clusterStart = new Int32Array(problem.clusters.length + 1);
  for (const at of cluster) clusterStart[at + 1] = (clusterStart[at + 1] as number) + 1;
  for (let c = 0; c < problem.clusters.length; c++)
    clusterStart[c + 1] = (clusterStart[c + 1] as number) + (clusterStart[c] as number);
  const next = Int32Array.from(clusterStart);
  const clusterCandidates = new Int32Array(cluster.length);
  const at = new Int32Array(cluster.length);
  cluster.forEach((c, candidate) => {
    const to = next[c] as number;
    clusterCandidates[to] = candidate;
    at[candidate] = to;
    next[c] = to + 1;
  });
  return { clusterStart, clusterCandidates, hosting: new Int32Array(problem.clusters.length), at };
}

/** Replicas by workload and candidate, as problems are answered. */
export function placementOf({ compact, on }: State): Placement {
  return compact.problem.workloads.map((_, w) => [
    ...on.subarray(compact.candidateStart[w], compact.candidateStart[w + 1]),
  ]);
}
