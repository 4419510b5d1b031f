// One independent part, solved by what suits it: exact solvers where the model is small, the search where it is not, and then exact solvers
// again on what the search could not rule out. It must not know how parts come about.
import type { NodeTruth } from "../nodes/index.ts";
import { candidatesOf, columnsOf } from "../columns.ts";
import { choicesOf, wantedOf, without } from "../presolve/index.ts";
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
/** Milliseconds that exact solvers get for a small model before the search begins beside them; of what is little they get this share, and never less. */
const PATIENCE = { most: 4_000, share: 0.25, least: 250 };
/** Pods for each cluster up to which cuts tell exact solvers what nodes do not take. */
const CROWD = 16;
/** The share of the time that the search gets where the exact solvers come after it; more where it proves by itself. */
const SEARCHING = 0.5;
const PROVING = 0.95;

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
  const { solver } = options;
  const small = comesOnce(problem) ? TINY : SMALL;
  if (solver !== "search" && solver !== "auto") return solveExactly(problem, options, { cuts, limits, floors });
  if (solver === "auto" && sizeOf(problem) <= small) return solveSmall(part, options, floors, truth);
  return searchBeside(part, options, floors, truth);
}

/** An exact solver at once; what it does not prove soon is searched too, since what it finds by then may be far from the best. */
async function solveSmall(
  part: Part,
  options: SolveOptions & { readonly nodes?: number },
  floors: readonly number[],
  truth: NodeTruth | undefined,
): Promise<ExactSolution> {
  const { problem, cuts, limits } = part;
  const { timeLimit, now } = options;
  const started = now();
  const patience = Math.max(PATIENCE.least, Math.min(PATIENCE.most, PATIENCE.share * timeLimit));
  // Of which only so many branches are asked, no proof is expected.
  if (options.nodes !== undefined || timeLimit <= patience)
    return solveExactly(problem, options, { cuts, limits, floors });
  const quick = await solveExactly(problem, { ...options, timeLimit: patience }, { cuts, limits, floors });
  const ended = quick.status === "optimal" || quick.status === "infeasible" || gapIn(quick) <= options.gap;
  // Where many pods meet, one cut after the other leads nowhere: the search asks the nodes as it goes. On one cluster only what stays out is left to
  // say, and cuts say it well.
  const many = problem.clusters.length > 1 && podsOf(problem) > CROWD * problem.clusters.length;
  const crowded = many && !standsOn(problem, quick, truth);
  if ((ended && !crowded) || options.stopped() || now() - started >= timeLimit) return quick;
  const rest = { ...options, timeLimit: Math.max(1, timeLimit - (now() - started)) };
  // How even everything is, given all else, the search does not prove.
  const more =
    onlyEvennessIsOpen(quick) && !crowded
      ? await solveExactly(problem, rest, { cuts, limits, floors: provenOf(problem, quick) })
      : await searchBeside(part, rest, floors, truth);
  return combined(problem, more, quick, standsOn(problem, quick, truth));
}

const podsOf = ({ workloads }: Problem): number => workloads.reduce((sum, own) => sum + wantedOf(own), 0);

function onlyEvennessIsOpen(solution: ExactSolution): boolean {
  if (!("objective" in solution)) return false;
  const open = solution.objective.filter(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  return open.length > 0 && open.every(({ name }) => name === "imbalance");
}

async function searchBeside(
  part: Part,
  options: SolveOptions,
  floors: readonly number[],
  truth: NodeTruth | undefined,
): Promise<ExactSolution> {
  const { problem } = part;
  const { solver, beside } = options;
  // Where an exact solver may do as well as the search, it tries beside it if there is another thread.
  if (beside === undefined || solver !== "auto" || sizeOf(problem) > MIDDLE)
    return searchPart(part, options, floors, truth);
  const both = race(part, { ...options, beside }, floors, (own, other) =>
    combined(problem, own, other, standsOn(problem, other, truth)),
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
  const size = sizeOf(problem);
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
  // Beside another that tries all of them already, only fewer candidates are worth a try.
  const kept = reducible(found) ?? (options.beside === undefined ? everywhere(problem) : undefined);
  if (kept === undefined || kept.size > MIDDLE) return told(found.solution);
  const reduced = {
    ...problem,
    workloads: problem.workloads.map((workload, w) => without(workload, kept.candidates[w] ?? [])),
  };
  const asked = { ...options, solver: "highs", timeLimit: left(), ...spreadTold(options, problem, kept.candidates) };
  const exact = await exactly(asked, reduced, provenOf(problem, found.solution));
  const whole = spreadOut(exact, problem, kept.candidates);
  return told(better(problem, found.solution, whole, standsOn(problem, whole, truth)));
}

/**
 * Values of the terms that are proven, up to the first that is not: nothing that comes after is below them. What `then` adds stands right after what
 * stays unplaced, and is not told: nothing is said of what follows it.
 */
function provenOf({ rules }: Problem, solution: ExactSolution): readonly number[] {
  if (!("objective" in solution)) return [];
  const hidden = rules.some(({ kind }) => kind === "choices");
  const open = solution.objective.findIndex(
    ({ name, value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)) || (hidden && name !== "unplaced"),
  );
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

const everywhere = ({ workloads }: Problem): NonNullable<ReturnType<typeof reducible>> => ({
  candidates: workloads.map((workload) => Array.from({ length: candidatesOf(workload) }, (_, i) => i)),
  size: sizeOf({ workloads }),
});

const sizeOf = ({ workloads }: Pick<Problem, "workloads">): number =>
  workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);

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
function better(problem: Problem, searched: ExactSolution, exact: ExactSolution, stands: boolean): ExactSolution {
  const solver = "search and highs";
  if (!("objective" in searched) || !("objective" in exact)) return searched;
  if (exact.status === "optimal" && stands) return { ...exact, solver };
  const differs = searched.objective.findIndex(
    (term, t) => Math.abs(term.value - (exact.objective[t]?.value ?? 0)) > 1e-9 * Math.max(1, Math.abs(term.value)),
  );
  // What `then` adds comes right after what stays unplaced.
  const split = problem.objectives.filter(({ name }) => name === "unplaced").length;
  const sooner = differs >= 0 && differs < split ? 0 : firstChoices(problem, exact.placement, searched.placement);
  const at = sooner === 0 ? differs : split;
  // What single nodes do not take is no answer; what was proven on the way to it holds.
  const cheaper = at >= 0 && (exact.objective[at]?.value ?? Infinity) < (searched.objective[at]?.value ?? Infinity);
  const exactWins = stands && (sooner === 0 ? cheaper : sooner < 0);
  const best = exactWins ? exact : searched;
  // Bounds of both hold of the first term that is open, as long as those before it are the same; later ones stay as they were said.
  const open = best.objective.findIndex(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  const same = at < 0 || (sooner === 0 ? open <= at : open < split);
  const objective = best.objective.map((term, t) =>
    t === open && same
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

/** Below 0 where the first has more on its first choices, above 0 where the second has. */
function firstChoices(problem: Problem, one: Placement, other: Placement): number {
  const [mine, theirs] = [choicesOf(problem, one), choicesOf(problem, other)];
  return mine.map((count, level) => count - (theirs[level] as number)).find((apart) => apart !== 0) ?? 0;
}

/** The better of the search's answer and of one that an exact solver found beside it, of the same part. */
function combined(problem: Problem, own: ExactSolution, other: ExactSolution, stands: boolean): ExactSolution {
  if (other.status === "unknown") return own;
  if (other.status === "infeasible" || !("objective" in own)) return other;
  const both = better(problem, own, other, stands);
  return own.duals === undefined ? both : { ...both, duals: own.duals };
}
