// What no assignment can cost less than, from sums alone. It must not know any assignment but the initial one's demands.
import type { Ground } from "./ground.ts";

/**
 * Lower bound of load and balance cost; moves cost nothing less than 0. Load: a machine's use stays within its capacity, so that
 * max(0, use − safety) ≥ use − min(safety, capacity), and over all machines the uses add up to the needs. Balance: max(0, ·) is convex, so its
 * sum over machines is at least max(0, ·) of the sums, and what is free in all does not depend on who is where.
 */
export function lowerBound(ground: Ground): number {
  const { resources, machines, processes, capacity, safety, need, loadWeight } = ground;
  const free = new Float64Array(resources);
  const beyond = new Float64Array(resources);
  for (let m = 0; m < machines; m++) {
    for (let r = 0; r < resources; r++) {
      const i = m * resources + r;
      free[r]! += capacity[i] as number;
      beyond[r]! -= Math.min(safety[i] as number, capacity[i] as number);
    }
  }
  for (let p = 0; p < processes; p++) {
    for (let r = 0; r < resources; r++) {
      free[r]! -= need[p * resources + r] as number;
      beyond[r]! += need[p * resources + r] as number;
    }
  }
  let bound = 0;
  for (let r = 0; r < resources; r++) bound += (loadWeight[r] as number) * Math.max(0, beyond[r] as number);
  for (let i = 0; i < ground.balances; i++) {
    const wanted = (ground.target[i] as number) * (free[ground.first[i] as number] as number);
    bound += (ground.balanceWeight[i] as number) * Math.max(0, wanted - (free[ground.second[i] as number] as number));
  }
  return bound;
}
