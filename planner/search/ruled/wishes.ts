// Wishes of those that others follow, made whole: where a follower wishes to be, one of those that it follows wishes to be too, whole and not in a
// small part. It must not know where wishes come from or how they are granted.
import type { Compact } from "../compact.ts";
import type { Bonds, Near } from "./bonds.ts";

/** Parts of a step below which a wish is none. */
const LEAST = 0.02;

/** @param wish replicas by candidate; changed in place */
export function alignWishes(compact: Compact, bonds: Bonds, wish: Float64Array): void {
  const aligned = new Set<number>();
  const align = (w: number): void => {
    if (aligned.has(w)) return;
    aligned.add(w);
    // Followers first: where they go asks for what they follow.
    const followed = bonds.followed(w);
    for (const { workload } of followed) align(workload);
    if (followed.length > 0) evenWithTotal(compact, wish, w);
    for (const near of bonds.nears(w)) follow(compact, bonds, wish, near);
  };
  for (let w = 0; w < compact.workloads; w++) if (bonds.nears(w).length > 0) align(w);
  for (let w = 0; w < compact.workloads; w++) if (bonds.followed(w).length > 0) align(w);
}

/** Raises one step of a target within reach of each place that is wished for, the largest wishes first; where none is left, the wish is given up. */
function follow(compact: Compact, bonds: Bonds, wish: Float64Array, { workload, of, reach }: Near): void {
  const { candidateStart, cluster, step, wanted } = compact;
  const places: number[] = [];
  for (let c = candidateStart[workload] as number; c < (candidateStart[workload + 1] as number); c++)
    if ((wish[c] as number) > LEAST) places.push(c);
  places.sort((a, b) => (wish[b] as number) - (wish[a] as number) || a - b);
  const left = new Map(of.map((target) => [target, (wanted[target] as number) - wholeOf(compact, wish, target)]));
  for (const c of places) {
    let best = -1;
    let served = false;
    for (const target of of)
      for (const at of reach[cluster[c] as number] ?? []) {
        const own = bonds.at(target, at);
        if (own < 0 || (compact.most[own] as number) < (step[target] as number)) continue;
        served ||= (wish[own] as number) >= (step[target] as number);
        if ((left.get(target) ?? 0) > 0 && (best < 0 || (wish[own] as number) > (wish[best] as number))) best = own;
      }
    if (served) continue;
    if (best < 0) wish[c] = 0;
    else {
      const target = compact.workloadOf[best] as number;
      wish[best] = step[target] as number;
      left.set(target, (left.get(target) as number) - 1);
    }
  }
}

/** Places with a whole step. */
function wholeOf({ candidateStart, step }: Compact, wish: Float64Array, w: number): number {
  let count = 0;
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
    if ((wish[c] as number) >= (step[w] as number)) count++;
  return count;
}

/** Takes from what is beyond one step what was raised elsewhere: all wishes together are for what is wanted. */
function evenWithTotal({ candidateStart, step, wanted }: Compact, wish: Float64Array, w: number): void {
  const size = step[w] as number;
  let [sum, beyond] = [0, 0];
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) {
    sum += wish[c] as number;
    beyond += Math.max(0, (wish[c] as number) - size);
  }
  const excess = sum - (wanted[w] as number) * size;
  if (excess <= 0 || beyond <= 0) return;
  const keeps = Math.max(0, 1 - excess / beyond);
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
    if ((wish[c] as number) > size) wish[c] = size + keeps * ((wish[c] as number) - size);
}
