// The best that each workload can do alone when room and ties have prices: the Lagrangian of a problem over its rows. It must not know how
// prices are found.
import type { Arcs } from "./arcs.ts";
import { newFill, newShaped, newSingle } from "./bound/alone.ts";
import { newPricing } from "./bound/pricing.ts";
import type { Pricing } from "./bound/pricing.ts";
import { shapesOf } from "./bound/shapes.ts";
import type { Shape } from "./bound/shapes.ts";
import type { Compact } from "./compact.ts";

/** Answers of the last pass: replicas by arc, of the arcs listed in `chosen`. */
export interface Relaxed {
  /**
   * Minimises over every workload alone at these prices (by row of `rows`, of one unit of its capacity); returns the bound. With `wide`,
   * over all arcs, which is a proof; without, over those that looked good in the last wide pass, which is none.
   */
  readonly pass: (prices: Float64Array, wide: boolean) => number;
  readonly amount: Int32Array;
  readonly chosen: Int32Array;
  readonly count: () => number;
  /** By arc: what one replica cost in the last pass, as far as it looked. */
  readonly reduced: Float64Array;
  /** By workload: what its own part of the last pass came to. */
  readonly alone: Float64Array;
  readonly rows: Pick<Pricing, "capacity" | "scale" | "simplex" | "opens">;
  /** How far the answer is beyond every row, in units of its scale. */
  readonly excess: (over: Float64Array) => void;
}

/** Arcs of each workload that are looked at between wide passes: the cheapest, as many as fill it several times over. */
const FEW = 12;

export function newRelaxed(compact: Compact, arcs: Arcs): Relaxed {
  const { workloads } = compact;
  const size = arcs.candidate.length;
  const answer = { amount: new Int32Array(size), chosen: new Int32Array(size), count: 0 };
  const { amount, chosen } = answer;
  const reduced = new Float64Array(size);
  const parts = new Float64Array(workloads);
  const shortStart = new Int32Array(workloads + 1);
  const short = new Int32Array(size);
  const all = numbered(size);
  const order = new Int32Array(size);
  const pricing = newPricing(compact, arcs);
  const shapes = shapesOf(compact);
  const fill = newFill(arcs, reduced, answer);
  const single = newSingle(arcs, reduced, answer);
  const shaped = newShaped(arcs, reduced, answer, shapes, compact.candidateStart);
  let shortened = false;

  /** Lists the cheapest arcs of a workload for the next narrow passes: several times what was chosen, of every group. */
  const shorten = (w: number, from: number, to: number, picked: number): void => {
    const few = Math.min(to - from, FEW + 2 * picked);
    const list = order.subarray(from, to);
    for (let k = from; k < to; k++) order[k] = k;
    const shape = shapes[w];
    if (shape !== undefined && shape.groupings.length > 0) {
      list.sort((a, b) => (reduced[a] as number) - (reduced[b] as number) || a - b);
      const needed = newNeeded(arcs, shape, compact.candidateStart[w] as number);
      for (const a of list) if (needed(a)) short[shortAt++] = a;
      return;
    }
    if (few < to - from) select(list, reduced, few);
    for (let k = 0; k < few; k++) short[shortAt++] = list[k] as number;
  };
  let shortAt = 0;

  return {
    amount,
    chosen,
    reduced,
    alone: parts,
    rows: pricing,
    count: () => answer.count,
    excess: (over) => pricing.excess(chosen, amount, answer.count, over),
    pass: (prices, wide) => {
      for (let k = 0; k < answer.count; k++) amount[chosen[k] as number] = 0;
      answer.count = 0;
      let bound = arcs.constant + pricing.set(prices);
      const over = wide || !shortened;
      if (over) shortAt = 0;
      for (let w = 0; w < workloads; w++) {
        const list = over || arcs.single[w] === 1 ? all : short;
        const from = list === all ? (arcs.start[w] as number) : (shortStart[w] as number);
        const to = list === all ? (arcs.start[w + 1] as number) : (shortStart[w + 1] as number);
        pricing.reduce(w, list, from, to, reduced);
        const before = answer.count;
        const alone = arcs.single[w] === 1 ? single : shapes[w] === undefined ? fill : shaped;
        parts[w] = alone(w, list, from, to);
        bound += parts[w] as number;
        if (!over) continue;
        shortStart[w] = shortAt;
        if (arcs.single[w] === 0) shorten(w, from, to, answer.count - before);
      }
      if (over) shortStart[workloads] = shortAt;
      shortened ||= over;
      return bound;
    },
  };
}

/** Whether a group may come to this arc, those asked of before it being taken: twice its most is enough. */
function newNeeded(arcs: Arcs, { groupings }: Shape, start: number): (a: number) => boolean {
  const before = groupings.map(({ groups }) => new Float64Array(groups));
  return (a) => {
    let needed = false;
    groupings.forEach(({ groupOf, high }, i) => {
      const g = groupOf[(arcs.candidate[a] as number) - start] as number;
      const own = before[i] as Float64Array;
      if (g < 0 || (own[g] as number) < 2 * (high[g] as number) + FEW) needed = true;
      if (g >= 0) own[g] = (own[g] as number) + (arcs.most[a] as number);
    });
    return needed;
  };
}

/** Moves the `few` cheapest of a list to its front (quickselect, middle pivots). */
export function select(list: Int32Array, key: Float64Array, few: number): void {
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const pivot = key[list[(low + high) >> 1] as number] as number;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((key[list[i] as number] as number) < pivot) i++;
      while ((key[list[j] as number] as number) > pivot) j--;
      if (i > j) break;
      const other = list[i] as number;
      list[i++] = list[j] as number;
      list[j--] = other;
    }
    if (few - 1 <= j) high = j;
    else if (few - 1 >= i) low = i;
    else return;
  }
}

/** 0, 1, 2, …; a loop, since `from` with a callback takes ten times as long. */
export function numbered(size: number): Int32Array {
  const all = new Int32Array(size);
  for (let i = 0; i < size; i++) all[i] = i;
  return all;
}
