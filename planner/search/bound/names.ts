// Prices by row as prices by name, and back: what people read in a plan, and what the prices of a part are in the whole. It must not know
// how prices are found or what they prove.
import { unitOf } from "../../../compiler/index.ts";
import type { Prices } from "../../proof.ts";
import type { Compact } from "../compact.ts";
import { rowName } from "../rows.ts";
import type { Arcs } from "../arcs.ts";
import { tiesOf } from "./links.ts";

type Mutable = { [K in keyof Prices]-?: NonNullable<Prices[K]>[number][] };

/** Digits of a price that a plan shows; the bound is what the shown prices prove. */
const DIGITS = 9;

/** How much of a resource people price: a CPU, a GiB, a piece. */
const unitOfPrice = (resource: string): number => ({ milli: 1000, bytes: 2 ** 30, pieces: 1 })[unitOf(resource)];

/** Only what is above zero, rounded; rows that people have no name for (limits and cuts of ours) are left out. */
export function namedPrices(compact: Compact, { joint }: Arcs, prices: Float64Array): Prices {
  const found: Mutable = { room: [], parts: [], ports: [], near: [], latency: [], apart: [], share: [] };
  const { problem } = compact;
  const rows = compact.capacity.length;
  const cluster = (c: number): string => problem.clusters[c]?.name ?? "";
  for (let row = 0; row < Math.min(rows, prices.length); row++) {
    const price = prices[row] as number;
    if (price > 0) addRow(found, compact, row, price);
  }
  const ties = tiesOf(compact);
  for (const link of ties.links) {
    if (link.reach === undefined && joint.latency === 0) continue;
    const workload = problem.workloads[link.from]?.id ?? "";
    const to = link.to.map((w) => problem.workloads[w]?.id ?? "").sort();
    link.places.forEach((place, d) => {
      const price = rounded(prices[link.base + d] ?? 0);
      if (price <= 0) return;
      const tie = { workload, to, cluster: cluster(place), price };
      if (link.reach === undefined) found.latency.push(tie);
      else found.near.push(link.within === undefined ? tie : { ...tie, within: link.within / 1000 });
    });
  }
  for (const { row, a, b, clusters } of ties.apart) {
    const price = rounded(prices[row] ?? 0);
    const workloads = [problem.workloads[a]?.id ?? "", problem.workloads[b]?.id ?? ""] as const;
    if (price > 0) found.apart.push({ workloads, clusters: clusters.map(cluster), price });
  }
  const shares = rows + ties.capacity.length;
  const resources = problem.resources.length;
  for (let at = 0; shares + at < prices.length; at++) {
    // Together they are at most one, rounded too.
    const price = rounded((prices[shares + at] as number) * (1 - 1e-9));
    const resource = problem.resources[at % resources] as string;
    if (price > 0) found.share.push({ cluster: cluster(Math.floor(at / resources)), resource, price });
  }
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0));
}

function addRow(found: Mutable, compact: Compact, row: number, price: number): void {
  const { problem } = compact;
  const name = rowName(compact, row);
  if (name.kind === "other") return;
  const pool = problem.pools[name.pool];
  const where = { cluster: problem.clusters[pool?.cluster ?? -1]?.name ?? "", pool: pool?.name ?? "" };
  if (name.kind === "port") found.ports.push({ ...where, port: name.port, price: rounded(price) });
  else {
    const resource = problem.resources[name.resource] as string;
    if (name.kind === "parts") found.parts.push({ ...where, resource, parts: name.parts, price: rounded(price) });
    else found.room.push({ ...where, resource, price: rounded(price * unitOfPrice(resource)) });
  }
}

const rounded = (price: number): number => Number(price.toPrecision(DIGITS));

/** The same prices by row, rounded as they are named; those without a name are nothing. */
export function shownPrices(compact: Compact, { joint }: Arcs, prices: Float64Array): Float64Array {
  const { problem } = compact;
  const ties = tiesOf(compact);
  const rows = compact.capacity.length;
  const shares = rows + ties.capacity.length;
  const shown = prices.map((price, row) => (price > 0 ? rounded(row < shares ? price : price * (1 - 1e-9)) : 0));
  for (let row = 0; row < Math.min(rows, prices.length); row++) {
    if (shown[row] === 0) continue;
    const name = rowName(compact, row);
    if (name.kind === "other") shown[row] = 0;
    if (name.kind !== "room") continue;
    const unit = unitOfPrice(problem.resources[name.resource] as string);
    shown[row] = rounded((prices[row] as number) * unit) / unit;
  }
  for (const { reach, base, places } of ties.links)
    if (reach === undefined && joint.latency === 0) shown.fill(0, base, base + places.length);
  return shown;
}

/** Prices by row of a problem from those by name; what the problem has no row for is left out. */
export function pricesFrom(compact: Compact, { joint }: Arcs, named: Prices, size: number): Float64Array {
  const prices = new Float64Array(size);
  const { problem } = compact;
  const key = (...parts: readonly (string | number)[]): string => parts.join("\n");
  const at = new Map<string, number>();
  const add = (name: string, price: number): void => {
    const row = at.get(name);
    if (row !== undefined && row < size) prices[row] = (prices[row] as number) + price;
  };
  const cluster = (c: number): string => problem.clusters[c]?.name ?? "";
  for (let row = 0; row < compact.capacity.length; row++) {
    const name = rowName(compact, row);
    if (name.kind === "other") continue;
    const pool = problem.pools[name.pool];
    const where = key(cluster(pool?.cluster ?? -1), pool?.name ?? "");
    if (name.kind === "port") at.set(key("port", where, name.port), row);
    else {
      const resource = problem.resources[name.resource] as string;
      at.set(name.kind === "room" ? key("room", where, resource) : key("parts", where, resource, name.parts), row);
    }
  }
  const ties = tiesOf(compact);
  for (const link of ties.links) {
    const to = link.to.map((w) => problem.workloads[w]?.id ?? "").sort();
    const kind = link.reach === undefined ? "latency" : key("near", link.within ?? "");
    const own = key(kind, problem.workloads[link.from]?.id ?? "", ...to);
    if (link.reach === undefined && joint.latency === 0) continue;
    link.places.forEach((place, d) => at.set(key(own, cluster(place)), link.base + d));
  }
  for (const { row, a, b, clusters } of ties.apart)
    at.set(key("apart", problem.workloads[a]?.id ?? "", problem.workloads[b]?.id ?? "", ...clusters.map(cluster)), row);
  const shares = compact.capacity.length + ties.capacity.length;
  problem.clusters.forEach(({ name }, c) =>
    problem.resources.forEach((resource, r) =>
      at.set(key("share", name, resource), shares + c * problem.resources.length + r),
    ),
  );
  for (const { cluster: c, pool, resource, price } of named.room ?? [])
    add(key("room", key(c, pool), resource), price / unitOfPrice(resource));
  for (const { cluster: c, pool, resource, parts, price } of named.parts ?? [])
    add(key("parts", key(c, pool), resource, parts), price);
  for (const { cluster: c, pool, port, price } of named.ports ?? []) add(key("port", key(c, pool), port), price);
  for (const { workload, to, within, cluster: c, price } of named.near ?? [])
    add(key(key("near", within === undefined ? "" : within * 1000), workload, ...to, c), price);
  for (const { workload, to, cluster: c, price } of named.latency ?? []) add(key("latency", workload, ...to, c), price);
  for (const { workloads, clusters, price } of named.apart ?? []) add(key("apart", ...workloads, ...clusters), price);
  for (const { cluster: c, resource, price } of named.share ?? []) add(key("share", c, resource), price);
  return prices;
}
