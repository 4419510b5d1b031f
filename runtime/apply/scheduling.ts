// Waits until the pods of a batch have nodes, before the next workload in the order of creation is written. It must not fail an apply.
import type { Change } from "../../planner/index.ts";
import { refOf } from "../inventory.ts";
import { asRefusal } from "../targets/refusal.ts";
import { eventObject, type ClusterWork } from "./work.ts";

const pollMilliseconds = 100;
/** A pod that has no node after this long will not get one by waiting; readiness says so later. */
const longestMilliseconds = 15_000;

export async function untilScheduled(work: ClusterWork, changes: readonly Change[]): Promise<void> {
  const { run, target, tasks } = work;
  if (!target.runs) return;
  const until = Math.min(run.deadline, run.world.clock() + longestMilliseconds);
  for (const change of changes) {
    const object = tasks.manifest(change);
    if (object === undefined) continue;
    for (let said = 0; ;) {
      const waiting = await target.unscheduled(object, refOf(object)).catch((error: unknown) => void asRefusal(error));
      if (waiting === undefined || waiting === 0 || run.signal.aborted || run.world.clock() >= until) break;
      if (waiting !== said)
        run.emit({ type: "waiting", object: eventObject(change), message: `${waiting} pods wait for a node` });
      said = waiting;
      await run.world.sleep(pollMilliseconds, run.signal);
    }
  }
}
