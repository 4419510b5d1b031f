// Steps down to where no shift, swap or short ejection chain helps, overfull rooms paid for. It must not know where it begins, or why.
import type { Board } from "./board.ts";
import { newRings } from "./ring.ts";
import type { Steps } from "./steps.ts";

export interface Descent {
  /** Goes down from where the board stands; `seen` is told of every placement with nothing overfull. */
  readonly run: (stopped: () => boolean) => void;
  /** Looks at so many options of a kind, on average, from now on. */
  readonly widen: (mean: number) => void;
  /** How many changes were looked at so far. */
  readonly looks: () => number;
}

/** Options of a kind that a step looks at. */
const WIDTH = { least: 2, most: 12 };
/** Changes after which what is known of the other places of a step is looked up again. */
const FRESH = 8;
const EPSILON = 1e-7;

export function newDescent(board: Board, seen: () => void): Descent {
  const { steps, at, taken, head, next, change } = board;
  const { count, clusters, kind, optionStart, cluster, cost, most, optionAt, several } = steps;
  const nothing = cost.length;
  const outCost = new Float64Array(count);
  const outOption = new Int32Array(count);
  const outStamp = new Int32Array(count).fill(-FRESH);
  /** By cluster: when it changed last; by step: when it was found to have nowhere to go. */
  const changed = new Int32Array(clusters);
  const settled = new Int32Array(count);
  const rings = newRings(board);
  let [stamp, looks, clock] = [0, 0, 0];
  const free = (option: number): boolean => !several || (taken[option] as number) < (most[option] as number);
  let ends = endsOf(steps, WIDTH.least);
  const end = (k: number): number => ends[k] as number;

  /** The cheapest other place of a step as loads are: not counting what is gained where it leaves. */
  const out = (step: number): number => {
    if (stamp - (outStamp[step] as number) < FRESH) return outCost[step] as number;
    outStamp[step] = stamp;
    const own = at[step] as number;
    const last = end(kind[step] as number);
    let [best, where] = [Infinity, -1];
    for (let o = optionStart[kind[step] as number] as number; o < last; o++) {
      if (o === own || (cost[o] as number) >= best || !free(o)) continue;
      const price = (cost[o] as number) + change(cluster[o] as number, o, nothing);
      if (price < best) [best, where] = [price, o];
    }
    looks += last - (optionStart[kind[step] as number] as number);
    outCost[step] = best;
    outOption[step] = where;
    return best;
  };
  /** Moves a step; what that costs. */
  const go = (step: number, option: number): number => {
    const own = at[step] as number;
    const [from, to] = [cluster[own] as number, cluster[option] as number];
    const costs =
      (cost[option] as number) - (cost[own] as number) + change(from, nothing, own) + change(to, option, nothing);
    board.move(step, option);
    return costs;
  };
  const touch = (option: number): void => {
    changed[cluster[option] as number] = clock;
    rings.changed[cluster[option] as number] = 1;
  };

  let [bestGain, bestOption, bestOther, bestGoes] = [0, -1, -1, -1];
  /** The best change in which a step goes somewhere and one that is there makes way: swapped, or elsewhere. */
  const eject = (step: number, since: number): boolean => {
    const own = at[step] as number;
    const from = cluster[own] as number;
    const left = change(from, nothing, own) - (cost[own] as number);
    const last = end(kind[step] as number);
    bestGain = -EPSILON;
    bestOption = -1;
    const all = (changed[from] as number) >= since;
    for (let o = optionStart[kind[step] as number] as number; o < last; o++) {
      const to = cluster[o] as number;
      if (to === from || !free(o) || (!all && (changed[to] as number) < since)) continue;
      const base = (cost[o] as number) - (cost[own] as number);
      for (let other = head[to] as number; other >= 0; other = next[other] as number) {
        looks++;
        const there = at[other] as number;
        const part = base - (cost[there] as number) + change(to, o, there);
        const swap = optionAt[(kind[other] as number) * clusters + from] as number;
        if (swap >= 0 && free(swap)) {
          const sum = part + (cost[swap] as number) + change(from, swap, own);
          if (sum < bestGain) [bestGain, bestOption, bestOther, bestGoes] = [sum, o, other, swap];
        }
        const rest = part + left + (cost[own] as number);
        const goes = out(other);
        if (rest + goes < bestGain && cluster[outOption[other] as number] !== from)
          [bestGain, bestOption, bestOther, bestGoes] = [rest + goes, o, other, outOption[other] as number];
      }
    }
    return bestOption >= 0;
  };

  const shift = (step: number): boolean => {
    const own = at[step] as number;
    const gain = change(cluster[own] as number, nothing, own) - (cost[own] as number);
    if (gain + out(step) >= -EPSILON) return false;
    // What is known may be a little old.
    if (go(step, outOption[step] as number) < -EPSILON) {
      clock++;
      touch(at[step] as number);
      touch(own);
      return true;
    }
    board.move(step, own);
    outStamp[step] = -FRESH;
    return false;
  };
  const pair = (step: number): boolean => {
    if (!eject(step, settled[step] as number)) return false;
    const other = bestOther;
    const [own, there] = [at[step] as number, at[other] as number];
    if (go(other, bestGoes) + go(step, bestOption) < -EPSILON) {
      clock++;
      touch(at[step] as number);
      touch(at[other] as number);
      touch(own);
      return true;
    }
    board.move(step, own);
    board.move(other, there);
    outStamp[other] = -FRESH;
    return false;
  };
  let at0 = 0;
  return {
    widen: (mean) => {
      ends = endsOf(steps, mean);
      outStamp.fill(-FRESH);
      stamp = 0;
    },
    looks: () => looks + rings.looks(),
    run: (stopped) => {
      stamp += FRESH;
      clock++;
      changed.fill(clock);
      settled.fill(0);
      rings.changed.fill(1);
      // Short changes as long as they help, then one around a ring.
      for (let idle = 0; ;) {
        const step = at0;
        at0 = at0 + 1 === count ? 0 : at0 + 1;
        const begun = clock;
        if (shift(step) || pair(step)) {
          [idle, stamp] = [0, stamp + 1];
          if (board.broken() === 0) seen();
          if (stamp % 64 === 0 && stopped()) return;
          continue;
        }
        settled[step] = begun + 1;
        if (step % 64 === 0 && stopped()) return;
        if (++idle < count) continue;
        if (stopped() || rings.turn(end) === 0) return;
        [idle, stamp, clock] = [0, stamp + FRESH, clock + 1];
        for (const where of rings.touched) changed[where] = clock;
        if (board.broken() === 0) seen();
      }
    },
  };
}

/** By kind: the end of the options that are looked at: those of small regret, so many on average. */
function endsOf({ optionStart, regret }: Steps, mean: number): Int32Array {
  const kinds = optionStart.length - 1;
  const sorted = regret.slice().sort();
  const limit = sorted[Math.min(sorted.length, mean * kinds) - 1] ?? 0;
  return Int32Array.from({ length: kinds }, (_, k) => {
    const [first, last] = [optionStart[k] as number, optionStart[k + 1] as number];
    let end = Math.min(last, first + WIDTH.least);
    while (end < last && end < first + WIDTH.most && (regret[end] as number) <= limit) end++;
    return end;
  });
}
