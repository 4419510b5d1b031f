// Problems that leave no choice but what stays out: every workload has one cluster to go to, and its many nodes decide. It must not know how
// nodes are asked, or rules: where those speak, others decide.
import type { NodeTruth } from "../../nodes/index.ts";
import { worked } from "../../clock.ts";
import { columnsOf } from "../../columns.ts";
import { valuesOf, wantedOf } from "../../presolve/value.ts";
import type { Part } from "../../presolve/index.ts";
import type { Placement, Problem, SolveOptions } from "../../problem.ts";
import { gapOf } from "../../solver/solve.ts";
import type { ExactSolution } from "../../solver/solve.ts";
import { chosen } from "./chosen.ts";

/** Pods from which the direct way is taken; fewer are an exact solver's work. */
const MANY = 400;
/** Milliseconds that one trial takes for each pod and node. */
const TRIAL = 1e-5;

/** Undefined where there is more to decide, or where what must run finds no nodes this way. */
export async function oneHome(
  { problem, cuts, limits }: Part,
  options: SolveOptions,
  truth: NodeTruth | undefined,
): Promise<ExactSolution | undefined> {
  const { workloads, objectives } = problem;
  const direct = options.solver === "auto" && problem.rules.length === 0 && cuts.length === 0 && limits.length === 0;
  if (!direct || truth === undefined || !unplacedComesFirst(problem)) return undefined;
  if (workloads.some((workload) => columnsOf(workload).cluster.length !== 1)) return undefined;
  const homes = new Map<number, Map<number, number>>();
  workloads.forEach((workload, w) => {
    const home = columnsOf(workload).cluster[0] as number;
    const load = homes.get(home) ?? new Map<number, number>();
    homes.set(home, load.set(w, workload.perNode ? 1 : wantedOf(workload)));
  });
  const asked = [...homes].filter(([home]) => truth.asks(home));
  const pods = asked.reduce((sum, [, load]) => sum + [...load.values()].reduce((a, b) => a + b, 0), 0);
  if (pods < MANY) return undefined;
  const nodes = problem.pools.reduce((sum, { count }) => sum + count, 0);
  const trial = (): void => worked(options.now, TRIAL * pods * nodes);
  const all: Placement = workloads.map((workload) => [workload.perNode ? 1 : wantedOf(workload)]);
  const roomy = asked.every(([home, load]) => fitsByRoom(problem, home, load));
  trial();
  if (roomy && asked.every(([home, load]) => truth.surely(home, load)))
    return answer(problem, all, valuesOf(problem, all), "presolve");
  const [only] = asked;
  if (asked.length !== 1 || only === undefined || !workloads.some(({ optional }) => optional)) return undefined;
  const found = await chosen({ problem, home: only[0], load: only[1], truth, trial }, options);
  if (found === undefined) return undefined;
  const placement = all.map((counts, w) => (only[1].has(w) ? [found.load.get(w) ?? 0] : counts));
  return answer(problem, placement, objectives.map(boundBy(found.bounds)), "search and highs");
}

/** Then everything placed is best, and there is but one way to place everything. */
function unplacedComesFirst({ objectives }: Problem): boolean {
  const other = objectives.findIndex(({ name }) => name !== "unplaced");
  return other < 0 || objectives.slice(other).every(({ name }) => name !== "unplaced");
}

/** Whether what is asked for is no more than there is, resource by resource. */
function fitsByRoom(problem: Problem, home: number, load: ReadonlyMap<number, number>): boolean {
  const pools = (problem.clusters[home]?.pools ?? []).map((p) => problem.pools[p] as Problem["pools"][number]);
  return problem.resources.every((_, r) => {
    let needs = 0;
    for (const [w, replicas] of load)
      if (problem.workloads[w]?.perNode !== true) needs += replicas * (problem.workloads[w]?.demand[r] as number);
    return needs <= pools.reduce((sum, { shape, count }) => sum + (shape[r] as number) * count, 0);
  });
}

/** Bounds of what stays out by priority; of nothing else anything is known. */
const boundBy =
  (bounds: ReadonlyMap<number, number>) =>
  (term: Problem["objectives"][number]): number =>
    term.name === "unplaced" ? (bounds.get(term.priority) ?? 0) : 0;

/** @param solver who proves the bounds: where all is placed, nothing is left to prove. */
function answer(problem: Problem, placement: Placement, bounds: readonly number[], solver: string): ExactSolution {
  const values = valuesOf(problem, placement).map((value) => Number(value.toPrecision(12)));
  const objective = problem.objectives.map(({ name }, t) => {
    const value = values[t] as number;
    return { name, value, bound: Math.min(value, bounds[t] as number) };
  });
  const gap = gapOf(objective);
  const optimal = objective.every(({ value, bound }) => value - bound <= 1e-9 * Math.max(1, Math.abs(value)));
  return {
    status: optimal ? "optimal" : "feasible",
    placement,
    objective,
    gap,
    solver,
    situations: [],
    floors: [],
  };
}
