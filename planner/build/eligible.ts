// Where each workload may go, and for every other cluster all that rules it out. Written for a million pairs: masks over pools, and
// reasons shared by all clusters that fail for the same. It must not know counting, rules between workloads, or objectives.
import type { Cluster, Ir } from "../../compiler/index.ts";
import type { Because, Candidate, RuledOut } from "../problem.ts";
import { candidateOn, fitting, priceList } from "./candidates.ts";
import type { Asked } from "./candidates.ts";
import type { FleetNumbers } from "./fleet.ts";
import type { Test } from "./tests.ts";
import { demandInWords, shortName } from "./words.ts";

export interface Eligible {
  readonly candidates: readonly Candidate[];
  readonly ruledOut: readonly RuledOut[];
  /** Clusters where what narrows (`where`, `on`) holds: what `each` means. */
  readonly matched: readonly number[];
}

/** Answers, for one fleet, where a workload may go. `without` names clusters that are taken to be lost: nothing matches there. */
export function eligibility(ir: Ir, fleet: FleetNumbers, without: ReadonlySet<string>): (asked: Asked) => Eligible {
  const prices = priceList(ir, fleet);
  const singles = fleet.pools.map((_, pool): readonly number[] => [pool]);
  const failures = new WeakMap<Uint8Array, Uint8Array>();
  const failsOn = (test: Test): Uint8Array => {
    let known = failures.get(test.mask);
    if (known === undefined) failures.set(test.mask, (known = failedClusters(test, fleet)));
    return known;
  };
  return (asked) => {
    const { tests, demand, workload, run } = asked;
    const pass = allOf(tests, fleet.pools.length);
    const narrowing = tests.filter((test) => test.narrows);
    const narrow = allOf(narrowing, fleet.pools.length);
    const room = Float64Array.from(fleet.pools, (pool) => fitting(demand, pool.shape));
    const reasons = reasonsOf(asked, tests.map(failsOn), fleet.clusters.length);
    const special = workload.pod.spread.length > 0 || workload.pod.podAntiAffinity.length > 0;
    const candidates: Candidate[] = [];
    const ruledOut: RuledOut[] = [];
    const matched: number[] = [];
    for (let c = 0; c < fleet.clusters.length; c++) {
      const all = fleet.clusters[c]?.pools as readonly number[];
      const source = ir.fleet.clusters[c] as Cluster;
      let passing = 0;
      let roomy = 0;
      let meant = 0;
      for (const pool of all) {
        if (narrow[pool] === 1) meant++;
        if (pass[pool] !== 1) continue;
        passing++;
        if ((room[pool] as number) >= 1) roomy++;
      }
      if (run.spreading.kind === "each" && !without.has(source.name))
        if (meant > 0 || (all.length === 0 && narrowing.every((test) => test.bare(c)))) matched.push(c);
      // A DaemonSet has a pod on every node that takes it: one node too small, and its pod waits for ever.
      if (roomy > 0 && (!workload.perNode || roomy === passing)) {
        const takes = (pool: number): boolean => pass[pool] === 1 && (room[pool] as number) >= 1;
        const pools =
          roomy === all.length
            ? all
            : roomy === 1
              ? (singles[all.find(takes) as number] as readonly number[])
              : all.filter(takes);
        const open = special ? all.filter((pool) => pass[pool] === 1) : pools;
        candidates.push(candidateOn(asked, fleet, source, c, pools, open, room, prices[c] as readonly number[]));
        continue;
      }
      const because = reasons(c, passing > 0);
      const lacksRoom = passing > 0 || all.length === 0;
      ruledOut.push({
        workload: asked.index,
        cluster: c,
        because: lacksRoom ? [...because, fleet.facts[c] as Because] : because,
      });
    }
    return { candidates, ruledOut, matched };
  };
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
  return Uint8Array.from(fleet.clusters, ({ pools }, c) =>
    (pools.length === 0 ? !test.bare(c) : pools.some((pool) => test.mask[pool] === 0)) ? 1 : 0,
  );
}

/** What rules a cluster out, as one list for all clusters where the same tests fail. */
function reasonsOf(
  { run, tests }: Asked,
  fails: readonly Uint8Array[],
  clusters: number,
): (cluster: number, small: boolean) => readonly Because[] {
  const tooLarge: Because = {
    text: `${shortName(run.workload)} needs ${demandInWords(run.demand)}`,
    span: run.reservations[0]?.span ?? run.spreading.span,
    kind: "intent",
  };
  const pattern = patterns(fails, clusters);
  const known: (readonly [readonly Because[], readonly Because[]])[] = [];
  return (cluster, small) => {
    const p = pattern[cluster] as number;
    let lists = known[p];
    if (lists === undefined) {
      const because = tests.flatMap((test, t) => ((fails[t] as Uint8Array)[cluster] === 1 ? [test.because] : []));
      known[p] = lists = [because, [...because, tooLarge]];
    }
    return lists[small ? 1 : 0];
  };
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
