// Ties between workloads as rows with prices: whoever is close to another is served by one of its places, and a place serves only where
// something stands (`near`, `with`, `together`, latency); who is apart shares no group. It must not know how prices are found.
import type { Compact } from "../compact.ts";

/**
 * Replicas of `from` are served by places of `to`: Σ served at place d ≤ most[d] × (how many of `to` stand on d). One row a place, numbered
 * from `base`.
 */
export interface Link {
  readonly from: number;
  readonly to: readonly number[];
  readonly base: number;
  /** Clusters where a target can stand. */
  readonly places: Int32Array;
  readonly most: Float64Array;
  /** By candidate of `from`: the places (by index) that may serve it; undefined: any, for the latency to it. */
  readonly reach: readonly Int32Array[] | undefined;
  /** Microseconds of a reach beyond the cluster itself. */
  readonly within: number | undefined;
}

/** Rows beyond those of `Compact`, numbered after them. */
export interface Ties {
  readonly links: readonly Link[];
  /** By workload: links that it is served by. */
  readonly linksOf: readonly (readonly Link[])[];
  /** By candidate: rows that get something for each replica (apart), and those that get something once where the workload stands there. */
  readonly each: Entries;
  readonly once: Entries;
  /** By workload: 1 where others are served by it, so that standing somewhere is worth something by itself. */
  readonly serves: Uint8Array;
  /** Rows of those who are apart: whose they are, and of which clusters. */
  readonly apart: readonly {
    readonly row: number;
    readonly a: number;
    readonly b: number;
    readonly clusters: readonly number[];
  }[];
  readonly capacity: Float64Array;
  readonly scale: Float64Array;
  /** Microseconds between clusters, row by row; empty when nothing asks. */
  readonly distance: Float64Array;
}

export interface Entries {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly amount: Float64Array;
}

const known = new WeakMap<Compact, Ties>();

/** Made once for a problem. */
export function tiesOf(compact: Compact): Ties {
  const found = known.get(compact) ?? make(compact);
  known.set(compact, found);
  return found;
}

type Wish = Pick<Link, "from" | "to" | "within"> & {
  readonly reach: ((cluster: number) => readonly number[]) | undefined;
};

function make(compact: Compact): Ties {
  const { problem, workloads } = compact;
  const places = newPlaces(compact);
  const rows = { capacity: [] as number[], scale: [] as number[] };
  const first = compact.capacity.length;
  const each = newEntries(compact.most.length);
  const once = newEntries(compact.most.length);
  const serves = new Uint8Array(workloads);
  const links = wishesOf(compact).map((wish): Link => {
    const base = first + rows.capacity.length;
    const link = linkOf(compact, places, wish, base);
    link.places.forEach((cluster, d) => {
      rows.capacity.push(0);
      rows.scale.push(Math.max(1, link.most[d] as number));
      for (const w of link.to) {
        const c = places.at(w, cluster);
        if (c >= 0) once.add(c, base + d, -(link.most[d] as number));
      }
    });
    for (const w of link.to) serves[w] = 1;
    return link;
  });
  const apart = addApart(compact, places, each, rows, first);
  const linksOf: Link[][] = Array.from({ length: workloads }, () => []);
  for (const link of links) linksOf[link.from]?.push(link);
  return {
    links,
    linksOf,
    each: each.read(),
    once: once.read(),
    serves,
    apart,
    capacity: Float64Array.from(rows.capacity),
    scale: Float64Array.from(rows.scale),
    distance: links.some(({ reach }) => reach === undefined) ? Float64Array.from(problem.distance.flat()) : EMPTY,
  };
}

const EMPTY = new Float64Array(0);

/** Who is served by whom: hard nearness, the same clusters, and latency. What a rule says of no workload of the problem ties nothing. */
function wishesOf({ problem, wanted }: Compact): readonly Wish[] {
  const runs = (w: number): boolean => w >= 0 && (wanted[w] as number) > 0;
  const same = (cluster: number): readonly number[] => [cluster];
  const hard = problem.rules.flatMap((rule): readonly Wish[] => {
    if (rule.kind === "near") {
      const to = [...new Set(rule.of.filter((w) => w >= 0))];
      return [{ from: rule.workload, to, within: rule.within, reach: (cluster) => rule.reach[cluster] ?? [] }];
    }
    if (rule.kind !== "together") return [];
    // What is optional may stay away from all others; they never from what must run.
    const all = rule.workloads.filter(runs);
    const sure = all.filter((w) => problem.workloads[w]?.optional === false);
    const ring = sure.length < 2 ? [] : sure.map((w, i) => ({ from: w, to: sure[(i + 1) % sure.length] as number }));
    const free = all.filter((w) => problem.workloads[w]?.optional === true);
    const loose = sure[0] === undefined ? [] : free.map((from) => ({ from, to: sure[0] as number }));
    return [...ring, ...loose].map(({ from, to }) => ({ from, to: [to], within: undefined, reach: same }));
  });
  const soft = problem.latencies.map(({ from, to }) => ({
    from,
    to: [...new Set(to)],
    within: undefined,
    reach: undefined,
  }));
  return [...hard, ...soft];
}

function linkOf(compact: Compact, places: Places, { from, to, reach, within }: Wish, base: number): Link {
  const { candidateStart, cluster, most, step, wanted } = compact;
  const clusters = [...new Set(to.flatMap(places.of))].sort((a, b) => a - b);
  const total = (wanted[from] as number) * (step[from] as number);
  if (reach === undefined)
    return { from, to, base, places: Int32Array.from(clusters), most: filled(clusters.length, total), reach, within };
  const index = new Map(clusters.map((c, d) => [c, d]));
  const served = new Float64Array(clusters.length);
  const lists: Int32Array[] = [];
  for (let c = candidateStart[from] as number; c < (candidateStart[from + 1] as number); c++) {
    const list = reach(cluster[c] as number).flatMap((at) => index.get(at) ?? []);
    for (const d of list) served[d] = (served[d] as number) + (most[c] as number);
    lists.push(Int32Array.from(list));
  }
  const least = served.map((amount) => Math.min(amount, total));
  return { from, to, base, places: Int32Array.from(clusters), most: least, reach: lists, within };
}

/** In each group together not more than one of both: a share of what each could have there, at most one in all. */
function addApart(
  compact: Compact,
  places: Places,
  each: Collected,
  rows: { readonly capacity: number[]; readonly scale: number[] },
  first: number,
): Ties["apart"] {
  const found: Ties["apart"][number][] = [];
  const { problem, most, step, wanted } = compact;
  for (const rule of problem.rules) {
    if (rule.kind !== "apart" || rule.a < 0 || rule.b < 0 || rule.a === rule.b) continue;
    for (const group of rule.groups) {
      const own = [rule.a, rule.b].map((w) => {
        const candidates = group.map((at) => places.at(w, at)).filter((c) => c >= 0 && (most[c] as number) > 0);
        const room = candidates.reduce((sum, c) => sum + (most[c] as number), 0);
        return { candidates, most: Math.min(room, (wanted[w] as number) * (step[w] as number)) };
      });
      if (own.some((side) => side.most === 0)) continue;
      const row = first + rows.capacity.length;
      rows.capacity.push(1);
      rows.scale.push(1);
      for (const side of own) for (const c of side.candidates) each.add(c, row, 1 / side.most);
      found.push({ row, a: rule.a, b: rule.b, clusters: group });
    }
  }
  return found;
}

function filled(size: number, value: number): Float64Array {
  return new Float64Array(size).fill(value);
}

interface Places {
  /** The candidate of a workload on a cluster, or −1. */
  readonly at: (w: number, cluster: number) => number;
  /** Clusters where a workload can stand. */
  readonly of: (w: number) => readonly number[];
}

function newPlaces({ candidateStart, cluster, most, workloads }: Compact): Places {
  const maps: (Map<number, number> | undefined)[] = Array.from({ length: workloads }, () => undefined);
  const mapOf = (w: number): Map<number, number> => {
    const old = maps[w];
    if (old !== undefined) return old;
    const made = new Map<number, number>();
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      if ((most[c] as number) > 0) made.set(cluster[c] as number, c);
    return (maps[w] = made);
  };
  return { at: (w, at) => mapOf(w).get(at) ?? -1, of: (w) => [...mapOf(w).keys()] };
}

interface Collected {
  readonly add: (candidate: number, row: number, amount: number) => void;
  readonly read: () => Entries;
}

function newEntries(candidates: number): Collected {
  const at: number[] = [];
  const rows: number[] = [];
  const amounts: number[] = [];
  return {
    add: (candidate, row, amount) => {
      at.push(candidate);
      rows.push(row);
      amounts.push(amount);
    },
    read: () => {
      const start = new Int32Array(candidates + 1);
      for (const c of at) start[c + 1] = (start[c + 1] as number) + 1;
      for (let c = 0; c < candidates; c++) start[c + 1] = (start[c + 1] as number) + (start[c] as number);
      const next = Int32Array.from(start);
      const entries = { start, row: new Int32Array(at.length), amount: new Float64Array(at.length) };
      at.forEach((c, k) => {
        const to = next[c] as number;
        next[c] = to + 1;
        entries.row[to] = rows[k] as number;
        entries.amount[to] = amounts[k] as number;
      });
      return entries;
    },
  };
}
