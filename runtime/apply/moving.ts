// What leaves a cluster: shrinks, deletions, and the policies that old copies still use. Each only once its workloads are up elsewhere.
// It must not know what is written before.
import { creationBatches, deletionBatches, isWorkload, needs, type Change } from "../../planner/index.ts";
import { refKey, showRef } from "../inventory.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import { doneWith, failed, haltReason, perform, skip } from "./perform.ts";
import { bothPolicies } from "./policies.ts";
import { isShrink, takenAway, takesAway } from "./tasks.ts";
import { untilGone } from "./waiting.ts";
import { isDone, type ClusterWork } from "./work.ts";

/** What shrinks and what goes, each once its workloads are up elsewhere. */
export async function takeAway(work: ClusterWork): Promise<void> {
  const { tasks, run } = work;
  const shrinking = creationBatches(tasks.changes.filter(isShrink), tasks.order);
  const leaving = deletionBatches(tasks.changes.filter((change) => change.action === "delete"));
  if (leaving.length > 0) run.emit({ type: "phase", phase: "prune", cluster: tasks.cluster });
  for (const batch of [...shrinking, ...leaving]) {
    const gone = await inParallel(batch, requestsAtOnce, async (change) => {
      const reason = haltReason(work) ?? stillUsed(work, change) ?? (await notReadyElsewhere(work, change));
      if (reason === undefined) await perform(work, change);
      else skip(work, change, reason);
      return change.action === "delete" && isDone(work, change) ? [change] : [];
    });
    await untilGone(work, gone.flat());
  }
}

/** What stays, because its new copy is not up or its deletion failed, keeps what it stands on. */
function stillUsed(work: ClusterWork, change: Change): string | undefined {
  const staying = work.tasks.changes.find((other) => {
    const result = work.results.get(refKey(other));
    const stays = result?.kind === "skipped" || result?.kind === "failed";
    return stays && takesAway(other) && other !== change && needs(other, change);
  });
  return staying === undefined ? undefined : `${showRef(staying)} is still there and needs it`;
}

async function notReadyElsewhere(work: ClusterWork, change: Change): Promise<string | undefined> {
  const { signal, board } = work.run;
  const { promise, resolve } = Promise.withResolvers<{ readonly ready: false; readonly reason: string }>();
  const stop = (): void => resolve({ ready: false, reason: "stopped" });
  signal.addEventListener("abort", stop, { once: true });
  try {
    const verdict = await Promise.race([
      board.readyElsewhere(work.tasks.cluster, takenAway(change, work.tasks.placed)),
      promise,
    ]);
    return verdict.ready ? undefined : verdict.reason;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Writes a policy that allows what it did and what it will, for as long as old copies are there; `closePolicies` writes the rest. */
export async function openPolicy(work: ClusterWork, change: Change): Promise<void> {
  const { target, tasks } = work;
  const manifest = tasks.manifest(change);
  try {
    const live = haltReason(work) === undefined ? await target.read(change) : undefined;
    const both = live === undefined || manifest === undefined ? undefined : bothPolicies(live.object, manifest);
    if (live === undefined || both === undefined) return await perform(work, change);
    const uid = change.uid === undefined ? {} : { uid: change.uid };
    const expected = { kind: "present" as const, ...uid, adopts: change.adopts === true };
    const written = await target.write(both, change, expected, { autoscaled: false });
    work.results.set(refKey(change), doneWith(written));
    work.opened.add(change);
  } catch (error) {
    await failed(work, change, error);
  }
}

/** Now that the old copies are gone, what only they needed is closed. Where one had to stay, its policy stays too. */
export async function closePolicies(work: ClusterWork): Promise<void> {
  const staying = work.tasks.changes.find((change) => takesAway(change) && isWorkload(change) && !isDone(work, change));
  await inParallel([...work.opened], requestsAtOnce, async (change) => {
    if (staying === undefined) await perform(work, change);
    else {
      // Not as it was, nor as it shall be: the next plan must look.
      const reason = `${showRef(staying)} is still there and uses it`;
      skip(work, change, reason);
      work.results.set(refKey(change), { kind: "failed", uncertain: true, reason });
    }
  });
}
