// The door through which a problem is solved: made smaller, told apart, each part given to what suits it, and put together again. It must
// not know how a part is solved.
import { worked } from "../clock.ts";
import { candidatesOf } from "../columns.ts";
import type { AfterLoss, Placement, Problem, SolveOptions } from "../problem.ts";
import { contradicts, joinPlacements, LOOK, presolve, valuesOf } from "../presolve/index.ts";
import type { Part, Presolved } from "../presolve/index.ts";
import type { Learnt } from "../solver/learnt.ts";
import { gapOf } from "../solver/solve.ts";
import type { ExactSolution } from "../solver/solve.ts";
import { betterOf, keepRunning } from "./hold.ts";
import { solvePart } from "./solve-part.ts";
import { truthOfPart } from "./truth-of-part.ts";

/** Candidates up to which all is decided at once as quickly as what is missing alone. */
const SMALL = 600;

const NOTHING_LEARNT: Learnt = { cuts: [], limits: [], floors: [] };

type Solved = Extract<ExactSolution, { readonly status: "optimal" | "feasible" }>;

/** Solves a problem with the solver that is named or, for `auto`, with what suits each of its independent parts; what runs is held first. */
export async function solveProblem(
  problem: Problem,
  options: SolveOptions,
  learnt: Learnt = NOTHING_LEARNT,
): Promise<ExactSolution> {
  const started = options.now();
  if (contradictsItself(problem, options, learnt)) return { status: "infeasible", solver: "presolve" };
  const size = problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  const kept = size <= SMALL ? undefined : await keepRunning(problem, options, learnt, solveParts);
  if (kept !== undefined && (kept.final || options.stopped() || kept.solution.gap <= options.gap)) return kept.solution;
  const timeLimit = Math.max(1, options.timeLimit - (options.now() - started));
  const anew = await solveParts(problem, { ...options, timeLimit }, learnt);
  return kept === undefined ? anew : betterOf(problem, kept.solution, anew);
}

/** Before anything is searched for: rules that no room could reconcile. What packing taught since then says nothing of them. */
function contradictsItself(problem: Problem, { now }: SolveOptions, { cuts, limits, floors }: Learnt): boolean {
  if (cuts.length + limits.length + floors.length > 0) return false;
  const { impossible, looked } = contradicts(problem);
  worked(now, looked * LOOK);
  return impossible;
}

/** Solves each independent part, with nothing held. */
export async function solveParts(problem: Problem, options: SolveOptions, learnt: Learnt): Promise<ExactSolution> {
  const presolved = presolve(problem, learnt);
  if (presolved === "impossible") return { status: "infeasible", solver: "presolve" };
  const started = options.now();
  const solved: Solved[] = [];
  let floors = learnt.floors;
  worked(options.now, problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0) * LOOKING);
  for (const part of presolved.parts) {
    const own = termsOf(part.problem);
    const truth = learnt.truth === undefined ? undefined : truthOfPart(learnt.truth, problem, part);
    const timeLimit = Math.max(1, options.timeLimit - (options.now() - started));
    const telling = tellingOf(problem, presolved, solved, options);
    const found = await solvePart(part, { ...options, ...telling, timeLimit }, floors.slice(0, own), truth);
    if (found.status === "infeasible" || found.status === "unknown") return found;
    solved.push(found);
    floors = floors.slice(own);
  }
  return together(problem, presolved, solved);
}

/** Milliseconds that making a problem smaller takes for each of its candidates. */
const LOOKING = 5e-4;

/** What is told of a part is told with a placement of the whole, once there is one of every other part. */
function tellingOf(
  problem: Problem,
  presolved: Presolved,
  solved: readonly Solved[],
  { onProgress }: SolveOptions,
): Pick<SolveOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  const last = solved.length === presolved.parts.length - 1;
  const before = solved.map((found) => found.placement);
  const joined = (placement: Placement): Placement => joinPlacements(presolved, problem, [...before, placement]);
  // What one part of several is worth says nothing of the whole.
  const isWhole = presolved.parts.length === 1 && presolved.parts[0]?.workloads.length === problem.workloads.length;
  return {
    onProgress: ({ placement, objective, term, ...told }) =>
      onProgress({
        ...told,
        ...(isWhole && objective !== undefined ? { objective } : {}),
        ...(isWhole && term !== undefined ? { term } : {}),
        ...(placement === undefined || !last ? {} : { placement: () => joined(placement()) }),
      }),
  };
}

/** How many terms a problem has, those of `then` too. */
function termsOf({ objectives, rules }: Problem): number {
  const depth = Math.max(1, ...rules.map((rule) => (rule.kind === "choices" ? rule.choices.length : 1)));
  return objectives.length + depth - 1;
}

function together(problem: Problem, presolved: Presolved, solved: readonly Solved[]): ExactSolution {
  const [only] = solved;
  if (only !== undefined && presolved.parts[0]?.problem === problem) return only;
  const placement = joinPlacements(
    presolved,
    problem,
    solved.map((found) => found.placement),
  );
  const optimal = solved.every((found) => found.status === "optimal");
  const objective = objectiveOf(problem, placement, solved);
  return {
    status: optimal ? "optimal" : "feasible",
    placement,
    objective,
    gap: gapOf(objective),
    solver: [...new Set(solved.map((found) => found.solver))].join(" and ") || "presolve",
    situations: situationsOf(presolved, solved),
    floors: optimal ? solved.flatMap((found) => found.floors ?? []) : [],
    duals: solved.flatMap((found) => found.duals ?? []),
  };
}

/**
 * Values of the whole; its bound is as far below as those of its parts are together. Of several parts, one that is not proven could trade
 * with the others: then nothing is known of the terms after it.
 */
function objectiveOf(problem: Problem, placement: Placement, solved: readonly Solved[]) {
  const values = valuesOf(problem, placement).map(tidy);
  let open = false;
  return problem.objectives.map(({ name }, t) => {
    const value = values[t] as number;
    const gaps = solved.map((found) => {
      const term = found.objective[t];
      return term === undefined ? 0 : Math.max(0, term.value - term.bound);
    });
    const bound = open
      ? Math.min(0, value)
      : name === "imbalance"
        ? highest(value, solved, t)
        : value - gaps.reduce((a, b) => a + b, 0);
    const hidden =
      name !== "unplaced" &&
      solved.some((found) => found.status === "feasible") &&
      problem.rules.some((rule) => rule.kind === "choices");
    open ||= solved.length > 1 && (hidden || value - bound > 1e-9 * Math.max(1, Math.abs(value)));
    return { name, value, bound: tidy(bound) };
  });
}

/** The highest share is at least what every part proves of its own. */
function highest(value: number, solved: readonly Solved[], t: number): number {
  if (solved.every((found) => (found.objective[t]?.value ?? 0) <= (found.objective[t]?.bound ?? 0))) return value;
  return Math.min(value, Math.max(0, ...solved.map((found) => found.objective[t]?.bound ?? 0)));
}

/** Losses speak of one part only, where all that survives is. */
function situationsOf({ parts }: Presolved, solved: readonly Solved[]): readonly AfterLoss[] {
  return parts.flatMap((part, p) =>
    (solved[p]?.situations ?? []).map(({ lost, back }) => ({
      lost: lost.map((c) => part.clusters[c] as number),
      back: back.map(({ workload, candidate, replicas }) => {
        const { index, kept } = part.workloads[workload] as Part["workloads"][number];
        return { workload: index, candidate: kept[candidate] as number, replicas };
      }),
    })),
  );
}

const tidy = (value: number): number => Number(value.toPrecision(12));
