// What room is worth where clusters in use count: one is only paid for its room when it is among those worth using. It must not know what workloads
// do, or how prices are found.
import type { Joint } from "../arcs.ts";
import type { Compact } from "../compact.ts";
import { neededOf } from "./needed.ts";

export interface Opening {
  /** What the rows of `Compact` come to at these prices, which is nothing or less but for what clusters cost that are used in any case. */
  readonly worth: (prices: Float64Array) => number;
  /** Takes the capacity back out of `over` where the last prices are not worth using a cluster for. */
  readonly closed: (over: Float64Array) => void;
  /** The weight of a cluster in use; where only so many may be, the one that makes just as many worth using. */
  readonly price: (prices: Float64Array) => number;
}

export function newOpening(compact: Compact, { clusters: weight, mostClusters: most }: Joint): Opening {
  const { capacity, problem } = compact;
  if (weight === 0 && most === undefined)
    return {
      worth: (prices) => {
        let worth = 0;
        for (let row = 0; row < capacity.length; row++) worth -= (prices[row] as number) * (capacity[row] as number);
        return worth;
      },
      closed: () => undefined,
      price: () => 0,
    };
  const clusterOf = clusterOfRows(compact);
  const needed = neededOf(compact);
  const paid = new Float64Array(problem.clusters.length);
  const used = new Uint8Array(paid.length);
  const free = [...paid.keys()].filter((cluster) => needed[cluster] === 0);
  /** Of those that need not be used, how many may be. */
  const open = most === undefined ? 0 : Math.max(0, most - (paid.length - free.length));
  /** What room comes to that is of no single cluster; that of each is left in `paid`. */
  const pay = (prices: Float64Array): number => {
    let shared = 0;
    paid.fill(0);
    for (let row = 0; row < capacity.length; row++) {
      const value = (prices[row] as number) * (capacity[row] as number);
      const c = clusterOf[row] as number;
      if (c < 0) shared += value;
      else paid[c] = (paid[c] as number) + value;
    }
    return shared;
  };
  const dearest = (): readonly number[] => free.toSorted((a, b) => (paid[b] as number) - (paid[a] as number) || a - b);
  return {
    worth: (prices) => {
      const shared = pay(prices);
      used.set(needed);
      if (most !== undefined) for (const c of dearest().slice(0, open)) used[c] = 1;
      else for (const c of free) if ((paid[c] as number) > weight) used[c] = 1;
      return used.reduce((sum, is, c) => (is === 1 ? sum + weight - (paid[c] as number) : sum), -shared);
    },
    closed: (over) => {
      for (let row = 0; row < capacity.length; row++) {
        const c = clusterOf[row] as number;
        if (c >= 0 && used[c] === 0) over[row] = 0;
      }
    },
    price: (prices) => {
      if (most === undefined) return weight;
      pay(prices);
      const next = dearest()[open];
      return next === undefined ? 0 : (paid[next] as number);
    },
  };
}

/** By row: the one cluster that it speaks of, or −1. */
export function clusterOfRows(compact: Compact): Int32Array {
  const { capacity, candidateOf, cluster, entryStart, entryRow } = compact;
  const found = new Int32Array(capacity.length).fill(-2);
  for (let slot = 0; slot < candidateOf.length; slot++) {
    const c = cluster[candidateOf[slot] as number] as number;
    for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++) {
      const row = entryRow[e] as number;
      if (found[row] === -2) found[row] = c;
      else if (found[row] !== c) found[row] = -1;
    }
  }
  return found.map((c) => Math.max(-1, c));
}
