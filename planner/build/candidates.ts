// Where each workload may go: pools that pass every test and have nodes large enough, how many fit, what one replica costs there; and
// for every other cluster all that rules it out. It must not know counting, rules between workloads, or objectives.
import { unitOf } from "../../compiler/index.ts";
import type { Cluster, Ir, RunIr, Workload } from "../../compiler/index.ts";
import type { Because, Candidate, RuledOut } from "../problem.ts";
import { matches } from "./admission.ts";
import { holdsOnPool } from "./condition.ts";
import type { FleetNumbers } from "./fleet.ts";
import type { Test } from "./tests.ts";
import { demandInWords, shortName } from "./words.ts";

export interface Eligible {
  readonly candidates: readonly Candidate[];
  readonly ruledOut: readonly RuledOut[];
  /** Clusters where what narrows (`where`, `on`) holds: what `each` means. */
  readonly matched: readonly number[];
}

export interface Asked {
  readonly index: number;
  readonly run: RunIr;
  readonly workload: Workload;
  readonly demand: readonly number[];
  readonly perNodeMost: number;
  readonly before: ReadonlyMap<number, number>;
  readonly tests: readonly Test[];
}

/** Σ demand × price of one replica on each cluster; bytes are priced by the GiB, `cpu` by the whole CPU. */
export function priceList(ir: Ir, fleet: FleetNumbers): readonly (readonly number[])[] {
  const unit = { milli: 1000, bytes: 2 ** 30, pieces: 1 };
  return ir.fleet.clusters.map((cluster) =>
    fleet.resources.map((resource) => (cluster.prices[resource] ?? 0) / unit[unitOf(resource)]),
  );
}

/** Most pods of a workload that one node can hold, its own anti-affinity by host and its host ports counted. */
export function mostPerNode(workload: Workload): number {
  const alone = workload.pod.podAntiAffinity.some(
    (term) =>
      term.topologyKey === "kubernetes.io/hostname" &&
      (term.namespaces === "all" || term.namespaces.includes(workload.namespace)) &&
      matches(term.selector, workload.podLabels),
  );
  return alone || workload.pod.hostPorts.length > 0 ? 1 : Infinity;
}

export function eligible(
  asked: Asked,
  ir: Ir,
  fleet: FleetNumbers,
  prices: readonly (readonly number[])[],
  without: ReadonlySet<string>,
): Eligible {
  const { run, tests, demand } = asked;
  const tooLarge: Because = {
    text: `${shortName(run.workload)} needs ${demandInWords(run.demand)}`,
    span: run.reservations[0]?.span ?? run.spreading.span,
    kind: "intent",
  };
  const fits = Uint8Array.from(fleet.pools, (pool) => (fitting(demand, pool.shape) >= 1 ? 1 : 0));
  const narrowing = tests.filter((test) => test.narrows);
  const reasons = new Map<string, readonly Because[]>();
  const candidates: Candidate[] = [];
  const ruledOut: RuledOut[] = [];
  const matched: number[] = [];
  fleet.clusters.forEach((cluster, index) => {
    const source = ir.fleet.clusters[index] as Cluster;
    const passing = cluster.pools.filter((pool) => tests.every((test) => test.mask[pool] === 1));
    if (!without.has(cluster.name) && isMatched(cluster.pools, index, narrowing)) matched.push(index);
    // A DaemonSet has a pod on every node that takes it: one node too small, and its pod waits for ever.
    const roomy = passing.filter((pool) => fits[pool] === 1);
    const pools = asked.workload.perNode && roomy.length < passing.length ? [] : roomy;
    if (pools.length > 0) {
      candidates.push(candidate(asked, fleet, source, index, pools, prices[index] as readonly number[]));
      return;
    }
    const failing = tests.map((test, i) => (fails(test, cluster.pools, index) ? i : -1)).filter((i) => i >= 0);
    const small = passing.length > 0 || (failing.length === 0 && cluster.pools.length > 0);
    const key = `${failing.join()}${small}`;
    let because = reasons.get(key);
    if (because === undefined) {
      because = [...failing.map((i) => (tests[i] as Test).because), ...(small ? [tooLarge] : [])];
      reasons.set(key, because);
    }
    const room = small || cluster.pools.length === 0;
    ruledOut.push({
      workload: asked.index,
      cluster: index,
      because: room ? [...because, fleet.facts[index] as Because] : because,
    });
  });
  return { candidates, ruledOut, matched };
}

const isMatched = (pools: readonly number[], cluster: number, narrowing: readonly Test[]): boolean =>
  pools.length === 0
    ? narrowing.every((test) => test.bare(cluster))
    : pools.some((pool) => narrowing.every((test) => test.mask[pool] === 1));

const fails = (test: Test, pools: readonly number[], cluster: number): boolean =>
  pools.length === 0 ? !test.bare(cluster) : pools.some((pool) => test.mask[pool] === 0);

function candidate(
  { run, workload, demand, perNodeMost, before }: Asked,
  fleet: FleetNumbers,
  source: Cluster,
  cluster: number,
  pools: readonly number[],
  prices: readonly number[],
): Candidate {
  let most = 0;
  let nodes = 0;
  for (const index of pools) {
    const pool = fleet.pools[index];
    if (pool === undefined) continue;
    most += pool.count * Math.min(perNodeMost, fitting(demand, pool.shape));
    nodes += pool.count;
  }
  const price = demand.reduce((sum, amount, resource) => sum + amount * (prices[resource] ?? 0), 0);
  const missed = run.prefer.filter(
    (entry) =>
      !pools.some((pool) => holdsOnPool(entry.condition, source, fleet.sources[pool] as (typeof fleet.sources)[0])),
  );
  return {
    cluster,
    pools,
    most: workload.perNode ? 1 : most,
    cost: workload.perNode ? price * nodes : price,
    preference: missed.reduce((sum, entry) => sum + entry.weight, 0),
    before: workload.perNode ? Math.min(1, before.get(cluster) ?? 0) : (before.get(cluster) ?? 0),
    scores: [],
  };
}

/** How many pods of this demand one empty node holds. */
export function fitting(demand: readonly number[], shape: readonly number[]): number {
  let most = Infinity;
  for (let r = 0; r < demand.length; r++) {
    const amount = demand[r] as number;
    if (amount > 0) most = Math.min(most, Math.floor((shape[r] as number) / amount));
  }
  return most;
}
