// What must run on every node leaves less of it for others: how many of each workload fit beside it, node by node. It must not know which
// clusters a workload may use, or what it costs there.
import { fitting } from "../build/room.ts";
import { columnsOf, withColumns } from "../columns.ts";
import type { Problem, ProblemPool, ProblemWorkload } from "../problem.ts";

/**
 * The workloads with `most` lowered to what fits beside DaemonSets that must be there. A cluster where nothing fits stays a candidate, of none:
 * which values a spread can use does not hang on what else runs.
 * @param free of `freeOfDaemons`.
 */
export function besideDaemons(
  { workloads, pools }: Problem,
  free: ReadonlyMap<number, readonly number[]>,
): readonly ProblemWorkload[] {
  if (free.size === 0) return workloads;
  return workloads.map((workload) => (workload.perNode ? workload : lowered(workload, pools, free)));
}

/** By pool, where a DaemonSet must be on each node: what one node has free beside it. */
export function freeOfDaemons({ workloads, pools }: Problem): ReadonlyMap<number, readonly number[]> {
  const free = new Map<number, readonly number[]>();
  for (const workload of workloads) {
    const { counting, perNode, optional, demand } = workload;
    if (!perNode || optional || counting.kind !== "each") continue;
    const columns = columnsOf(workload);
    const required = new Set(counting.required);
    columns.pools.forEach((own, i) => {
      if (!required.has(columns.cluster[i] as number)) return;
      for (const p of own)
        free.set(
          p,
          (free.get(p) ?? pools[p]?.shape ?? []).map((amount, r) => amount - (demand[r] as number)),
        );
    });
  }
  return free;
}

function lowered(
  workload: ProblemWorkload,
  pools: readonly ProblemPool[],
  free: ReadonlyMap<number, readonly number[]>,
): ProblemWorkload {
  const columns = columnsOf(workload);
  const roomOn = (p: number): number => {
    const { count, shape } = pools[p] as ProblemPool;
    return count * Math.max(0, Math.min(workload.perNodeMost, fitting(workload.demand, free.get(p) ?? shape)));
  };
  const most = columns.most.map((many, i) => {
    const own = columns.pools[i] as readonly number[];
    return own.some((p) => free.has(p))
      ? Math.min(
          many,
          own.reduce((sum, p) => sum + roomOn(p), 0),
        )
      : many;
  });
  const same = most.every((many, i) => many === columns.most[i]);
  return same ? workload : withColumns(workload, { ...columns, most });
}
