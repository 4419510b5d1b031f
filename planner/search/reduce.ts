// Candidates that no answer as good as the one in hand can use: with one replica there, the bound alone is above it. It must not know how
// either was found.
import { arcsOf } from "./arcs.ts";
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import { nameOf, valuesByTerm } from "./proof.ts";
import { newRelaxed } from "./relaxed.ts";
import type { Searched } from "./search.ts";
import { newKeeping } from "./survive/index.ts";
import { summed } from "./weigh.ts";

export interface Kept {
  /** By workload: candidates that remain, in order. */
  readonly candidates: readonly (readonly number[])[];
  readonly size: number;
}

/**
 * What remains when the first open term is held against its bound; undefined when nothing can be said. Ties stay: every answer that is as
 * good is still there.
 */
export function reducible({ solution, compact, weighed, prices, keeps: found }: Searched): Kept | undefined {
  if (!("objective" in solution)) return undefined;
  const { problem } = compact;
  const isOpen = ({ value, bound }: (typeof solution.objective)[number]): boolean =>
    value - bound > 1e-9 * Math.max(1, Math.abs(value));
  const open = weighed.terms.findIndex(({ objective }) => {
    const term = objective === undefined ? undefined : solution.objective[objective];
    return term !== undefined && isOpen(term);
  });
  if (open < 0) return undefined;
  // Of a term that is no sum over replicas only those before it speak, which are proven then.
  const name = nameOf(problem, weighed, open);
  const t = name === "latency" || name === "clusters" || name === "imbalance" ? open - 1 : open;
  if (t < 0) return undefined;
  const arcs = arcsOf(compact, summed(compact, weighed, t + 1));
  const values = valuesByTerm(problem, weighed, solution.placement);
  // Nobody says what is proven of a term of `then`: only that there is nothing below 0.
  if (weighed.terms.some(({ objective }, s) => objective === undefined && s <= t && values[s] !== 0)) return undefined;
  // What is no sum over replicas is the same in every answer as good, and not in the bound either.
  const value = weighed.terms
    .slice(0, t + 1)
    .reduce((sum, { factor, idle, costs }, s) => sum + factor * (idle ? costs.constant : (values[s] as number)), 0);
  const keeps = worthwhile(compact, arcs, prices, value);
  // What survives may need any candidate to come back to, however dear it is to be there.
  const survives = newKeeping(compact)?.survives ?? (() => false);
  let size = 0;
  const candidates = problem.workloads.map(({ candidates: own }, w) => {
    const first = compact.candidateStart[w] as number;
    const may = (c: number): boolean => (keeps[c] === 1 && found?.[c] !== 0) || survives(w);
    const kept = own.flatMap((_, i) => (may(first + i) ? [i] : []));
    size += kept.length;
    return kept;
  });
  return { candidates, size };
}

/** By candidate: 0 where one step there, at these prices, brings the bound above a value that is reached already. */
export function worthwhile(compact: Compact, arcs: Arcs, prices: Float64Array, value: number): Uint8Array {
  const relaxed = newRelaxed(compact, arcs);
  const bound = relaxed.pass(prices, true);
  const reduced = (a: number): number => relaxed.reduced[a] as number;
  const keeps = new Uint8Array(compact.most.length);
  const most = value + 1e-6 * Math.max(1, Math.abs(value));
  for (let w = 0; w < compact.workloads; w++) {
    const [first, last] = [arcs.start[w] as number, arcs.start[w + 1] as number];
    // Of what the workload takes at these prices, the dearest replica is what another would take the place of.
    let dearest = arcs.optional[w] === 1 ? 0 : -Infinity;
    for (let a = first; a < last; a++) if ((relaxed.amount[a] as number) > 0) dearest = Math.max(dearest, reduced(a));
    for (let a = first; a < last; a++) {
      const chosen = (relaxed.amount[a] as number) > 0 || arcs.single[w] === 1;
      const least = bound + (compact.step[w] as number) * Math.max(0, reduced(a) - dearest);
      if (chosen || least <= most) keeps[arcs.candidate[a] as number] = 1;
    }
  }
  return keeps;
}
