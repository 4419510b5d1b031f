// Exchanges around a ring: a step takes the place of a second, that one of a third, and so on, until one goes where the first was or where nobody
// makes way; all on different clusters, so that what each costs does not depend on the others (Thompson, Orlin 1989). Found by labels, all rings
// at once: the cheapest ways to end at each step, one step longer at a time. It must not know where it leads.
import type { Board } from "./board.ts";

export interface Rings {
  /** Goes the best way around that is found, if it gains; what it costs, below zero, or 0. */
  readonly turn: (end: (kind: number) => number) => number;
  /** By cluster: 1 where something changed since no ring was found; only rings through one of those are looked for. */
  readonly changed: Uint8Array;
  /** Clusters of the last ring. */
  readonly touched: readonly number[];
  readonly looks: () => number;
}

/** Steps of a ring at most, and how many ways to end at a step are kept. */
const LONGEST = 5;
const WAYS = 4;
/** Places of others that are kept priced. */
const PRICED = 400_000;
const EPSILON = 1e-7;

export function newRings(board: Board): Rings {
  const { steps, at, head, next, taken, change } = board;
  const { count, clusters, kind, optionStart, cluster, cost, optionAt, several, most } = steps;
  const nothing = cost.length;
  const changed = new Uint8Array(clusters).fill(1);
  const touched: number[] = [];
  // Labels: [(length × count + step) × WAYS + way], the cheapest first; `open` is what it comes to when nobody takes the place where it began.
  const size = LONGEST * count * WAYS;
  const value = new Float64Array(size);
  const open = new Float64Array(size);
  const first = new Int32Array(size);
  const before = new Int32Array(size);
  const passed = new Int32Array(size);
  const ways = new Int32Array(LONGEST * count);
  /** By step: what overfull rows cost less when it leaves. */
  const relief = new Float64Array(count);
  // By step, where it is looked at: for each option what it costs with nobody making way, and how many could; then each of them.
  let [price, whom] = [new Float64Array(1 << 10), new Int32Array(1 << 10)];
  const pricedAt = new Int32Array(count);
  const pricedIn = new Int32Array(count);
  let [looks, round, filled] = [0, 0, 0];
  let reached = new Int32Array(count);
  let ahead = new Int32Array(count);

  const free = (option: number): boolean => !several || (taken[option] as number) < (most[option] as number);
  const stepOf = (label: number): number => Math.floor(label / WAYS) % count;
  const clusterOf = (step: number): number => cluster[at[step] as number] as number;
  const bit = (where: number): number => 1 << (where & 31);
  const passes = (label: number, where: number): boolean => {
    if (((passed[label] as number) & bit(where)) === 0) return false;
    for (let i = label; i >= 0; i = before[i] as number) if (clusterOf(stepOf(i)) === where) return true;
    return false;
  };
  const keepPrice = (each: number, other: number): void => {
    if (filled === price.length) {
      const [longer, wider] = [new Float64Array(2 * filled), new Int32Array(2 * filled)];
      longer.set(price);
      wider.set(whom);
      [price, whom] = [longer, wider];
    }
    price[filled] = each;
    whom[filled++] = other;
  };
  /** Where its prices begin. */
  const priced = (step: number, last: number): number => {
    if (pricedIn[step] === round) return pricedAt[step] as number;
    if (filled > PRICED) [filled, round] = [0, round + 1];
    pricedIn[step] = round;
    const start = (pricedAt[step] = filled);
    const own = at[step] as number;
    for (let o = optionStart[kind[step] as number] as number; o < last; o++) {
      const where = cluster[o] as number;
      const base = (cost[o] as number) - (cost[own] as number);
      const group = filled;
      keepPrice(base + change(where, o, nothing), 0);
      if (where === cluster[own] || !free(o)) {
        whom[group] = -1;
        continue;
      }
      for (let other = head[where] as number; other >= 0; other = next[other] as number)
        keepPrice(base + change(where, o, at[other] as number), other);
      looks += filled - group;
      whom[group] = filled - group - 1;
    }
    return start;
  };

  let [best, bestLabel, bestGoes] = [0, -1, -1];
  /** Whether the ways to a step close: where they began. */
  const close = (step: number, from: number, own: number): void => {
    for (let j = 0; j < own; j++) {
      const label = from + j;
      const begun = at[first[label] as number] as number;
      const where = cluster[begun] as number;
      const goes = optionAt[(kind[step] as number) * clusters + where] as number;
      if (goes < 0 || !free(goes)) continue;
      const gain = (cost[goes] as number) - (cost[at[step] as number] as number) + change(where, goes, begun);
      const total = (value[label] as number) + gain;
      if (total < best) [best, bestLabel, bestGoes] = [total, label, goes];
    }
  };
  /** Keeps a way to a step, if it is among the cheapest; one for each beginning. */
  const arrive = (row: number, label: number, worth: number, bits: number): boolean => {
    const into = row * WAYS;
    let have = ways[row] as number;
    if (have === WAYS && worth >= (value[into + WAYS - 1] as number)) return false;
    const begun = first[label] as number;
    let p = 0;
    while (p < have && first[into + p] !== begun) p++;
    if (p < have && worth >= (value[into + p] as number)) return false;
    const isNew = have === 0;
    if (p === have) {
      p = have < WAYS ? have++ : WAYS - 1;
      ways[row] = have;
    }
    for (; p > 0 && (value[into + p - 1] as number) > worth; p--) copy(into + p - 1, into + p);
    value[into + p] = worth;
    open[into + p] = worth + (relief[begun] as number);
    first[into + p] = begun;
    before[into + p] = label;
    passed[into + p] = bits;
    return isNew;
  };
  const copy = (from: number, to: number): void => {
    value[to] = value[from] as number;
    open[to] = open[from] as number;
    first[to] = first[from] as number;
    before[to] = before[from] as number;
    passed[to] = passed[from] as number;
  };

  const may = new Uint8Array(WAYS);
  /** Lengthens the ways to a step; returns how many are reached then. */
  const lengthen = (step: number, length: number, last: number, found: number): number => {
    const from = (length * count + step) * WAYS;
    const own = ways[length * count + step] as number;
    let gained = -Infinity;
    for (let j = 0; j < own; j++) gained = Math.max(gained, -(open[from + j] as number));
    if (length > 0) close(step, from, own);
    const longest = length === LONGEST - 1;
    let p = priced(step, last);
    for (let o = optionStart[kind[step] as number] as number; o < last; o++) {
      const alone = price[p] as number;
      const others = whom[p++] as number;
      if (others < 0) continue;
      const end = p + others;
      const where = cluster[o] as number;
      let any = false;
      for (let j = 0; j < own; j++) {
        const label = from + j;
        may[j] = passes(label, where) ? 0 : 1;
        if (may[j] === 0) continue;
        any = true;
        const total = (open[label] as number) + alone;
        if (length > 0 && total < best) [best, bestLabel, bestGoes] = [total, label, o];
      }
      if (any && !longest)
        for (; p < end; p++) {
          const more = price[p] as number;
          // A ring that gains does so from somewhere on at every step of it.
          if (more >= gained) continue;
          looks++;
          const row = (length + 1) * count + (whom[p] as number);
          for (let j = 0; j < own; j++) {
            const label = from + j;
            if (may[j] === 0 || (open[label] as number) + more >= 0) continue;
            const worth = (value[label] as number) + more;
            if (arrive(row, label, worth, (passed[label] as number) | bit(where))) ahead[found++] = whom[p] as number;
          }
        }
      p = end;
    }
    return found;
  };
  const go = (): void => {
    const path: number[] = [];
    for (let label = bestLabel; label >= 0; label = before[label] as number) path.push(stepOf(label));
    const goals = path.map((step, n) =>
      n === 0 ? bestGoes : (optionAt[(kind[step] as number) * clusters + clusterOf(path[n - 1] as number)] as number),
    );
    touched.length = 0;
    touched.push(cluster[bestGoes] as number, ...path.map(clusterOf));
    for (const where of touched) changed[where] = 1;
    path.forEach((step, n) => board.move(step, goals[n] as number));
  };
  return {
    changed,
    touched,
    looks: () => looks,
    turn: (end) => {
      [best, bestLabel, bestGoes] = [-EPSILON, -1, -1];
      [filled, round] = [0, round + 1];
      ways.fill(0);
      let n = 0;
      for (let step = 0; step < count; step++) {
        const where = clusterOf(step);
        if (changed[where] === 0) continue;
        relief[step] = change(where, nothing, at[step] as number);
        const label = step * WAYS;
        open[label] = relief[step] as number;
        [value[label], first[label], before[label], passed[label]] = [0, step, -1, bit(where)];
        ways[step] = 1;
        reached[n++] = step;
      }
      looks += count;
      for (let length = 0; length < LONGEST && n > 0; length++) {
        let found = 0;
        for (let q = 0; q < n; q++) {
          const step = reached[q] as number;
          found = lengthen(step, length, end(kind[step] as number), found);
        }
        [reached, ahead] = [ahead, reached];
        n = found;
      }
      if (bestLabel >= 0) go();
      else changed.fill(0);
      return bestLabel < 0 ? 0 : best;
    },
  };
}
