// What one replica costs on each arc when room and ties have prices, and how far an answer goes beyond what has a price. It must not know how
// workloads choose or how prices are found.
import type { Arcs } from "../arcs.ts";
import type { Compact } from "../compact.ts";
import { newOpening } from "./opening.ts";
import { sharesOf } from "./shares.ts";
import { tiesOf } from "./links.ts";
import type { Link } from "./links.ts";

/** Rows with prices, in order: those of `Compact`, those of ties, and the share of each resource of each cluster where the objective asks. */
export interface Pricing {
  readonly capacity: Float64Array;
  readonly scale: Float64Array;
  /** Where the shares begin whose prices together are at most one; `capacity.length` when there are none such. */
  readonly simplex: number;
  /** Takes new prices; returns what the rows themselves are worth at them, which is nothing or less. */
  readonly set: (prices: Float64Array) => number;
  /** Prices the listed arcs of a workload. */
  readonly reduce: (w: number, list: Int32Array, from: number, to: number, reduced: Float64Array) => void;
  /** What a cluster in use weighs at these prices where no more than so many may be: a row of its own, whose best price is known. */
  readonly opens: (prices: Float64Array) => number;
  /** How far an answer is beyond every row. */
  readonly excess: (chosen: Int32Array, amount: Int32Array, count: number, over: Float64Array) => void;
}

export function newPricing(compact: Compact, arcs: Arcs): Pricing {
  const { candidate } = arcs;
  const { slotStart, entryStart, entryRow, entryAmount, workloadOf } = compact;
  const rows = compact.capacity.length;
  const ties = tiesOf(compact);
  const shares = sharesOf(compact, arcs.joint);
  const base = rows + ties.capacity.length;
  const capacity = joinedArrays(compact.capacity, ties.capacity, shares.capacity);
  const scale = joinedArrays(compact.rowScale, ties.scale, shares.scale);
  const opening = newOpening(compact, arcs.joint);
  const via = ties.links.map(({ from }) => {
    const size = (compact.candidateStart[from + 1] as number) - (compact.candidateStart[from] as number);
    return new Int32Array(size);
  });
  const viaOf = new Map(ties.links.map((link, p) => [link, via[p] as Int32Array]));
  let prices: Float64Array = new Float64Array(capacity.length);

  /** The slot of a candidate where room costs least; what it costs is left in `least`. */
  let least = 0;
  const cheapest = (c: number): number => {
    let [best, at] = [Infinity, slotStart[c] as number];
    const last = slotStart[c + 1] as number;
    for (let slot = at; slot < last; slot++) {
      let sum = 0;
      const end = entryStart[slot + 1] as number;
      for (let e = entryStart[slot] as number; e < end; e++)
        sum += (prices[entryRow[e] as number] as number) * (entryAmount[e] as number);
      if (sum < best) [best, at] = [sum, slot];
    }
    least = best === Infinity ? 0 : best;
    return at;
  };

  /** What being served costs a replica of a candidate, by one link. */
  const service = (link: Link, c: number): number => {
    const { from, places, reach, base: first } = link;
    const local = c - (compact.candidateStart[from] as number);
    const back = viaOf.get(link) as Int32Array;
    let [best, at] = [Infinity, -1];
    if (reach !== undefined) {
      for (const d of reach[local] as Int32Array) {
        const price = prices[first + d] as number;
        if (price < best) [best, at] = [price, d];
      }
    } else {
      const each = arcs.joint.latency / 1000;
      const row = (compact.cluster[c] as number) * compact.problem.clusters.length;
      best = each * compact.problem.far;
      for (let d = 0; d < places.length; d++) {
        const length = ties.distance[row + (places[d] as number)] as number;
        const cost = each * length + (prices[first + d] as number);
        if (cost < best) [best, at] = [cost, d];
      }
    }
    back[local] = at;
    return best;
  };

  /** What ties add to a candidate, for each replica. */
  const tied = (w: number, c: number): number => {
    let sum = 0;
    for (const link of ties.linksOf[w] as readonly Link[])
      if (link.reach !== undefined || arcs.joint.latency > 0) sum += service(link, c);
    for (let e = ties.each.start[c] as number; e < (ties.each.start[c + 1] as number); e++)
      sum += (prices[ties.each.row[e] as number] as number) * (ties.each.amount[e] as number);
    if (arcs.joint.latency > 0 && arcs.joint.least !== undefined)
      sum -= arcs.joint.latency * (arcs.joint.least[c] as number);
    return sum;
  };

  const once = (c: number): number => {
    let sum = 0;
    for (let e = ties.once.start[c] as number; e < (ties.once.start[c + 1] as number); e++)
      sum += (prices[ties.once.row[e] as number] as number) * (ties.once.amount[e] as number);
    return sum;
  };

  const isTied = new Uint8Array(compact.workloads);
  for (let w = 0; w < compact.workloads; w++) {
    const [first, last] = [compact.candidateStart[w] as number, compact.candidateStart[w + 1] as number];
    const some = (ties.each.start[first] as number) < (ties.each.start[last] as number);
    if (some || (ties.linksOf[w] as readonly Link[]).length > 0) isTied[w] = 1;
  }

  return {
    capacity,
    scale,
    simplex: arcs.joint.imbalance ? base : capacity.length,
    opens: opening.price,
    set: (next) => {
      prices = next;
      shares.set(next, base);
      let worth = opening.worth(next);
      for (let row = rows; row < capacity.length; row++) worth -= (next[row] as number) * (capacity[row] as number);
      return worth;
    },
    reduce: (w, list, from, to, reduced) => {
      const ruled = isTied[w] === 1;
      const serves = ties.serves[w] === 1;
      let [last, room] = [-1, 0];
      for (let k = from; k < to; k++) {
        const a = list[k] as number;
        const c = candidate[a] as number;
        if (c !== last) {
          cheapest(c);
          room = least;
          if (ruled) room += tied(w, c);
          if (shares.used) room += shares.each(w, c);
          last = c;
        }
        reduced[a] =
          (arcs.cost[a] as number) + room + (serves && arcs.opens[a] === 1 ? once(c) / (arcs.most[a] as number) : 0);
      }
    },
    excess: (chosen, amount, count, over) => {
      for (let row = 0; row < over.length; row++) over[row] = -(capacity[row] as number);
      opening.closed(over);
      for (let k = 0; k < count; k++) {
        const a = chosen[k] as number;
        const c = candidate[a] as number;
        const many = amount[a] as number;
        const slot =
          (slotStart[c + 1] as number) - (slotStart[c] as number) > 1 ? cheapest(c) : (slotStart[c] as number);
        const end = entryStart[slot + 1] as number;
        for (let e = entryStart[slot] as number; e < end; e++) {
          const row = entryRow[e] as number;
          over[row] = (over[row] as number) + (entryAmount[e] as number) * many;
        }
        const w = workloadOf[c] as number;
        if (shares.used) shares.excess(w, c, many, over, base);
        if (isTied[w] === 1) {
          for (const link of ties.linksOf[w] as readonly Link[]) {
            if (link.reach === undefined && arcs.joint.latency === 0) continue;
            const d = (viaOf.get(link) as Int32Array)[c - (compact.candidateStart[w] as number)] as number;
            if (d >= 0) over[link.base + d] = (over[link.base + d] as number) + many;
          }
          for (let e = ties.each.start[c] as number; e < (ties.each.start[c + 1] as number); e++) {
            const row = ties.each.row[e] as number;
            over[row] = (over[row] as number) + many * (ties.each.amount[e] as number);
          }
        }
        if (ties.serves[w] === 1 && arcs.opens[a] === 1)
          for (let e = ties.once.start[c] as number; e < (ties.once.start[c + 1] as number); e++) {
            const row = ties.once.row[e] as number;
            over[row] = (over[row] as number) + (ties.once.amount[e] as number);
          }
      }
      for (let row = 0; row < over.length; row++) over[row] = (over[row] as number) / (scale[row] as number);
    },
  };
}

function joinedArrays(...parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let next = 0;
  for (const part of parts) {
    all.set(part, next);
    next += part.length;
  }
  return all;
}
