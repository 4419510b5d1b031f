// What stands on one cluster's nodes, asked again and again while loads change little: the order of creation that held last is tried first, and
// only from the first workload that changed. For pods that ask for nothing but room. It must not know how placements are found.
import { arrange } from "./arrange.ts";
import type { BoardNode, PodKind } from "./board.ts";
import type { Load } from "./cluster.ts";
import { isSmall, newFloor } from "./floor.ts";
import type { Floor, Tell } from "./floor.ts";
import { newHall } from "./hall.ts";
import { resume, strideOf } from "./mark.ts";
import type { Mark } from "./mark.ts";
import { sizeOf } from "./pack.ts";
import { newTies, randomOf } from "./scheduler.ts";
import type { ScoredKind, ScoredNode, Ties } from "./scheduler.ts";

export interface Standing {
  /** Whether an order of creation is found in which each pod finds a node, in a few ways of breaking ties. */
  readonly accepts: (load: Load) => boolean;
  /** The same, in so many ways as the judge tries. */
  readonly surely: (load: Load) => boolean;
  /**
   * Of a load that may be too much: pods by workload that find no node in the order of creation where they are the smallest loss that is found;
   * as far as it is tried.
   */
  readonly fewestOut: (load: Load, loss: Loss, trying: Trying) => ReadonlyMap<number, number>;
  /** How many pods of a workload find room beside what else was accepted last, those of its own that were among it included; Infinity before. */
  readonly spare: (workload: number) => number;
  /** Workloads in the order of creation in which a load surely stands, if that was asked. */
  readonly order: (load: Load) => readonly number[] | undefined;
}

export interface Trying {
  /** Orders of creation at most. */
  readonly orders: number;
  /** Also in the ways of breaking ties that once went wrong, not in one alone. */
  readonly anyhow: boolean;
}

/** What is lost when so many pods of a workload find no node; `size`: the largest share of a node that one of them takes. */
export type Loss = (workload: number, pods: number, size: number) => number;

/** Ways of breaking ties under which a load must hold: to go on searching, and to be sure. */
const TIES = 3;
const SURE = 10;
/** Of many nodes, an order takes so much longer that only one of so many is tried: chance evens out. */
const MANY_TAKE = 4;
/** Ways in which something found no node that are kept in mind, beside those that are always asked. */
const LEARNT = 3;
/** Loads that found no node, and loads that surely stand, remembered at most. */
const REFUSED = 1_000;
const STOOD = 32;
/** Orders that are tried beside those that come from the last one: in each, what found no node in the one before comes first. */
const REPAIRS = 2;

/** A workload's pods as the floors know them. */
interface Known {
  readonly kind: number;
  readonly size: number;
  readonly perNode: boolean;
}

/** How one way of breaking ties went on one floor, as far as it was accepted. */
interface Run {
  readonly floor: Floor;
  readonly seed: number;
  readonly ties: Ties;
  /** What stood before every so many workloads, and the state of the ties then; and at the end. */
  readonly marks: Mark[];
  readonly end: Float64Array;
}

/** @param floors nodes as they may be filled: where a reserve is kept, also whole, as the scheduler sees them. */
export function newStanding(
  floors: readonly { readonly nodes: readonly BoardNode[]; readonly scored: readonly ScoredNode[] }[],
  kindOf: (workload: number) => { readonly kind: PodKind; readonly asked: ScoredKind },
  tell: Tell = () => {},
): Standing {
  const boards = floors.map(({ nodes, scored }) =>
    isSmall(nodes.length) ? newFloor(nodes, scored, tell) : newHall(nodes, scored, tell),
  );
  const smallest = (floors[0] as (typeof floors)[0]).nodes;
  const stride = strideOf(boards[0] as Floor);
  const few = isSmall(smallest.length);
  const own = new Int32Array((boards[0] as Floor).size);
  const known = new Map<number, Known>();
  const runOf = (floor: Floor, seed: number): Run => ({
    floor,
    seed,
    ties: newTies(seed),
    marks: [],
    end: new Float64Array(floor.state.length),
  });
  const runs = boards.flatMap((floor) => Array.from({ length: TIES }, (_, i) => runOf(floor, i + 1)));
  const always = runs.length;
  const refused = new Set<number>();
  /** Loads that surely stand, with the order in which they do and the pods of each workload. */
  const sure = new Map<number, { readonly order: readonly number[]; readonly counts: readonly number[] }>();
  const dice = newTies(1);
  /** What was accepted last: workloads in order, and pods of each. */
  let held: readonly number[] | undefined;
  let counts: readonly number[] = [];
  /** The same, also after another order came to be tried first. */
  let ended: readonly number[] = [];
  let endedCounts: readonly number[] = [];

  const knownOf = (w: number): Known => {
    let found = known.get(w);
    if (found === undefined) {
      const { kind, asked } = kindOf(w);
      let number = 0;
      for (const board of boards) number = board.know(kind, asked);
      known.set(w, (found = { kind: number, size: sizeOf(kind, smallest), perNode: kind.perNode }));
    }
    return found;
  };
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [knownOf(a).size, knownOf(b).size];
    return one === other ? a < b : one > other;
  };
  /** A DaemonSet's pod has one node to go to: it comes before all that could take its place. */
  const daemonsFirst = (order: readonly number[]): readonly number[] => {
    const daemons = order.filter((w) => knownOf(w).perNode);
    return daemons.length === 0 ? order : [...daemons, ...order.filter((w) => !knownOf(w).perNode)];
  };
  /** All pods of one workload; returns how many find no node. */
  const come = (floor: Floor, w: number, many: number, random: () => number): number => {
    const { kind, perNode } = knownOf(w);
    if (perNode) return floor.everywhere(kind);
    own.fill(0);
    return floor.arrive(kind, many, random, own);
  };

  /** Where an order first differs from what was accepted. */
  const differs = (order: readonly number[], load: Load): number => {
    if (held === undefined) return 0;
    const end = Math.min(order.length, held.length);
    for (let at = 0; at < end; at++)
      if (order[at] !== held[at] || counts[at] !== load.get(order[at] as number)) return at;
    return end;
  };
  /** One run from the mark before that; the first workload that finds no node, or undefined, and then marks are kept in `fresh`. */
  const go = (
    run: Run,
    order: readonly number[],
    load: Load,
    from: number,
    fresh: Run["marks"],
  ): number | undefined => {
    const { floor, ties, marks, seed } = run;
    const mark = Math.floor(from / stride);
    const known = marks[mark];
    resume(floor, ties, seed, known);
    for (let at = known === undefined ? 0 : mark * stride; at < order.length; at++) {
      if (at % stride === 0) fresh[at / stride] = { state: floor.state.slice(), tie: ties.state };
      const w = order[at] as number;
      if (come(floor, w, load.get(w) as number, ties.next) > 0) return w;
    }
    fresh[Math.ceil(order.length / stride)] = { state: floor.state.slice(), tie: ties.state };
    return undefined;
  };
  /** All runs of one order; what finds no node, or undefined, and then it is what was accepted last. */
  const stuckIn = (order: readonly number[], load: Load): number | undefined => {
    const from = differs(order, load);
    const fresh: Run["marks"][] = runs.map(() => []);
    for (let r = runs.length - 1; r >= 0; r--) {
      const stuck = go(runs[r] as Run, order, load, from, fresh[r] as Run["marks"]);
      if (stuck !== undefined) return stuck;
    }
    runs.forEach(({ marks, end }, r) => {
      const made = fresh[r] as Run["marks"];
      const last = made.pop() as Run["marks"][0];
      end.set(last.state);
      marks.length = Math.min(marks.length, Math.ceil(order.length / stride));
      made.forEach((mark, at) => (marks[at] = mark));
    });
    held = order;
    counts = order.map((w) => load.get(w) as number);
    ended = order;
    endedCounts = counts;
    return undefined;
  };

  /** The order that held last, without what left it, what is new at the end; and the same with what is new where its size would have it. */
  const orders = (load: Load): readonly (readonly number[])[] => {
    const order = (held ?? []).filter((w) => load.has(w));
    if (order.length === load.size) return [daemonsFirst(order)];
    const there = new Set(order);
    const fresh = [...load.keys()].filter((w) => !there.has(w)).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    if (order.length === 0) return [daemonsFirst(fresh)];
    const sorted = [...order];
    for (const w of fresh) {
      let at = sorted.length;
      while (at > 0 && isBefore(w, sorted[at - 1] as number)) at--;
      sorted.splice(at, 0, w);
    }
    return [daemonsFirst([...order, ...fresh]), daemonsFirst(sorted)];
  };
  /** Tries orders; what found no node in one comes first in the next. */
  const stands = (load: Load, fails: (order: readonly number[]) => number | undefined): boolean => {
    let [order, stuck]: readonly [readonly number[], number | undefined] = [[], undefined];
    for (order of orders(load)) if ((stuck = fails(order)) === undefined) return true;
    for (let repair = 0; repair < REPAIRS && order[0] !== stuck; repair++) {
      order = daemonsFirst([stuck as number, ...order.filter((w) => w !== stuck)]);
      if ((stuck = fails(order)) === undefined) return true;
    }
    return false;
  };
  /** What finds no node in some other way of breaking ties, which is asked from then on. */
  const stuckAnyhow = (order: readonly number[], load: Load): number | undefined => {
    for (const floor of boards)
      for (let seed = TIES + 1; seed <= SURE; seed++) {
        if (runs.some((run) => run.floor === floor && run.seed === seed)) continue;
        const random = randomOf(seed);
        floor.clear(random);
        for (const w of order) {
          if (come(floor, w, load.get(w) as number, random) === 0) continue;
          if (runs.length >= always + LEARNT) runs.splice(always, 1);
          const learnt = runOf(floor, seed);
          // Until it has gone through once, it is as another on the same nodes.
          learnt.end.set((runs.find((run) => run.floor === floor) as Run).end);
          runs.push(learnt);
          counts = [];
          return w;
        }
      }
    return undefined;
  };

  const sureOrder = (load: Load, key: number): readonly number[] | undefined => {
    const found = sure.get(key);
    const same = found?.order.length === load.size && found.order.every((w, at) => load.get(w) === found.counts[at]);
    return same ? found.order : undefined;
  };

  return {
    accepts: (load) => {
      const key = keyOf(load);
      if (sureOrder(load, key) !== undefined) return true;
      if (refused.has(key)) return false;
      if (stands(load, (order) => stuckIn(order, load))) return true;
      if (refused.size >= REFUSED) refused.clear();
      refused.add(key);
      return false;
    },
    surely: (load) => {
      const key = keyOf(load);
      if (sureOrder(load, key) !== undefined) return true;
      if (!stands(load, (order) => stuckIn(order, load) ?? stuckAnyhow(order, load))) return false;
      if (sure.size >= STOOD) sure.clear();
      sure.set(key, { order: held as readonly number[], counts });
      return true;
    },
    order: (load) => sureOrder(load, keyOf(load)),
    fewestOut: (load, loss, { orders: most, anyhow }) => {
      refused.clear();
      const ways = anyhow ? runs : runs.filter(({ seed }) => seed === 1);
      const begun = orders(load)[0] as readonly number[];
      const comes = (floor: Floor, w: number, random: () => number): number =>
        come(floor, w, load.get(w) as number, random);
      const fixed = begun.filter((w) => knownOf(w).perNode).length;
      const lossOf = (w: number, pods: number): number => loss(w, pods, knownOf(w).size);
      const tried = few ? most : Math.ceil(most / MANY_TAKE);
      const { order, left } = arrange(ways, begun, { comes, loss: lossOf, dice, most: tried, fixed });
      held = order.filter((w, at) => (left[at] as number) < (load.get(w) as number));
      counts = [];
      return new Map(order.flatMap((w, at) => ((left[at] as number) > 0 ? [[w, left[at] as number] as const] : [])));
    },
    spare: (w) => {
      if (ended.length === 0) return Infinity;
      const own = endedCounts[ended.indexOf(w)] ?? 0;
      let least = Infinity;
      for (const { floor, end } of runs) {
        least = Math.min(least, floor.room(knownOf(w).kind, end));
        if (least === 0) break;
      }
      return own + least;
    },
  };
}

/** A number for a load: two loads rarely have the same one. To be refused by mistake costs little; what is sure is compared. */
function keyOf(load: Load): number {
  let [low, high] = [0, 0];
  for (const [w, many] of load) {
    const mixed = Math.imul(w + 1, 0x9e3779b1) ^ Math.imul(many, 0x85ebca77);
    low = (low + Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)) | 0;
    high = (high + Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39)) | 0;
  }
  return (high & 0xfffff) * 2 ** 32 + (low >>> 0);
}
