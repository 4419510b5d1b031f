// Where evenness stands among the terms of an objective, and what a search does for it: the highest share is made smaller at no loss to what counts
// more, and held where something counts less. It must not know how a step makes it smaller.
import type { Compact } from "./compact.ts";
import { evenOut } from "./even.ts";
import { rowName } from "./rows.ts";
import type { Steps } from "./ruled/index.ts";
import type { SearchGround } from "./search.ts";
import type { State } from "./state.ts";
import { newGain } from "./value.ts";
import { summed } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

/** Which term the highest share is, and whether nothing that can be decided comes before it and something after it. */
export function placeOfEven({ problem: { objectives } }: Compact, { terms }: Weighed) {
  const at = terms.findIndex(({ objective }) => objective !== undefined && objectives[objective]?.name === "imbalance");
  const decides = (from: number, to?: number): boolean => terms.slice(from, to).some((term) => !term.idle);
  return { at, early: at >= 0 && !decides(0, at) && decides(at + 1) };
}

/** Evens out the highest share where that is asked for: at no loss to the terms before it, nor to those after it when it comes late. */
export function makeEven(ground: SearchGround, weighed: Weighed, state: State, steps: Steps): boolean {
  const { compact, weights, keeping, nodes, over } = ground;
  const { at, early } = placeOfEven(compact, weighed);
  if (at < 0) return false;
  const before = early ? summed(compact, weighed, at) : weights;
  const most = evenOut(state, {
    gain: newGain(state, before),
    free: (w) => steps.free(w) && keeping?.survives(w) !== true,
    may: steps.may,
    packed: nodes.packed,
    packs: (cluster) => nodes.packs(state, cluster),
    over,
  });
  if (!early) return true;
  // What comes after it may not fill any cluster more than that again.
  for (let row = 0; row < state.capacity.length; row++) {
    if (rowName(compact, row).kind !== "room") continue;
    const held = Math.max(state.used[row] as number, most * (compact.capacity[row] as number));
    state.capacity[row] = Math.min(state.capacity[row] as number, held);
  }
  return true;
}
