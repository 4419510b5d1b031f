// Makes one change, and says on the event stream how it ended. It must not know in which order changes come.
import { needs, type Change } from "../../planner/index.ts";
import { refKey, showRef } from "../inventory.ts";
import type { Live } from "../targets/port.ts";
import { asRefusal, isUncertain } from "../targets/refusal.ts";
import type { ChangeResult } from "./journal.ts";
import { eventObject, type ClusterWork } from "./work.ts";
import { makeChange } from "./write.ts";

/** Makes one change, unless something it stands on failed or nothing new may begin. */
export async function perform(work: ClusterWork, change: Change): Promise<void> {
  const { run } = work;
  const object = eventObject(change);
  const reason = haltReason(work) ?? blockedBy(work, change);
  if (reason !== undefined) return skip(work, change, reason);
  run.emit({ type: "change-started", object, action: change.action });
  try {
    const made = await makeChange(work, change);
    if (made.kind === "kept") {
      work.results.set(refKey(change), made);
      return run.emit({ type: "change-skipped", object, action: change.action, reason: `kept: ${made.reason}` });
    }
    work.results.set(refKey(change), doneWith(made.live));
    run.emit({ type: "change-done", object, action: change.action });
  } catch (error) {
    await failed(work, change, error);
  }
}

/** That it is done, with what identifies the object as it is now. */
export function doneWith(live: Live | undefined): ChangeResult {
  if (live === undefined) return { kind: "done" };
  return { kind: "done", version: live.resourceVersion, ...(live.uid === undefined ? {} : { uid: live.uid }) };
}

/** Writes down that a change failed, and whether anything more should be tried on this cluster. */
export async function failed(work: ClusterWork, change: Change, error: unknown): Promise<void> {
  const refusal = asRefusal(error);
  const { cluster } = work.tasks;
  if (refusal.kind === "unauthorized") work.halted = `${cluster} no longer accepts who we are`;
  const silent = refusal.kind === "unreachable" || (refusal.kind === "timeout" && (await isSilent(work)));
  if (silent) {
    work.halted = `${cluster} does not answer`;
    work.silent = true;
  }
  work.results.set(refKey(change), { kind: "failed", uncertain: isUncertain(refusal), reason: refusal.message });
  const help = refusal.details.help === undefined ? {} : { help: refusal.details.help };
  const object = eventObject(change);
  work.run.emit({ type: "change-failed", object, action: change.action, reason: refusal.message, ...help });
}

/** One slow request (a webhook) is not yet a cluster that is gone. */
async function isSilent(work: ClusterWork): Promise<boolean> {
  try {
    await work.target.reach();
    return false;
  } catch (error) {
    asRefusal(error);
    return true;
  }
}

export function skip(work: ClusterWork, change: Change, reason: string): void {
  work.results.set(refKey(change), { kind: "skipped", reason });
  work.run.emit({ type: "change-skipped", object: eventObject(change), action: change.action, reason });
}

/** Why nothing new may begin now; undefined when it may. */
export function haltReason(work: ClusterWork): string | undefined {
  if (work.run.signal.aborted) return "stopped";
  if (work.lock.lost.aborted) work.halted = `the lock of ${work.tasks.cluster} was lost`;
  return work.halted;
}

function blockedBy(work: ClusterWork, change: Change): string | undefined {
  const failed = work.tasks.changes.find((other) => {
    const result = work.results.get(refKey(other));
    return result !== undefined && result.kind !== "done" && other.action !== "delete" && needs(change, other);
  });
  return failed === undefined ? undefined : `${showRef(failed)} comes first, and it failed`;
}
