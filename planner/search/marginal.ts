// What the prices of a proof say of programs that differ a little: how much better one without some words could be at most, and how much worse
// one must be that has a workload elsewhere. Nothing is solved: workloads are asked alone, at the prices that are there. It must not know
// intents, or how prices were found.
import type { Placement, Problem } from "../problem.ts";
import type { TermProof } from "../proof.ts";
import { pricesFrom } from "./bound/names.ts";
import { tiesOf } from "./bound/links.ts";
import { floorOf, lagrangian, whole } from "./certify.ts";
import type { Ground, Lagrangian } from "./certify.ts";
import { compactOf } from "./compact.ts";
import { reaches, valuesByTerm } from "./proof.ts";
import { newRelaxed } from "./relaxed.ts";
import type { Relaxed } from "./relaxed.ts";
import { weigh } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

/** What the best of a program may gain beyond a plan, on the first objective that can get better. */
export type Most =
  /** `beyond` is what the change adds to what the plan itself may be from its best, at the prices that there are. */
  | { readonly kind: "most"; readonly name: string; readonly most: number; readonly beyond: number }
  /** Proven: no objective gets better. */
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown" };

export interface Marginal {
  /**
   * Of another program, in which several changes were made that have no workload in common: what each could gain if it were made alone.
   * @param changes by change: ids of all workloads that it may make a difference to.
   */
  readonly gains: (other: Problem, changes: readonly ReadonlySet<string>[]) => readonly Most[];
  /** By objective, as far as those before it are proven: how much worse it is at least with one step of a workload on a candidate. */
  readonly losses: (workload: number, candidate: number) => readonly number[];
}

/** @param proof by objective, of this placement. */
export function newMarginal(problem: Problem, placement: Placement, proof: readonly TermProof[]): Marginal {
  const compact = compactOf(problem);
  const weighed = weigh(compact);
  const values = valuesByTerm(problem, weighed, placement);
  const weights = proof.map(({ given }) => new Map(given.map(({ term, weight }) => [keyOf(weighed, term), weight])));
  const whole = { compact, weighed, values };
  const levels = new Map<number, Level>();
  const levelOf = (t: number): Level => {
    const found = levels.get(t) ?? levelAt(whole, t, proof[t] as TermProof, weights[t] as Weights);
    levels.set(t, found);
    return found;
  };
  // What nobody sees is only known to stay as it is where it is nothing.
  const hidden = weighed.terms.some(({ objective }, t) => objective === undefined && !reaches(values[t] as number, 0));
  const seen = (t: number): boolean => !hidden || problem.objectives[t]?.name === "unplaced";
  return {
    gains: (other, changes) => {
      const found = changes.map((): Most => ({ kind: "nothing" }));
      const changed = newWhole(weighed, values, other);
      for (let t = 0; t < proof.length && found.some(({ kind }) => kind === "nothing"); t++) {
        const name = problem.objectives[t]?.name ?? "";
        const own = levelOf(t);
        const there = levelAt(changed, t, proof[t] as TermProof, weights[t] as Weights);
        found.forEach(({ kind }, i) => {
          if (kind !== "nothing") return;
          if (!seen(t)) return void (found[i] = { kind: "unknown" });
          const sum = own.sum + difference(own, there, changes[i] as ReadonlySet<string>);
          const most = own.value - there.proven(sum);
          const beyond = Math.max(0, most - (own.value - own.least));
          if (most > SLACK * Math.max(1, Math.abs(own.value))) found[i] = { kind: "most", name, most, beyond };
        });
      }
      return found;
    },
    losses: (w, candidate) => {
      const found: number[] = [];
      // Elsewhere may first be worse in what nobody sees.
      if (weighed.terms.some(({ objective }) => objective === undefined)) return found;
      for (let t = 0; t < proof.length; t++) {
        const own = levelOf(t);
        found.push(Math.max(0, own.proven(own.sum + dearer(own, w, candidate)) - own.value));
        if (!reaches(own.value, Math.max(own.least, (proof[t] as TermProof).bound))) break;
      }
      return found;
    },
  };
}

/** Sums of many prices are exact to about this. */
const SLACK = 1e-7;

/** By key of an earlier term: what one of it weighs. */
type Weights = ReadonlyMap<string, number>;

/** A term by what it is: an objective, or a level of `then`, of which another program may have fewer. */
function keyOf({ terms }: Weighed, t: number): string {
  const objective = terms[t]?.objective;
  const level = terms.slice(0, t).filter((term) => term.objective === undefined).length;
  return objective === undefined ? `then ${level}` : `objective ${objective}`;
}

type Whole = Pick<Ground, "compact" | "weighed" | "values">;

/** Another program, with the values that the plan has in it. */
function newWhole(planned: Weighed, values: readonly number[], other: Problem): Whole {
  const compact = compactOf(other);
  const weighed = weigh(compact);
  const known = new Map(values.map((value, t) => [keyOf(planned, t), value]));
  return { compact, weighed, values: weighed.terms.map((_, t) => known.get(keyOf(weighed, t)) ?? 0) };
}

/** One term at the prices that prove its bound. */
interface Level extends Whole, Lagrangian {
  readonly relaxed: Relaxed;
  /** What the prices come to in all. */
  readonly sum: number;
  readonly value: number;
  /** What such a sum proves of the term, and what this one does. */
  readonly proven: (sum: number) => number;
  readonly least: number;
  /** What each workload comes to, by id, and whose being apart has a price, by what it is. */
  readonly byId: ReadonlyMap<string, number>;
  readonly apart: ReadonlyMap<string, { readonly ids: readonly string[]; readonly price: number }>;
}

function levelAt(of: Whole, objective: number, { prices: named, name }: TermProof, known: Weights): Level {
  const { compact, weighed, values } = of;
  const t = weighed.terms.findIndex((term) => term.objective === objective);
  const ground: Ground = { ...of, tight: [], t, work: 0 };
  const scale = weighed.terms.slice(0, t).map((_, s) => known.get(keyOf(weighed, s)) ?? 0);
  const at = lagrangian(ground, scale);
  const relaxed = newRelaxed(compact, at.arcs);
  const prices = pricesFrom(compact, at.arcs, named, relaxed.rows.capacity.length);
  const sum = relaxed.pass(prices, true);
  const held = at.weights.reduce((total, weight, s) => total + weight * (values[s] as number), 0);
  const floor = floorOf(compact, name);
  const proven = (found: number): number => Math.max(floor, whole(ground, found - held));
  const fixed = (w: number): number => constantOf(of, [...at.weights, 1], w);
  const { workloads } = compact.problem;
  const byId = new Map(workloads.map(({ id }, w) => [id, (relaxed.alone[w] as number) + fixed(w)]));
  const apart = new Map(
    tiesOf(compact).apart.map(({ row, a, b, clusters }) => {
      const ids = [a, b].map((w) => workloads[w]?.id ?? "");
      return [[...ids, ...clusters].join("\n"), { ids, price: prices[row] ?? 0 }];
    }),
  );
  return { ...of, ...at, relaxed, sum, byId, apart, proven, value: values[t] as number, least: proven(sum) };
}

/** What a workload comes to when nothing of it is placed. */
function constantOf({ compact, weighed }: Whole, weights: readonly number[], w: number): number {
  const { problem, candidateStart, wanted, step } = compact;
  const { leaving = 0, optional } = problem.workloads[w] ?? {};
  return weights.reduce((sum, weight, t) => {
    const { reward, leftOut } = (weighed.terms[t] as Weighed["terms"][number]).costs;
    if (weight === 0) return sum;
    const out = optional === true ? (leftOut[w] as number) * (wanted[w] as number) * (step[w] as number) : 0;
    let runs = 0;
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      runs += weighed.before[c] as number;
    return sum + weight * (out + reward * (runs + leaving));
  }, 0);
}

/** How much more the workloads of a change come to in another program; and what being apart was worth where it is not asked any more. */
function difference(own: Level, there: Level, change: ReadonlySet<string>): number {
  let sum = 0;
  for (const id of change) sum += (there.byId.get(id) ?? 0) - (own.byId.get(id) ?? 0);
  for (const [key, { ids, price }] of own.apart)
    if (price > 0 && !there.apart.has(key) && ids.every((id) => change.has(id))) sum += price;
  return sum;
}

/** How much more it comes to with one step on a candidate: another, of what the workload takes at these prices, makes way for it. */
function dearer({ compact, arcs, relaxed }: Level, w: number, candidate: number): number {
  const { reduced, amount } = relaxed;
  let [dearest, least] = [arcs.optional[w] === 1 ? 0 : -Infinity, Infinity];
  if (arcs.single[w] === 1) return 0;
  for (let a = arcs.start[w] as number; a < (arcs.start[w + 1] as number); a++) {
    if ((amount[a] as number) > 0) dearest = Math.max(dearest, reduced[a] as number);
    if (arcs.candidate[a] !== (compact.candidateStart[w] as number) + candidate) continue;
    if ((amount[a] as number) > 0) return 0;
    least = Math.min(least, reduced[a] as number);
  }
  return least === Infinity ? 0 : (compact.step[w] as number) * Math.max(0, least - dearest);
}
