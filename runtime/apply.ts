// Carries out a plan, and nothing but the plan: locks, checks that nothing has moved, then every cluster at once.
// It must not compile, solve or decide what should be where.
import type { Diagnostic } from "../grammar/index.ts";
import type { ClusterState, Plan } from "../planner/index.ts";
import { applyCluster, type ClusterResult } from "./apply/cluster.ts";
import { readinessBoard } from "./apply/readiness-board.ts";
import { checkStale } from "./apply/stale.ts";
import type { Participant } from "./apply/work.ts";
import { hasWork, leavingWorkloads, tasksOf, type ClusterTasks } from "./apply/tasks.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import type { Emit, EngineEvent } from "./events.ts";
import type { Lock, LockHolder, Target } from "./targets/port.ts";
import { clustersAtOnce, inParallel } from "./parallel.ts";
import { asRefusal } from "./targets/refusal.ts";
import type { World } from "./world.ts";

export interface ApplyOptions {
  readonly emit: Emit;
  /** Aborted to stop: nothing new begins, what runs ends, and what was reached is written down. */
  readonly signal?: AbortSignal;
  /** Take over what appeared since the plan was made and is not ours. */
  readonly adopt?: boolean;
  /** Milliseconds to wait for another apply's lock; default 0. */
  readonly lockTimeout?: number;
  /** Milliseconds until everything must be ready; default ten minutes. */
  readonly readyTimeout?: number;
}

export interface ApplyOutcome {
  readonly outcome: "done" | "partial" | "stale" | "locked" | "stopped";
  readonly clusters: readonly {
    readonly cluster: string;
    readonly outcome: "done" | "failed" | "unknown" | "stopped";
    readonly detail?: string;
  }[];
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why nothing was done (stale, locked), or which clusters are unknown. */
  readonly diagnostics: readonly Diagnostic[];
}

type Left = { readonly cluster: string; readonly problem: string };

/**
 * Applies a plan whose manifests are whole (`restoreSecrets` first for a saved one). Before the first write every cluster is locked, in the
 * order of their names, and compared with what the plan was made for: one lock held elsewhere or one object moved, and nothing is
 * written anywhere. A cluster that can not be reached is left out and reported; the others go on.
 */
export async function applyPlan(plan: Plan, world: World, options: ApplyOptions): Promise<ApplyOutcome> {
  const signal = options.signal === undefined ? world.signal : AbortSignal.any([options.signal, world.signal]);
  const all = tasksOf(plan);
  const leaving = leavingWorkloads(all);
  const work = all.filter(
    (tasks) => hasWork(tasks) || Object.keys(tasks.placed).some((workload) => leaving.has(workload)),
  );
  const count = work.reduce((sum, tasks) => sum + tasks.changes.filter((c) => c.action !== "none").length, 0);
  options.emit({ type: "apply-started", clusters: work.map((tasks) => tasks.cluster), changes: count });
  const unplanned = plan.clusters.filter((state) => state.state === "unknown").map(leftOut);

  options.emit({ type: "phase", phase: "lock" });
  const locked = await lockAll(work, world, options);
  try {
    if (locked.busy !== undefined) return finish(options.emit, "locked", [], unplanned, [lockedBy(locked.busy)]);
    // Checked under the lock, so that nobody of ours can move anything between the check and the write.
    const stale = await staleAll(locked.joined, options);
    if (stale.moved.length > 0) return finish(options.emit, "stale", [], unplanned, stale.moved);
    const board = readinessBoard(
      plan,
      leaving,
      stale.joined.map((p) => p.tasks.cluster),
    );
    const run = { plan, world, board, signal, adopt: options.adopt === true, emit: options.emit };
    const deadline = world.clock() + (options.readyTimeout ?? 600_000);
    const results = await inParallel(stale.joined, clustersAtOnce, (p) => applyCluster(p, { ...run, deadline }));
    return finish(options.emit, undefined, results, [...unplanned, ...locked.left, ...stale.left], []);
  } finally {
    await Promise.all(locked.held.map((lock) => lock.release().catch(() => undefined)));
  }
}

const leftOut = (state: ClusterState): Left => ({
  cluster: state.cluster,
  problem: state.problem ?? "it was unknown when the plan was made",
});

interface Locked {
  readonly joined: readonly { readonly tasks: ClusterTasks; readonly target: Target; readonly lock: Lock }[];
  readonly held: readonly Lock[];
  readonly left: readonly Left[];
  readonly busy: { readonly cluster: string; readonly holder: LockHolder | undefined } | undefined;
}

/** In the order of the clusters' names, so that two applies that want the same clusters can not hold each other up for ever. */
async function lockAll(work: readonly ClusterTasks[], world: World, options: ApplyOptions): Promise<Locked> {
  const joined: { tasks: ClusterTasks; target: Target; lock: Lock }[] = [];
  const left: Left[] = [];
  const busy: { cluster: string; holder: LockHolder | undefined }[] = [];
  const take = async (tasks: ClusterTasks): Promise<void> => {
    try {
      const target = await world.open({
        name: tasks.cluster,
        ...(tasks.context === undefined ? {} : { context: tasks.context }),
      });
      target.onRetry((reason, milliseconds) =>
        options.emit({ type: "retrying", cluster: tasks.cluster, reason, seconds: milliseconds / 1000 }),
      );
      const result = await target.lock(options.lockTimeout ?? 0);
      if (result.kind === "busy") busy.push({ cluster: tasks.cluster, holder: result.holder });
      else joined.push({ tasks, target, lock: result.lock });
    } catch (error) {
      left.push({ cluster: tasks.cluster, problem: asRefusal(error).message });
    }
  };
  const sorted = [...work].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  // Only the first lock decides a race: whoever has it takes the others at once, and gives all back when one is held.
  const [first, ...others] = sorted;
  if (first !== undefined) await take(first);
  if (busy.length === 0) await inParallel(others, clustersAtOnce, take);
  return { joined, held: joined.map(({ lock }) => lock), left, busy: busy[0] };
}

const lockedBy = ({ cluster, holder }: { cluster: string; holder: LockHolder | undefined }): Diagnostic =>
  runtimeDiagnostics.make["locked"](undefined, [
    cluster,
    holder === undefined
      ? "somebody"
      : `${holder.user} on ${holder.host} (process ${holder.pid}, since ${holder.since})`,
  ]);

async function staleAll(joined: Locked["joined"], options: ApplyOptions) {
  const moved: Diagnostic[] = [];
  const left: Left[] = [];
  const participants = await inParallel(joined, clustersAtOnce, async (one): Promise<Participant[]> => {
    try {
      const checked = await checkStale(one.target, one.tasks, options.adopt === true);
      moved.push(
        ...checked.moved.map((what) => runtimeDiagnostics.make["stale"](undefined, [one.tasks.cluster, what])),
      );
      return [{ ...one, stored: checked.stored }];
    } catch (error) {
      left.push({ cluster: one.tasks.cluster, problem: asRefusal(error).message });
      return [];
    }
  });
  moved.sort((a, b) => (a.message < b.message ? -1 : 1));
  return { joined: participants.flat(), moved, left };
}

function finish(
  emit: Emit,
  refused: "stale" | "locked" | undefined,
  results: readonly ClusterResult[],
  left: readonly Left[],
  reasons: readonly Diagnostic[],
): ApplyOutcome {
  const clusters = [
    ...results.map(({ cluster, outcome, detail }) => ({
      cluster,
      outcome,
      ...(detail === undefined ? {} : { detail }),
    })),
    ...left.map(({ cluster, problem }) => ({ cluster, outcome: "unknown" as const, detail: problem })),
  ].sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  const sum = (count: (result: ClusterResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const counts = {
    created: sum((r) => r.counts.create),
    updated: sum((r) => r.counts.update),
    replaced: sum((r) => r.counts.replace),
    deleted: sum((r) => r.counts.delete),
    failed: sum((r) => r.failed),
    skipped: sum((r) => r.skipped),
  };
  const stopped = clusters.some((c) => c.outcome === "stopped");
  const outcome = refused ?? (stopped ? "stopped" : clusters.some((c) => c.outcome !== "done") ? "partial" : "done");
  for (const { cluster, outcome: how, detail } of clusters) {
    const event: EngineEvent = {
      type: "cluster-done",
      cluster,
      outcome: how,
      ...(detail === undefined ? {} : { detail }),
    };
    if (how === "unknown") emit(event);
  }
  emit({ type: "apply-done", outcome, ...counts });
  const unknown = left.map(({ cluster, problem }) =>
    runtimeDiagnostics.make["cluster-unknown"](undefined, [cluster, problem]),
  );
  return { outcome, clusters, ...counts, diagnostics: [...reasons, ...unknown] };
}
