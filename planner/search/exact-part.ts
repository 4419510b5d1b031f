// The exact solvers as a step of the search: some workloads are decided anew, with all their rules and every term, beside all others as
// they stand. It must not know when that is worth it.
import { partOf, valuesOf, choicesOf, wantedOf, without } from "../presolve/index.ts";
import type { Candidate, Placement, Problem, ProblemWorkload, Rule, SolveOptions } from "../problem.ts";
import type { Learnt } from "../solver/learnt.ts";
import { solveProblem as solveExactly } from "../solver/solve.ts";
import { placementOf } from "./state.ts";
import type { State } from "./state.ts";

export interface Again {
  readonly workloads: readonly number[];
  /** Whether a workload may use its candidate (index in its own list); what it uses now it always may. */
  readonly may: (workload: number, candidate: number) => boolean;
  /** Take any answer: what stands now is incomplete or breaks a rule. */
  readonly force: boolean;
  readonly timeLimit: number;
}

/** Decides some workloads anew; true when the state is better for it (or, with `force`, complete). */
export async function decideAgain(
  state: State,
  learnt: Pick<Learnt, "cuts" | "limits">,
  options: SolveOptions,
  again: Again,
): Promise<boolean> {
  const { problem } = state.compact;
  const before = placementOf(state);
  const own = new Set(again.workloads);
  const usable = [...whole(problem)];
  for (const w of own) {
    const workload = problem.workloads[w] as ProblemWorkload;
    const kept = workload.candidates.flatMap((_, i) => ((before[w]?.[i] ?? 0) > 0 || again.may(w, i) ? [i] : []));
    usable[w] = { workload: without(workload, kept), kept, forced: undefined };
  }
  const clusters = new Set(
    again.workloads.flatMap((w) => usable[w]?.workload.candidates.map((c: Candidate) => c.cluster) ?? []),
  );
  const ground = {
    problem: lean(problem),
    usable,
    decided: before.map((counts, w) => (own.has(w) ? counts.map(() => 0) : counts)),
    isDecided: problem.workloads.map((_, w) => !own.has(w)),
    learnt,
    floor: 0,
  };
  const part = partOf(
    ground,
    again.workloads,
    [...clusters].sort((a, b) => a - b),
  );
  // What is told of a few workloads says nothing of the whole.
  const { onProgress: _, ...quietly } = options;
  const found = await solveExactly(
    part.problem,
    { ...quietly, solver: "highs", gap: 0, timeLimit: again.timeLimit },
    { cuts: part.cuts, limits: part.limits, floors: [] },
  );
  if (found.status !== "optimal" && found.status !== "feasible") return false;
  if (!again.force && !isBetter(part.problem, found.placement, standing(part.problem, part.workloads, before)))
    return false;
  const back = state.remember();
  for (const { index, kept } of part.workloads) {
    const first = state.compact.candidateStart[index] as number;
    for (const i of kept) state.remove(first + i, state.on[first + i] as number);
  }
  part.workloads.forEach(({ index, kept }, w) => {
    const first = state.compact.candidateStart[index] as number;
    kept.forEach((i, k) => state.add(first + i, found.placement[w]?.[k] ?? 0));
  });
  // Of several pools the state fills one after the other, which may leave no room where the solver found some.
  const fits = part.workloads.every(({ index, kept }, w) =>
    kept.every(
      (i, k) => state.on[(state.compact.candidateStart[index] as number) + i] === (found.placement[w]?.[k] ?? 0),
    ),
  );
  if (!fits) back();
  return fits;
}

type Usable = Parameters<typeof partOf>[0]["usable"][number];

const wholes = new WeakMap<Problem, readonly Usable[]>();

/** Every workload with all of its candidates; made once for a problem. */
function whole(problem: Problem): readonly Usable[] {
  const known = wholes.get(problem);
  if (known !== undefined) return known;
  const made = problem.workloads.map((workload) => ({
    workload,
    kept: workload.candidates.map((_, i) => i),
    forced: undefined,
  }));
  wholes.set(problem, made);
  return made;
}

const leans = new WeakMap<Problem, Problem>();

/**
 * Imbalance looks at every cluster, which a part does not see; the last terms are left to the whole. So is room for what comes back after a
 * loss: here only enough must be outside of it.
 */
function lean(problem: Problem): Problem {
  const known = leans.get(problem);
  if (known !== undefined) return known;
  const rules = problem.rules.map((rule): Rule => {
    if (rule.kind !== "survive") return rule;
    const { workload, groups, count, keeping, because } = rule;
    const most = Math.floor((wantedOf(problem.workloads[workload] as ProblemWorkload) - keeping) / count);
    return { kind: "spread", workload, groups, max: most, because };
  });
  const made = { ...problem, rules, objectives: problem.objectives.filter((term) => term.name !== "imbalance") };
  leans.set(problem, made);
  return made;
}

function standing(
  part: Problem,
  own: readonly { readonly index: number; readonly kept: readonly number[] }[],
  before: Placement,
): Placement {
  return part.workloads.map((workload: ProblemWorkload, w) => {
    const from = own[w];
    if (from === undefined)
      return workload.candidates.map(() => (workload.counting.kind === "each" ? workload.counting.size : 0));
    return from.kept.map((i) => before[from.index]?.[i] ?? 0);
  });
}

/** Term by term, those of `then` among them. */
function isBetter(problem: Problem, a: Placement, b: Placement): boolean {
  const order = (placement: Placement): readonly number[] => {
    const values = valuesOf(problem, placement);
    const at = problem.objectives.filter((term) => term.name === "unplaced").length;
    return [...values.slice(0, at), ...choicesOf(problem, placement), ...values.slice(at)];
  };
  const [left, right] = [order(a), order(b)];
  for (const [t, value] of left.entries()) {
    const other = right[t] as number;
    if (Math.abs(value - other) > 1e-9 * Math.max(1, Math.abs(other))) return value < other;
  }
  return false;
}
