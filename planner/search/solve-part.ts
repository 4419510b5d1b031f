// One independent part, solved by what suits it: exact solvers where the model is small, the search where it is not, and then exact solvers
// again on what the search could not rule out. It must not know how parts come about.
import type { NodeTruth } from "../nodes/index.ts";
import { candidatesOf } from "../columns.ts";
import { columnsOf } from "../columns.ts";
import { without } from "../presolve/index.ts";
import type { Part } from "../presolve/index.ts";
import type { Placement, Problem, ProblemWorkload, SolveOptions } from "../problem.ts";
import { gapOf, solveProblem as solveExactly } from "../solver/solve.ts";
import type { ExactSolution } from "../solver/solve.ts";
import { comesOnce } from "./assignment/sacks.ts";
import { comesInSteps } from "./assignment/steps.ts";
import { oneHome } from "./home/one-home.ts";
import { dualOf } from "./proof.ts";
import { race } from "./race.ts";
import { reducible } from "./reduce.ts";
import { search } from "./search.ts";

/** Candidates up to which exact solvers are asked at once, and up to which they are asked after the search. */
const SMALL = 600;
/** The same for single copies without rules: the search proves what it finds by itself. */
const TINY = 150;
const MIDDLE = 6_000;
/** The same where most workloads are a step or few: the search does well, and rules out most candidates. */
const LARGE = 16_000;
/** Candidates beyond which even writing the model of an exact solver takes longer than anyone waits. */
const HUGE = 40_000;
/** The share of the time that the search gets where the exact solvers come after it; more where it proves by itself. */
const SEARCHING = 0.5;
const PROVING = 0.8;

/** @param floors proven values of every term, or none. */
export async function solvePart(
  part: Part,
  options: SolveOptions,
  floors: readonly number[],
  truth?: NodeTruth,
): Promise<ExactSolution> {
  const home = await oneHome(part, options, truth);
  if (home !== undefined) return home;
  const { problem, cuts, limits } = part;
  const size = problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  const { solver, beside } = options;
  const small = comesOnce(problem) ? TINY : SMALL;
  if (solver !== "search" && (solver !== "auto" || size <= small))
    return solveExactly(problem, options, { cuts, limits, floors });
  // Where an exact solver may do as well as the search, it tries beside it if there is another thread.
  if (beside === undefined || solver !== "auto" || size > MIDDLE) return searchPart(part, options, floors, truth);
  const both = race(part, { ...options, beside }, floors, (own, other) =>
    combined(own, other, standsOn(problem, other, truth)),
  );
  return both.answer(await searchPart(part, both.options, floors, truth));
}

async function searchPart(
  part: Part,
  options: SolveOptions,
  floors: readonly number[],
  truth: NodeTruth | undefined,
): Promise<ExactSolution> {
  const { problem, cuts, limits } = part;
  const exactly = (asked: SolveOptions, of = problem, known = floors): Promise<ExactSolution> =>
    solveExactly(of, asked, { cuts, limits, floors: known });
  const size = problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  const started = options.now();
  const left = (): number => Math.max(1, options.timeLimit - (options.now() - started));
  const share = size <= (comesInSteps(problem) ? LARGE : MIDDLE) ? (comesOnce(problem) ? PROVING : SEARCHING) : 1;
  const found = await search(
    problem,
    { ...options, timeLimit: options.timeLimit * share },
    { cuts, limits, ...(truth === undefined ? {} : { truth }) },
    share < 1,
  );
  // The search proves nothing by finding nothing: an exact solver says whether there is nothing to find.
  if (found === undefined)
    return size > HUGE
      ? { status: "unknown", solver: "search" }
      : exactly({ ...options, solver: "auto", timeLimit: left() });
  const told = (solution: ExactSolution): ExactSolution => ({ ...solution, duals: [dualOf(found)] });
  const enough = found.solution.status === "optimal" || gapIn(found.solution) <= options.gap;
  if (enough || options.stopped() || left() <= 1) return told(found.solution);
  const kept = reducible(found);
  if (kept === undefined || kept.size > MIDDLE) return told(found.solution);
  const reduced = {
    ...problem,
    workloads: problem.workloads.map((workload, w) => without(workload, kept.candidates[w] ?? [])),
  };
  const asked = { ...options, solver: "highs", timeLimit: left(), ...spreadTold(options, problem, kept.candidates) };
  const exact = await exactly(asked, reduced, provenOf(found.solution));
  const whole = spreadOut(exact, problem, kept.candidates);
  return told(better(found.solution, whole, standsOn(problem, whole, truth)));
}

/** Values of the terms that are proven, up to the first that is not: nothing that comes after is below them. */
function provenOf(solution: ExactSolution): readonly number[] {
  if (!("objective" in solution)) return [];
  const open = solution.objective.findIndex(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  const terms = open < 0 ? solution.objective : solution.objective.slice(0, open);
  return terms.map(({ name, bound }) => (name === "latency" ? bound * 1000 : bound));
}

const gapIn = (solution: ExactSolution): number => ("gap" in solution ? solution.gap : 1);

/** Whether single nodes take an answer, as far as they can be asked. */
function standsOn(problem: Problem, solution: ExactSolution, truth: NodeTruth | undefined): boolean {
  if (truth === undefined || !("placement" in solution)) return true;
  const loads = problem.clusters.map(() => new Map<number, number>());
  solution.placement.forEach((counts, w) => {
    const { cluster } = columnsOf(problem.workloads[w] as ProblemWorkload);
    counts.forEach((replicas, i) => {
      if (replicas > 0) loads[cluster[i] as number]?.set(w, replicas);
    });
  });
  return loads.every((load, cluster) => load.size === 0 || !truth.asks(cluster) || truth.surely(cluster, load));
}

type Kept = readonly (readonly number[])[];

/** A placement on fewer candidates as one on all of them. */
const onAll = (placement: Placement, problem: Problem, kept: Kept): Placement =>
  problem.workloads.map(({ candidates }, w) => {
    const counts = candidates.map(() => 0);
    kept[w]?.forEach((i, k) => (counts[i] = placement[w]?.[k] ?? 0));
    return counts;
  });

function spreadTold({ onProgress }: SolveOptions, problem: Problem, kept: Kept): Pick<SolveOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  return {
    onProgress: ({ placement, ...told }) =>
      onProgress(placement === undefined ? told : { ...told, placement: () => onAll(placement(), problem, kept) }),
  };
}

/** The answer of a problem with fewer candidates as one of the whole. */
function spreadOut(solution: ExactSolution, problem: Problem, kept: Kept): ExactSolution {
  if (!("placement" in solution)) return solution;
  const placement = onAll(solution.placement, problem, kept);
  return { ...solution, placement, situations: [], floors: solution.floors ?? [] };
}

/**
 * The better of what the search found and of what the exact solver made of the candidates that could still be better. Those include every
 * answer as good as the search's, so a proof there is a proof of the whole.
 */
function better(searched: ExactSolution, exact: ExactSolution, stands: boolean): ExactSolution {
  const solver = "search and highs";
  if (!("objective" in searched) || !("objective" in exact)) return searched;
  if (exact.status === "optimal" && stands) return { ...exact, solver };
  const at = searched.objective.findIndex(
    (term, t) => Math.abs(term.value - (exact.objective[t]?.value ?? 0)) > 1e-9 * Math.max(1, Math.abs(term.value)),
  );
  // What single nodes do not take is no answer; what was proven on the way to it holds.
  const exactWins =
    stands && at >= 0 && (exact.objective[at]?.value ?? Infinity) < (searched.objective[at]?.value ?? Infinity);
  const best = exactWins ? exact : searched;
  // Bounds of both hold of the first term that is open, as long as those before it are the same; later ones stay as they were said.
  const open = best.objective.findIndex(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  const objective = best.objective.map((term, t) =>
    t === open && (at < 0 || t <= at)
      ? {
          ...term,
          bound: Math.min(
            term.value,
            Math.max(searched.objective[t]?.bound ?? -Infinity, exact.objective[t]?.bound ?? -Infinity),
          ),
        }
      : term,
  );
  const gap = open < 0 ? 0 : gapOf(objective);
  // What an exact solver proved by trying everything is not what prices alone prove: its name says so.
  const helped = exactWins || (objective[open]?.bound ?? 0) > (searched.objective[open]?.bound ?? 0);
  return { ...best, objective, gap, solver: helped ? solver : searched.solver, floors: [] };
}

/** The better of the search's answer and of one that an exact solver found beside it, of the same part. */
function combined(own: ExactSolution, other: ExactSolution, stands: boolean): ExactSolution {
  if (other.status === "unknown") return own;
  if (other.status === "infeasible" || !("objective" in own)) return other;
  const both = better(own, other, stands);
  return own.duals === undefined ? both : { ...both, duals: own.duals };
}
