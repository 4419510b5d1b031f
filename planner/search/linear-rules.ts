// What rules add to the linear problem: rows of groups with least and most counts, and of ties, where whoever is served takes what those give
// who stand there. It must not know how the problem is solved.
import type { Arcs } from "./arcs.ts";
import { tiesOf } from "./bound/links.ts";
import type { Entries, Link, Ties } from "./bound/links.ts";
import { shapesOf } from "./bound/shapes.ts";
import type { Shape } from "./bound/shapes.ts";
import type { Compact } from "./compact.ts";
import { numbered } from "./relaxed.ts";

export interface LinearRules {
  /** Right-hand sides of its rows, numbered after those of `Compact`: ties first, as the bound numbers them, then groups. */
  readonly most: Float64Array;
  /** What one of a row is in the units of its price; beyond ties rows have no price that anyone asks for. */
  readonly scale: Float64Array;
  /** Places that may serve a column of an arc, by index in its link; [−1] where that is no choice. */
  readonly places: (w: number, arc: number) => readonly number[];
  /** What one replica costs more because of the way to its place. */
  readonly way: (w: number, arc: number, place: number) => number;
  /** What one replica adds to which rows. */
  readonly entries: (w: number, arc: number, place: number, add: (row: number, amount: number) => void) => void;
  /** Adds to the arcs that were chosen by workload what rules need: of every group enough, and of those that are tied places that meet. */
  readonly complete: (kept: readonly Set<number>[]) => void;
}

/** Places that are tried for whoever may be served from many. */
const PLACES = 4;
/** Arcs of a group at least, if it has so many, and room, as many times what it may have. */
const OF_GROUP = 2;
const ROOM = 2;
const NOWHERE = [-1];

/** @param key by arc: what one replica costs, so that the best of several is known */
export function linearRules(compact: Compact, arcs: Arcs, key: Float64Array): LinearRules {
  const first = compact.capacity.length;
  const ties = tiesOf(compact);
  const groups = groupRows(compact, first + ties.capacity.length);
  const serving = newServing(compact, arcs, ties, key);
  return {
    most: joined(
      ties.capacity.map((most, row) => most / (ties.scale[row] as number)),
      groups.most,
    ),
    scale: joined(ties.scale, new Float64Array(groups.most.length).fill(1)),
    places: (w, a) => {
      const wide = serving.wide[w];
      if (wide === undefined) return NOWHERE;
      const best = serving.best(wide, arcs.candidate[a] as number);
      return arcs.opens[a] === 1 || best.length === 0 ? [best[0] ?? -1] : best;
    },
    way: (w, a, place) => {
      const wide = serving.wide[w];
      return wide === undefined || place < 0 ? 0 : serving.far(wide, arcs.candidate[a] as number, place);
    },
    entries: (w, a, place, add) => {
      const c = arcs.candidate[a] as number;
      const local = c - (compact.candidateStart[w] as number);
      const scaled = (row: number, amount: number): void => add(row, amount / (ties.scale[row - first] as number));
      for (const link of ties.linksOf[w] as readonly Link[]) {
        const reach = link.reach?.[local];
        if (link === serving.wide[w]) {
          if (place >= 0) scaled(link.base + place, 1);
        } else if (reach?.length === 1) scaled(link.base + (reach[0] as number), 1);
      }
      walk(ties.each, c, scaled);
      if (ties.serves[w] === 1 && arcs.opens[a] === 1) {
        const each = 1 / (arcs.most[a] as number);
        walk(ties.once, c, (row, amount) => scaled(row, amount * each));
      }
      groups.entries(w, local, add);
    },
    complete: (kept) => {
      shapesOf(compact).forEach((shape, w) => {
        if (shape !== undefined) completeGroups(compact, arcs, key, w, shape, kept[w] as Set<number>);
      });
      serving.complete(kept);
    },
  };
}

/** Who is served by whom: those with a choice of places choose among the best of them, one such choice a workload. */
function newServing(compact: Compact, arcs: Arcs, ties: Ties, key: Float64Array) {
  const { candidateStart, cluster } = compact;
  const ranges = rangesOf(compact, arcs);
  const each = arcs.joint.latency / 1000;
  const wide = ties.linksOf.map(
    (links) =>
      links.find(({ reach }) => reach?.some((list) => list.length > 1) === true) ??
      (each > 0 ? links.find(({ reach }) => reach === undefined) : undefined),
  );
  /** What one replica pays for the way to a place beyond the shortest that there is, which its cost has already; nothing where any does. */
  const far = ({ reach, places }: Link, c: number, d: number): number => {
    if (reach !== undefined) return 0;
    const row = (cluster[c] as number) * compact.problem.clusters.length;
    let least = compact.problem.far;
    for (const place of places) least = Math.min(least, ties.distance[row + place] as number);
    return each * ((ties.distance[row + (places[d] as number)] as number) - least);
  };
  const targets = new Map<Link, Float64Array>();
  /** By place of a link: what the cheapest target costs there. */
  const costs = (link: Link): Float64Array => {
    const before = targets.get(link);
    if (before !== undefined) return before;
    const index = new Map(Array.from(link.places, (place, d) => [place, d]));
    const made = new Float64Array(link.places.length).fill(Infinity);
    for (const w of link.to)
      for (let a = arcs.start[w] as number; a < (arcs.start[w + 1] as number); a++) {
        const d = index.get(cluster[arcs.candidate[a] as number] as number);
        if (d !== undefined && (key[a] as number) < (made[d] as number)) made[d] = key[a] as number;
      }
    targets.set(link, made);
    return made;
  };
  const best = (link: Link, c: number): readonly number[] => {
    const list = link.reach?.[c - (candidateStart[link.from] as number)] ?? numbered(link.places.length);
    if (list.length <= 1) return [...list];
    const target = costs(link);
    const row = (cluster[c] as number) * compact.problem.clusters.length;
    const cost =
      link.reach !== undefined
        ? target
        : target.map((own, d) => own + each * (ties.distance[row + (link.places[d] as number)] as number));
    const found: number[] = [];
    // Insertion into the few best: lists are long and there are many of them.
    for (const d of list) {
      let k = found.length;
      while (k > 0 && (cost[d] as number) < (cost[found[k - 1] as number] as number)) k--;
      if (k >= PLACES) continue;
      found.splice(k, 0, d);
      if (found.length > PLACES) found.pop();
    }
    return found;
  };
  const complete = (kept: readonly Set<number>[]): void => {
    for (const link of ties.links) {
      if (link.reach === undefined && each === 0) continue;
      const asked = new Set<number>();
      for (const a of kept[link.from] as Set<number>)
        for (const d of best(link, arcs.candidate[a] as number)) asked.add(d);
      const places = new Set([...asked].map((d) => link.places[d] as number));
      for (const w of link.to)
        for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
          if (places.has(cluster[c] as number)) ranges.add(kept[w] as Set<number>, c);
    }
  };
  return { wide, best, far, complete };
}

/** Arcs of a candidate follow each other. */
function rangesOf(compact: Compact, arcs: Arcs) {
  const from = new Int32Array(compact.most.length).fill(-1);
  for (let a = arcs.candidate.length - 1; a >= 0; a--) from[arcs.candidate[a] as number] = a;
  return {
    add: (kept: Set<number>, c: number): void => {
      const first = from[c] as number;
      if (first < 0) return;
      for (let a = first; a < arcs.candidate.length && arcs.candidate[a] === c; a++) kept.add(a);
    },
  };
}

/** The cheapest arcs of every group, so many that it may have its most and more. */
function completeGroups(
  { candidateStart }: Compact,
  arcs: Arcs,
  key: Float64Array,
  w: number,
  { groupings }: Shape,
  kept: Set<number>,
): void {
  const own: number[] = [];
  for (let a = arcs.start[w] as number; a < (arcs.start[w + 1] as number); a++) own.push(a);
  own.sort((a, b) => (key[a] as number) - (key[b] as number) || a - b);
  for (const { groups, groupOf, high } of groupings) {
    const [count, room] = [new Int32Array(groups), new Float64Array(groups)];
    for (const a of own) {
      const g = groupOf[(arcs.candidate[a] as number) - (candidateStart[w] as number)] as number;
      if (g < 0 || (high[g] as number) === 0) continue;
      if ((count[g] as number) >= OF_GROUP && (room[g] as number) >= ROOM * (high[g] as number)) continue;
      count[g] = (count[g] as number) + 1;
      room[g] = (room[g] as number) + (arcs.most[a] as number);
      kept.add(a);
    }
  }
}

/** Two rows for a group that must have some, one for a group that only may not have more. */
function groupRows(compact: Compact, first: number) {
  const most: number[] = [];
  const bases = shapesOf(compact).map((shape) =>
    (shape?.groupings ?? []).map(({ low, high }) => {
      const base = first + most.length;
      const needs = low.some((least) => least > 0);
      high.forEach((limit, g) => {
        most.push(limit > 0 ? 1 : 0);
        if (needs) most.push((low[g] as number) > 0 ? -1 : 0);
      });
      return { base, needs };
    }),
  );
  return {
    most: Float64Array.from(most),
    entries: (w: number, local: number, add: (row: number, amount: number) => void): void => {
      const groupings = shapesOf(compact)[w]?.groupings ?? [];
      groupings.forEach(({ groupOf, low, high }, i) => {
        const g = groupOf[local] as number;
        if (g < 0) return;
        const { base, needs } = bases[w]?.[i] as { base: number; needs: boolean };
        const row = base + (needs ? 2 : 1) * g;
        add(row, 1 / Math.max(1, high[g] as number));
        if (needs && (low[g] as number) > 0) add(row + 1, -1 / (low[g] as number));
      });
    },
  };
}

function walk({ start, row, amount }: Entries, c: number, add: (row: number, amount: number) => void): void {
  for (let e = start[c] as number; e < (start[c + 1] as number); e++) add(row[e] as number, amount[e] as number);
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
