// Takes single replicas of what rules bind elsewhere, where those allow it step by step: what one node refuses need not take all of its family along.
// It must not know why they leave.
import type { Improver } from "../improve.ts";
import type { SearchGround } from "../search.ts";
import type { State } from "../state.ts";
import type { Steps } from "./steps.ts";

export interface ShiftGround extends Pick<SearchGround, "keeping"> {
  readonly keeps: Pick<SearchGround["keeps"], "targets">;
  readonly state: State;
  readonly steps: Pick<Steps, "may">;
  readonly improver: Pick<Improver, "roomFor" | "squeeze">;
  readonly ranked: Int32Array;
}

/** Candidates that are tried for a replica where others must make way, and how long chains of those are. */
const [TRIED, CHAIN] = [12, 2];

/** Whether all of them went; those that found a place stay there. */
export function shift(ground: ShiftGround, from: number, replicas: number): boolean {
  const { state, steps, improver, ranked, keeps, keeping } = ground;
  const { compact } = state;
  const w = compact.workloadOf[from] as number;
  const size = compact.step[w] as number;
  // Others pay their way to a target, and what comes back after a loss speaks of where survivors are.
  if (keeps.targets.has(w) || keeping?.survives(w) === true) return false;
  for (let open = replicas; open > 0; open -= size) {
    const own = [...ranked.subarray(compact.candidateStart[w], compact.candidateStart[w + 1])];
    const goes = own.filter((to) => to !== from && steps.may(from, to, size));
    const there = goes.find((to) => improver.roomFor(to, size) >= size);
    state.remove(from, size);
    if (there !== undefined) state.add(there, size);
    else if (!goes.slice(0, TRIED).some((to) => improver.squeeze(to, size, Infinity, CHAIN) < Infinity)) {
      state.add(from, size);
      return false;
    }
  }
  return true;
}
