// The smallest part of what can not be packed that can not be packed either: the fewer workloads a cut names, the more it cuts.
// It must not know nodes.
import type { Load } from "./cluster.ts";

/** Leaves out workloads, then replicas, as long as the rest is still impossible. */
export function shrink(load: Load, impossible: (part: Load) => boolean): Load {
  let part = new Map(load);
  for (const workload of load.keys()) {
    const less = new Map(part);
    less.delete(workload);
    if (less.size > 0 && impossible(less)) part = less;
  }
  for (const [workload, replicas] of part) {
    let [low, high] = [1, replicas];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (impossible(new Map(part).set(workload, middle))) high = middle;
      else low = middle + 1;
    }
    part.set(workload, low);
  }
  return part;
}
