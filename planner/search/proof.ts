// What is proven of a placement: a bound for each term among all placements that are as good in the terms before it. It must not know how the
// placement was found.
import type { Placement, Problem } from "../problem.ts";
import { choicesOf, valuesOf, wantedOf } from "../presolve/index.ts";
import { arcsOf } from "./arcs.ts";
import type { Arcs } from "./arcs.ts";
import { ascend } from "./bound.ts";
import { beginning } from "./bound/beginning.ts";
import { neededOf } from "./bound/needed.ts";
import type { Compact } from "./compact.ts";
import { newRelaxed } from "./relaxed.ts";
import type { Searched } from "./search.ts";
import { isWhole, summed } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

export interface Proof {
  readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  /** Whether every term is at its bound, those of `then` too. */
  readonly optimal: boolean;
}

/** Prices that the search found, by term in its own unit; in the rows of the problem that was searched. */
export interface Dual {
  readonly compact: Compact;
  readonly terms: readonly {
    /** Index in the objective. */
    readonly objective: number | undefined;
    readonly weights: readonly number[];
    readonly prices: Float64Array;
  }[];
}

/** The prices of a search and those that single terms got beside them. */
export function dualOf({ compact, weighed, prices }: Pick<Searched, "compact" | "weighed" | "prices">): Dual {
  const own = bests.get(compact);
  const terms = weighed.terms.flatMap(({ objective, factor, idle }, t) => {
    const before = own?.get(t);
    if (before !== undefined) return [{ objective, weights: before.weights, prices: before.prices }];
    if (idle || nameOf(compact.problem, weighed, t) === "imbalance") return [];
    const weights = weighed.terms.slice(0, t).map((earlier) => (earlier.idle ? 0 : earlier.factor / factor));
    return [{ objective, weights, prices: prices.map((price) => price / factor) }];
  });
  return { compact, terms };
}

/** Prices and what every workload alone comes to at them, in units of one term, the values of terms before it not yet taken off. */
export interface Priced {
  /** By term before it: what one of it weighs. */
  readonly weights: readonly number[];
  readonly prices: Float64Array;
  readonly level: number;
}

/** Passes for the bound of a term that is not the one that the prices of the search are for. */
const STEPS = 120;
/** How often a term gets passes of its own. */
const RUNS = 2;

/**
 * Bounds of all terms. `prices` are for the sum of all terms; they prove the last of them that has anything to decide. A term before it
 * mostly reaches what every workload reaches alone; else it gets prices of its own.
 */
export function prove(
  compact: Compact,
  weighed: Weighed,
  placement: Placement,
  { prices, soft, stopped }: Found,
): Proof {
  const { problem } = compact;
  const values = valuesByTerm(problem, weighed, placement);
  let open = false;
  const tight: boolean[] = [];
  const objective: { name: string; value: number; bound: number }[] = [];
  weighed.terms.forEach((term, t) => {
    const name = nameOf(problem, weighed, t);
    const value = values[t] as number;
    let bound = Math.max(term.costs.constant, leastOf(compact, name));
    if (!reaches(value, bound)) {
      const asked = { value, values, prices, soft, open, stopped };
      const priced = pricedFor(compact, weighed, t, { ...asked, keep: tight.map(() => true) });
      // To hold an earlier term that is not at its bound costs what it is away from it; to leave it out may prove more.
      if (tight.includes(false)) priced.push(...pricedFor(compact, weighed, t, { ...asked, keep: tight }));
      for (const { level, weights } of priced) {
        const held = weights.reduce((sum, weight, s) => sum + weight * (values[s] as number), 0);
        bound = Math.max(bound, whole(problem, weighed, t, level - held));
      }
      remember(compact, t, values, priced);
    }
    tight.push(reaches(value, bound));
    // What nobody sees does not end what can be said of the terms after it.
    if (name !== undefined) open ||= !reaches(value, bound);
    if (name !== undefined) objective.push({ name, value: tidy(value), bound: tidy(Math.min(value, bound)) });
  });
  return { objective, optimal: !tight.includes(false) };
}

/** Prices for the sum of all terms, and those for terms that outweigh each other by less (by term: its factor). */
export interface Found {
  readonly prices: Float64Array;
  readonly soft: { readonly factors: readonly number[]; readonly prices: Float64Array } | undefined;
  readonly stopped: () => boolean;
}

interface Asked extends Found {
  readonly value: number;
  readonly values: readonly number[];
  /** A term before it is not proven: it is not worth passes of its own. */
  readonly open: boolean;
  /** By earlier term: whether it is held. */
  readonly keep: readonly boolean[];
}

const known = new WeakMap<Compact, Map<number, Remembered>>();
/** What proved most of each term when it was last asked. */
const bests = new WeakMap<Compact, Map<number, Priced>>();

function remember(compact: Compact, t: number, values: readonly number[], priced: readonly Priced[]): void {
  const proves = ({ level, weights }: Priced): number =>
    level - weights.reduce((sum, weight, s) => sum + weight * (values[s] as number), 0);
  const best = priced.reduce<Priced | undefined>(
    (a, b) => (a === undefined || proves(b) > proves(a) ? b : a),
    undefined,
  );
  const own = bests.get(compact) ?? new Map<number, Priced>();
  bests.set(compact, own);
  if (best !== undefined) own.set(t, best);
}

type Remembered = Priced & { readonly runs: number };

/** No prices, those of the search, and prices of its own: each proves what it can. */
function pricedFor(compact: Compact, weighed: Weighed, t: number, asked: Asked): Priced[] {
  const { problem } = compact;
  const { values, prices, open, stopped } = asked;
  const { arcs, weights } = chargedUpTo(compact, weighed, t, asked.keep, values);
  const relaxed = newRelaxed(compact, arcs);
  const size = relaxed.rows.capacity.length;
  const at = (own: Float64Array): Priced => ({ weights, prices: own, level: relaxed.pass(own, true) });
  const held = weights.reduce((sum, weight, s) => sum + weight * (values[s] as number), 0);
  const enough = ({ level }: Priced): boolean => reaches(asked.value, whole(problem, weighed, t, level - held));
  const found: Priced[] = [];
  if (!arcs.joint.imbalance) {
    found.push(at(new Float64Array(size)));
    if (found.some(enough)) return found;
    const factor = (weighed.terms[t] as Weighed["terms"][number]).factor;
    const own = new Float64Array(size);
    for (let row = 0; row < Math.min(size, prices.length); row++) own[row] = (prices[row] as number) / factor;
    if (own.some((price) => price > 0)) found.push(at(own));
    if (asked.soft !== undefined && !asked.keep.includes(false)) found.push(softly(compact, weighed, t, asked.soft));
  }
  const last = weighed.terms.slice(t + 1).every((later) => later.idle);
  const apt = last && found.length > 1 && !asked.keep.includes(false);
  if (open || found.some(enough) || apt) return found;
  const memory = known.get(compact) ?? new Map<number, Remembered>();
  known.set(compact, memory);
  const before = memory.get(t);
  // The search asks again and again; what more passes would prove is little.
  if (before !== undefined && before.runs >= RUNS) return [...found, at(before.prices)];
  const ascent = ascend(compact, arcs, {
    steps: STEPS,
    upper: held + asked.value,
    stopped,
    from: before?.prices ?? beginning(compact, arcs),
  });
  const made = { weights, prices: ascent.prices, level: ascent.bound };
  memory.set(t, { ...made, runs: (before?.runs ?? 0) + 1 });
  return [...found, made];
}

/** What prices of terms that outweigh each other by little prove of one of them. */
function softly(
  compact: Compact,
  weighed: Weighed,
  t: number,
  { factors, prices }: NonNullable<Found["soft"]>,
): Priced {
  const unit = factors[t] as number;
  const terms = weighed.terms.slice(0, t + 1).map((term, s) => {
    // Terms that are no sum over replicas are not charged.
    const counts = s === t || (!term.idle && !isJoint(compact.problem, weighed, s));
    return { ...term, factor: counts ? (factors[s] as number) / unit : 0 };
  });
  const relaxed = newRelaxed(compact, arcsOf(compact, summed(compact, { ...weighed, terms }, t + 1)));
  const own = new Float64Array(relaxed.rows.capacity.length);
  for (let row = 0; row < Math.min(own.length, prices.length); row++) own[row] = (prices[row] as number) / unit;
  return { weights: terms.slice(0, t).map(({ factor }) => factor), prices: own, level: relaxed.pass(own, true) };
}

/** Arcs that charge one of a term, and of every term before it what outweighs that. */
function chargedUpTo(
  compact: Compact,
  weighed: Weighed,
  t: number,
  keep: readonly boolean[],
  values: readonly number[],
): { arcs: Arcs; weights: readonly number[] } {
  const unit = (weighed.terms[t] as Weighed["terms"][number]).factor;
  const terms = weighed.terms.slice(0, t + 1).map((term, s) => {
    // What is no sum over replicas is held by rows of its own.
    const free = keep[s] === false || (s < t && isJoint(compact.problem, weighed, s));
    return { ...term, factor: free ? 0 : term.factor / unit };
  });
  const sum = summed(compact, { ...weighed, terms }, t + 1);
  const name = nameOf(compact.problem, weighed, t);
  const held = (other: string): number | undefined =>
    values.find((_, s) => s < t && nameOf(compact.problem, weighed, s) === other);
  const [atMost, mostClusters] = [held("imbalance"), held("clusters")];
  const joint = {
    ...sum.joint,
    clusters: name === "clusters" ? 1 : 0,
    mostClusters,
    imbalance: name === "imbalance",
    atMost,
  };
  return { arcs: arcsOf(compact, { ...sum, joint }), weights: terms.slice(0, t).map(({ factor }) => factor) };
}

export function valuesByTerm(problem: Problem, { terms }: Weighed, placement: Placement): readonly number[] {
  const values = valuesOf(problem, placement);
  const hidden = choicesOf(problem, placement);
  let level = 0;
  return terms.map(({ objective }) => (objective === undefined ? hidden[level++] : values[objective]) as number);
}

export function nameOf({ objectives }: Problem, { terms }: Weighed, t: number): string | undefined {
  const objective = terms[t]?.objective;
  return objective === undefined ? undefined : objectives[objective]?.name;
}

/** Whether a term is no sum over replicas. */
function isJoint(problem: Problem, weighed: Weighed, t: number): boolean {
  const name = nameOf(problem, weighed, t);
  return name === "clusters" || name === "imbalance";
}

export const reaches = (value: number, bound: number): boolean => value - bound <= 1e-9 * Math.max(1, Math.abs(value));

/** A term of whole numbers has a whole value. */
function whole(problem: Problem, { terms }: Weighed, t: number, bound: number): number {
  const term = terms[t];
  if (term === undefined || !isWholeTerm(problem, term)) return bound;
  return Math.ceil(bound - 1e-6 * Math.max(1, Math.abs(bound)));
}

export function isWholeTerm(problem: Problem, { objective, costs }: Weighed["terms"][number]): boolean {
  const name = objective === undefined ? undefined : problem.objectives[objective]?.name;
  if (name === "imbalance") return false;
  if (name !== "latency") return isWhole(costs.cost);
  return problem.far % 1000 === 0 && problem.distance.every((row) => row.every((length) => length % 1000 === 0));
}

/** What no placement goes below, of terms that are no sum over replicas. */
export function leastOf(compact: Compact, name: string | undefined): number {
  const { problem } = compact;
  if (name === "latency") return 0;
  if (name !== "clusters" && name !== "imbalance") return -Infinity;
  const present = problem.workloads.filter((workload) => !workload.optional && wantedOf(workload) > 0);
  if (name === "clusters")
    return Math.max(
      neededOf(compact).reduce((sum, is) => sum + is, 0),
      ...present.map(clustersOf),
    );
  // Everything spread evenly over all that there is.
  return problem.resources.reduce((most, _, r) => {
    const asked = present.reduce((sum, workload) => sum + wantedOf(workload) * (workload.demand[r] as number), 0);
    const there = problem.pools.reduce((sum, { shape, count }) => sum + (shape[r] as number) * count, 0);
    return there > 0 ? Math.max(most, asked / there) : most;
  }, 0);
}

/** Clusters that a workload takes at least. */
function clustersOf({ counting }: Problem["workloads"][number]): number {
  return counting.kind === "each" ? counting.required.length : (counting.clusters ?? 1);
}

const tidy = (value: number): number => Number(value.toPrecision(12));
