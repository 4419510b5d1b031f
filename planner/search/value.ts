// What a step of the search gains and what a placement is worth, in the one number that weighs all terms. It must not know rows or rules.
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

/** What the weighed objective comes to, of what is placed; what is missing costs what the dearest would. */
export function worth({ compact, on, placed }: State, { cost, kept, reward, leftOut, constant }: Weights): number {
  let sum = constant;
  let dearest = 0;
  for (let c = 0; c < cost.length; c++) {
    sum += (on[c] as number) * (cost[c] as number);
    if ((reward[c] as number) > 0)
      sum += ((kept[c] as number) - Math.min(kept[c] as number, on[c] as number)) * (reward[c] as number);
    if ((cost[c] as number) > dearest) dearest = cost[c] as number;
  }
  for (let w = 0; w < compact.workloads; w++) {
    const missing = (compact.wanted[w] as number) * (compact.step[w] as number) - (placed[w] as number);
    sum += missing * (compact.problem.workloads[w]?.optional === true ? (leftOut[w] as number) : dearest);
  }
  return sum;
}
