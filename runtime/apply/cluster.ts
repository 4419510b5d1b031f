// Applies one cluster's part of a plan: journal, writes by dependency, readiness, what goes away, inventory.
// It must not know other clusters but through the readiness board.
import {
  creationBatches,
  deletionBatches,
  isWorkload,
  needs,
  type Change,
  type ChangeAction,
  type Plan,
} from "../../planner/index.ts";
import type { Participant } from "../apply.ts";
import type { Emit, EventObject } from "../events.ts";
import { isEmptyInventory, refKey, sameContent, showRef, type Inventory, type InventoryEntry } from "../inventory.ts";
import { inventoryIn } from "../observe.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import { asRefusal, isUncertain, Refusal } from "../targets/refusal.ts";
import type { World } from "../world.ts";
import { journalled, settled, type ChangeResult } from "./journal.ts";
import type { ReadinessBoard } from "./readiness-board.ts";
import { isShrink } from "./tasks.ts";
import { untilGone, untilReady } from "./waiting.ts";
import { makeChange } from "./write.ts";

export interface ApplyRun {
  readonly plan: Plan;
  readonly world: World;
  readonly board: ReadinessBoard;
  readonly signal: AbortSignal;
  readonly adopt: boolean;
  readonly emit: Emit;
  /** On the world's clock, in milliseconds: when everything must be ready. */
  readonly deadline: number;
}

export interface ClusterResult {
  readonly cluster: string;
  readonly outcome: "done" | "failed" | "unknown" | "stopped";
  readonly detail?: string;
  readonly counts: Readonly<Record<ChangeAction, number>>;
  readonly failed: number;
  readonly skipped: number;
}

/** One cluster at work: what it has done so far. */
export interface ClusterWork extends Participant {
  readonly run: ApplyRun;
  readonly known: ReadonlyMap<string, InventoryEntry>;
  readonly results: Map<string, ChangeResult>;
  /** Why nothing new may begin: the user stopped, the lock was lost, the cluster does not answer. */
  halted: string | undefined;
}

/** Never rejects for what the cluster does: everything that failed is in the result and was said in events. */
export async function applyCluster(participant: Participant, run: ApplyRun): Promise<ClusterResult> {
  const { target, tasks, stored } = participant;
  const before = inventoryIn(stored, run.world.project);
  const known = new Map(before.objects.map((entry) => [refKey(entry), entry]));
  const work: ClusterWork = { ...participant, run, known, results: new Map(), halted: undefined };
  let detail: string | undefined;
  try {
    const journal = journalled(before, tasks, holderName(run.world), run.world.now().toISOString());
    const version = await target.writeInventory(journal, stored.version);
    await writeAll(work);
    await waitForReadiness(work);
    await takeAway(work);
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
    await inParallel(batch, requestsAtOnce, (change) => perform(work, change));
    // A kind must be served before its objects come, in a later batch.
    const definitions = batch.filter((c) => c.kind === "CustomResourceDefinition" && isDone(work, c));
    if (definitions.length > 0) await untilReady(work, definitions);
  }
}

const isDone = (work: ClusterWork, change: Change): boolean => work.results.get(refKey(change))?.kind === "done";

/** Makes one change, unless something it stands on failed or nothing new may begin. */
async function perform(work: ClusterWork, change: Change): Promise<void> {
  const { run, tasks } = work;
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
    work.results.set(refKey(change), { kind: "done", ...(made.uid === undefined ? {} : { uid: made.uid }) });
    run.emit({ type: "change-done", object, action: change.action });
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.kind === "unauthorized") work.halted = `${tasks.cluster} no longer accepts who we are`;
    if (refusal.kind === "unreachable" || (refusal.kind === "timeout" && (await isSilent(work))))
      work.halted = `${tasks.cluster} does not answer`;
    work.results.set(refKey(change), { kind: "failed", uncertain: isUncertain(refusal), reason: refusal.message });
    const help = refusal.details.help === undefined ? {} : { help: refusal.details.help };
    run.emit({ type: "change-failed", object, action: change.action, reason: refusal.message, ...help });
  }
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

function skip(work: ClusterWork, change: Change, reason: string): void {
  work.results.set(refKey(change), { kind: "skipped", reason });
  work.run.emit({ type: "change-skipped", object: eventObject(change), action: change.action, reason });
}

function haltReason(work: ClusterWork): string | undefined {
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

/** What shrinks and what goes, each once its workloads are up elsewhere. */
async function takeAway(work: ClusterWork): Promise<void> {
  const { tasks, run } = work;
  const shrinking = creationBatches(tasks.changes.filter(isShrink), tasks.order);
  const leaving = deletionBatches(tasks.changes.filter((change) => change.action === "delete"));
  if (leaving.length > 0) run.emit({ type: "phase", phase: "prune", cluster: tasks.cluster });
  for (const batch of [...shrinking, ...leaving]) {
    const gone = await inParallel(batch, requestsAtOnce, async (change) => {
      const stop = haltReason(work);
      const verdict =
        stop === undefined
          ? await unlessStopped(work, run.board.readyElsewhere(tasks.cluster, change.for ?? []))
          : { ready: false as const, reason: stop };
      if (verdict.ready) await perform(work, change);
      else skip(work, change, verdict.reason);
      return change.action === "delete" && isDone(work, change) ? [change] : [];
    });
    await untilGone(work, gone.flat());
  }
}

type Verdict = Awaited<ReturnType<ReadinessBoard["readyElsewhere"]>>;

async function unlessStopped(work: ClusterWork, verdict: Promise<Verdict>): Promise<Verdict> {
  const { signal } = work.run;
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const stop = (): void => resolve({ ready: false, reason: "stopped" });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([verdict, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
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
  if (work.lock.lost.aborted)
    throw new Refusal("moved", `the lock of ${work.tasks.cluster} was lost; the next apply goes on from its journal`);
  const after = settled(before, journal, work.tasks, work.results, work.run.plan.inputs);
  const nothing = isEmptyInventory(after) ? undefined : sameContent(before, after) ? before : after;
  await work.target.writeInventory(nothing, version);
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

export const eventObject = (change: Change): EventObject => ({
  cluster: change.cluster,
  apiVersion: change.apiVersion,
  kind: change.kind,
  namespace: change.namespace,
  name: change.name,
});
