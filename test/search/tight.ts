// Small problems of one cost in which rows bind. It must not know how problems are solved.
import type { Problem } from "../../planner/index.ts";
import { dice } from "../oracles/dice.ts";
import { assignment } from "./assignment.ts";

/** Jobs on a few machines that are nearly full, whole or divided. */
export function tight(seed: number): Problem {
  const roll = dice(seed);
  const clusters = roll.between(2, 4);
  const jobs = roll.between(4, 9);
  const divided = roll.chance(0.5);
  const weights = Array.from({ length: jobs * clusters }, () => roll.between(3, 12));
  const total = weights.reduce((a, b) => a + b, 0) / clusters;
  return assignment({
    clusters,
    jobs,
    cost: weights.map(() => roll.between(5, 30)),
    weight: weights,
    capacity: Array.from({ length: clusters }, () => Math.ceil((total / clusters) * (1 + roll.between(5, 40) / 100))),
    ...(divided ? { replicas: Array.from({ length: jobs }, () => roll.between(1, 3)) } : {}),
  });
}
