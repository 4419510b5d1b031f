// From an IR to where everything runs: build, solve, pack node by node, and again with what packing taught. One screen, every phase in
// order. It must not know manifests, clusters' addresses or how a plan is shown.
import type { Ir } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type { PlacedReplicas } from "./action/controller.ts";
import { asAnswer, isWorthTheSame, placementIn } from "./as-placed.ts";
import { buildProblem } from "./build/index.ts";
import { stepClock } from "./clock.ts";
import { planner } from "./diagnostics.ts";
import { noAnswer, type Stopped } from "./no-answer.ts";
import { comesBackIn, replicasOf, unplacedOf, usageOf, type ComesBack } from "./outcome.ts";
import type { PlacedWorkload, PlanStatus, Usage } from "./plan.ts";
import type { Placement, Problem, Progress, Solution, SolveOptions } from "./problem.ts";
import type { TermProof } from "./proof.ts";
import { certify } from "./search/index.ts";
import { settle, type Settled } from "./settle.ts";
import { bundlingsOf, gapOf, MOST_LOSSES } from "./solver/index.ts";

export interface PlaceOptions extends SolveOptions {
  /** Clusters that are taken to be lost. */
  readonly without?: readonly string[];
  /** Without a time limit: how many steps, in the milliseconds that they take on a common machine. */
  readonly budget?: number;
  /** Nothing has changed since what runs was planned: it stays, whatever else is found. It must keep every rule. */
  readonly stays?: boolean;
  /** Whether the answer comes with the prices that prove its bounds. */
  readonly proves?: boolean;
  /** As the solvers', with what they have in the user's words. */
  readonly onProgress?: (progress: Progress & { readonly placed?: () => PlacedReplicas }) => void;
}

export interface PlaceOutcome {
  readonly status: PlanStatus;
  readonly placed: PlacedReplicas;
  readonly unplaced: readonly PlacedWorkload[];
  readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  readonly gap: number;
  /** By term, where it was asked for. */
  readonly proof?: readonly TermProof[];
  readonly solver: string;
  readonly usage: readonly Usage[];
  /** Workloads in the order in which each cluster should create them, so that the kube-scheduler finds a place for each pod. */
  readonly order: Readonly<Record<string, readonly string[]>>;
  /** What comes back where after each loss that `survive` speaks of, where the solver told; by workload id and cluster name. */
  readonly comesBack: readonly ComesBack[];
  readonly problem: Problem;
  readonly placement: Placement | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides where every workload runs.
 * @param before replicas in force, by workload id and cluster.
 */
export async function place(ir: Ir, before: PlacedReplicas, options: PlaceOptions): Promise<PlaceOutcome> {
  const { value: problem, diagnostics } = buildProblem(ir, before, { without: options.without ?? [] }); // words become numbers, once
  const started = options.now();
  const asked = listening(problem, budgeted(options)); // without a time limit no clock decides
  const found = await settle(ir, problem, asked.options); // solving and packing take turns: each knows what the other can not
  const stayed = options.stays === true ? staying(ir, problem, before, found) : undefined; // after it: its bound is of use
  const shown = (settled: Settled): Settled => (options.proves === true ? withProof(problem, settled, found) : settled);
  if (stayed !== undefined) return outcome(problem, shown(stayed.settled), [...diagnostics, ...stayed.diagnostics]);
  if (found.solution.status !== "unknown")
    return outcome(problem, shown(found), [...diagnostics, ...bundled(problem, found), ...doubts(problem, found)]);
  const late = options.now() - started >= options.timeLimit; // a caller may stop for the same reason
  const by = late ? options.timeLimit : options.stopped() ? "request" : "steps";
  const last = asked.last();
  const stopped = { by, asked: options, last, refused: last?.placement !== undefined } as const;
  return outcome(problem, found, [...diagnostics, ...bundled(problem, found), noAnswer(problem, stopped)]);
}

/** Prices that anyone can check, beside what is claimed; bounds become those where they are better. */
function withProof(problem: Problem, settled: Settled, found: Settled): Settled {
  const { solution } = settled;
  if (!("objective" in solution)) return settled;
  const duals = "objective" in found.solution ? (found.solution.duals ?? []) : [];
  const { objective, proof } = certify(problem, { ...solution, duals, exhausted: solution.solver !== "search" });
  return { ...settled, solution: { ...solution, objective, gap: gapOf(objective), proof } };
}

/**
 * A placement that was decided elsewhere as an outcome; undefined when it is none of this program, or when its nodes can not take it. It must
 * keep every rule.
 */
export function placeAs(
  ir: Ir,
  before: PlacedReplicas,
  placed: PlacedReplicas,
  options: Pick<PlaceOptions, "without"> & { readonly proven?: PlaceOutcome["objective"]; readonly solver: string },
): PlaceOutcome | undefined {
  const { value: problem, diagnostics } = buildProblem(ir, before, { without: options.without ?? [] });
  const placement = placementIn(problem, placed);
  const settled = placement === undefined ? undefined : asAnswer(ir, problem, placement, options.proven ?? []);
  if (settled === undefined) return undefined;
  const solution = { ...settled.solution, solver: options.solver };
  return outcome(problem, { ...settled, solution }, [...diagnostics, ...doubts(problem, settled)]);
}

/** No answer, as an outcome: of a search that was ended from outside, or that found out only that there is none. */
export function unanswered(
  ir: Ir,
  before: PlacedReplicas,
  { without, impossible, ...stopped }: Pick<PlaceOptions, "without"> & Stopped & { readonly impossible: boolean },
): PlaceOutcome {
  const { value: problem, diagnostics } = buildProblem(ir, before, { without: without ?? [] });
  const solution = { status: impossible ? ("infeasible" as const) : ("unknown" as const), solver: "" };
  const said = impossible ? diagnostics : [...diagnostics, noAnswer(problem, stopped)];
  return outcome(problem, { solution, order: {}, unsure: [] }, said);
}

/** Of steps, in the milliseconds that they take on a common machine: what an answer may cost when nobody names a time. */
const BUDGET = 40_000;

/** Without a time limit steps are counted, so that the same input gives the same answer on every machine, however busy. */
const budgeted = (options: PlaceOptions): PlaceOptions =>
  options.timeLimit === Infinity ? { ...options, now: stepClock(), timeLimit: options.budget ?? BUDGET } : options;

/** Remembers the last that was told, and tells it on in the user's words. */
function listening(problem: Problem, options: PlaceOptions) {
  let last: Progress | undefined;
  const onProgress = (progress: Progress): void => {
    last = progress;
    const { placement } = progress;
    options.onProgress?.(
      placement === undefined ? progress : { ...progress, placed: () => replicasOf(problem, placement()) },
    );
  };
  return { options: { ...options, onProgress }, last: () => last };
}

/** What runs now as the answer, with what is proven by now; undefined when the answer is the same, or when it can not stay. */
function staying(ir: Ir, problem: Problem, before: PlacedReplicas, found: Settled) {
  const placement = placementIn(problem, before);
  if (placement === undefined || found.solution.status === "infeasible") return undefined;
  const other = found.solution.status === "unknown" ? undefined : found.solution;
  const equal = other?.placement.every((counts, w) => counts.every((count, i) => count === placement[w]?.[i]));
  if (equal === true) return undefined;
  const settled = asAnswer(ir, problem, placement, other?.objective ?? []);
  if (settled === undefined) return undefined;
  const same = other !== undefined && isWorthTheSame(problem, placement, other.placement);
  const solution = {
    ...settled.solution,
    solver: found.solution.solver,
    ...(same && other.status === "optimal" ? { status: other.status } : {}),
  };
  const known = other === undefined || same ? [] : betterKnown(settled.solution, other);
  return { settled: { ...settled, solution }, diagnostics: [...doubts(problem, settled), ...known] };
}

function betterKnown(
  { objective }: Extract<Solution, { readonly objective: unknown }>,
  other: Extract<Solution, { readonly objective: unknown }>,
): readonly Diagnostic[] {
  const at = objective.findIndex(
    ({ value }, t) => Math.abs(value - (other.objective[t]?.value ?? value)) > 1e-9 * Math.max(1, Math.abs(value)),
  );
  const [mine, better] = [objective[at], other.objective[at]];
  if (mine === undefined || better === undefined || better.value > mine.value) return [];
  const [name, gap] = [mine.name, `${Number((100 * other.gap).toFixed(2))}%`];
  const shown = ({ value }: { readonly value: number }): string => String(Number(value.toPrecision(6)));
  return [planner.make["better-known"](undefined, [name, shown(better), shown(mine), gap])];
}

/** A warning for each `survive` of which the search looked at bundles of places; exact solvers look at every loss. */
function bundled(problem: Problem, { solution: { status, solver } }: Settled): readonly Diagnostic[] {
  if (status === "infeasible" || (status !== "unknown" && !solver.includes("search"))) return [];
  return bundlingsOf(problem, MOST_LOSSES).map(({ rules, losses, places, bundles }) => {
    const [first] = rules;
    const more = rules.length > 1 ? ` (and ${rules.length - 1} more)` : "";
    const counts = [losses, places, bundles].map((count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",")) as [
      string,
      string,
      string,
    ];
    return planner.make["losses-bundled"](first?.because.span, [...counts, `\`${first?.because.text}\`${more}`]);
  });
}

/** A warning for each cluster where the pods fit and the scheduler may still not find how. */
function doubts(problem: Problem, { unsure }: Settled): readonly Diagnostic[] {
  return unsure.map(({ cluster, counts }) => {
    const names = counts
      .filter(({ replicas }) => replicas > 0)
      .map(({ workload }) => `\`${problem.workloads[workload]?.id}\``);
    return planner.make["scheduler-may-fail"](undefined, [problem.clusters[cluster]?.name ?? "", names.join(", ")]);
  });
}

function outcome(problem: Problem, { solution, order }: Settled, diagnostics: readonly Diagnostic[]): PlaceOutcome {
  const solved = solution.status === "optimal" || solution.status === "feasible" ? solution : undefined;
  const placed = solved === undefined ? {} : replicasOf(problem, solved.placement);
  return {
    status: solution.status,
    placed,
    unplaced: solved === undefined ? [] : unplacedOf(problem, solved.placement),
    objective: solved?.objective ?? [],
    gap: solved?.gap ?? 0,
    ...(solved?.proof === undefined ? {} : { proof: solved.proof }),
    solver: solution.solver,
    usage: solved === undefined ? [] : usageOf(problem, solved.placement),
    order,
    comesBack: (solved?.situations ?? []).map((situation) => comesBackIn(problem, situation)),
    problem,
    placement: solved?.placement,
    diagnostics,
  };
}
