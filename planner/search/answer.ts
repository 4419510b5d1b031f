// What a search says of what it has: the term that is open, the proof of a better placement, the answer at the end. It must not know how any of them
// came about.
import { valuesOf } from "../presolve/index.ts";
import type { AfterLoss } from "../problem.ts";
import { gapOf } from "../solver/solve.ts";
import type { ExactSolution } from "../solver/solve.ts";
import type { Proof } from "./proof.ts";
import { placementOf } from "./state.ts";
import type { State } from "./state.ts";

/** The first term that is not at its bound, or else the last. */
export function headline({ objective }: Proof) {
  const open = objective.find(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  const term = open ?? objective.at(-1);
  return term === undefined ? {} : { term: term.name, incumbent: term.value, bound: term.bound, gap: gapOf(objective) };
}

export function answer(proof: Proof, state: State, situations: readonly AfterLoss[]): ExactSolution {
  const placement = placementOf(state);
  return {
    status: proof.optimal ? "optimal" : "feasible",
    placement,
    objective: proof.objective,
    gap: gapOf(proof.objective),
    solver: "search",
    situations,
    floors: [],
  };
}

/** The proof of a better placement: bounds stay, as long as the terms that were at their bounds do. */
export function rebased(proof: Proof, state: State): Proof {
  const values = valuesOf(state.compact.problem, placementOf(state));
  const objective = proof.objective.map((term, t) => ({
    ...term,
    value: Math.max(term.bound, Number((values[t] as number).toPrecision(12))),
  }));
  return { ...proof, objective };
}
