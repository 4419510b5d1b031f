// What is proven of a placement: a bound for each term, given that those before it are at their values. It must not know how the placement
// was found.
import type { Placement, Problem } from "../problem.ts";
import { choicesOf, valuesOf, wantedOf } from "../presolve/index.ts";
import { arcsOf } from "./arcs.ts";
import { ascend } from "./bound.ts";
import type { Compact } from "./compact.ts";
import { boundAt } from "./certificate.ts";
import { isWhole, summed } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

export interface Proof {
  readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  /** Whether every term is at its bound, those of `then` too. */
  readonly optimal: boolean;
}

/** Passes for the bound of a term that comes before the one that the prices are for. */
const STEPS = 120;

/**
 * Bounds of all terms. `prices` are for the sum of all terms; they prove the last of them that has anything to decide. A term before it
 * mostly reaches what every workload reaches alone; else it gets prices of its own.
 */
export function prove(
  compact: Compact,
  weighed: Weighed,
  placement: Placement,
  prices: Float64Array,
  stopped: () => boolean,
): Proof {
  const { problem } = compact;
  const values = valuesOf(problem, placement);
  const hidden = choicesOf(problem, placement);
  const free = new Float64Array(compact.capacity.length);
  const priced = prices.some((price) => price > 0);
  let [held, open, level] = [0, false, 0];
  const objective: { name: string; value: number; bound: number }[] = [];
  weighed.terms.forEach((term, t) => {
    const name = term.objective === undefined ? undefined : problem.objectives[term.objective]?.name;
    const value = term.objective === undefined ? (hidden[level++] as number) : (values[term.objective] as number);
    if (term.idle) {
      const bound = Math.max(term.costs.constant, leastOf(problem, name));
      held += term.factor * value;
      open ||= !reaches(value, bound);
      if (name !== undefined) objective.push({ name, value: tidy(value), bound: tidy(Math.min(value, bound)) });
      return;
    }
    const arcs = arcsOf(compact, open ? summed(compact, only(weighed, t), 1) : summed(compact, weighed, t + 1));
    const read = (found: number): number => whole(weighed, t, open ? found : (found - held) / term.factor);
    let bound = Math.max(read(boundAt(compact, arcs, free)), leastOf(problem, name));
    if (!open && priced && !reaches(value, bound)) bound = Math.max(bound, read(boundAt(compact, arcs, prices)));
    const last = weighed.terms.slice(t + 1).every((later) => later.idle);
    if (!open && !last && !reaches(value, bound)) {
      const upper = held + value * term.factor;
      bound = Math.max(bound, read(ascend(compact, arcs, { steps: STEPS, upper, stopped }).bound));
    }
    held += term.factor * value;
    open ||= !reaches(value, bound);
    if (name !== undefined) objective.push({ name, value: tidy(value), bound: tidy(Math.min(value, bound)) });
  });
  return { objective, optimal: !open };
}

const reaches = (value: number, bound: number): boolean => value - bound <= 1e-9 * Math.max(1, Math.abs(value));

const only = ({ terms, before }: Weighed, t: number): Weighed => ({
  terms: terms.slice(t, t + 1).map((term) => ({ ...term, factor: 1 })),
  before,
});

/** A term of whole numbers has a whole value. */
function whole({ terms }: Weighed, t: number, bound: number): number {
  const costs = terms[t]?.costs;
  if (costs === undefined || !isWhole(costs.cost)) return bound;
  return Math.ceil(bound - 1e-6 * Math.max(1, Math.abs(bound)));
}

/** What no placement goes below, of terms that are no sum over replicas. */
function leastOf(problem: Problem, name: string | undefined): number {
  const present = problem.workloads.filter(({ optional, candidates }) => !optional && candidates.length > 0);
  if (name === "clusters") return present.length > 0 ? 1 : 0;
  if (name !== "imbalance") return -Infinity;
  // Everything spread evenly over all that there is.
  return problem.resources.reduce((most, _, r) => {
    const asked = present.reduce((sum, workload) => sum + wantedOf(workload) * (workload.demand[r] as number), 0);
    const there = problem.pools.reduce((sum, { shape, count }) => sum + (shape[r] as number) * count, 0);
    return there > 0 ? Math.max(most, asked / there) : most;
  }, 0);
}

const tidy = (value: number): number => Number(value.toPrecision(12));
