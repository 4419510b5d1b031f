// What it would cost to have a workload on another cluster: planned anew where the program is small, else with everything else as it is.
// It must not know intents' words.
import type { Ir } from "../../compiler/index.ts";
import type { PlaceOutcome } from "../place.ts";
import type { Explained } from "./why.ts";
import type { Problem, Rule, SolveOptions } from "../problem.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { settle } from "../settle.ts";
import type { Asking } from "./feasible.ts";

export type Elsewhere =
  | { readonly kind: "worse"; readonly term: string; readonly difference: number; readonly exact: boolean }
  | { readonly kind: "equal"; readonly exact: boolean }
  | { readonly kind: "impossible"; readonly exact: boolean }
  | { readonly kind: "unknown" };

/** Pairs of workload and candidate up to which everything is planned anew for each question. */
const SMALL = 150;
/** Milliseconds for one question. */
const ONE = 1500;

/** Asks for at least one replica (one copy) of workload `w` on `cluster`, and compares term by term. */
export async function elsewhere(
  ir: Ir,
  outcome: Explained,
  asking: Asking,
  w: number,
  cluster: number,
): Promise<Elsewhere> {
  const { problem, placement } = outcome;
  if (placement === undefined) return { kind: "unknown" };
  const pairs = problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const exact = pairs <= SMALL;
  const base = exact ? { problem, w } : neighbourhood(problem, placement, w, cluster);
  const because = problem.workloads[w]?.because ?? { text: "", kind: "intent" as const };
  const there: Rule = { kind: "cut", terms: [{ workload: base.w, cluster, coefficient: -1 }], most: -1, because };
  const timeLimit = Math.max(1, Math.min(ONE, asking.until - asking.now()));
  const options = {
    gap: 0,
    timeLimit,
    seed: 1,
    solver: "auto",
    now: asking.now,
    stopped: () => asking.now() >= asking.until,
  };
  const { solution: found } = await settle(ir, { ...base.problem, rules: [...base.problem.rules, there] }, options);
  if (found.status === "infeasible") return { kind: "impossible", exact };
  if (found.status === "unknown") return { kind: "unknown" };
  const now = exact ? outcome.objective : await objectiveOf(ir, base.problem, options);
  for (const [t, { name, value }] of (now ?? []).entries()) {
    const other = found.objective[t];
    if (other === undefined) return { kind: "unknown" };
    // The fullest cluster may be one that does not take part.
    const floor = name === "imbalance" ? (outcome.objective[t]?.value ?? 0) : -Infinity;
    const difference = Math.max(other.value, exact ? -Infinity : floor) - Math.max(value, exact ? -Infinity : floor);
    const slack = 1e-6 * Math.max(1, Math.abs(value));
    if (difference > slack) return { kind: "worse", term: name, difference, exact };
    // A better value only means that the plan was stopped before its proof: nothing can be said.
    if (difference < -slack) return { kind: "unknown" };
  }
  return now === undefined ? { kind: "unknown" } : { kind: "equal", exact };
}

async function objectiveOf(
  ir: Ir,
  problem: Problem,
  options: SolveOptions,
): Promise<PlaceOutcome["objective"] | undefined> {
  const { solution } = await settle(ir, problem, options);
  return solution.status === "optimal" || solution.status === "feasible" ? solution.objective : undefined;
}
