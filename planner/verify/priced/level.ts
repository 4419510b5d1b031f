// What prices prove of a sum of terms: rows with a price may break at that price, every workload then does its best alone, and no placement
// that keeps the rows costs less. It must not know which prices are good.
import type { Prices } from "../../proof.ts";
import { holdsAt } from "../condition.ts";
import type { Distances } from "../distance.ts";
import { units, type ObjectiveValue } from "../objective.ts";
import type { World } from "../world.ts";
import { addSegment, leastCost, newSegments, type Segments } from "./least.ts";
import { neededClusters } from "./needed.ts";
import { nodesOf, roomPrices, sharePrices } from "./room.ts";
import type { Site, Task } from "./sites.ts";
import { tieCosts } from "./ties.ts";

/** A term and what one of it weighs. */
export interface Weight {
  readonly term: ObjectiveValue;
  readonly weight: number;
  /** The term that is bounded, not one that is held. */
  readonly current: boolean;
}

export interface Level {
  readonly value: number;
  readonly wrong: readonly string[];
}

/** @param choices by term of `then`: how many of the first choices it counts as early. */
export function levelAt(
  world: World,
  distances: Distances,
  tasks: readonly Task[],
  weights: readonly Weight[],
  held: { readonly imbalance: number | undefined; readonly rank: (term: ObjectiveValue) => number },
  prices: Prices,
): Level {
  const of = (name: ObjectiveValue["name"]): number => weights.find(({ term }) => term.name === name)?.weight ?? 0;
  const ties = tieCosts(world, distances, tasks, prices, of("latency"));
  const opening = of("clusters");
  const needed = opening === 0 ? new Set<string>() : neededClusters(world, tasks);
  const room = roomPrices(world, prices, opening, needed);
  const spreads = weights.some(({ term, current }) => term.name === "imbalance" && current);
  const share = sharePrices(world, prices, spreads ? 0 : held.imbalance, spreads);
  const wrong = [...ties.wrong, ...room.wrong, ...share.wrong];
  let value = ties.constant + room.constant + share.constant;
  const segments = newSegments(world.ir.fleet.clusters.length);
  tasks.forEach((task, t) => {
    const own = ownCosts(world, task, weights, held.rank);
    const [each, once] = [ties.each[t]!, ties.once[t]!];
    const roomOf = room.of(task);
    value += own.constant;
    segments.size = 0;
    task.sites.forEach((site, s) => {
      const cost = own.each(site) + each[s]! + roomOf(site) + share.each(task, site);
      stepsOf(task, site, s, cost, own.kept, once[s]!, segments);
    });
    value += leastCost(world, task, segments);
  });
  return { value, wrong };
}

interface OwnCosts {
  readonly constant: number;
  readonly each: (site: Site) => number;
  /** For each of the replicas that were there before. */
  readonly kept: number;
}

/** An hour of one replica. */
export function costOn(
  world: World,
  { run, workload }: Pick<Task, "run" | "workload">,
  { name, pools }: Pick<Site, "name" | "pools">,
): number {
  const prices = world.clusters.get(name)!.prices;
  let price = 0;
  for (const resource in run.demand) price += (prices[resource] ?? 0) * units(resource, run.demand[resource] ?? 0);
  return price * (workload.perNode ? nodesOf(pools) : 1);
}

/** The terms that are sums over replicas. A later choice counts only where nothing of the workload was before: no less than it is. */
function ownCosts(
  world: World,
  { run, total, workload }: Task,
  weights: readonly Weight[],
  rank: (term: ObjectiveValue) => number,
): OwnCosts {
  let [constant, out, kept, prefer, money] = [0, 0, 0, 0, 0];
  const late: { readonly early: ReadonlySet<string>; readonly weight: number }[] = [];
  for (const { term, weight } of weights) {
    if (term.name === "unplaced" && run.optional && term.priority === run.priority) out += weight;
    if (term.name === "preference") prefer += weight;
    if (term.name === "cost") money += weight;
    if (term.name === "choices" && run.choices !== undefined)
      late.push({ early: new Set(run.choices.choices.slice(0, rank(term) + 1).flat()), weight });
    if (term.name !== "moves") continue;
    kept += weight;
    const before = Object.values(world.before[run.workload] ?? {});
    constant +=
      weight * before.reduce((sum, replicas) => sum + (workload.perNode ? Math.min(1, replicas) : replicas), 0);
  }
  const each = ({ name, pools, before }: Site): number => {
    const cluster = world.clusters.get(name)!;
    let sum = -out;
    if (prefer !== 0)
      for (const wish of run.prefer)
        if (!world.usable(run, cluster).some(({ pool }) => holdsAt(wish.condition, cluster, pool)))
          sum += prefer * wish.weight;
    if (money !== 0) sum += money * costOn(world, { run, workload }, { name, pools });
    for (const { early, weight } of late) if (before === 0 && !early.has(name)) sum += weight;
    return sum;
  };
  return { constant: constant + out * total, each, kept };
}

/** What each further replica costs: the first one opens the site, the first that were there before keep what runs. A copy comes whole. */
function stepsOf(
  { run, size }: Task,
  { most, before }: Site,
  site: number,
  each: number,
  kept: number,
  once: number,
  segments: Segments,
): void {
  const keeps = Math.min(before, most);
  if (run.spreading.kind !== "divided") return addSegment(segments, site, most, each - (keeps * kept - once) / size);
  addSegment(segments, site, 1, each + once - (keeps > 0 ? kept : 0));
  addSegment(segments, site, keeps - 1, each - kept);
  addSegment(segments, site, most - Math.max(1, keeps), each);
}
