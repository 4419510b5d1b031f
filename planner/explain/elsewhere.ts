// What it would cost to have a workload on another cluster: planned anew where the program is small, else with everything else as it is.
// It must not know intents' words.
import type { PlaceOutcome } from "../place.ts";
import type { Placement, Problem, ProblemWorkload, Rule } from "../problem.ts";
import { solveProblem } from "../solver/index.ts";
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
export async function elsewhere(outcome: PlaceOutcome, asking: Asking, w: number, cluster: number): Promise<Elsewhere> {
  const { problem, placement } = outcome;
  if (placement === undefined) return { kind: "unknown" };
  const pairs = problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const exact = pairs <= SMALL;
  const base = exact ? problem : withOthersFixed(problem, placement, w);
  const because = problem.workloads[w]?.because ?? { text: "", kind: "intent" as const };
  const there: Rule = { kind: "cut", terms: [{ workload: w, cluster, coefficient: -1 }], most: -1, because };
  const timeLimit = Math.max(1, Math.min(ONE, asking.until - asking.now()));
  const options = {
    gap: 0,
    timeLimit,
    seed: 1,
    solver: "auto",
    now: asking.now,
    stopped: () => asking.now() >= asking.until,
  };
  const found = await solveProblem({ ...base, rules: [...base.rules, there] }, options);
  if (found.status === "infeasible") return { kind: "impossible", exact };
  if (found.status === "unknown") return { kind: "unknown" };
  for (const [t, { name, value }] of outcome.objective.entries()) {
    const other = found.objective[t];
    if (other === undefined) return { kind: "unknown" };
    const difference = other.value - value;
    const slack = 1e-6 * Math.max(1, Math.abs(value));
    if (difference > slack) return { kind: "worse", term: name, difference, exact };
    // A better value only means that the plan was stopped before its proof: nothing can be said.
    if (difference < -slack) return { kind: "unknown" };
  }
  return { kind: "equal", exact };
}

/** The problem in which every other workload stays: each keeps its clusters as its only candidates, with its counts. */
function withOthersFixed(problem: Problem, placement: Placement, w: number): Problem {
  const stays: Rule[] = [];
  const workloads = problem.workloads.map((workload, other): ProblemWorkload => {
    if (other === w) return workload;
    const kept = workload.candidates.flatMap((candidate, i) =>
      (placement[other]?.[i] ?? 0) > 0 ? [{ candidate, count: placement[other]?.[i] ?? 0 }] : [],
    );
    if (workload.counting.kind === "divided" && kept.length > 1) {
      for (const { candidate, count } of kept)
        stays.push({
          kind: "cut",
          terms: [{ workload: other, cluster: candidate.cluster, coefficient: 1 }],
          most: count,
          because: workload.because,
        });
    }
    return { ...workload, candidates: kept.map(({ candidate }) => candidate) };
  });
  return { ...problem, workloads, rules: [...problem.rules, ...stays] };
}
