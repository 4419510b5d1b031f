// What prices of ties between workloads cost and pay: who is served by whom from where, and who is apart. A price for a tie that the program
// does not have proves nothing. It must not know room or objectives.
import type { Prices } from "../../proof.ts";
import { placeOf } from "../company.ts";
import type { Distances } from "../distance.ts";
import type { World } from "../world.ts";
import type { Task } from "./sites.ts";

export interface TieCosts {
  /** By task, by site: for each replica; Infinity where nothing that it must be near can be. */
  readonly each: readonly Float64Array[];
  /** By task, by site: once, where at least one replica stands there. Zero or less. */
  readonly once: readonly Float64Array[];
  /** What the rows themselves come to. */
  readonly constant: number;
  /** Why the prices are none of this program's. */
  readonly wrong: readonly string[];
}

/** Whoever stands somewhere is served by one of `to`, `within` so many microseconds (0 and `same`: the cluster itself). */
interface Tie {
  readonly from: number;
  readonly to: readonly number[];
  readonly within: number | undefined;
  readonly soft: boolean;
}

const keyOf = (workload: string, to: readonly string[], within: number | undefined, soft: boolean): string =>
  [soft ? "latency" : (within ?? "same"), workload, ...to.toSorted()].join("\n");

/** @param latency what a millisecond weighs; nothing where the term does not count. */
export function tieCosts(
  world: World,
  distances: Distances,
  tasks: readonly Task[],
  prices: Prices,
  latency: number,
): TieCosts {
  const each = tasks.map(({ sites }) => new Float64Array(sites.length));
  const once = tasks.map(({ sites }) => new Float64Array(sites.length));
  const known = tiesOf(world, tasks);
  const place = new Map(world.ir.fleet.clusters.map(({ name }, c) => [name, c]));
  const wrong: string[] = [];
  const priced = new Map<string, Float64Array>();
  const read = (list: Prices["near"], soft: boolean): void => {
    for (const { workload, to, within, cluster, price } of list ?? []) {
      const key = keyOf(workload, to, within === undefined ? undefined : Math.round(within * 1000), soft);
      const at = place.get(cluster);
      if (!known.has(key) || at === undefined) {
        wrong.push(`nothing ties \`${workload}\` to ${to.join(", ")} on \`${cluster}\` so`);
        continue;
      }
      const own = priced.get(key) ?? new Float64Array(place.size);
      own[at] = own[at]! + price;
      priced.set(key, own);
    }
  };
  read(prices.near, false);
  read(prices.latency, true);
  for (const [key, tie] of known) {
    if (tie.soft && latency === 0) continue;
    serve(distances, tasks, tie, priced.get(key) ?? new Float64Array(place.size), latency, each, once);
  }
  const constant = (prices.apart ?? []).reduce((sum, entry) => sum + apart(world, tasks, entry, place, each, wrong), 0);
  return { each, once, constant, wrong };
}

function tiesOf(world: World, tasks: readonly Task[]): ReadonlyMap<string, Tie> {
  const index = new Map(tasks.map(({ run }, t) => [run.workload, t]));
  const found = new Map<string, Tie>();
  const add = (a: string, b: readonly string[], within: number | undefined, soft: boolean): void => {
    const from = index.get(a);
    const to = [...new Set(b)].flatMap((id) => index.get(id) ?? []);
    const names = to.map((t) => tasks[t]!.run.workload);
    if (from !== undefined && (to.length > 0 || !soft))
      found.set(keyOf(a, names, within, soft), { from, to, within, soft });
  };
  for (const { run } of tasks) {
    for (const { workloads, microseconds } of run.near)
      add(run.workload, workloads, microseconds, microseconds === undefined);
    for (const { workload } of run.with) add(run.workload, [workload], undefined, false);
  }
  for (const traffic of world.ir.traffic) {
    const { kind, from, to, over } = traffic;
    if (kind !== "allow" || from.kind !== "workload" || to.kind !== "workload") continue;
    if (from.workload === to.workload) continue;
    add(from.workload, [to.workload], undefined, true);
    if (world.ir.fleet.connectivity === "none" && over === undefined)
      add(from.workload, [to.workload], undefined, false);
  }
  for (const { workloads } of world.ir.together) {
    const all = workloads.filter((id) => (tasks[index.get(id) ?? -1]?.total ?? 0) > 0);
    const sure = all.filter((id) => !tasks[index.get(id)!]!.run.optional);
    for (const a of all) for (const b of sure) if (a !== b) add(a, [b], undefined, false);
  }
  return found;
}

/** One tie: what being served costs on each site of the one, and what standing on each of their sites pays the others. */
function serve(
  distances: Distances,
  tasks: readonly Task[],
  { from, to, within, soft }: Tie,
  prices: Float64Array,
  latency: number,
  each: readonly Float64Array[],
  once: readonly Float64Array[],
): void {
  const task = tasks[from]!;
  const places = [...new Set(to.flatMap((t) => tasks[t]!.sites.map(({ cluster }) => cluster)))];
  const there = new Set(places);
  const served = new Map<number, number>();
  const far = soft ? (latency * distances.far()) / 1000 : Infinity;
  task.sites.forEach(({ cluster, most }, site) => {
    let least = far;
    const reach = (d: number, cost: number): void => {
      served.set(d, (served.get(d) ?? 0) + most);
      if (cost + prices[d]! < least) least = cost + prices[d]!;
    };
    if (!soft && within === undefined) {
      if (there.has(cluster)) reach(cluster, 0);
    } else {
      const row = distances.from(cluster);
      for (const d of places) {
        const length = d === cluster ? 0 : row[d]!;
        if (soft) reach(d, length === Infinity ? far : (latency * length) / 1000);
        else if (length <= within!) reach(d, 0);
      }
    }
    each[from]![site]! += least;
  });
  for (const d of places) {
    const most = soft ? task.total : Math.min(task.total, served.get(d) ?? 0);
    const price = prices[d]!;
    if (price === 0 || most === 0) continue;
    for (const t of to) {
      const site = tasks[t]!.siteOn[d]!;
      if (site >= 0) once[t]![site]! -= most * price;
    }
  }
}

/** Not more than one of both among these clusters: returns what the row is worth. */
function apart(
  world: World,
  tasks: readonly Task[],
  { workloads, clusters, price }: NonNullable<Prices["apart"]>[number],
  place: ReadonlyMap<string, number>,
  each: readonly Float64Array[],
  wrong: string[],
): number {
  const sides = workloads.map((id) => tasks.findIndex(({ run }) => run.workload === id));
  const together = (key: string): boolean => new Set(clusters.map((name) => placeOf(world, name, key))).size <= 1;
  const asked = sides.some((side, i) =>
    tasks[side]?.run.apart.some(({ workload, key }) => workload === workloads[1 - i] && together(key)),
  );
  if (!asked || sides[0] === sides[1]) {
    wrong.push(`nothing keeps \`${workloads[0]}\` and \`${workloads[1]}\` apart on ${clusters.join(", ")}`);
    return 0;
  }
  for (const side of sides) {
    const { siteOn, sites, total } = tasks[side]!;
    const own = clusters.map((name) => siteOn[place.get(name) ?? -1] ?? -1).filter((site) => site >= 0);
    const most = Math.min(
      total,
      own.reduce((sum, site) => sum + sites[site]!.most, 0),
    );
    for (const site of own) each[side]![site]! += price / most;
  }
  return -price;
}
