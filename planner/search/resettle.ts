// A plan in which one workload goes elsewhere and everything else stays: onto a cluster that is asked about, or wherever it is cheapest. What
// it says is a placement that stands, never a proof that there is no better one. It must not know intents, or plan anything anew.
import type { Ir } from "../../compiler/index.ts";
import { newTruth } from "../nodes/index.ts";
import { valuesOf } from "../presolve/index.ts";
import type { Placement, Problem } from "../problem.ts";
import { compactOf } from "./compact.ts";
import { newKeeps } from "./keeps.ts";
import { loadOn, newOnNodes } from "./on-nodes.ts";
import { newState, placementOf } from "./state.ts";
import { comeBack, put, stands, type Ground } from "./survive/index.ts";
import { summed, weigh } from "./weigh.ts";

export interface Resettling {
  /** Workloads that leave all their places and come back one after the other; the objective then, or undefined when that does not do. */
  readonly anew: (workloads: readonly number[]) => readonly number[] | undefined;
  /**
   * One step of a workload moved to one of its candidates, else all of it placed anew around that: the objective then, or what is against it as
   * long as nothing else moves. `doubt`: the kube-scheduler may not find the room.
   */
  readonly onto: (workload: number, candidate: number) => readonly number[] | "room" | "doubt" | "rules";
}

/** Sources of one step that are tried, the dearest first. */
const SOURCES = 4;

/**
 * @param returns by cluster: loads that come back to it after losses, by workload; each must find its nodes beside what is there.
 * Undefined where the pods of the placement can not be put on pools in any order that is tried.
 */
export function newResettling(
  ir: Ir,
  problem: Problem,
  placement: Placement,
  returns: ReadonlyMap<number, readonly ReadonlyMap<number, number>[]> = new Map(),
): Resettling | undefined {
  const compact = compactOf(problem);
  const state = newState(compact);
  if (!stands(state, placement)) return undefined;
  const { cost } = summed(compact, weigh(compact), problem.objectives.length);
  const keeps = newKeeps(compact, []);
  const truth = newTruth(ir, problem);
  const nodes = newOnNodes(truth, keeps);
  nodes.begin();
  const ground: Ground = { state, keeps, nodes, cost, lost: new Set(), known: () => 0, spare: () => Infinity };
  const of = (w: number): readonly number[] =>
    Array.from(
      { length: (compact.candidateStart[w + 1] as number) - (compact.candidateStart[w] as number) },
      (_, i) => (compact.candidateStart[w] as number) + i,
    );
  const stood = (changed: readonly number[]): boolean =>
    changed.every((c) => {
      const at = compact.cluster[c] as number;
      const backs = returns.get(at) ?? [];
      return nodes.stands(state, at) && backs.every((back) => truth.surely(at, both(loadOn(state, at), back)));
    });
  /** Takes all of a workload away; returns how much that was. */
  const leave = (w: number): number => {
    const placed = state.placed[w] as number;
    for (const c of of(w)) if ((state.on[c] as number) > 0) state.remove(c, state.on[c] as number);
    return placed;
  };
  const tried = <Found>(change: () => Found): Found => {
    const back = state.remember();
    const found = change();
    back();
    return found;
  };
  const value = (): readonly number[] => valuesOf(problem, placementOf(state));
  return {
    anew: (workloads) =>
      tried(() => {
        const before = Int32Array.from(state.on);
        const missing = workloads.map(leave);
        if (!workloads.every((w, i) => comeBack(ground, w, missing[i] as number) === 0)) return undefined;
        const changed = workloads.flatMap(of).filter((c) => before[c] !== state.on[c]);
        return workloads.every((w) => keeps.holds(state, w)) && stood(changed) ? value() : undefined;
      }),
    onto: (w, i) => {
      const c = (compact.candidateStart[w] as number) + i;
      const size = compact.step[w] as number;
      const sources = of(w)
        .filter((from) => from !== c && (state.on[from] as number) >= size)
        .sort((a, b) => (cost[b] as number) - (cost[a] as number) || a - b);
      let best: readonly number[] | undefined;
      let against = "room" as "room" | "doubt" | "rules";
      for (const from of sources.slice(0, SOURCES))
        tried(() => {
          state.remove(from, size);
          if (put(ground, c, size) === 0) return;
          if (!keeps.holds(state, w)) against = "rules";
          else if (!stood([from, c])) against = against === "rules" ? against : "doubt";
          else best = lesser(best, value());
        });
      if (best !== undefined || against !== "rules") return best ?? against;
      const around = tried(() => {
        const before = Int32Array.from(state.on);
        const missing = leave(w);
        if (put(ground, c, size) === 0 || comeBack(ground, w, missing - size) > 0) return undefined;
        const changed = of(w).filter((at) => before[at] !== state.on[at]);
        return keeps.holds(state, w) && stood(changed) ? value() : undefined;
      });
      return around ?? against;
    },
  };
}

function both(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const sum = new Map(a);
  for (const [w, replicas] of b) sum.set(w, (sum.get(w) ?? 0) + replicas);
  return new Map([...sum].sort(([x], [y]) => x - y));
}

/** Which is better: the first value that differs says. */
function lesser(a: readonly number[] | undefined, b: readonly number[]): readonly number[] {
  const at = a?.findIndex((value, t) => Math.abs(value - (b[t] as number)) > 1e-9 * Math.max(1, Math.abs(value))) ?? 0;
  return a === undefined || (at >= 0 && (b[at] as number) < (a[at] as number)) ? b : a;
}
