// In which order workloads are created so that as few pods as possible find no node: an order is changed a little again and again, and what is
// no worse stays. It must not know why the workloads are there.
import type { Floor } from "./floor.ts";
import { resume, strideOf } from "./mark.ts";
import type { Mark } from "./mark.ts";
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
  const stride = strideOf((ways[0] as (typeof ways)[0]).floor);
  /** Marks of the order that is kept, and those of the one that is tried: they change places when it is no worse. */
  const runs = ways.map(({ floor, seed }) => ({
    floor,
    seed,
    ties: newTies(seed),
    marks: [] as Mark[],
    fresh: [] as Mark[],
  }));
  /** The run that lost most last comes first: it is the likeliest to lose too much again. */
  const turns = [...runs];
  let order = begun;
  let left: readonly number[] = begun.map(() => 0);
  let tried: number[] = begun.map(() => 0);
  /** Goes through an order from one place on; what it loses, or Infinity as soon as that is more than `limit`. */
  const lost = (next: readonly number[], begin: number, limit: number): number => {
    let [worst, dearest] = [0, 0];
    let before = 0;
    for (let at = 0; at < begin; at++) {
      tried[at] = left[at] as number;
      if ((left[at] as number) > 0) before += loss(next[at] as number, left[at] as number);
    }
    for (let at = begin; at < next.length; at++) tried[at] = 0;
    for (let turn = 0; turn < turns.length; turn++) {
      const { floor, seed, ties, marks, fresh } = turns[turn] as (typeof turns)[0];
      resume(floor, ties, seed, marks[begin / stride]);
      let sum = before;
      for (let at = begin; at < next.length; at++) {
        if (at % stride === 0) keep(fresh, at / stride, floor.state, ties.state);
        const many = comes(floor, next[at] as number, ties.next);
        if (many === 0) continue;
        tried[at] = Math.max(many, tried[at] as number);
        sum += loss(next[at] as number, many);
        if (sum <= limit) continue;
        turns.unshift(...turns.splice(turn, 1));
        return Infinity;
      }
      if (sum > worst) [worst, dearest] = [sum, turn];
    }
    turns.unshift(...turns.splice(dearest, 1));
    return worst;
  };
  const attempt = (next: readonly number[], from: number, limit: number): number => {
    const begin = order === next ? 0 : Math.floor(from / stride) * stride;
    const sum = lost(next, begin, limit);
    if (sum === Infinity) return sum;
    order = next;
    [left, tried] = [tried, left as number[]];
    for (const { marks, fresh } of runs)
      for (let at = begin / stride; at * stride < next.length; at++)
        [marks[at], fresh[at]] = [fresh[at] as Mark, marks[at] as Mark];
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

/** Writes over what was there. */
function keep(marks: Mark[], at: number, state: Float64Array, tie: number): void {
  const there = marks[at];
  if (there === undefined) marks[at] = { state: state.slice(), tie };
  else {
    there.state.set(state);
    there.tie = tie;
  }
}
