// Makes the state what was found elsewhere, if it holds. It must not know who found it.
import type { State } from "../state.ts";

/**
 * Puts so many replicas on each candidate that is listed; false, and nothing changed, when a row does not hold or nodes do not take it.
 * @param packs whether single nodes take what is on a cluster now, as far as known.
 */
export function takeOver(
  state: State,
  wish: ReadonlyMap<number, number>,
  packs: (cluster: number) => boolean,
): boolean {
  const { compact, on } = state;
  const changed = [...wish].filter(([c, replicas]) => on[c] !== replicas);
  const back = state.remember();
  for (const [c, replicas] of changed) if ((on[c] as number) > replicas) state.remove(c, (on[c] as number) - replicas);
  for (const [c, replicas] of changed) if ((on[c] as number) < replicas) state.add(c, replicas - (on[c] as number));
  const clusters = new Set(changed.map(([c]) => compact.cluster[c] as number));
  const stands = changed.every(([c, replicas]) => on[c] === replicas) && state.holds() && [...clusters].every(packs);
  if (!stands) back();
  return stands;
}

/** Every workload on the candidate that is named (−1: nowhere), with all of its step. */
export function wishOf({ compact, on }: State, candidates: Int32Array): ReadonlyMap<number, number> {
  const wish = new Map<number, number>();
  for (let c = 0; c < on.length; c++) if ((on[c] as number) > 0) wish.set(c, 0);
  candidates.forEach((c, w) => {
    if (c >= 0) wish.set(c, compact.step[w] as number);
  });
  return wish;
}
