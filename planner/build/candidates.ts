// What a workload would be on one cluster: how many of it fit, what one replica costs, what it misses there. It must not know which
// clusters it may use, counting, or rules between workloads.
import { holdsOnPool, unitOf } from "../../compiler/index.ts";
import type { Cluster, Ir, NodePool, RunIr, Selector, Workload } from "../../compiler/index.ts";
import type { CandidateColumns } from "../columns.ts";
import { matches } from "./admission.ts";
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

/** Price of one unit of each resource on each cluster, cluster by cluster; bytes are priced by the GiB, `cpu` by the whole CPU. */
function priceList(ir: Ir, fleet: FleetNumbers): Float64Array {
  const unit = { milli: 1000, bytes: 2 ** 30, pieces: 1 };
  return Float64Array.from(
    ir.fleet.clusters.flatMap((cluster) =>
      fleet.resources.map((resource) => (cluster.prices[resource] ?? 0) / unit[unitOf(resource)]),
    ),
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

/** Places that a workload may go to, filled cluster by cluster. */
export interface Places {
  readonly add: (cluster: number, pools: readonly number[], open: readonly number[]) => void;
  readonly columns: () => CandidateColumns;
}

/**
 * Makes the places of one workload after the other, for one fleet. To `add` are given the pools that its pods can run on, and `open`: those that
 * would take them if they were large enough.
 * @param room how many of its pods an empty node of each pool of the fleet holds.
 */
export function placesMaker(ir: Ir, fleet: FleetNumbers): (asked: Asked, room: Float64Array) => Places {
  const prices = priceList(ir, fleet);
  const counts = Int32Array.from(fleet.pools, ({ count }) => count);
  const size = fleet.clusters.length;
  // Written again for every workload: what is kept is cut from them.
  const cluster = new Int32Array(size);
  const most = new Float64Array(size);
  const cost = new Float64Array(size);
  const preference = new Float64Array(size);
  const before = new Int32Array(size);
  return ({ run, workload, demand, perNodeMost, before: was }, room) => {
    const bounded = workload.pod.spread.length > 0 || workload.pod.podAntiAffinity.length > 0;
    const pools: (readonly number[])[] = [];
    preference.fill(0);
    before.fill(0);
    const add = (at: number, own: readonly number[], open: readonly number[]): void => {
      const i = pools.length;
      let holds = 0;
      let nodes = 0;
      let price = 0;
      for (let p = 0; p < own.length; p++) {
        const pool = own[p] as number;
        const count = counts[pool] as number;
        const each = room[pool] as number;
        holds += count * (each < perNodeMost ? each : perNodeMost);
        nodes += count;
      }
      for (let r = 0; r < demand.length; r++)
        price += (demand[r] as number) * (prices[at * demand.length + r] as number);
      cluster[i] = at;
      if (bounded) holds = Math.min(holds, mostByDomains(workload, fleet, open, room, perNodeMost));
      most[i] = workload.perNode ? 1 : holds;
      cost[i] = workload.perNode ? price * nodes : price;
      if (run.prefer.length > 0) preference[i] = missed(run, fleet, ir.fleet.clusters[at] as Cluster, own);
      if (was.size > 0) before[i] = workload.perNode ? Math.min(1, was.get(at) ?? 0) : (was.get(at) ?? 0);
      pools.push(own);
    };
    const columns = (): CandidateColumns => ({
      cluster: cluster.slice(0, pools.length),
      most: most.slice(0, pools.length),
      cost: cost.slice(0, pools.length),
      preference: preference.slice(0, pools.length),
      before: before.slice(0, pools.length),
      pools,
      scores: NO_SCORES,
    });
    return { add, columns };
  };
}

const NO_SCORES: readonly (readonly number[])[] = [];

/**
 * An upper bound from what the pod says of its like: one in each domain that keeps its like away; and with a spread of `maxSkew` no domain
 * gets more than the least any domain can hold plus the skew.
 */
function mostByDomains(
  { pod, namespace, podLabels }: Workload,
  fleet: FleetNumbers,
  open: readonly number[],
  room: Float64Array,
  perNodeMost: number,
): number {
  let most = Infinity;
  const own = (selector: Selector): boolean => matches(selector, podLabels);
  for (const { topologyKey, selector, namespaces } of pod.podAntiAffinity)
    if (own(selector) && (namespaces === "all" || namespaces.includes(namespace))) {
      const domains = roomByDomain(topologyKey, fleet, open, room, perNodeMost);
      if (domains.complete) most = Math.min(most, domains.room.length);
    }
  for (const { topologyKey, selector, maxSkew } of pod.spread)
    if (own(selector) && selector.length > 0 && pod.spread.length === 1) {
      const domains = roomByDomain(topologyKey, fleet, open, room, perNodeMost);
      const least = Math.min(...domains.room) + maxSkew;
      most = Math.min(
        most,
        domains.room.reduce((sum, each) => sum + Math.min(each, least), 0),
      );
    }
  return most;
}

/** Most pods in each domain of the pools that have the key; `complete` when all have it. */
function roomByDomain(
  key: string,
  fleet: FleetNumbers,
  pools: readonly number[],
  room: Float64Array,
  perNodeMost: number,
) {
  const rooms = new Map<string, number>();
  let complete = true;
  for (const index of pools) {
    const each = Math.min(perNodeMost, room[index] as number);
    const count = fleet.pools[index]?.count ?? 0;
    if (key === "kubernetes.io/hostname") {
      for (let node = 0; node < count; node++) rooms.set(`${index} ${node}`, each);
      continue;
    }
    const value = fleet.nodeLabels[index]?.[key];
    if (value === undefined) complete = false;
    else rooms.set(value, (rooms.get(value) ?? 0) + each * count);
  }
  return { room: [...rooms.values()], complete };
}

/** Σ weights of what is preferred and true of none of the pools. */
function missed(run: RunIr, fleet: FleetNumbers, source: Cluster, pools: readonly number[]): number {
  const holds = (condition: RunIr["prefer"][number]["condition"]): boolean =>
    pools.some((pool) => holdsOnPool(condition, source, fleet.sources[pool] as NodePool));
  return run.prefer.reduce((sum, entry) => sum + (holds(entry.condition) ? 0 : entry.weight), 0);
}
