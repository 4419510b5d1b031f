// Applies one cluster's part of a plan: journal, writes by dependency, readiness, what goes away, inventory.
// It must not know other clusters but through the readiness board.
import { creationBatches, isWorkload, type Change, type ChangeAction } from "../../planner/index.ts";
import { isEmptyInventory, refKey, sameContent, showRef, type Inventory } from "../inventory.ts";
import { inventoryIn } from "../observe.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import { asRefusal, Refusal } from "../targets/refusal.ts";
import type { World } from "../world.ts";
import { journalled, settled } from "./journal.ts";
import { closePolicies, openPolicy, takeAway } from "./moving.ts";
import { haltReason, perform } from "./perform.ts";
import { closesLater } from "./policies.ts";
import { hasWork, isShrink } from "./tasks.ts";
import { untilScheduled } from "./scheduling.ts";
import { untilReady } from "./waiting.ts";
import { isDone, type ApplyRun, type ClusterWork, type Participant } from "./work.ts";

export interface ClusterResult {
  readonly cluster: string;
  readonly outcome: "done" | "failed" | "unknown" | "stopped";
  readonly detail?: string;
  readonly counts: Readonly<Record<ChangeAction, number>>;
  readonly failed: number;
  readonly skipped: number;
}

/** Never rejects for what the cluster does: everything that failed is in the result and was said in events. */
export async function applyCluster(participant: Participant, run: ApplyRun): Promise<ClusterResult> {
  const { target, tasks, stored } = participant;
  const before = inventoryIn(stored, run.world.project);
  const known = new Map(before.objects.map((entry) => [refKey(entry), entry]));
  const work: ClusterWork = {
    ...participant,
    run,
    known,
    results: new Map(),
    opened: new Set(),
    halted: undefined,
    silent: false,
  };
  let detail: string | undefined;
  try {
    if (!hasWork(tasks)) {
      await waitForReadiness(work); // others wait for what runs here already
      return resultOf(work, undefined);
    }
    const journal = journalled(before, tasks, holderName(run.world), run.world.now().toISOString());
    const version = await target.writeInventory(journal, stored.version);
    await writeAll(work);
    await waitForReadiness(work);
    await takeAway(work);
    await closePolicies(work);
    await letGo(work);
    await settle(work, before, journal, version);
  } catch (error) {
    detail = asRefusal(error).message;
  } finally {
    run.board.closeCluster(tasks.cluster, detail ?? work.halted ?? "its apply ended");
  }
  return resultOf(work, detail);
}

const holderName = ({ holder }: World): string => `${holder.user}@${holder.host}:${holder.pid}`;

async function writeAll(work: ClusterWork): Promise<void> {
  const { tasks } = work;
  const early = tasks.changes.filter((c) => ["create", "update", "replace"].includes(c.action) && !isShrink(c));
  work.run.emit({ type: "phase", phase: "apply", cluster: tasks.cluster });
  for (const batch of creationBatches(early, tasks.order)) {
    await inParallel(batch, requestsAtOnce, (change) =>
      closesLater(change, tasks.changes) ? openPolicy(work, change) : perform(work, change),
    );
    // A kind must be served before its objects come, in a later batch.
    const definitions = batch.filter((c) => c.kind === "CustomResourceDefinition" && isDone(work, c));
    if (definitions.length > 0) await untilReady(work, definitions);
    // The order is the one in which the packing is known to hold: the scheduler must see it too.
    if (tasks.order.length > 0)
      await untilScheduled(
        work,
        batch.filter((c) => isWorkload(c) && isDone(work, c)),
      );
  }
}

async function waitForReadiness(work: ClusterWork): Promise<void> {
  const { tasks, run, target } = work;
  const awaited = run.board.awaited(tasks.cluster);
  const isAwaited = (change: Change): boolean => (change.for ?? []).some((workload) => awaited.has(workload));
  const candidates = tasks.changes.filter(
    (c) => c.action !== "delete" && tasks.manifest(c) !== undefined && isWorkload(c),
  );
  const changed = candidates.filter(
    (c) => (c.action !== "none" && isDone(work, c)) || (c.action === "none" && isAwaited(c)),
  );
  const verdicts = target.runs && !run.signal.aborted ? await untilReady(work, changed) : new Map<string, string>();
  for (const workload of awaited) {
    const open = tasks.changes.filter((c) => (c.for ?? []).includes(workload) && c.action !== "delete" && !isShrink(c));
    const broken =
      open.find((c) => c.action !== "none" && !isDone(work, c)) ?? open.find((c) => verdicts.has(refKey(c)));
    const reason = broken === undefined ? undefined : (verdicts.get(refKey(broken)) ?? "it could not be written");
    run.board.report(
      tasks.cluster,
      workload,
      broken === undefined
        ? { ready: true }
        : { ready: false, reason: `${workload} is not ready on ${tasks.cluster}: ${showRef(broken)}: ${reason}` },
    );
  }
}

/** Takes our marks off what is kept although no intent names it any more. */
async function letGo(work: ClusterWork): Promise<void> {
  const kept = work.tasks.changes.filter(
    (change) => change.action === "none" && work.tasks.manifest(change) === undefined,
  );
  await inParallel(kept, requestsAtOnce, async (change) => {
    const entry = work.known.get(refKey(change));
    if (entry === undefined || haltReason(work) !== undefined || entry.recovered === true) return;
    try {
      await work.target.release(entry);
      work.results.set(refKey(change), { kind: "done" });
    } catch (error) {
      work.results.set(refKey(change), { kind: "failed", uncertain: true, reason: asRefusal(error).message });
    }
  });
}

async function settle(work: ClusterWork, before: Inventory, journal: Inventory, version: string): Promise<void> {
  if (work.silent) throw new Refusal("unreachable", `${work.halted}; the next apply goes on from its journal`);
  if (work.lock.lost.aborted)
    throw new Refusal("moved", `the lock of ${work.tasks.cluster} was lost; the next apply goes on from its journal`);
  const after = settled(before, journal, work.tasks, work.results, work.run.plan);
  const nothing = isEmptyInventory(after) ? undefined : sameContent(before, after) ? before : after;
  await work.target.writeInventory(nothing, version);
  const { cluster, identity } = work.tasks;
  if (identity !== undefined) work.run.world.lastSeen.remember(cluster, { identity, placed: after.placed });
}

function resultOf(work: ClusterWork, detail: string | undefined): ClusterResult {
  const { tasks, results, run } = work;
  const counts = { create: 0, update: 0, replace: 0, delete: 0, none: 0 };
  let failed = 0;
  let skipped = 0;
  for (const change of tasks.changes) {
    const result = results.get(refKey(change));
    if (change.action === "none" && result?.kind !== "failed") continue;
    if (result?.kind === "done") counts[change.action] += 1;
    else if (result?.kind === "failed") failed += 1;
    else if (result?.kind !== "kept") skipped += 1;
  }
  const outcome =
    run.signal.aborted && skipped > 0 ? "stopped" : failed + skipped > 0 || detail !== undefined ? "failed" : "done";
  const why = detail ?? work.halted;
  const told = why === undefined ? {} : { detail: why };
  run.emit({ type: "cluster-done", cluster: tasks.cluster, outcome, ...told });
  return { cluster: tasks.cluster, outcome, ...told, counts, failed, skipped };
}
