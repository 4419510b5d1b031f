// What a workload would be on one cluster: how many of it fit, what one replica costs, what it misses there. It must not know which
// clusters it may use, counting, or rules between workloads.
import { unitOf } from "../../compiler/index.ts";
import type { Cluster, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import type { Candidate } from "../problem.ts";
import { matches } from "./admission.ts";
import { holdsOnPool } from "./condition.ts";
import type { FleetNumbers } from "./fleet.ts";
import type { Test } from "./tests.ts";

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

/**
 * @param pools that its pods can run on.
 * @param room how many of its pods an empty node of each pool of the fleet holds.
 */
export function candidateOn(
  { run, workload, demand, perNodeMost, before }: Asked,
  fleet: FleetNumbers,
  source: Cluster,
  cluster: number,
  pools: readonly number[],
  room: Float64Array,
  prices: readonly number[],
): Candidate {
  let most = 0;
  let nodes = 0;
  for (const index of pools) {
    const count = fleet.pools[index]?.count ?? 0;
    most += count * Math.min(perNodeMost, room[index] as number);
    nodes += count;
  }
  let price = 0;
  for (let r = 0; r < demand.length; r++) price += (demand[r] as number) * (prices[r] as number);
  const was = before.get(cluster) ?? 0;
  return {
    cluster,
    pools,
    most: workload.perNode ? 1 : most,
    cost: workload.perNode ? price * nodes : price,
    preference: run.prefer.length === 0 ? 0 : missed(run, fleet, source, pools),
    before: workload.perNode ? Math.min(1, was) : was,
    scores: NO_SCORES,
  };
}

const NO_SCORES: readonly number[] = [];

/** Σ weights of what is preferred and true of none of the pools. */
function missed(run: RunIr, fleet: FleetNumbers, source: Cluster, pools: readonly number[]): number {
  const holds = (condition: RunIr["prefer"][number]["condition"]): boolean =>
    pools.some((pool) => holdsOnPool(condition, source, fleet.sources[pool] as NodePool));
  return run.prefer.reduce((sum, entry) => sum + (holds(entry.condition) ? 0 : entry.weight), 0);
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
