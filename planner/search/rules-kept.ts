// Which rules are still to be decided where most of what they bind has no choice left: those that hold by what is decided already are not. It
// must not know how rules are kept while something moves.
import { columnsOf } from "../columns.ts";
import type { Held } from "../presolve/index.ts";
import type { Rule } from "../problem.ts";
import { speaksOf } from "../presolve/index.ts";
import { compactOf } from "./compact.ts";
import { newKeeps } from "./keeps.ts";
import { newState } from "./state.ts";

/** Rules of the held problem, but those that hold and bind nobody who has a choice. */
export function rulesToDecide({ problem, stays }: Held): readonly Rule[] {
  const fixed = problem.rules.filter((rule) => speaksOf(rule).every((w) => stays[w] === true));
  if (fixed.length === 0) return problem.rules;
  const own = { ...problem, rules: [], latencies: [] };
  const compact = compactOf({ ...own, workloads: problem.workloads });
  const state = newState(compact);
  problem.workloads.forEach((workload, w) => {
    if (stays[w] !== true) return;
    const { counting } = workload;
    columnsOf(workload).most.forEach((most, i) => {
      const candidate = (compact.candidateStart[w] as number) + i;
      const many = counting.kind === "divided" ? most : counting.size;
      state.on[candidate] = many;
      state.placed[w] = (state.placed[w] as number) + many;
    });
  });
  const holding = new Set(
    fixed.filter((rule) => {
      if (rule.kind === "survive") return false;
      // What runs already is never charged for the choice that it runs on.
      if (rule.kind === "choices") return true;
      const keeps = newKeeps({ ...compact, problem: { ...own, rules: [rule] } }, []);
      return speaksOf(rule).every((w) => keeps.holds(state, w));
    }),
  );
  return problem.rules.filter((rule) => !holding.has(rule));
}
