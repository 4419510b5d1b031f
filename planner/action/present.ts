// Which workloads run on each cluster. It must not know objects.
import type { ActionInput } from "./controller.ts";

/** Workloads by their number in the IR, ascending, for each cluster that runs any. */
export function presentOn({ ir, placed }: Pick<ActionInput, "ir" | "placed">): ReadonlyMap<string, readonly number[]> {
  const present = new Map<string, number[]>();
  ir.workloads.forEach(({ id }, number) => {
    for (const [cluster, replicas] of Object.entries(placed[id] ?? {})) {
      if (replicas <= 0) continue;
      const known = present.get(cluster);
      if (known === undefined) present.set(cluster, [number]);
      else known.push(number);
    }
  });
  return present;
}
