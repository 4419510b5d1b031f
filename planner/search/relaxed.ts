// The best that each workload can do alone when room has prices: the Lagrangian of a problem over its rows (see
// `certificate.ts` for what proves a bound). It must not know how prices are found.
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";

/** Answers of the last pass: replicas by arc, of the arcs listed in `chosen`. */
export interface Relaxed {
  /**
   * Minimises over every workload alone at these prices (by row, of one unit of its capacity); returns the bound. With `wide`, over all
   * arcs, which is a proof; without, over those that looked good in the last wide pass, which is none.
   */
  readonly pass: (prices: Float64Array, wide: boolean) => number;
  readonly amount: Int32Array;
  readonly chosen: Int32Array;
  readonly count: () => number;
}

/** Arcs of each workload that are looked at between wide passes: the cheapest, as many as fill it several times over. */
const FEW = 12;

export function newRelaxed(compact: Compact, arcs: Arcs): Relaxed {
  const { workloads, capacity } = compact;
  const size = arcs.candidate.length;
  const amount = new Int32Array(size);
  const chosen = new Int32Array(size);
  const reduced = new Float64Array(size);
  const shortStart = new Int32Array(workloads + 1);
  const short = new Int32Array(size);
  const all = numbered(size);
  const price = pricer(compact, arcs);
  const order = new Int32Array(size);
  let count = 0;
  let shortened = false;

  const take = (a: number, replicas: number): void => {
    amount[a] = replicas;
    chosen[count++] = a;
  };

  /** Fills the cheapest of the listed arcs; returns what that costs. */
  const fill = (w: number, list: Int32Array, from: number, to: number): number => {
    let open = arcs.total[w] as number;
    let cost = 0;
    const free = arcs.optional[w] === 1;
    let end = to;
    let sorted = false;
    let next = from;
    for (let k = from; k < to; k++) order[k] = list[k] as number;
    for (let picks = 0; open > 0 && next < end; picks++) {
      if (picks === 6 && !sorted) {
        order.subarray(next, end).sort((a, b) => (reduced[a] as number) - (reduced[b] as number) || a - b);
        sorted = true;
      }
      let best = next;
      if (!sorted)
        for (let k = next + 1; k < end; k++)
          if ((reduced[order[k] as number] as number) < (reduced[order[best] as number] as number)) best = k;
      const a = order[best] as number;
      order[best] = order[next] as number;
      order[next++] = a;
      const each = reduced[a] as number;
      if (free && each >= 0) break;
      const many = Math.min(open, arcs.most[a] as number);
      take(a, many);
      cost += many * each;
      open -= many;
    }
    // Nowhere enough room, even alone: nothing can be placed at any price.
    return open > 0 && !free ? Infinity : cost;
  };

  const single = (w: number): number => {
    const total = arcs.total[w] as number;
    let best = arcs.optional[w] === 1 ? 0 : Infinity;
    let at = -1;
    const last = arcs.start[w + 1] as number;
    for (let a = arcs.start[w] as number; a < last; a++) {
      let room = arcs.most[a] as number;
      let cost = Math.min(room, total) * (reduced[a] as number);
      if (a + 1 < last && arcs.candidate[a + 1] === arcs.candidate[a]) {
        const more = Math.max(0, Math.min(total - room, arcs.most[a + 1] as number));
        cost += more * (reduced[a + 1] as number);
        room += arcs.most[a + 1] as number;
      }
      if (room >= total && cost < best) [best, at] = [cost, a];
    }
    if (at < 0) return best;
    const many = Math.min(total, arcs.most[at] as number);
    take(at, many);
    if (many < total) take(at + 1, total - many);
    return best;
  };

  /** Lists the cheapest arcs of a workload for the next narrow passes: several times what was chosen. */
  const shorten = (from: number, to: number, picked: number): void => {
    const few = Math.min(to - from, FEW + 2 * picked);
    const list = order.subarray(from, to);
    if (few < to - from) select(list, reduced, few);
    for (let k = 0; k < few; k++) short[shortAt++] = list[k] as number;
  };
  let shortAt = 0;

  return {
    amount,
    chosen,
    count: () => count,
    pass: (prices, wide) => {
      for (let k = 0; k < count; k++) amount[chosen[k] as number] = 0;
      count = 0;
      let bound = arcs.constant;
      for (let row = 0; row < capacity.length; row++) bound -= (prices[row] as number) * (capacity[row] as number);
      const over = wide || !shortened;
      if (over) shortAt = 0;
      for (let w = 0; w < workloads; w++) {
        const list = over || arcs.single[w] === 1 ? all : short;
        const from = list === all ? (arcs.start[w] as number) : (shortStart[w] as number);
        const to = list === all ? (arcs.start[w + 1] as number) : (shortStart[w + 1] as number);
        price(prices, list, from, to, reduced);
        const before = count;
        bound += arcs.single[w] === 1 ? single(w) : fill(w, list, from, to);
        if (!over) continue;
        shortStart[w] = shortAt;
        if (arcs.single[w] === 0) shorten(from, to, count - before);
      }
      if (over) shortStart[workloads] = shortAt;
      shortened ||= over;
      return bound;
    },
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

type Pricer = (prices: Float64Array, list: Int32Array, from: number, to: number, reduced: Float64Array) => void;

/** Cost of one replica on each listed arc at these prices: on the pool of its candidate where room is cheapest. */
function pricer({ slotStart, entryStart, entryRow, entryAmount }: Compact, { candidate, cost }: Arcs): Pricer {
  return (prices, list, from, to, reduced) => {
    for (let k = from; k < to; k++) {
      const a = list[k] as number;
      const c = candidate[a] as number;
      let least = Infinity;
      const last = slotStart[c + 1] as number;
      for (let slot = slotStart[c] as number; slot < last; slot++) {
        let sum = 0;
        const end = entryStart[slot + 1] as number;
        for (let e = entryStart[slot] as number; e < end; e++)
          sum += (prices[entryRow[e] as number] as number) * (entryAmount[e] as number);
        if (sum < least) least = sum;
      }
      reduced[a] = (cost[a] as number) + (least === Infinity ? 0 : least);
    }
  };
}

/** 0, 1, 2, …; a loop, since `from` with a callback takes ten times as long. */
export function numbered(size: number): Int32Array {
  const all = new Int32Array(size);
  for (let i = 0; i < size; i++) all[i] = i;
  return all;
}
