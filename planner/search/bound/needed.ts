// Clusters that every placement uses: where something must run whatever is left out elsewhere. It must not know prices or objectives.
import type { Compact } from "../compact.ts";
import { shapesOf } from "./shapes.ts";

const known = new WeakMap<Compact, Uint8Array>();

/** By cluster: 1 where a workload that may not stay out has too little room, in all or within one of its groups, on all others. */
export function neededOf(compact: Compact): Uint8Array {
  const found = known.get(compact) ?? make(compact);
  known.set(compact, found);
  return found;
}

function make(compact: Compact): Uint8Array {
  const { problem, candidateStart, cluster, most, step, wanted, workloads } = compact;
  const needed = new Uint8Array(problem.clusters.length);
  const shapes = shapesOf(compact);
  for (let w = 0; w < workloads; w++) {
    const total = (wanted[w] as number) * (step[w] as number);
    if (problem.workloads[w]?.optional === true || total === 0) continue;
    const [first, last] = [candidateStart[w] as number, candidateStart[w + 1] as number];
    /** Whoever all others of its group together are too few without. */
    const mark = (asked: readonly number[] | Float64Array, groupOf: (local: number) => number): void => {
      const room = new Float64Array(asked.length);
      for (let c = first; c < last; c++) {
        const g = groupOf(c - first);
        if (g >= 0) room[g] = (room[g] as number) + (most[c] as number);
      }
      for (let c = first; c < last; c++) {
        const g = groupOf(c - first);
        if (g >= 0 && (room[g] as number) - (most[c] as number) < (asked[g] as number))
          needed[cluster[c] as number] = 1;
      }
    };
    mark([total], () => 0);
    for (const { low, groupOf } of shapes[w]?.groupings ?? []) mark(low, (local) => groupOf[local] as number);
  }
  return needed;
}
