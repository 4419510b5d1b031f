// Clusters that every placement uses, because something must run and all other sites of it are too few: they count whatever their room is worth. It
// must not know prices.
import type { World } from "../world.ts";
import { groupingsOf } from "./least.ts";
import type { Task } from "./sites.ts";

/** Names of clusters that are in use in every placement: for the whole of a workload, or for the least of one of its groups. */
export function neededClusters(world: World, tasks: readonly Task[]): ReadonlySet<string> {
  const needed = new Set<string>();
  for (const task of tasks) {
    const { run, sites, total } = task;
    if (run.optional || total === 0) continue;
    const all = { groups: [{ low: total }], groupOf: new Int32Array(sites.length) };
    for (const { groups, groupOf } of [all, ...groupingsOf(world, task)]) {
      const room = groups.map(() => 0);
      sites.forEach(({ most }, s) => {
        if (groupOf[s]! >= 0) room[groupOf[s]!]! += most;
      });
      sites.forEach(({ most, name }, s) => {
        const group = groupOf[s]!;
        if (group >= 0 && room[group]! - most < groups[group]!.low) needed.add(name);
      });
    }
  }
  return needed;
}
