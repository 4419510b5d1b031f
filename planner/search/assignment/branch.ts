// Proves how good a placement of single copies is, or finds a better one: options are ruled out by what the bound would be with them, and what is
// left is decided item by item. What may be reached rises from the bound upwards, since little is left near it. It must not know workloads.
import { fewer } from "./sacks.ts";
import type { Sacks } from "./sacks.ts";
import { newSackBound } from "./sack-bound.ts";
import type { SackBound } from "./sack-bound.ts";

export interface BranchOptions {
  /** What is reached already. */
  readonly value: number;
  /** What is proven already; −Infinity: nothing. */
  readonly bound: number;
  /** What any two values differ by at least, or 0. */
  readonly unit: number;
  /** Told of the looks so far; true ends it. */
  readonly enough: (looks: number) => boolean;
  /** Told of a better placement: by item the option's candidate (−1: nowhere); false when it can not be used. */
  readonly found: (candidates: Int32Array, cost: number) => boolean;
}

export interface Branched {
  /** No placement that can be used is below it. */
  readonly bound: number;
  readonly value: number;
  /** Whether nothing better than `value` is left. */
  readonly done: boolean;
  /** By option: 0 where no placement as good as `value` has it. */
  readonly keeps: Uint8Array;
  /** By item: what is paid for it where the bound of all is best. */
  readonly pay: Float64Array;
  /** Whether that was looked for to the end. */
  readonly settled: boolean;
}

/** Passes for the bound at first, and of each branch. */
const ROOT = 400;
const EACH = 40;
/** How much of the way to the value the bound hopes for at first, how much less each time, and at least. */
const HOPE = { first: 1, nearer: 0.3, last: 0.002 };
/** Rounds of ruling out in one branch. */
const ROUNDS = 4;
/** How much of the way from the bound to the value is looked at first; then so many times as much. */
const FIRST = 0.15;
const WIDER = 1.7;
/** How much smaller what is below a branch is thought to be where its bound is all the way up. */
const STEEP = 12;
/** What numbers that should be one may differ by. */
const slack = (value: number): number => 1e-9 * Math.max(1, Math.abs(value));

/** @param pay by item, what it may cost about: where the bound begins. */
export function branch(given: Sacks, pay: Float64Array, options: BranchOptions): Branched {
  const { unit, enough } = options;
  let { value } = options;
  let [looks, refused] = [0, Infinity];
  const found: BranchOptions["found"] = (candidates, cost) => {
    const usable = options.found(candidates, cost);
    if (!usable) refused = Math.min(refused, cost);
    return usable;
  };
  /** The most that is still better. */
  const better = (at: number): number => at - Math.max(unit, 10 * slack(at));
  const root = newSackBound(given, pay);
  // Steps as long as to what is hoped for overshoot where that is far: nearer and nearer hopes.
  for (let [far, at] = [HOPE.first, root.pass()]; far > HOPE.last && !enough(root.looks()); far *= HOPE.nearer)
    at = root.ascend(ROOT, at + far * Math.max(0, value - at), value, () => enough(root.looks()));
  const settled = !enough(root.looks());
  let bound = Math.max(options.bound, upwards(root.pass(), value, unit));
  const start = Float64Array.from(root.pay);
  looks += root.looks();
  const isDone = (): boolean => refused >= value && bound > better(value) + slack(value);
  for (let far = FIRST; !isDone() && !enough(looks); far *= WIDER) {
    const most = Math.min(better(value), upwards(bound + far * (value - bound), value, unit));
    const left = ruledOut(given, start, most + slack(most));
    looks += left.looks;
    if (left.options !== undefined) {
      const kept = fewer(given, left.options);
      const asked = { better, found, stopped: (own: number) => enough(looks + own) };
      const walked = walk(kept, left.pay, most, asked);
      looks += walked.looks;
      value = Math.min(value, walked.value);
      // What can not be used is below what is left, and why it can not be used is no proof.
      if (!walked.complete || refused < value) break;
    }
    bound = Math.max(bound, Math.min(value, upwards(most + Math.max(unit, slack(most)), value, unit)));
  }
  const near = ruledOut(given, start, value + slack(value));
  return {
    bound: isDone() ? value : bound,
    value,
    done: isDone(),
    keeps: near.options ?? root.open,
    pay: start,
    settled,
  };
}

/** The least that a value may be that is none below it: all differ from one that is reached by whole units. */
const upwards = (bound: number, value: number, unit: number): number =>
  unit > 0 ? value - Math.floor((value - bound) / unit + 1e-6) * unit : bound;

/** Options that a placement of at most `most` may use; none at all when there is no such placement. */
function ruledOut(given: Sacks, from: Float64Array, most: number) {
  const root = newSackBound(given, from);
  const ifIn = new Float64Array(given.cost.length);
  for (let round = 0; round < ROUNDS; round++) {
    const removed = prune(root, ifIn, most);
    if (removed < 0) return { options: undefined, pay: root.pay, looks: root.looks() };
    if (removed < 0.02 * given.cost.length) break;
    root.ascend(EACH, most + 1e-3 * Math.abs(most), most, () => false);
  }
  const options = Uint8Array.from(given.cost, (_, o) =>
    root.open[o] === 1 || root.decided[given.itemOf[o] as number] === o ? 1 : 0,
  );
  return { options, pay: root.pay, looks: root.looks() };
}

/** Rules out what would bring the bound above `most`; how many, or −1 when nothing is left. */
function prune(at: SackBound, ifIn: Float64Array, most: number): number {
  const { cost } = at.sacks;
  const bound = at.probe(at.pass(), ifIn);
  if (bound > most) return -1;
  let removed = 0;
  for (let o = 0; o < cost.length; o++) {
    if (at.open[o] === 0 || (ifIn[o] as number) <= most) continue;
    at.rule(o);
    removed++;
  }
  return settle(at) ? removed : -1;
}

/** Rules out what does not fit and decides what has one option left; false when something has none. */
function settle(at: SackBound): boolean {
  const { items, optionStart } = at.sacks;
  for (let again = true; again;) {
    again = false;
    for (let item = 0; item < items; item++) {
      if ((at.decided[item] as number) >= 0) continue;
      let [left, only] = [0, -1];
      for (let o = optionStart[item] as number; o < (optionStart[item + 1] as number); o++) {
        if (at.open[o] === 0) continue;
        if (!at.fits(o)) at.rule(o);
        else [left, only] = [left + 1, o];
      }
      if (left === 0) return false;
      if (left > 1) continue;
      at.decide(only);
      again = true;
    }
  }
  return true;
}

interface WalkOptions {
  readonly better: (value: number) => number;
  readonly found: BranchOptions["found"];
  readonly stopped: (looks: number) => boolean;
}

/** Everything of at most `most`, depth first: the best value of it (Infinity: none), and whether it was all looked at. */
function walk(sacks: Sacks, pay: Float64Array, most: number, { better, found, stopped }: WalkOptions) {
  const at = newSackBound(sacks, pay);
  const { optionStart } = sacks;
  const ifIn = new Float64Array(sacks.cost.length);
  let value = Infinity;
  let limit = most + slack(most);
  const over = (): boolean => stopped(at.looks());
  const keep = (): void => {
    const answer = at.answer();
    if (answer === undefined || answer.cost > limit) return;
    const candidates = answer.options.map((o) => sacks.candidate[o] as number);
    if (!found(candidates, answer.cost)) return;
    value = answer.cost;
    limit = better(value) + slack(value);
  };
  const node = (): boolean => {
    if (over()) return false;
    for (let round = 0; round < ROUNDS; round++) {
      if (!settle(at)) return true;
      const bound = at.ascend(EACH, limit + 2e-4 * Math.abs(limit), limit, over);
      if (bound > limit) return true;
      at.pass();
      keep();
      const removed = prune(at, ifIn, limit);
      if (removed < 0) return true;
      if (removed < 0.1 * openIn(at)) break;
    }
    const item = choose(at, ifIn, limit);
    if (item < 0) {
      at.pass();
      keep();
      return true;
    }
    const own: { readonly o: number; readonly least: number }[] = [];
    for (let o = optionStart[item] as number; o < (optionStart[item + 1] as number); o++)
      if (at.open[o] === 1) own.push({ o, least: ifIn[o] as number });
    own.sort((a, b) => a.least - b.least || a.o - b.o);
    const paid = Float64Array.from(at.pay);
    for (const { o, least } of own) {
      if (least > limit) continue;
      const mark = at.mark();
      at.decide(o);
      const whole = node();
      at.back(mark);
      at.pay.set(paid);
      if (!whole) return false;
    }
    return true;
  };
  const complete = node();
  return { value, complete, looks: at.looks() };
}

/** The item whose options together leave the least; −1 when all are decided. */
function choose({ open, decided, sacks: { items, optionStart } }: SackBound, ifIn: Float64Array, high: number): number {
  const low = ifIn.reduce((least, bound, o) => (open[o] === 1 ? Math.min(least, bound) : least), Infinity);
  const span = Math.max(1e-9, high - low);
  let [least, pick] = [Infinity, -1];
  for (let item = 0; item < items; item++) {
    if ((decided[item] as number) >= 0) continue;
    let sum = 0;
    for (let o = optionStart[item] as number; o < (optionStart[item + 1] as number); o++)
      if (open[o] === 1) sum += Math.exp((-STEEP * ((ifIn[o] as number) - low)) / span);
    if (sum < least) [least, pick] = [sum, item];
  }
  return pick;
}

function openIn({ open }: SackBound): number {
  let count = 0;
  for (let o = 0; o < open.length; o++) count += open[o] as number;
  return count;
}
