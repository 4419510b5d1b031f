// Solves and asks the nodes, again and again, until what is planned also stands on single nodes and the kube-scheduler finds how. It must
// not know solvers or packing beyond their doors.
import type { Ir } from "../compiler/index.ts";
import { newJudge } from "./nodes/index.ts";
import type { Judgement } from "./nodes/index.ts";
import type { NodeCut, Problem, SolveOptions } from "./problem.ts";
import { gapOf, solveProblem } from "./solver/index.ts";
import type { ExactSolution } from "./solver/index.ts";

export interface Settled {
  readonly solution: ExactSolution;
  readonly order: Readonly<Record<string, readonly string[]>>;
  /** Where the scheduler may fail, when nothing better was found. */
  readonly unsure: readonly NodeCut[];
}

/** Steps of the exact packing of one cluster. */
const PACKING_STEPS = 200_000;
/** Rounds in search of a placement that the kube-scheduler finds too. */
const SOFT_ROUNDS = 12;

/**
 * The best placement that its nodes take. What is proven impossible on nodes is cut for good; what is only doubtful (no proof in time,
 * or no order in which the scheduler finds it) is avoided where another placement can be found, and then bounds stay those of before.
 */
export async function settle(ir: Ir, problem: Problem, options: SolveOptions): Promise<Settled> {
  const judge = newJudge(ir, problem, PACKING_STEPS);
  const started = options.now();
  const left = (): SolveOptions => ({
    ...options,
    timeLimit: Math.max(1, options.timeLimit - (options.now() - started)),
  });
  const over = (): boolean => options.stopped() || options.now() - started >= options.timeLimit;
  const proven: NodeCut[] = [];
  const avoided: NodeCut[] = [];
  let first: ExactSolution | undefined;
  let fallback: Settled | undefined;
  for (let soft = 0; ;) {
    const solution = await solveProblem(problem, left(), [...proven, ...avoided]);
    if (solution.status === "infeasible" || solution.status === "unknown" || solution.situations === undefined)
      return fallback ?? { solution: avoided.length > 0 ? unknown(solution) : solution, order: {}, unsure: [] };
    const judged = judge(solution.situations);
    if (judged.impossible.length > 0) {
      proven.push(...judged.impossible);
      if (over()) return fallback ?? { solution: unknown(solution), order: {}, unsure: [] };
      continue;
    }
    first ??= solution;
    const settled = { solution: withBounds(solution, first), order: judged.order, unsure: judged.unschedulable };
    const doubtful = doubts(judged);
    if (doubtful.length === 0) return settled;
    if (judged.undecided.length === 0) fallback ??= settled;
    avoided.push(...doubtful);
    if (++soft > SOFT_ROUNDS || over()) return fallback ?? { solution: unknown(solution), order: {}, unsure: [] };
  }
}

const doubts = (judged: Judgement): readonly NodeCut[] => [...judged.undecided, ...judged.unschedulable];

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
