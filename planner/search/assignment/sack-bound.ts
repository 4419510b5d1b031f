// A bound of a problem of single copies that keeps every cluster's rows and all whole numbers: what it is worth that an item is somewhere is
// paid for each place where it is, every cluster takes what suits it best, and no placement costs less (the Lagrangian of "somewhere once";
// Fisher, Jaikumar, Van Wassenhove 1986; with options ruled out as in Posta, Ferland, Michelon, Computational Optimization and Applications
// 52, 2012). It must not know how options are decided on.
import { newRowFiller } from "./fill-row.ts";
import { newFiller } from "./fill-sack.ts";
import type { Sacks } from "./sacks.ts";

export interface SackBound {
  readonly sacks: Sacks;
  /** By item: what is paid for it. */
  readonly pay: Float64Array;
  /** By option: 1 while it is neither ruled out nor decided on. */
  readonly open: Uint8Array;
  /** By item: the option that is decided on, or −1. */
  readonly decided: Int32Array;
  /** By item: how many take it in the last answer. */
  readonly times: Int32Array;
  /** By item: one of the options that took it, where any did. */
  readonly at: Int32Array;
  readonly decide: (option: number) => void;
  readonly rule: (option: number) => void;
  /** The state now; `back` returns to it. */
  readonly mark: () => number;
  readonly back: (mark: number) => void;
  /** Whether the option still fits beside what is decided. */
  readonly fits: (option: number) => boolean;
  /** The bound at `pay`. */
  readonly pass: () => number;
  /** Changes `pay` for a better bound until that is above `enough`; returns the best, at which `pay` is then. */
  readonly ascend: (passes: number, hope: number, enough: number, stopped: () => boolean) => number;
  /**
   * By option: the bound if it is decided on, into `ifIn`; returns the bound that follows. After a `pass`.
   */
  readonly probe: (bound: number, ifIn: Float64Array) => number;
  /** What the last answer costs and the options of it, if every item is somewhere just once. */
  readonly answer: () => { readonly cost: number; readonly options: Int32Array } | undefined;
  readonly looks: () => number;
}

/** A row of whole numbers up to this is filled by dynamic programming. */
const WHOLE = 4_000;
const EPSILON = 1e-9;
/** Steps of the ascent: what is kept of the last direction, passes without a better bound before steps get shorter, and by how much. */
const KEPT = 0.3;
const PATIENCE = 5;
const SHORTER = 0.6;
/** Passes in a row that gain less than this share of what is hoped for end an ascent. */
const IDLE = 8;
const GAIN = 2e-3;

export function newSackBound(sacks: Sacks, from: Float64Array): SackBound {
  const { items, optionStart, itemOf, sack, cost, rows, weight, capacity } = sacks;
  const count = cost.length;
  const pay = Float64Array.from(from);
  const open = new Uint8Array(count).fill(1);
  const decided = new Int32Array(items).fill(-1);
  const times = new Int32Array(items);
  const at = new Int32Array(items);
  const room = Float64Array.from(capacity);
  const unit = unitsOf(sacks);
  const own = listed(sacks);
  const most = own.reduce((high, list) => Math.max(high, list.length), 1);
  const entry = new Int32Array(most);
  const worth = new Float64Array(most);
  const whole = new Int32Array(most);
  const parts = new Float64Array(most * rows);
  const taken = new Uint8Array(most);
  const within = new Float64Array(most);
  const without = new Float64Array(most);
  const ifOut = new Float64Array(count);
  const reached = new Float64Array(sacks.sacks);
  const byRow = newRowFiller();
  const byBranch = newFiller();
  const trail: number[] = [];
  let [paid, exact] = [sacks.constant, true];

  /** Entries of a sack that are open and worth something, or all that are open. */
  const collect = (s: number, all: boolean): number => {
    let n = 0;
    const list = own[s] as Int32Array;
    for (let k = 0; k < list.length; k++) {
      const o = list[k] as number;
      if (open[o] === 0) continue;
      const gain = (pay[itemOf[o] as number] as number) - (cost[o] as number);
      if (gain <= 0 && !all) continue;
      entry[n] = o;
      worth[n++] = gain;
    }
    return n;
  };
  const weigh = (s: number, n: number): void => {
    const divisor = unit[s] as number;
    if (divisor > 0)
      for (let i = 0; i < n; i++) whole[i] = Math.round((weight[(entry[i] as number) * rows] as number) / divisor);
    else
      for (let i = 0; i < n; i++)
        for (let r = 0; r < rows; r++) parts[i * rows + r] = weight[(entry[i] as number) * rows + r] as number;
  };
  const asSack = (s: number) => ({
    rows,
    room: room.subarray(s * rows, (s + 1) * rows),
    share: sacks.share.subarray(s * rows, (s + 1) * rows),
  });
  const wholeRoom = (s: number): number => Math.floor((room[s * rows] as number) / (unit[s] as number) + 1e-6);
  const fill = (s: number): number => {
    const n = collect(s, false);
    if (n === 0) return 0;
    weigh(s, n);
    const best =
      (unit[s] as number) > 0
        ? byRow.most(wholeRoom(s), n, worth, whole, taken)
        : byBranch.most(asSack(s), n, worth, parts, taken);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (taken[i] === 0) continue;
      const o = entry[i] as number;
      sum += worth[i] as number;
      times[itemOf[o] as number] = (times[itemOf[o] as number] as number) + 1;
      at[itemOf[o] as number] = o;
    }
    if (sum < best - 1e-6) exact = false;
    return best;
  };
  const pass = (): number => {
    let bound = paid;
    times.fill(0);
    exact = true;
    for (let i = 0; i < items; i++) if ((decided[i] as number) < 0) bound += pay[i] as number;
    for (let s = 0; s < sacks.sacks; s++) {
      const best = fill(s);
      reached[s] = best;
      bound -= best;
    }
    for (const o of own[sacks.sacks] as Int32Array) {
      const gain = (pay[itemOf[o] as number] as number) - (cost[o] as number);
      if (open[o] === 0 || gain <= 0) continue;
      bound -= gain;
      times[itemOf[o] as number] = (times[itemOf[o] as number] as number) + 1;
      at[itemOf[o] as number] = o;
    }
    return bound;
  };

  const direction = new Float64Array(items);
  const ascend: SackBound["ascend"] = (passes, hope, enough, stopped) => {
    direction.fill(0);
    let best = -Infinity;
    const bestPay = Float64Array.from(pay);
    let [length, poor, idle] = [1, 0, 0];
    for (let n = 0; n < passes && !stopped(); n++) {
      const found = pass();
      if (found > best) {
        idle = found > best + GAIN * Math.max(0, hope - found) ? 0 : idle + 1;
        best = found;
        bestPay.set(pay);
        poor = 0;
      } else {
        idle++;
        if (++poor >= PATIENCE) [length, poor] = [length * SHORTER, 0];
      }
      if (best > enough || idle > IDLE) break;
      let size = 0;
      for (let i = 0; i < items; i++) {
        if ((decided[i] as number) >= 0) continue;
        const to = 1 - (times[i] as number) + KEPT * (direction[i] as number);
        direction[i] = to;
        size += to * to;
      }
      const far = size < 1e-12 ? 0 : (length * Math.max(1e-9, hope - found)) / size;
      if (far === 0 || exactAnswer()) break;
      for (let i = 0; i < items; i++)
        if ((decided[i] as number) < 0) pay[i] = (pay[i] as number) + far * (direction[i] as number);
    }
    pay.set(bestPay);
    return best;
  };
  const exactAnswer = (): boolean => {
    if (!exact) return false;
    for (let i = 0; i < items; i++) if ((decided[i] as number) < 0 && times[i] !== 1) return false;
    return true;
  };

  const probe: SackBound["probe"] = (bound, ifIn) => {
    for (let s = 0; s <= sacks.sacks; s++) {
      const n = collect(s, true);
      if (s === sacks.sacks)
        for (let i = 0; i < n; i++) {
          within[i] = Math.min(0, worth[i] as number);
          without[i] = Math.max(0, worth[i] as number);
          ifIn[entry[i] as number] = -(within[i] as number);
          ifOut[entry[i] as number] = without[i] as number;
        }
      else {
        weigh(s, n);
        if ((unit[s] as number) > 0) byRow.probe(wholeRoom(s), n, worth, whole, within, without);
        else probeBranching(s, n);
        for (let i = 0; i < n; i++) {
          ifIn[entry[i] as number] = Math.max(0, (reached[s] as number) - (within[i] as number));
          ifOut[entry[i] as number] = Math.max(0, (reached[s] as number) - (without[i] as number));
        }
      }
    }
    let best = bound;
    for (let item = 0; item < items; item++) {
      if ((decided[item] as number) >= 0) continue;
      let [all, least] = [0, Infinity];
      const [first, last] = [optionStart[item] as number, optionStart[item + 1] as number];
      for (let o = first; o < last; o++) if (open[o] === 1) all += ifOut[o] as number;
      for (let o = first; o < last; o++) {
        if (open[o] === 0) continue;
        ifIn[o] = bound + (ifIn[o] as number) + all - (ifOut[o] as number);
        least = Math.min(least, ifIn[o] as number);
      }
      best = Math.max(best, least);
    }
    return best;
  };

  /** With each entry in or out, filled anew; entries of no worth never go in by themselves. */
  const others = new Float64Array(most);
  const otherParts = new Float64Array(most * rows);
  const otherTaken = new Uint8Array(most);
  const probeBranching = (s: number, n: number): void => {
    const best = reached[s] as number;
    const plain = asSack(s);
    byBranch.most(plain, positives(n, -1), others, otherParts, otherTaken);
    const inBest = new Uint8Array(n);
    let k = 0;
    for (let i = 0; i < n; i++) if ((worth[i] as number) > 0) inBest[i] = otherTaken[k++] as number;
    for (let i = 0; i < n; i++) {
      const gain = worth[i] as number;
      without[i] = inBest[i] === 1 ? byBranch.most(plain, positives(n, i), others, otherParts, otherTaken) : best;
      const left = Float64Array.from(plain.room, (free, r) => free - (parts[i * rows + r] as number));
      if (left.some((free) => free < -EPSILON)) within[i] = -Infinity;
      else if (inBest[i] === 1) within[i] = best;
      else within[i] = gain + byBranch.most({ ...plain, room: left }, positives(n, i), others, otherParts, otherTaken);
    }
  };
  const positives = (n: number, but: number): number => {
    let k = 0;
    for (let i = 0; i < n; i++) {
      if (i === but || (worth[i] as number) <= 0) continue;
      others[k] = worth[i] as number;
      for (let r = 0; r < rows; r++) otherParts[k * rows + r] = parts[i * rows + r] as number;
      k++;
    }
    return k;
  };

  const take = (o: number, sign: number): void => {
    const s = sack[o] as number;
    if (s < sacks.sacks)
      for (let r = 0; r < rows; r++)
        room[s * rows + r] = (room[s * rows + r] as number) - sign * (weight[o * rows + r] as number);
    paid += sign * (cost[o] as number);
  };
  return {
    sacks,
    pay,
    open,
    decided,
    times,
    at,
    pass,
    ascend,
    probe,
    looks: () => byRow.looks() + 2 * byBranch.looks(),
    rule: (o) => {
      open[o] = 0;
      trail.push(o);
    },
    decide: (o) => {
      const item = itemOf[o] as number;
      for (let k = optionStart[item] as number; k < (optionStart[item + 1] as number); k++)
        if (open[k] === 1) {
          open[k] = 0;
          trail.push(k);
        }
      decided[item] = o;
      take(o, 1);
      trail.push(-1 - item);
    },
    mark: () => trail.length,
    back: (mark) => {
      while (trail.length > mark) {
        const last = trail.pop() as number;
        if (last >= 0) open[last] = 1;
        else {
          const item = -1 - last;
          take(decided[item] as number, -1);
          decided[item] = -1;
        }
      }
    },
    fits: (o) => {
      const s = sack[o] as number;
      if (s === sacks.sacks) return true;
      for (let r = 0; r < rows; r++)
        if ((weight[o * rows + r] as number) > (room[s * rows + r] as number) + 1e-7) return false;
      return true;
    },
    answer: () => {
      if (!exactAnswer()) return undefined;
      const options = at.map((o, item) => ((decided[item] as number) >= 0 ? (decided[item] as number) : o));
      return { cost: options.reduce((sum, o) => sum + (cost[o] as number), sacks.constant), options };
    },
  };
}

/** By sack: its options. */
function listed({ sacks, sack }: Sacks): readonly Int32Array[] {
  const lists: number[][] = Array.from({ length: sacks + 1 }, () => []);
  sack.forEach((s, o) => (lists[s] as number[]).push(o));
  return lists.map((list) => Int32Array.from(list));
}

/** By sack: what its weights are whole multiples of, if it has one row that binds and that is not too long; else 0. */
function unitsOf({ sacks, rows, capacity, weight, sack }: Sacks): Float64Array {
  const unit = new Float64Array(sacks);
  const other = new Uint8Array(sacks);
  for (let s = 0; s < sacks; s++) for (let r = 1; r < rows; r++) if (capacity[s * rows + r] !== Infinity) other[s] = 1;
  sack.forEach((s, o) => {
    if (s === sacks || other[s] === 1) return;
    const takes = weight[o * rows] as number;
    if (!Number.isInteger(takes) || takes < 0) other[s] = 1;
    else unit[s] = divisor(unit[s] as number, takes);
  });
  for (let s = 0; s < sacks; s++)
    if (other[s] === 1 || !((capacity[s * rows] as number) / Math.max(1, unit[s] as number) <= WHOLE)) unit[s] = 0;
    else if (unit[s] === 0) unit[s] = 1;
  return unit;
}

function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
