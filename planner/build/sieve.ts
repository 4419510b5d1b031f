// Which clusters a list of tests leaves, and which tests the others fail. It is found once for all workloads that are tested for the same.
// It must not know amounts or candidates.
import type { FleetNumbers } from "./fleet.ts";
import type { Test } from "./tests.ts";

export interface Sieve {
  /** Clusters with a pool that passes, in order, and those pools of each. */
  readonly passing: Int32Array;
  readonly open: readonly (readonly number[])[];
  /** Clusters with pools of which none passes, all together that fail the same tests (numbers of tests). */
  readonly refused: readonly { readonly fails: readonly number[]; readonly clusters: readonly number[] }[];
  /** Clusters without pools. */
  readonly empty: readonly number[];
  /** Clusters where what narrows (`where`, `on`) holds: what `each` means. */
  readonly matched: readonly number[];
  /** The tests that fail on some pool of a cluster, or on the cluster when it has none. */
  readonly failing: (cluster: number) => readonly number[];
}

/** Makes sieves for one fleet. `lost` tells clusters that are taken to be lost: nothing matches there. */
export function sieveMaker(fleet: FleetNumbers, lost: (cluster: number) => boolean): (tests: readonly Test[]) => Sieve {
  const numbers = new WeakMap<Uint8Array, number>();
  const known = new Map<string, Sieve>();
  let masks = 0;
  const numberOf = (mask: Uint8Array): number => {
    const number = numbers.get(mask) ?? masks++;
    numbers.set(mask, number);
    return number;
  };
  return (tests) => {
    const key = tests.map(({ mask, narrows }) => `${numberOf(mask)}${narrows ? "n" : ""}`).join(" ");
    let sieve = known.get(key);
    if (sieve === undefined) known.set(key, (sieve = sift(tests, fleet, lost)));
    return sieve;
  };
}

function sift(tests: readonly Test[], fleet: FleetNumbers, lost: (cluster: number) => boolean): Sieve {
  const pass = allOf(tests, fleet.pools.length);
  const narrowing = tests.filter((test) => test.narrows);
  const narrow = allOf(narrowing, fleet.pools.length);
  const fails = tests.map((test) => failedClusters(test, fleet));
  const failing = (cluster: number): readonly number[] => [...tests.keys()].filter((t) => fails[t]?.[cluster] === 1);
  const pattern = patterns(fails, fleet.clusters.length);
  const refused = new Map<number, { readonly fails: readonly number[]; readonly clusters: number[] }>();
  const [passing, empty, matched]: [number[], number[], number[]] = [[], [], []];
  const open: (readonly number[])[] = [];
  fleet.clusters.forEach(({ pools }, c) => {
    const meant = pools.length === 0 ? narrowing.every((test) => test.bare(c)) : pools.some((p) => narrow[p] === 1);
    if (meant && !lost(c)) matched.push(c);
    const through = pools.every((pool) => pass[pool] === 1) ? pools : pools.filter((pool) => pass[pool] === 1);
    if (pools.length === 0) empty.push(c);
    else if (through.length > 0) {
      passing.push(c);
      open.push(through);
    } else {
      const p = pattern[c] as number;
      const same = refused.get(p);
      if (same === undefined) refused.set(p, { fails: failing(c), clusters: [c] });
      else same.clusters.push(c);
    }
  });
  return { passing: Int32Array.from(passing), open, refused: [...refused.values()], empty, matched, failing };
}

/** By pool: 1 where every test passes. */
function allOf(tests: readonly Test[], pools: number): Uint8Array {
  const all = new Uint8Array(pools).fill(1);
  for (const { mask } of tests)
    for (let pool = 0; pool < pools; pool++) all[pool] = (all[pool] as number) & (mask[pool] as number);
  return all;
}

/** By cluster: 1 where the test fails on some pool, or on the cluster when it has none. */
function failedClusters(test: Test, fleet: FleetNumbers): Uint8Array {
  const fails = new Uint8Array(fleet.clusters.length);
  fleet.clusters.forEach(({ pools }, c) => {
    if (pools.length === 0 ? !test.bare(c) : pools.some((pool) => test.mask[pool] === 0)) fails[c] = 1;
  });
  return fails;
}

/** Numbers for the clusters, the same where the same tests fail: refined test by test. */
function patterns(fails: readonly Uint8Array[], clusters: number): Int32Array {
  const pattern = new Int32Array(clusters);
  let count = 1;
  for (const failed of fails) {
    const next = new Int32Array(2 * count).fill(-1);
    let fresh = 0;
    for (let c = 0; c < clusters; c++) {
      const key = 2 * (pattern[c] as number) + (failed[c] as number);
      if (next[key] === -1) next[key] = fresh++;
      pattern[c] = next[key] as number;
    }
    count = fresh;
  }
  return pattern;
}
