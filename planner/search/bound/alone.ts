// The best that one workload can do alone when every arc has a cost: fill the cheapest, within groups and counts of clusters. It must not know
// where costs come from.
import type { Arcs } from "../arcs.ts";
import type { Grouping, Shape } from "./shapes.ts";

/** Answers of a pass: replicas by arc, of the arcs listed in `chosen`. */
export interface Answer {
  readonly amount: Int32Array;
  readonly chosen: Int32Array;
  count: number;
}

/** Minimises over the arcs at `list[from…to]`, adds what is chosen to the answer and returns the cost; Infinity when nothing is possible. */
export type Alone = (w: number, list: Int32Array, from: number, to: number) => number;

/** Arcs picked one after the other before sorting all of them pays. */
const PICKS = 6;

/** Only the total binds. */
export function newFill(arcs: Arcs, reduced: Float64Array, answer: Answer): Alone {
  const order = new Int32Array(arcs.candidate.length);
  return (w, list, from, to) => {
    let open = arcs.total[w] as number;
    let cost = 0;
    const free = arcs.optional[w] === 1;
    let sorted = false;
    let next = from;
    for (let k = from; k < to; k++) order[k] = list[k] as number;
    for (let picks = 0; open > 0 && next < to; picks++) {
      if (picks === PICKS && !sorted) {
        sortBy(order.subarray(next, to), reduced);
        sorted = true;
      }
      let best = next;
      if (!sorted)
        for (let k = next + 1; k < to; k++)
          if ((reduced[order[k] as number] as number) < (reduced[order[best] as number] as number)) best = k;
      const a = order[best] as number;
      order[best] = order[next] as number;
      order[next++] = a;
      const each = reduced[a] as number;
      if (free && each >= 0) break;
      if (each === Infinity) return Infinity;
      const many = Math.min(open, arcs.most[a] as number);
      take(answer, a, many);
      cost += many * each;
      open -= many;
    }
    // Nowhere enough room, even alone: nothing can be placed at any price.
    return open > 0 && !free ? Infinity : cost;
  };
}

/** All on one candidate, whose arcs follow each other. */
export function newSingle(arcs: Arcs, reduced: Float64Array, answer: Answer): Alone {
  /** Of what may stay out, only what is worth it comes. */
  const steps = (a: number, open: number, free: boolean): number =>
    free && (reduced[a] as number) >= 0 ? 0 : Math.min(open, arcs.most[a] as number);
  return (w, list, from, to) => {
    const total = arcs.total[w] as number;
    const free = arcs.optional[w] === 1;
    let best = free ? 0 : Infinity;
    let at = -1;
    for (let k = from; k < to;) {
      const c = arcs.candidate[list[k] as number] as number;
      const first = k;
      let [open, cost] = [total, 0];
      for (; k < to && arcs.candidate[list[k] as number] === c; k++) {
        const many = steps(list[k] as number, open, free);
        if (many > 0) cost += many * (reduced[list[k] as number] as number);
        open -= many;
      }
      if ((free || open === 0) && cost < best) [best, at] = [cost, first];
    }
    if (at < 0) return best;
    const c = arcs.candidate[list[at] as number] as number;
    for (let [k, open] = [at, total]; k < to && arcs.candidate[list[k] as number] === c; k++) {
      const many = steps(list[k] as number, open, free);
      if (many > 0) take(answer, list[k] as number, many);
      open -= many;
    }
    return best;
  };
}

/**
 * Within groups of candidates or on a number of clusters. Of several such promises each is kept alone, and the one that costs most counts: no
 * answer that keeps all of them costs less.
 */
export function newShaped(
  arcs: Arcs,
  reduced: Float64Array,
  answer: Answer,
  shapes: readonly (Shape | undefined)[],
  candidateStart: Int32Array,
): Alone {
  const order = new Int32Array(arcs.candidate.length);
  const left = new Int32Array(arcs.candidate.length);
  const undo = (to: number): void => {
    while (answer.count > to) answer.amount[answer.chosen[--answer.count] as number] = 0;
  };
  const more = (a: number, many: number): void => {
    if ((answer.amount[a] as number) === 0) take(answer, a, many);
    else answer.amount[a] = (answer.amount[a] as number) + many;
    left[a] = (left[a] as number) - many;
  };

  /** Least counts of every group first, then what is cheapest within the most: greedy is best on such sets (polymatroids; Edmonds 1970). */
  const grouped = (w: number, own: Int32Array, { groupOf, low, high }: Grouping): number => {
    const start = candidateStart[w] as number;
    const free = arcs.optional[w] === 1;
    const lacks = Float64Array.from(low);
    const room = high.map((most, g) => most - (low[g] as number));
    let open = (arcs.total[w] as number) - low.reduce((a, b) => a + b, 0);
    if (open < 0) return Infinity;
    let cost = 0;
    let missing = lacks.reduce((a, b) => a + b, 0);
    for (let k = 0; k < own.length && missing > 0; k++) {
      const a = own[k] as number;
      const g = groupOf[(arcs.candidate[a] as number) - start] as number;
      const many = g < 0 ? 0 : Math.min(lacks[g] as number, left[a] as number);
      if (many <= 0) continue;
      more(a, many);
      cost += many * (reduced[a] as number);
      lacks[g] = (lacks[g] as number) - many;
      missing -= many;
    }
    if (missing > 0) return Infinity;
    for (let k = 0; k < own.length && open > 0; k++) {
      const a = own[k] as number;
      const each = reduced[a] as number;
      if (free && each >= 0) break;
      const g = groupOf[(arcs.candidate[a] as number) - start] as number;
      const many = Math.min(open, left[a] as number, g < 0 ? open : (room[g] as number));
      if (many <= 0) continue;
      more(a, many);
      cost += many * each;
      open -= many;
      if (g >= 0) room[g] = (room[g] as number) - many;
    }
    return open > 0 && !free ? Infinity : cost;
  };

  /** One replica on each of so many clusters at least, the cheapest; all others wherever they cost least. */
  const scattered = (w: number, own: Int32Array, clusters: number): number => {
    const seen = new Set<number>();
    let open = (arcs.total[w] as number) - clusters;
    if (open < 0) return Infinity;
    let cost = 0;
    for (let k = 0; k < own.length && seen.size < clusters; k++) {
      const a = own[k] as number;
      if (seen.has(arcs.candidate[a] as number)) continue;
      seen.add(arcs.candidate[a] as number);
      more(a, 1);
      cost += reduced[a] as number;
    }
    if (seen.size < clusters) return Infinity;
    for (let k = 0; k < own.length && open > 0; k++) {
      const a = own[k] as number;
      const many = Math.min(open, left[a] as number);
      if (many <= 0) continue;
      more(a, many);
      cost += many * (reduced[a] as number);
      open -= many;
    }
    return open > 0 ? Infinity : cost;
  };

  return (w, list, from, to) => {
    const shape = shapes[w] as Shape;
    const own = order.subarray(0, to - from);
    own.set(list.subarray(from, to));
    sortBy(own, reduced);
    const promises = [
      ...shape.groupings.map((grouping) => () => grouped(w, own, grouping)),
      ...(shape.clusters > 0 ? [() => scattered(w, own, shape.clusters)] : []),
    ];
    const before = answer.count;
    const attempt = (promise: () => number): number => {
      undo(before);
      for (const a of own) left[a] = arcs.most[a] as number;
      return promise();
    };
    const costs = promises.map(attempt);
    let dearest = costs.length - 1;
    costs.forEach((cost, i) => {
      if (cost > (costs[dearest] as number)) dearest = i;
    });
    if (dearest < costs.length - 1) attempt(promises[dearest] as () => number);
    return costs[dearest] as number;
  };
}

function take(answer: Answer, a: number, replicas: number): void {
  answer.amount[a] = replicas;
  answer.chosen[answer.count++] = a;
}

function sortBy(list: Int32Array, key: Float64Array): void {
  list.sort((a, b) => (key[a] as number) - (key[b] as number) || a - b);
}
