// A placement that is there already, as an answer: what it is worth, what is proven of it, and in which order its nodes take it. It must
// not solve anything.
import type { Ir } from "../compiler/index.ts";
import type { PlacedReplicas } from "./action/controller.ts";
import { columnsOf } from "./columns.ts";
import { newJudge } from "./nodes/index.ts";
import { choicesOf, valuesOf } from "./presolve/index.ts";
import type { Placement, Problem } from "./problem.ts";
import type { Settled } from "./settle.ts";
import { gapOf } from "./solver/index.ts";
import type { ExactSolution } from "./solver/index.ts";

type Objective = readonly { readonly name: string; readonly value: number; readonly bound: number }[];

export interface Answered extends Settled {
  readonly solution: Extract<ExactSolution, { readonly placement: unknown }>;
}

/** Steps of the exact packing of one cluster. */
const PACKING_STEPS = 200_000;

/** These replicas as a placement; undefined when one of them is where the problem has no candidate. */
export function placementIn(problem: Problem, placed: PlacedReplicas): Placement | undefined {
  const clusters = new Map(problem.clusters.map(({ name }, c) => [name, c]));
  let stray = false;
  const placement = problem.workloads.map((workload) => {
    const { cluster } = columnsOf(workload);
    const at = new Map(Array.from(cluster, (c, i) => [c, i]));
    const counts = Array.from(cluster, () => 0);
    for (const [name, replicas] of Object.entries(placed[workload.id] ?? {})) {
      const i = at.get(clusters.get(name) ?? -1);
      if (i === undefined) stray ||= replicas > 0;
      else counts[i] = replicas;
    }
    return counts;
  });
  return stray ? undefined : placement;
}

/**
 * A placement as an answer; undefined when its nodes can not take it. Whether it keeps every rule is for the checker to say.
 * @param proven what is proven of another placement of the same problem: its bounds hold here as far as the values are the same.
 */
export function asAnswer(ir: Ir, problem: Problem, placement: Placement, proven: Objective): Answered | undefined {
  const judged = newJudge(ir, problem, PACKING_STEPS)(placement);
  if (judged.impossible.length > 0) return undefined;
  const objective = boundedBy(problem, placement, proven);
  const solution = {
    status: "feasible" as const,
    placement,
    objective,
    gap: gapOf(objective),
    solver: "",
    situations: [],
  };
  return { solution, order: judged.order, unsure: judged.unschedulable };
}

/** Bounds are given the values of the terms before: after the first value that differs only what holds of everything is claimed. */
function boundedBy(problem: Problem, placement: Placement, proven: Objective): Objective {
  let same = proven.length > 0;
  return valuesOf(problem, placement).map((exact, t) => {
    const value = Number(exact.toPrecision(12));
    const known = proven[t];
    const bound = same && known !== undefined ? Math.min(known.bound, value) : Math.min(0, value);
    same &&= known !== undefined && Math.abs(known.value - value) <= 1e-9 * Math.max(1, Math.abs(value));
    return { name: problem.objectives[t]?.name ?? "", value, bound };
  });
}

/** Whether two placements are worth the same, what `then` asks for included. */
export function isWorthTheSame(problem: Problem, a: Placement, b: Placement): boolean {
  const order = (placement: Placement) => [...valuesOf(problem, placement), ...choicesOf(problem, placement)];
  const other = order(b);
  return order(a).every((value, t) => Math.abs(value - (other[t] as number)) <= 1e-9 * Math.max(1, Math.abs(value)));
}
