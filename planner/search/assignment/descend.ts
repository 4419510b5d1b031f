// Steps down to where no shift, swap or short ejection chain helps, overfull rooms paid for. It must not know where it begins, or why.
import type { Board } from "./board.ts";
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
/** Pairs that are tried with one more step behind. */
const LONGER = 4;
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
  const touch = (step: number): void => {
    changed[cluster[at[step] as number] as number] = clock;
  };

  const pairGain = new Float64Array(LONGER);
  const pairOption = new Int32Array(LONGER);
  const pairStep = new Int32Array(LONGER);
  let pairs = 0;
  const keepPair = (gain: number, option: number, other: number): void => {
    if (pairs === LONGER && gain >= (pairGain[LONGER - 1] as number)) return;
    let p = pairs < LONGER ? pairs++ : LONGER - 1;
    for (; p > 0 && (pairGain[p - 1] as number) > gain; p--) {
      pairGain[p] = pairGain[p - 1] as number;
      pairOption[p] = pairOption[p - 1] as number;
      pairStep[p] = pairStep[p - 1] as number;
    }
    pairGain[p] = gain;
    pairOption[p] = option;
    pairStep[p] = other;
  };

  let [bestGain, bestOption, bestOther, bestGoes] = [0, -1, -1, -1];
  /** The best change in which a step goes somewhere and one that is there makes way: swapped, or elsewhere; below `budget`. */
  const eject = (step: number, budget: number, remember: boolean, since: number): boolean => {
    const own = at[step] as number;
    const from = cluster[own] as number;
    const left = change(from, nothing, own) - (cost[own] as number);
    const last = end(kind[step] as number);
    bestGain = budget;
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
        if (remember) keepPair(rest + (cost[optionStart[kind[other] as number] as number] as number), o, other);
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
      touch(step);
      changed[cluster[own] as number] = clock;
      return true;
    }
    board.move(step, own);
    outStamp[step] = -FRESH;
    return false;
  };
  const pair = (step: number): boolean => {
    if (!eject(step, -EPSILON, false, settled[step] as number)) return false;
    return settle(step, bestOption, bestOther, bestGoes, -EPSILON);
  };
  const settle = (step: number, option: number, other: number, goes: number, budget: number): boolean => {
    const [own, there] = [at[step] as number, at[other] as number];
    if (go(other, goes) + go(step, option) < budget) {
      clock++;
      touch(step);
      touch(other);
      changed[cluster[own] as number] = clock;
      return true;
    }
    board.move(step, own);
    board.move(other, there);
    outStamp[other] = -FRESH;
    return false;
  };
  /** One goes, the second makes way and takes the place of a third. */
  const triple = (step: number): boolean => {
    const own = at[step] as number;
    pairs = 0;
    if (eject(step, -EPSILON, true, 0)) return settle(step, bestOption, bestOther, bestGoes, -EPSILON);
    for (let p = 0; p < pairs; p++) {
      const other = pairStep[p] as number;
      const budget = -EPSILON - go(step, pairOption[p] as number);
      if (eject(other, budget, false, 0) && settle(other, bestOption, bestOther, bestGoes, budget)) {
        changed[cluster[own] as number] = clock;
        return true;
      }
      board.move(step, own);
    }
    return false;
  };

  let at0 = 0;
  return {
    widen: (mean) => {
      ends = endsOf(steps, mean);
      outStamp.fill(-FRESH);
      stamp = 0;
    },
    looks: () => looks,
    run: (stopped) => {
      stamp += FRESH;
      clock++;
      changed.fill(clock);
      settled.fill(0);
      // Short changes as long as they help, then longer ones, one at a time.
      for (let [idle, long] = [0, 0]; long < count;) {
        const step = at0;
        at0 = at0 + 1 === count ? 0 : at0 + 1;
        const begun = clock;
        const better = idle < count ? shift(step) || pair(step) : triple(step);
        if (better) {
          if (board.broken() === 0) seen();
          [idle, long] = [0, 0];
          stamp++;
          if (stamp % 64 === 0 && stopped()) return;
        } else {
          if (idle < count) idle++;
          else long++;
          settled[step] = begun + 1;
          if (step % 64 === 0 && stopped()) return;
        }
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
