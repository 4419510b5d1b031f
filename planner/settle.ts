// Solves and asks the nodes, again and again, until what is planned also stands on single nodes and the kube-scheduler finds how. It must
// not know solvers or packing beyond their doors.
import type { Ir } from "../compiler/index.ts";
import { worked } from "./clock.ts";
import { columnsOf } from "./columns.ts";
import { newJudge, newTruth } from "./nodes/index.ts";
import { usageOf } from "./outcome.ts";
import type { NodeCut, Placement, Problem, SolveOptions } from "./problem.ts";
import { solveProblem } from "./search/index.ts";
import { gapOf } from "./solver/index.ts";
import type { ExactSolution, Limit } from "./solver/index.ts";

export interface Settled {
  readonly solution: ExactSolution;
  readonly order: Readonly<Record<string, readonly string[]>>;
  /** Where the scheduler may fail, when nothing better was found. */
  readonly unsure: readonly NodeCut[];
}

/** Milliseconds that asking the nodes of one cluster takes about. */
const JUDGING = 0.5;
/** Steps of the exact packing of one cluster. */
const PACKING_STEPS = 200_000;
/** Rounds that forbid just what the scheduler would not find; after them, its clusters are kept less full. */
const SHY_ROUNDS = 3;
const SOFT_ROUNDS = 16;
/** More pods than this on a cluster can be arranged in so many ways that forbidding one after the other leads nowhere. */
const FEW_PODS = 16;
/** What such rounds look for is another placement, not a proof: this close to the best of them is enough. */
const SOFT_GAP = 0.005;
/** Branches of each such solve. */
const SOFT_NODES = 300;
/** Of what a cluster used when the scheduler failed on it, the share that is left free in the next round; twice in the one after it. */
const SPARE = 0.04;

/**
 * The best placement that its nodes take. What is proven impossible on nodes is cut for good; what is only doubtful (no proof in time,
 * or no order in which the scheduler finds it) is avoided where another placement can be found, and then bounds stay those of before.
 */
export async function settle(ir: Ir, problem: Problem, options: SolveOptions): Promise<Settled> {
  const truth = newTruth(ir, problem, (milliseconds) => worked(options.now, milliseconds));
  const judge = newJudge(ir, problem, PACKING_STEPS, truth.heldBy);
  const started = options.now();
  const left = (): SolveOptions => ({
    ...options,
    timeLimit: Math.max(1, options.timeLimit - (options.now() - started)),
  });
  const over = (): boolean => options.stopped() || options.now() - started >= options.timeLimit;
  const proven: NodeCut[] = [];
  const avoided: NodeCut[] = [];
  const limits = new Map<string, Limit>();
  const failures = new Map<number, number>();
  let floors: readonly number[] = [];
  let first: ExactSolution | undefined;
  let fallback: Settled | undefined;
  for (let soft = 0; ;) {
    const learnt = { cuts: [...proven, ...avoided], limits: [...limits.values()], floors, truth };
    const effort =
      soft === 0
        ? {}
        : { gap: Math.max(options.gap, SOFT_GAP), nodes: SOFT_NODES, beside: undefined, ...placementsOnly(options) };
    const solution = await solveProblem(problem, { ...left(), ...effort }, learnt);
    if (solution.status === "infeasible" || solution.status === "unknown")
      return fallback ?? { solution: soft > 0 ? unknown(solution) : solution, order: {}, unsure: [] };
    if (soft === 0) floors = solution.floors ?? [];
    const judged = judge(solution.placement, solution.situations);
    worked(options.now, problem.clusters.length * JUDGING);
    if (judged.impossible.length > 0) {
      proven.push(...judged.impossible);
      if (over()) return fallback ?? { solution: unknown(solution), order: {}, unsure: [] };
      continue;
    }
    first ??= solution;
    const settled = { solution: withBounds(solution, first), order: judged.order, unsure: judged.unschedulable };
    // What runs already found its nodes: the scheduler is asked only where something comes.
    const comes = (cut: NodeCut): boolean => comesTo(problem, solution.placement, cut.cluster);
    const doubtful = [...judged.undecided, ...judged.unschedulable].filter(comes);
    if (doubtful.length === 0) return settled;
    if (!judged.undecided.some(comes)) fallback ??= settled;
    if (++soft > SOFT_ROUNDS || over()) return fallback ?? { solution: unknown(solution), order: {}, unsure: [] };
    for (const cut of doubtful) {
      const times = (failures.get(cut.cluster) ?? 0) + 1;
      failures.set(cut.cluster, times);
      if (soft <= SHY_ROUNDS && podsOf(cut) <= FEW_PODS) avoided.push(cut);
      else
        for (const limit of lessOn(problem, solution.placement, cut.cluster, 1 - SPARE * Math.min(times, 10)))
          limits.set(`${limit.cluster} ${limit.resource}`, limit);
    }
  }
}

/** Whether a cluster gets anything that does not run there yet. */
function comesTo(problem: Problem, placement: Placement, cluster: number): boolean {
  return problem.workloads.some((workload, w) => {
    const columns = columnsOf(workload);
    const at = columns.cluster.indexOf(cluster);
    return at >= 0 && (placement[w]?.[at] ?? 0) > (columns.before[at] as number);
  });
}

/** While it avoids what is only doubtful, what a solver proves is not true of the whole. */
function placementsOnly({ onProgress }: SolveOptions): Pick<SolveOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  return {
    onProgress: ({ solver, placement }) => onProgress(placement === undefined ? { solver } : { solver, placement }),
  };
}

const podsOf = (cut: NodeCut): number => cut.counts.reduce((sum, { replicas }) => sum + replicas, 0);

/** Keeps a cluster a little less full, of every resource that is more than half used. */
function lessOn(problem: Problem, placement: Placement, cluster: number, share: number): readonly Limit[] {
  const usage = usageOf(problem, placement)[cluster];
  return problem.resources.flatMap((name, resource) => {
    const { used, capacity } = usage?.resources[name] ?? { used: 0, capacity: 0 };
    return used > capacity / 2 ? [{ cluster, resource, most: Math.floor(used * share) }] : [];
  });
}

const unknown = (solution: ExactSolution): ExactSolution => ({ status: "unknown", solver: solution.solver });

/** A placement found while avoiding what is only doubtful proves nothing beyond the bounds that were found without. */
function withBounds(solution: ExactSolution, first: ExactSolution): ExactSolution {
  if (solution === first || !("objective" in solution) || !("objective" in first)) return solution;
  let equal = true;
  const objective = solution.objective.map((term, t) => {
    const bound = equal ? (first.objective[t]?.bound ?? term.bound) : 0;
    equal &&= term.value - bound <= 1e-9 * Math.max(1, Math.abs(term.value));
    return { ...term, bound: Math.min(bound, term.value) };
  });
  return { ...solution, status: equal ? solution.status : "feasible", objective, gap: gapOf(objective) };
}
