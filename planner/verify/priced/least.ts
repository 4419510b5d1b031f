// The least that one workload can cost by itself, from what each further replica costs on each site: its total, its copies, its groups. It must
// not know prices or what they are for.
import type { World } from "../world.ts";
import type { Task } from "./sites.ts";

/** Replicas of a site that cost the same, the cheapest of a site first: by number, in arrays that are used again for each workload. */
export interface Segments {
  size: number;
  readonly site: Int32Array;
  readonly many: Int32Array;
  readonly cost: Float64Array;
}

/** Room for the segments of a workload on so many sites. */
export const newSegments = (sites: number): Segments => ({
  size: 0,
  site: new Int32Array(3 * sites),
  many: new Int32Array(3 * sites),
  cost: new Float64Array(3 * sites),
});

export function addSegment(segments: Segments, site: number, many: number, cost: number): void {
  if (many <= 0) return;
  segments.site[segments.size] = site;
  segments.many[segments.size] = many;
  segments.cost[segments.size++] = cost;
}

interface Group {
  readonly low: number;
  readonly high: number;
}

/** By site: its group, or −1. */
interface Grouping {
  readonly groups: readonly Group[];
  readonly groupOf: Int32Array;
}

/** Infinity where there is no way at all. Of several promises about groups, the one that costs most is a bound for all. */
export function leastCost(world: World, task: Task, segments: Segments): number {
  const { run, total } = task;
  if (run.spreading.kind === "divided" && run.spreading.clusters === 1) return onOne(task, segments);
  const groupings = groupingsOf(world, task);
  const scattered = run.spreading.kind === "divided" && !run.optional ? (run.spreading.clusters ?? 0) : 0;
  const promises = groupings.length + (scattered > 1 ? 1 : 0);
  const sorted = cheapestFirst(segments, promises > 0 ? Infinity : total);
  const left = (): Int32Array => segments.many.slice(0, segments.size);
  if (promises === 0) return fill(segments, sorted, left(), total, run.optional);
  const costs = groupings.map((grouping) => within(task, segments, sorted, left(), grouping));
  if (scattered > 1) costs.push(onMany(task, segments, sorted, left(), scattered));
  return Math.max(...costs);
}

/** Picks up to which the next cheapest is looked for one by one. */
const FEW = 8;

/** Numbers of segments, the cheapest first; only the first few where few replicas are wanted. */
function cheapestFirst({ size, cost, many }: Segments, wanted: number): Int32Array {
  const order = new Int32Array(size);
  for (let k = 0; k < size; k++) order[k] = k;
  let [open, next] = [wanted, 0];
  for (; next < Math.min(FEW, size) && open > 0; next++) {
    let best = next;
    for (let k = next + 1; k < size; k++) if (cost[order[k]!]! < cost[order[best]!]!) best = k;
    const at = order[best]!;
    order[best] = order[next]!;
    order[next] = at;
    open -= many[at]!;
  }
  if (open > 0) order.subarray(next).sort((a, b) => cost[a]! - cost[b]! || a - b);
  return order;
}

function fill({ cost }: Segments, sorted: Int32Array, left: Int32Array, total: number, optional: boolean): number {
  let [open, sum] = [total, 0];
  for (const at of sorted) {
    if (open <= 0 || (optional && cost[at]! >= 0)) break;
    const taken = Math.min(open, left[at]!);
    if (taken <= 0) continue;
    sum += taken * cost[at]!;
    open -= taken;
  }
  return open > 0 && !optional ? Infinity : sum;
}

function onOne({ run, total }: Task, { size, site, many, cost }: Segments): number {
  let best = run.optional ? 0 : Infinity;
  for (let k = 0; k < size;) {
    const at = site[k];
    let [open, sum] = [total, 0];
    for (; k < size && site[k] === at; k++) {
      const taken = run.optional && cost[k]! >= 0 ? 0 : Math.min(open, many[k]!);
      if (taken > 0) sum += taken * cost[k]!;
      open -= taken;
    }
    if (run.optional || open === 0) best = Math.min(best, sum);
  }
  return best;
}

/** One replica on each of the cheapest sites, the rest wherever it costs least: no answer on so many sites costs less. */
function onMany({ total }: Task, segments: Segments, sorted: Int32Array, left: Int32Array, clusters: number): number {
  const used = new Set<number>();
  let sum = 0;
  for (const at of sorted) {
    if (used.size === clusters) break;
    if (used.has(segments.site[at]!)) continue;
    used.add(segments.site[at]!);
    sum += segments.cost[at]!;
    left[at] = left[at]! - 1;
  }
  return used.size < clusters ? Infinity : sum + fill(segments, sorted, left, total - clusters, false);
}

/** What each group needs at least, then the cheapest within what each may have. */
function within(
  { run, total }: Task,
  { site, cost }: Segments,
  sorted: Int32Array,
  left: Int32Array,
  { groups, groupOf }: Grouping,
): number {
  const counts = groups.map(() => 0);
  let [sum, open] = [0, total];
  const pass = (limit: (group: number) => number, mayStop: boolean): void => {
    for (const at of sorted) {
      const group = groupOf[site[at]!]!;
      if (open <= 0 || (mayStop && run.optional && cost[at]! >= 0)) return;
      const room = group < 0 ? (mayStop ? open : 0) : limit(group) - counts[group]!;
      const more = Math.min(open, left[at]!, room);
      if (more <= 0) continue;
      left[at] = left[at]! - more;
      if (group >= 0) counts[group]! += more;
      sum += more * cost[at]!;
      open -= more;
    }
  };
  pass((group) => groups[group]!.low, false);
  if (groups.some(({ low }, group) => counts[group]! < low)) return Infinity;
  pass((group) => groups[group]!.high, true);
  return open > 0 && !run.optional ? Infinity : sum;
}

/** What spreading and shares say of how many of a workload are in which of its sites. */
export function groupingsOf(world: World, task: Task): readonly Grouping[] {
  const { run, sites, size, total, usable } = task;
  const { clusters } = world.ir.fleet;
  const spreads = run.spread.flatMap(({ key, max }): Grouping[] => {
    const value = (c: number): string | undefined => (key === "cluster" ? clusters[c]!.name : clusters[c]!.labels[key]);
    const values = [...new Set(usable.flatMap((c) => value(c) ?? []))];
    if (max === undefined && values.length < 2) return [];
    const mean = total / size / values.length;
    const bounds: Group =
      max === undefined
        ? { low: run.optional ? 0 : Math.floor(mean) * size, high: Math.ceil(mean) * size }
        : { low: 0, high: Math.floor(max / size) * size };
    const index = new Map(values.map((each, g) => [each, g]));
    return [
      {
        groups: values.map(() => bounds),
        groupOf: Int32Array.from(sites, ({ cluster }) => index.get(value(cluster) ?? "") ?? -1),
      },
    ];
  });
  if (run.shares === undefined) return spreads;
  const { shares } = run.shares;
  const weights = shares.reduce((sum, { weight }) => sum + weight, 0);
  const groups = shares.map(({ weight }): Group => {
    const exact = (total * weight) / weights;
    return { low: run.optional ? 0 : Math.floor(exact + 1e-9), high: Math.ceil(exact - 1e-9) };
  });
  const groupOf = Int32Array.from(sites, ({ name }) => shares.findIndex(({ cluster }) => cluster === name));
  return [...spreads, { groups, groupOf }];
}
