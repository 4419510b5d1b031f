// From an IR to where everything runs: build, solve, pack node by node, and again with what packing taught. One screen, every phase in
// order. It must not know manifests, clusters' addresses or how a plan is shown.
import type { Ir } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type { PlacedReplicas } from "./action/controller.ts";
import { buildProblem } from "./build/index.ts";
import { stepClock } from "./clock.ts";
import { planner } from "./diagnostics.ts";
import { replicasOf, unplacedOf, usageOf } from "./outcome.ts";
import type { PlacedWorkload, PlanStatus, Usage } from "./plan.ts";
import type { Placement, Problem, SolveOptions } from "./problem.ts";
import { settle, type Settled } from "./settle.ts";

export interface PlaceOptions extends SolveOptions {
  /** Clusters that are taken to be lost. */
  readonly without?: readonly string[];
}

export interface PlaceOutcome {
  readonly status: PlanStatus;
  readonly placed: PlacedReplicas;
  readonly unplaced: readonly PlacedWorkload[];
  readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  readonly gap: number;
  readonly solver: string;
  readonly usage: readonly Usage[];
  /** Workloads in the order in which each cluster should create them, so that the kube-scheduler finds a place for each pod. */
  readonly order: Readonly<Record<string, readonly string[]>>;
  readonly problem: Problem;
  readonly placement: Placement | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides where every workload runs.
 * @param before replicas in force, by workload id and cluster.
 */
export async function place(ir: Ir, before: PlacedReplicas, options: PlaceOptions): Promise<PlaceOutcome> {
  const built = buildProblem(ir, before, { without: options.without ?? [] }); // words become numbers, once
  const settled = await settle(ir, built.value, budgeted(options)); // solving and packing take turns: each knows what the other can not
  return outcome(built.value, settled, [...built.diagnostics, ...doubts(built.value, settled)]);
}

/** Of steps, in the milliseconds that they take on a common machine: what an answer may cost when nobody names a time. */
const BUDGET = 40_000;

/** Without a time limit steps are counted, so that the same input gives the same answer on every machine, however busy. */
const budgeted = (options: PlaceOptions): PlaceOptions =>
  options.timeLimit === Infinity ? { ...options, now: stepClock(), timeLimit: BUDGET } : options;

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
    solver: solution.solver,
    usage: solved === undefined ? [] : usageOf(problem, solved.placement),
    order,
    problem,
    placement: solved?.placement,
    diagnostics,
  };
}
