// The search and, beside it, an exact solver on another thread: the best answer and the best bound of both. Which of them ends the race is
// decided at fixed amounts of work, so that it does not depend on which thread is faster. It must not know how either works.
import type { Beside, Running } from "../beside.ts";
import { countsSteps } from "../clock.ts";
import type { Part } from "../presolve/index.ts";
import type { SolveOptions } from "../problem.ts";
import type { ExactSolution } from "../solver/solve.ts";

/** Milliseconds of work after which the other begins: what ends sooner is not worth a thread. */
const HEAD_START = 500;
/** Milliseconds of work after which the search first asks whether the other is done; then after twice as many, and so on. */
const FIRST_LOOK = 2_000;
/** The other must have been done in half of what the search took: it is seldom waited for then. */
const SHARE = 0.5;

export interface Race {
  /** What the search is given: its options, ended when the other has won. */
  readonly options: SolveOptions;
  /** The answer of both, from the answer of the search. */
  readonly answer: (own: ExactSolution) => Promise<ExactSolution>;
}

/** @param combined the better of two answers of the same part, with what both prove. */
export function race(
  { problem, cuts, limits }: Part,
  options: SolveOptions & { readonly beside: Beside },
  floors: readonly number[],
  combined: (own: ExactSolution, other: ExactSolution) => ExactSolution,
): Race {
  const started = options.now();
  let other: { readonly running: Running; readonly since: number } | undefined;
  let [look, lost] = [FIRST_LOOK, false];
  const begin = (at: number): NonNullable<typeof other> => {
    const { gap, seed, timeLimit, now } = options;
    // Another seed: where both come to the same solver, it goes another way.
    const task = { problem, learnt: { cuts, limits, floors }, gap, seed: seed + 1, timeLimit: timeLimit - at };
    return { running: options.beside({ ...task, countsSteps: countsSteps(now) }), since: at };
  };
  const stopped = (): boolean => {
    if (lost || options.stopped()) return true;
    const at = options.now() - started;
    if (at < HEAD_START) return false;
    const { running, since } = (other ??= begin(at));
    for (; at >= look; look *= 2) if (running.provenWithin(look * SHARE - since)) return (lost = true);
    return false;
  };
  return {
    options: { ...options, stopped },
    answer: async (own) => {
      if (other === undefined) return own;
      const ended = own.status === "optimal" || own.status === "infeasible" || reaches(own, options.gap);
      if (!lost && (ended || options.stopped())) {
        other.running.drop();
        return own;
      }
      const found = await other.running.answer();
      return found === undefined ? own : combined(own, found);
    },
  };
}

const reaches = (solution: ExactSolution, gap: number): boolean => "gap" in solution && gap > 0 && solution.gap <= gap;
