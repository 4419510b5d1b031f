// The bound that prices prove, recomputed in one plain pass over all pairs: prices are the certificate, and this is how anyone checks them.
// It must not know how prices are found, and shares no code with what finds them.
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";

/**
 * No placement that keeps every row is worth less: a row with a price is allowed to break at that price, and then every workload does its
 * best alone. Prices below zero prove nothing and count as zero.
 */
export function boundAt(compact: Compact, arcs: Arcs, prices: Float64Array): number {
  let bound = arcs.constant;
  for (let row = 0; row < prices.length; row++)
    bound -= Math.max(0, prices[row] as number) * (compact.capacity[row] as number);
  for (let w = 0; w < compact.workloads; w++) bound += bestAlone(compact, arcs, prices, w);
  return bound;
}

function bestAlone(compact: Compact, arcs: Arcs, prices: Float64Array, w: number): number {
  const first = arcs.start[w] as number;
  const last = arcs.start[w + 1] as number;
  const cost = new Float64Array(last - first);
  for (let a = first; a < last; a++)
    cost[a - first] = (arcs.cost[a] as number) + cheapestRoom(compact, prices, arcs.candidate[a] as number);
  if (arcs.single[w] === 1) return bestSingle(arcs, cost, w);
  let open = arcs.total[w] as number;
  let sum = 0;
  while (open > 0) {
    let best = 0;
    for (let k = 1; k < cost.length; k++) if ((cost[k] as number) < (cost[best] as number)) best = k;
    const each = cost[best] ?? Infinity;
    if (arcs.optional[w] === 1 && each >= 0) return sum;
    if (each === Infinity) return Infinity;
    const many = Math.min(open, arcs.most[first + best] as number);
    sum += many * each;
    open -= many;
    cost[best] = Infinity;
  }
  return sum;
}

/** All replicas on one candidate, whose second arc begins where what it keeps ends. */
function bestSingle(arcs: Arcs, cost: Float64Array, w: number): number {
  const first = arcs.start[w] as number;
  const total = arcs.total[w] as number;
  let best = arcs.optional[w] === 1 ? 0 : Infinity;
  for (let k = 0; k < cost.length; k++) {
    let open = total;
    let sum = 0;
    for (let j = k; j < cost.length && arcs.candidate[first + j] === arcs.candidate[first + k]; j++) {
      const many = Math.min(open, arcs.most[first + j] as number);
      sum += many * (cost[j] as number);
      open -= many;
    }
    if (open === 0) best = Math.min(best, sum);
  }
  return best;
}

/** What the room of one replica costs, on the pool of its candidate where that is least. */
function cheapestRoom(compact: Compact, prices: Float64Array, candidate: number): number {
  let least = Infinity;
  for (let slot = compact.slotStart[candidate] as number; slot < (compact.slotStart[candidate + 1] as number); slot++) {
    let sum = 0;
    for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++)
      sum += Math.max(0, prices[compact.entryRow[e] as number] as number) * (compact.entryAmount[e] as number);
    if (sum < least) least = sum;
  }
  return least === Infinity ? 0 : least;
}
