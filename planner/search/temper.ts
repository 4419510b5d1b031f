// Terms of the objective weighed so that an earlier one outweighs what follows by little instead of beyond all doubt: prices of such a sum are found
// where those of a lexicographic one drown in its first term, and prove as much. It must not know prices.
import type { Compact } from "./compact.ts";
import type { Weights } from "./arcs.ts";
import { summed } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

/** How many usual costs of a replica one of an earlier term outweighs. */
const OUTWEIGHS = 3;
/** What is left out costs so many times what the dearest place does. */
const LEFT_OUT = 2;

/**
 * Factors by term; undefined where nothing comes before the term that decides most. That term, the cost where it has a say, keeps its factor, and so
 * does what follows it.
 */
export function tempered(compact: Compact, { terms }: Weighed): readonly number[] | undefined {
  const main = mainOf(compact, terms);
  if (main < 0 || terms.slice(0, main).every(({ idle }) => idle)) return undefined;
  const { costs, factor } = terms[main] as Weighed["terms"][number];
  const sizes = costs.cost
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort();
  const usual = factor * (sizes[sizes.length >> 1] ?? 1);
  const dearest = factor * (sizes.at(-1) ?? 1);
  return terms.map((term, t) => {
    if (t >= main) return term.factor;
    const leaves = term.costs.leftOut.some((each) => each > 0);
    const each = leaves ? LEFT_OUT * dearest : (OUTWEIGHS * usual) / unitOf(term.costs.cost);
    return Math.min(term.factor, each);
  });
}

/** Terms with other factors. */
export const reweighed = (compact: Compact, { terms, before }: Weighed, factors: readonly number[]): Weights =>
  summed(compact, { terms: terms.map((term, t) => ({ ...term, factor: factors[t] as number })), before }, terms.length);

function mainOf({ problem }: Compact, terms: Weighed["terms"]): number {
  const cost = terms.findIndex(({ objective, idle }) => !idle && problem.objectives[objective ?? -1]?.name === "cost");
  return cost >= 0 ? cost : terms.findLastIndex(({ idle }) => !idle);
}

/** What a replica usually costs of a term, where it costs anything. */
function unitOf(cost: Float64Array): number {
  const sizes = cost
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort();
  return sizes[sizes.length >> 1] ?? 1;
}
