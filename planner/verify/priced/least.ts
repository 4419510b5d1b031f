// The least that one workload can cost by itself, from what each further replica costs on each site: its total, its copies, its groups. It must
// not know prices or what they are for.
import type { World } from "../world.ts";
import type { Task } from "./sites.ts";

/** Replicas of a site that cost the same, the cheapest of a site first. */
export interface Segment {
  readonly site: number;
  readonly many: number;
  readonly cost: number;
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
export function leastCost(world: World, task: Task, segments: readonly Segment[]): number {
  const { run, total } = task;
  if (run.spreading.kind === "divided" && run.spreading.clusters === 1) return onOne(task, segments);
  const sorted = segments.toSorted((a, b) => a.cost - b.cost);
  const groupings = groupingsOf(world, task);
  const scattered = run.spreading.kind === "divided" && !run.optional ? (run.spreading.clusters ?? 0) : 0;
  const costs = groupings.map((grouping) => within(task, sorted, grouping));
  if (scattered > 1) costs.push(onMany(task, sorted, scattered));
  return costs.length > 0 ? Math.max(...costs) : fill(sorted, total, run.optional);
}

function fill(sorted: readonly Segment[], total: number, optional: boolean): number {
  let [open, sum] = [total, 0];
  for (const { many, cost } of sorted) {
    if (open <= 0 || (optional && cost >= 0)) break;
    const taken = Math.min(open, many);
    sum += taken * cost;
    open -= taken;
  }
  return open > 0 && !optional ? Infinity : sum;
}

function onOne({ run, sites, total }: Task, segments: readonly Segment[]): number {
  const bySite = sites.map((): Segment[] => []);
  for (const segment of segments) bySite[segment.site]!.push(segment);
  const costs = bySite.map((own) => fill(own, total, run.optional));
  return Math.min(run.optional ? 0 : Infinity, ...costs);
}

/** One replica on each of the cheapest sites, the rest wherever it costs least: more than any answer on so many sites can save. */
function onMany({ total }: Task, sorted: readonly Segment[], clusters: number): number {
  const used = new Set<number>();
  const left: Segment[] = [];
  let sum = 0;
  for (const segment of sorted) {
    if (used.size === clusters || used.has(segment.site)) {
      left.push(segment);
      continue;
    }
    used.add(segment.site);
    sum += segment.cost;
    if (segment.many > 1) left.push({ ...segment, many: segment.many - 1 });
  }
  return used.size < clusters ? Infinity : sum + fill(left, total - clusters, false);
}

/** What each group needs at least, then the cheapest within what each may have. */
function within({ run, total }: Task, sorted: readonly Segment[], { groups, groupOf }: Grouping): number {
  const taken = sorted.map(() => 0);
  const counts = groups.map(() => 0);
  let [sum, open] = [0, total];
  const pass = (limit: (group: number) => number, mayStop: boolean): void => {
    sorted.forEach(({ site, many, cost }, k) => {
      const group = groupOf[site]!;
      if (open <= 0 || (mayStop && run.optional && cost >= 0)) return;
      const room = group < 0 ? (mayStop ? open : 0) : limit(group) - counts[group]!;
      const more = Math.min(open, many - taken[k]!, room);
      if (more <= 0) return;
      taken[k]! += more;
      if (group >= 0) counts[group]! += more;
      sum += more * cost;
      open -= more;
    });
  };
  pass((group) => groups[group]!.low, false);
  if (groups.some(({ low }, group) => counts[group]! < low)) return Infinity;
  pass((group) => groups[group]!.high, true);
  return open > 0 && !run.optional ? Infinity : sum;
}

function groupingsOf(world: World, task: Task): readonly Grouping[] {
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
