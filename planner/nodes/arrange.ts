// In which order workloads are created so that as few pods as possible find no node: an order is changed a little again and again, and what is
// no worse stays. It must not know why the workloads are there.
import type { Floor } from "./floor.ts";
import { newTies } from "./scheduler.ts";
import type { Ties } from "./scheduler.ts";

export interface Arrangement {
  readonly order: readonly number[];
  /** By place in the order: pods that find no node. */
  readonly left: readonly number[];
}

/** All pods of a workload come; returns how many find no node. */
export type Comes = (floor: Floor, workload: number, random: () => number) => number;

/** Of the changes, how many bring forward what found no node. */
const FORWARD = 0.7;
/** What stands is remembered before every so many workloads. */
const STRIDE = 5;

export interface Arranging {
  readonly comes: Comes;
  /** Of so many pods of a workload that find no node. */
  readonly loss: (workload: number, pods: number) => number;
  /** What changes are drawn from. */
  readonly dice: Ties;
  /** Orders that are tried at most. */
  readonly most: number;
  /** So many at the beginning stay where they are. */
  readonly fixed: number;
}

/** @param ways of breaking ties, on which nodes: the worst of them counts. */
export function arrange(
  ways: readonly { readonly floor: Floor; readonly seed: number }[],
  begun: readonly number[],
  { comes, loss, dice, most, fixed }: Arranging,
): Arrangement {
  const runs = ways.map(({ floor, seed }) => ({
    floor,
    seed,
    ties: newTies(seed),
    marks: [] as { state: Float64Array; tie: number }[],
  }));
  let order = begun;
  let left: readonly number[] = begun.map(() => 0);
  /** Goes through an order from one place on; what it loses, or Infinity as soon as that is more than `limit`. */
  const lost = (
    next: readonly number[],
    from: number,
    limit: number,
    kept: (typeof runs)[0]["marks"][],
    out: number[],
  ): number => {
    let worst = 0;
    for (const [r, { floor, seed, ties, marks }] of runs.entries()) {
      const mark = Math.floor(from / STRIDE);
      const known = marks[mark];
      const begin = known === undefined ? 0 : mark * STRIDE;
      if (known === undefined) {
        floor.clear();
        ties.state = seed;
      } else {
        floor.state.set(known.state);
        ties.state = known.tie;
      }
      let sum = 0;
      for (let at = 0; at < begin; at++) sum += loss(next[at] as number, left[at] as number);
      for (let at = begin; at < next.length; at++) {
        if (at % STRIDE === 0) (kept[r] as typeof marks)[at / STRIDE] = { state: floor.state.slice(), tie: ties.state };
        const many = comes(floor, next[at] as number, ties.next);
        out[at] = r === 0 ? many : Math.max(many, out[at] as number);
        if (many > 0) sum += loss(next[at] as number, many);
        if (sum > limit) return Infinity;
      }
      worst = Math.max(worst, sum);
    }
    return worst;
  };
  const attempt = (next: readonly number[], from: number, limit: number): number => {
    const kept = runs.map(() => [] as { state: Float64Array; tie: number }[]);
    const out = [...left];
    const sum = lost(next, from, limit, kept, out);
    if (sum === Infinity) return sum;
    order = next;
    left = out;
    runs.forEach(({ marks }, r) => (kept[r] as typeof marks).forEach((mark, at) => (marks[at] = mark)));
    return sum;
  };
  let best = attempt(order, 0, Number.MAX_VALUE);
  const between = (first: number, end: number): number => first + Math.floor(dice.next() * (end - first));
  for (let tries = 0; tries < most && best > 0 && order.length > fixed + 1; tries++) {
    const stuck = left.flatMap((many, at) => (many > 0 && at > fixed ? [at] : []));
    const forward = stuck.length > 0 && dice.next() < FORWARD;
    const at = forward ? (stuck[between(0, stuck.length)] as number) : between(fixed, order.length);
    const to = between(fixed, forward ? at : order.length);
    if (at === to) continue;
    const next = [...order];
    next.splice(to, 0, ...next.splice(at, 1));
    best = Math.min(best, attempt(next, Math.min(at, to), best));
  }
  return { order, left };
}
