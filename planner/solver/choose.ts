// Which solver a model is given to. It must not know what the model means.
import { highs } from "./highs.ts";
import { javascriptLpSolver } from "./javascript-lp-solver.ts";
import type { Draft } from "./draft.ts";
import type { Solver } from "./model.ts";

export const solvers: readonly Solver[] = [javascriptLpSolver, highs];

/** The solver of that name, or by size for `auto`. */
export function chooseSolver(name: string, draft: Draft): Solver {
  const named = solvers.find((solver) => solver.name === name);
  if (named !== undefined) return named;
  return isSmall(draft) ? smallFirst : highs;
}

/**
 * javascript-lp-solver is only asked where branching is sure to end at once (it has no bound to stop by, and stopped early it answers
 * with fractions), and where HiGHS's four megabytes would take longer to load than it to solve.
 */
function isSmall(draft: Draft): boolean {
  const integers = draft.integer.filter(
    (is, j) => is && (draft.upper[j] as number) > (draft.lower[j] as number),
  ).length;
  return integers <= 16 && draft.rows.length <= 48;
}

const smallFirst: Solver = {
  name: javascriptLpSolver.name,
  async solve(model, options) {
    const found = await javascriptLpSolver.solve(model, options);
    // It calls a model infeasible when its pivots run in a circle: that is for another to confirm.
    return found.status === "optimal" ? found : highs.solve(model, options);
  },
};
