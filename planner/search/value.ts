// What a step of the search gains, in the one number that weighs all terms. It must not know rows or rules.
import type { Weights } from "./arcs.ts";
import type { State } from "./state.ts";

/** What is gained when replicas go from one candidate of a workload to another. */
export type Gain = (from: number, to: number, replicas: number) => number;

export function newGain({ on }: State, { cost, kept, reward }: Weights): Gain {
  const keeping = (c: number, after: number): number => Math.min(kept[c] as number, after) * (reward[c] as number);
  return (from, to, replicas) => {
    const plain = replicas * ((cost[from] as number) - (cost[to] as number));
    if (reward[from] === 0 && reward[to] === 0) return plain;
    const [a, b] = [on[from] as number, on[to] as number];
    return plain + keeping(from, a - replicas) - keeping(from, a) + keeping(to, b + replicas) - keeping(to, b);
  };
}
