// Steps on their clusters, where rooms may be overfull at a price: loads, what a change would cost, and who stands where. It must not know
// which change is worth it.
import type { Steps } from "./steps.ts";

export interface Board {
  readonly steps: Steps;
  /** By step: its option. */
  readonly at: Int32Array;
  /** By option: how many steps are on it; only kept when several can be. */
  readonly taken: Int32Array;
  /** Steps on a cluster, as a list: the first of each, and the next of each; −1 ends it. */
  readonly head: Int32Array;
  readonly next: Int32Array;
  /** [cluster × rows + row]: what one unit beyond the room costs. */
  readonly penalty: Float64Array;
  /** [cluster × rows + row]: used − capacity. */
  readonly over: Float64Array;
  /** What more is paid for overfull rows when `plus` comes to a cluster and `minus` leaves it. */
  readonly change: (cluster: number, plus: number, minus: number) => number;
  readonly move: (step: number, option: number) => void;
  readonly set: (at: Int32Array) => void;
  readonly cost: () => number;
  /** Cost and penalties, counted anew. */
  readonly worth: () => number;
  /** Rows that are overfull. */
  readonly broken: () => number;
}

const EPSILON = 1e-7;

export function newBoard(steps: Steps): Board {
  const { count, clusters, rows, cluster, amount, capacity, cost, several } = steps;
  const at = new Int32Array(count);
  const taken = new Int32Array(cost.length);
  const head = new Int32Array(clusters);
  const next = new Int32Array(count);
  const last = new Int32Array(count);
  const over = new Float64Array(capacity.length);
  const penalty = new Float64Array(capacity.length);
  let [sum, broken] = [0, 0];

  const enter = (step: number, to: number): void => {
    const first = head[to] as number;
    next[step] = first;
    last[step] = -1;
    if (first >= 0) last[first] = step;
    head[to] = step;
  };
  const leave = (step: number, from: number): void => {
    const [before, after] = [last[step] as number, next[step] as number];
    if (before >= 0) next[before] = after;
    else head[from] = after;
    if (after >= 0) last[after] = before;
  };
  const load = (option: number, sign: number): void => {
    const base = (cluster[option] as number) * rows;
    for (let r = 0; r < rows; r++) {
      const was = over[base + r] as number;
      const is = was + sign * (amount[option * rows + r] as number);
      over[base + r] = is;
      broken += (is > EPSILON ? 1 : 0) - (was > EPSILON ? 1 : 0);
    }
  };
  return {
    steps,
    at,
    taken,
    head,
    next,
    penalty,
    over,
    change:
      rows === 1
        ? (where, plus, minus) => {
            const was = over[where] as number;
            const is = was + (amount[plus] as number) - (amount[minus] as number);
            return (penalty[where] as number) * ((is > 0 ? is : 0) - (was > 0 ? was : 0));
          }
        : (where, plus, minus) => {
            let more = 0;
            for (let r = 0, x = where * rows, p = plus * rows, m = minus * rows; r < rows; r++, x++, p++, m++) {
              const was = over[x] as number;
              const is = was + (amount[p] as number) - (amount[m] as number);
              if (is > 0) more += (penalty[x] as number) * (is - (was > 0 ? was : 0));
              else if (was > 0) more -= (penalty[x] as number) * was;
            }
            return more;
          },
    move: (step, option) => {
      const from = at[step] as number;
      leave(step, cluster[from] as number);
      load(from, -1);
      at[step] = option;
      enter(step, cluster[option] as number);
      load(option, 1);
      if (several) {
        taken[from] = (taken[from] as number) - 1;
        taken[option] = (taken[option] as number) + 1;
      }
      sum += (cost[option] as number) - (cost[from] as number);
    },
    set: (given) => {
      head.fill(-1);
      taken.fill(0);
      for (let x = 0; x < over.length; x++) over[x] = -(capacity[x] as number);
      [sum, broken] = [0, 0];
      for (let x = 0; x < over.length; x++) if ((over[x] as number) > EPSILON) broken++;
      for (let step = 0; step < count; step++) {
        const option = given[step] as number;
        at[step] = option;
        enter(step, cluster[option] as number);
        load(option, 1);
        taken[option] = (taken[option] as number) + 1;
        sum += cost[option] as number;
      }
    },
    cost: () => sum,
    worth: () => {
      let all = sum;
      for (let x = 0; x < over.length; x++)
        if ((over[x] as number) > 0) all += (penalty[x] as number) * (over[x] as number);
      return all;
    },
    broken: () => broken,
  };
}
