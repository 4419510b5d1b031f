// Proves term after term of a problem of single copies, or finds what is better, for as long as it is given; then goes on from what it proved. It must not know how bounds are found.
import { worked } from "../../clock.ts";
import type { SolveOptions } from "../../problem.ts";
import { valuesOf } from "../../presolve/index.ts";
import { arcsOf } from "../arcs.ts";
import type { Arcs } from "../arcs.ts";
import { ascend } from "../bound.ts";
import { primalDual } from "../primal-dual.ts";
import { isWholeTerm, reaches } from "../proof.ts";
import type { Proof } from "../proof.ts";
import { worthwhile } from "../reduce.ts";
import { newRelaxed } from "../relaxed.ts";
import { placementOf } from "../state.ts";
import type { State } from "../state.ts";
import { summed } from "../weigh.ts";
import type { Weighed } from "../weigh.ts";
import { branch } from "./branch.ts";
import { newSackBound } from "./sack-bound.ts";
import { comesOnce, sacksOf } from "./sacks.ts";
import type { Sacks } from "./sacks.ts";
import { takeOver, wishOf } from "./take-over.ts";

export interface Enumeration {
  /** Goes on for about so many milliseconds from what stands and what is proven; false when it can do nothing more. */
  readonly run: (milliseconds: number, proof: Proof) => boolean;
  /** A proof with what was proven here; of a better placement than that of then, too. */
  readonly raised: (proof: Proof) => Proof;
  /** Whether all that it can prove is proven. */
  readonly done: () => boolean;
  /** By candidate: 0 where no placement as good has it; undefined before the first run. */
  readonly keeps: () => Uint8Array | undefined;
  /**
   * By workload the candidate that would take it at what is paid for it, a little wrong, or −1 where none would: clusters are full, but not everything
   * is somewhere once. Undefined before the first run.
   */
  readonly leaning: (random: () => number) => Int32Array | undefined;
}

export interface EnumerationGround {
  readonly state: State;
  readonly weighed: Weighed;
  readonly prices: Float64Array;
  readonly now: SolveOptions["now"];
  readonly over: () => boolean;
  /** Whether single nodes take what is on a cluster now, as far as known. */
  readonly packs: (cluster: number) => boolean;
  /** Told when something better stands. */
  readonly better: () => void;
}

/** Passes for prices before and after those towards the linear optimum; iterations of those, and how near is enough. */
const SHARPER = { begin: 60, iterations: 3_000, phases: 6, enough: 1e-6, end: 120 };
/** Looks of a millisecond on a common machine. */
const LOOKS = 100_000;
/** Looks between two questions whether to stop. */
const ASK = 400_000;
/** The share of what is open that a turn must close for the next to be as long; and how much shorter that is else. */
const GAINED = 0.05;
const FRUITLESS = 0.15;
/** How wrong payments are at most where it is said what clusters lean to. */
const WRONG = 3;
/** Digits after which prices end. */
const DIGITS = 7;
/** What values come to where they are no multiples of anything: numbers that tolerances suit. */
const SIZE = 1e6;

/** Undefined where the problem is not of that kind. */
export function newEnumeration(ground: EnumerationGround): Enumeration | undefined {
  const { state, weighed } = ground;
  const { problem } = state.compact;
  if (!comesOnce(problem) || weighed.terms.some(({ objective }) => objective === undefined)) return undefined;
  const proven = new Map<number, Proven>();
  const sharp = new Map<number, Float64Array>();
  const paid = new Map<number, Float64Array>();
  let [isDone, keeps]: [boolean, Uint8Array | undefined] = [false, undefined];
  let fruitless = false;
  let leaning: ReturnType<typeof newLeaning> | undefined;
  const raised = ({ objective }: Proof): Proof => {
    const higher = objective.map((term, t) => {
      const known = proven.get(t);
      // What was proven of a term is given the values of those before it.
      const holds = known?.before.every((value, s) => reaches(value, objective[s]?.value ?? Infinity)) === true;
      return holds ? { ...term, bound: Math.max(term.bound, Math.min(term.value, known.bound)) } : term;
    });
    return { objective: higher, optimal: higher.every(({ value, bound }) => reaches(value, bound)) };
  };
  return {
    done: () => isDone,
    keeps: () => keeps,
    leaning: (random) => leaning?.(random),
    raised,
    run: (milliseconds, proof) => {
      const budget = newBudget(ground, fruitless ? milliseconds * FRUITLESS : milliseconds);
      for (;;) {
        const values = valuesOf(problem, placementOf(state));
        const { objective } = raised({
          ...proof,
          objective: proof.objective.map((term, t) => ({ ...term, value: values[t] as number })),
        });
        const t = objective.findIndex(({ value, bound }) => !reaches(value, bound));
        isDone = t < 0 || !isOfSums(weighed, problem, t);
        if (isDone) return false;
        const before = (objective[t]?.value ?? 0) - (objective[t]?.bound ?? -Infinity);
        const found = enumerated(ground, values, t, objective[t]?.bound ?? -Infinity, budget, sharp, paid);
        if (found === undefined) return false;
        fruitless = found.settled && found.left > before * (1 - GAINED);
        proven.set(t, { bound: found.bound, before: values.slice(0, t) });
        keeps = found.keeps;
        leaning = newLeaning(found.sacks, found.pay, found.away);
        if (!found.done) return true;
      }
    },
  };
}

interface Proven {
  readonly bound: number;
  /** Values of the terms before it. */
  readonly before: readonly number[];
}

/** Counts looks as steps of the clock, and says when they are enough. */
function newBudget({ now, over }: EnumerationGround, milliseconds: number) {
  let [before, told, asked, stop] = [0, 0, 0, false];
  return {
    /** Another count of looks begins. */
    begin: () => {
      before += told;
      [told, asked] = [0, 0];
    },
    enough: (looks: number): boolean => {
      if (looks < asked) return stop;
      asked = looks + ASK;
      worked(now, (looks - told) / LOOKS);
      told = looks;
      stop = before + looks > milliseconds * LOOKS || over();
      return stop;
    },
  };
}

/** What can be proven or found of one term, those before it as they are; undefined where the problem is not of that kind after all. */
function enumerated(
  ground: EnumerationGround,
  values: readonly number[],
  t: number,
  known: number,
  budget: ReturnType<typeof newBudget>,
  sharp: Map<number, Float64Array>,
  paid: Map<number, Float64Array>,
) {
  const { state, weighed, packs, better } = ground;
  const { compact } = state;
  const arcs = arcsOf(compact, summed(compact, weighed, t + 1));
  const factor = weighed.terms[t]?.factor ?? 1;
  const before = weighed.terms.slice(0, t).reduce((sum, term, s) => sum + term.factor * (values[s] as number), 0);
  const own = factor * (values[t] as number);
  const isLast = weighed.terms.slice(t + 1).every(({ idle }) => idle);
  const prices = sharp.get(t) ?? sharpened(ground, arcs, before + own);
  sharp.set(t, prices);
  if (isLast) ground.prices.set(prices);
  const made = sacksOf(compact, arcs, prices, worthwhile(compact, arcs, prices, before + own));
  if (made === undefined) return undefined;
  const unit = unitOf(made);
  const scale = unit > 0 ? unit : Math.max(1e-12, Math.abs(own) / SIZE);
  const cost = made.cost.map((each) => each / scale);
  const sacks = { ...made, cost, constant: (made.constant - before) / scale };
  budget.begin();
  const found = branch(
    sacks,
    (paid.get(t) ?? payOf(sacks, arcs, prices, ground)).map((price) => price / scale),
    {
      value: own / scale,
      bound: (known * factor) / scale,
      unit: unit > 0 ? 1 : 0,
      enough: budget.enough,
      found: (candidates) => {
        const stands = takeOver(state, wishOf(state, candidates), packs);
        if (stands) better();
        return stands;
      },
    },
  );
  // A next turn begins where this one was done, not at prices of rows again.
  if (found.settled)
    paid.set(
      t,
      found.pay.map((price) => price * scale),
    );
  const keeps = new Uint8Array(compact.most.length);
  for (let o = 0; o < sacks.candidate.length; o++)
    if (found.keeps[o] === 1 && (sacks.candidate[o] as number) >= 0) keeps[sacks.candidate[o] as number] = 1;
  return {
    bound: Number(((found.bound * scale) / factor).toPrecision(12)),
    done: found.done,
    keeps,
    sacks,
    pay: found.pay,
    settled: found.settled,
    away: found.value - found.bound,
    left: ((found.value - found.bound) * scale) / factor,
  };
}

/** What clusters would take at about these payments; wrong by as much as is left between bound and value, shared out. */
function newLeaning(sacks: Sacks, pay: Float64Array, away: number) {
  const at = newSackBound(sacks, pay);
  return (random: () => number): Int32Array => {
    const wrong = (WRONG * random() ** 2 * away) / Math.sqrt(sacks.items);
    at.pay.forEach((_, item) => (at.pay[item] = (pay[item] as number) + wrong * (2 * random() - 1)));
    at.pass();
    return at.at.map((o, item) => ((at.times[item] as number) > 0 ? (sacks.candidate[o] as number) : -1));
  };
}

/** Prices nearer the linear optimum than a search of many steps needs them. */
function sharpened({ state, prices, now, over }: EnumerationGround, arcs: Arcs, upper: number): Float64Array {
  const { compact } = state;
  const begun = ascend(compact, arcs, { steps: SHARPER.begin, upper, from: prices, stopped: over });
  const { iterations, phases, enough } = SHARPER;
  const linear = primalDual(compact, arcs, { iterations, phases, enough, from: begun, now, stopped: over });
  const from = Float64Array.from(begun.prices);
  from.set(linear.prices.subarray(0, compact.capacity.length));
  const found = ascend(compact, arcs, { steps: SHARPER.end, upper, from, stopped: over });
  return found.bound > begun.bound ? found.prices : begun.prices;
}

/** Whether a term and those before it are sums over replicas, and those before it whole: then none of them is traded for it. */
function isOfSums({ terms }: Weighed, problem: State["compact"]["problem"], t: number): boolean {
  const sums = terms
    .slice(0, t + 1)
    .every(({ objective }) => !["clusters", "imbalance", "latency"].includes(nameOf(problem, objective) ?? ""));
  return sums && terms.slice(0, t).every((term) => term.idle || isWholeTerm(problem, term));
}

const nameOf = ({ objectives }: State["compact"]["problem"], objective: number | undefined): string | undefined =>
  objectives[objective ?? -1]?.name;

/** What the values of any two placements differ by at least: the greatest common divisor of what options of an item differ by, or 0. */
function unitOf({ items, optionStart, cost }: Sacks): number {
  for (let digits = 0, scale = 1; digits <= DIGITS; digits++, scale *= 10) {
    let [unit, whole] = [0, true];
    for (let item = 0; item < items && whole; item++) {
      const first = optionStart[item] as number;
      for (let o = first + 1; o < (optionStart[item + 1] as number) && whole; o++) {
        const differs = Math.abs((cost[o] as number) - (cost[first] as number)) * scale;
        const rounded = Math.round(differs);
        if (Math.abs(differs - rounded) > 1e-7 * Math.max(1, rounded) || rounded > 1e12) whole = false;
        else unit = divisor(unit, rounded);
      }
    }
    if (whole && unit > 0) return unit / scale;
  }
  return 0;
}

function divisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** By item: what its cheapest option costs at the prices of rows. */
function payOf({ items }: Sacks, arcs: Arcs, prices: Float64Array, { state }: EnumerationGround): Float64Array {
  const relaxed = newRelaxed(state.compact, arcs);
  relaxed.pass(prices, true);
  const pay = new Float64Array(items);
  for (let w = 0; w < items; w++) {
    let least = arcs.optional[w] === 1 ? 0 : Infinity;
    for (let a = arcs.start[w] as number; a < (arcs.start[w + 1] as number); a++)
      least = Math.min(least, (state.compact.step[w] as number) * (relaxed.reduced[a] as number));
    pay[w] = least === Infinity ? 0 : least;
  }
  return pay;
}
