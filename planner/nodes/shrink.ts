// The smallest part of what can not be packed that can not be packed either: the fewer workloads a cut names, the more it cuts.
// It must not know nodes.
import type { Load } from "./cluster.ts";

export interface Shrunk {
  readonly part: Load;
  /** Workloads of the part's company, absent ones too: the part fails with just so many of them. */
  readonly kept: ReadonlySet<number>;
}

/**
 * Leaves out workloads as long as the rest still fails, then replicas. What keeps company (of which more may help) is left out as a whole
 * or kept with all of its company as it is; where such is kept, no replicas are left out.
 */
export function shrink(
  load: Load,
  fails: (part: Load) => boolean,
  companyOf: (part: Load) => ReadonlySet<number>,
): Shrunk {
  let part: Load = load;
  const without = (workloads: Iterable<number>): void => {
    const less = new Map(part);
    for (const workload of workloads) less.delete(workload);
    if (less.size > 0 && less.size < part.size && fails(less)) part = less;
  };
  for (const workload of companyOf(load)) without([workload]);
  // What was left out of a company that stays would change what the rest means: then all of it is kept as it was.
  const company = companyOf(part);
  if ([...company].some((workload) => load.has(workload) && !part.has(workload))) part = load;
  const kept = companyOf(part);
  for (const workload of load.keys()) if (!kept.has(workload)) without([workload]);
  return { part: kept.size > 0 ? part : fewest(part, fails), kept };
}

function fewest(load: Load, fails: (part: Load) => boolean): Load {
  const part = new Map(load);
  for (const [workload, replicas] of load) {
    let [low, high] = [1, replicas];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fails(new Map(part).set(workload, middle))) high = middle;
      else low = middle + 1;
    }
    part.set(workload, low);
  }
  return part;
}
