// What prices of room cost the pods that take it, and what the rows themselves come to: nodes' resources, parts of nodes, ports, and shares
// in use. It must not know ties or objectives.
import type { PodConstraints } from "../../../compiler/index.ts";
import type { Prices, RoomPrice } from "../../proof.ts";
import { units } from "../objective.ts";
import type { PoolFacts, World } from "../world.ts";
import type { Site, Task } from "./sites.ts";

export interface RoomCosts {
  /** For a workload: one replica on the cheapest of a site's pools; of a DaemonSet's, on all of them. */
  readonly of: (task: Task) => (site: Site) => number;
  readonly constant: number;
  readonly wrong: readonly string[];
}

export interface ShareCosts {
  readonly each: (task: Task, site: Site) => number;
  readonly constant: number;
  readonly wrong: readonly string[];
}

interface PoolPrice {
  readonly room: { readonly resource: string; readonly price: number }[];
  readonly parts: { readonly resource: string; readonly parts: number; readonly price: number }[];
  readonly ports: { readonly port: string; readonly price: number }[];
}

export const nodesOf = (pools: readonly PoolFacts[]): number => pools.reduce((sum, { pool }) => sum + pool.count, 0);

const nameOf = ({ protocol, port }: PodConstraints["hostPorts"][number]): string => `${protocol}/${port}`;

/**
 * @param opening what a cluster in use weighs: its room is paid for only when that is worth more.
 * @param needed clusters that are in use anyway: they weigh that, and their room is paid for, whatever it is worth.
 */
export function roomPrices(world: World, prices: Prices, opening: number, needed: ReadonlySet<string>): RoomCosts {
  const wrong: string[] = [];
  const byPool = new Map<PoolFacts, PoolPrice>();
  const paid = new Map<string, number>();
  const at = (
    entry: Pick<RoomPrice, "cluster" | "pool" | "price">,
    capacity: (pool: PoolFacts) => number,
  ): PoolPrice => {
    const cluster = world.clusters.get(entry.cluster);
    const pool =
      cluster === undefined ? undefined : world.pools(cluster).find((facts) => facts.pool.name === entry.pool);
    if (pool === undefined || !(entry.price >= 0)) {
      wrong.push(`there is no price of ${entry.price} for nodes \`${entry.pool}\` of \`${entry.cluster}\``);
      return { room: [], parts: [], ports: [] };
    }
    paid.set(entry.cluster, (paid.get(entry.cluster) ?? 0) + entry.price * capacity(pool));
    const own = byPool.get(pool) ?? { room: [], parts: [], ports: [] };
    byPool.set(pool, own);
    return own;
  };
  for (const entry of prices.room ?? []) {
    const own = at(entry, ({ pool, free }) => pool.count * units(entry.resource, free[entry.resource] ?? 0));
    own.room.push(entry);
  }
  for (const entry of prices.parts ?? []) at(entry, ({ pool }) => pool.count * (entry.parts - 1)).parts.push(entry);
  for (const entry of prices.ports ?? []) at(entry, ({ pool }) => pool.count).ports.push(entry);
  let constant = 0;
  for (const [name, value] of paid) if (!needed.has(name)) constant += Math.min(0, opening - value);
  for (const name of needed) constant += opening - (paid.get(name) ?? 0);
  const pod = ({ run, workload }: Task, pool: PoolFacts): number => {
    const own = byPool.get(pool);
    if (own === undefined) return 0;
    let sum = 0;
    for (const { resource, price } of own.room) sum += price * units(resource, run.demand[resource] ?? 0);
    for (const { resource, parts, price } of own.parts)
      sum += price * wholeParts(run.demand[resource] ?? 0, pool.free[resource] ?? 0, parts);
    for (const { port, price } of own.ports)
      if (workload.pod.hostPorts.some((asked) => nameOf(asked) === port)) sum += price;
    return sum;
  };
  const of = (task: Task) => {
    if (byPool.size === 0) return () => 0;
    if (task.workload.perNode)
      return ({ pools }: Site) => pools.reduce((sum, pool) => sum + pool.pool.count * pod(task, pool), 0);
    return ({ pools }: Site): number => {
      let least = Infinity;
      for (const pool of pools) least = Math.min(least, pod(task, pool));
      return least;
    };
  };
  return { of, constant, wrong };
}

/** Whole parts of a node that a pod takes for sure: pods of one node take at most one less than all together. */
const wholeParts = (demand: number, node: number, parts: number): number =>
  demand === 0 || node === 0 ? 0 : Math.ceil((parts * demand) / node - 1e-9) - 1;

/** @param most what no share is above; nothing where nobody says so. @param lowest whether the highest share is what is bounded. */
export function sharePrices(world: World, { share }: Prices, most: number | undefined, lowest: boolean): ShareCosts {
  if (share === undefined) return { each: () => 0, constant: 0, wrong: [] };
  const wrong = most === undefined ? ["shares in use have prices where none is bounded"] : [];
  const byCluster = new Map<string, { readonly resource: string; readonly price: number }[]>();
  let all = 0;
  for (const { cluster, resource, price } of share) {
    const found = world.clusters.get(cluster);
    const pools = found === undefined ? [] : world.pools(found);
    const there = pools.reduce((sum, { pool, free }) => sum + pool.count * (free[resource] ?? 0), 0);
    if (there <= 0 || !(price >= 0)) wrong.push(`\`${cluster}\` has no ${resource} to share`);
    else byCluster.set(cluster, [...(byCluster.get(cluster) ?? []), { resource, price: price / there }]);
    all += price;
  }
  if (lowest && all > 1 + 1e-9) wrong.push(`prices of shares come to ${all}, not to one`);
  const each = ({ run, workload }: Task, { name, pools }: Site): number => {
    let sum = 0;
    for (const { resource, price } of byCluster.get(name) ?? []) sum += price * (run.demand[resource] ?? 0);
    return sum * (workload.perNode ? nodesOf(pools) : 1);
  };
  return { each, constant: lowest ? 0 : -all * (most ?? 0), wrong };
}
