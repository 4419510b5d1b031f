// What the inventory says before, during and after an apply. Pure: it must not know targets or time.
import type { Change, Plan } from "../../planner/index.ts";
import { manifestDigest, refKey, sortedInventory, type Inventory, type InventoryEntry } from "../inventory.ts";
import { isShared } from "../shared-kinds.ts";
import type { ClusterTasks } from "./tasks.ts";

/** How one change ended. `uncertain`: it may have happened though no answer came. */
export type ChangeResult =
  | { readonly kind: "done"; readonly uid?: string; readonly version?: string }
  /** With its uid when it was written, and only did not become ready. */
  | { readonly kind: "failed"; readonly uncertain: boolean; readonly reason: string; readonly uid?: string }
  | { readonly kind: "skipped"; readonly reason: string }
  /** Was to be deleted, and is not ours to delete any more: left alone, and let go of. */
  | { readonly kind: "kept"; readonly reason: string };

/**
 * The inventory to be written before the first change: all that was ours and all that is about to be, so that whatever happens next, nothing
 * of ours is ever on a cluster without being listed. The digests of what is about to change are forgotten: until it is done nobody knows.
 */
export function journalled(before: Inventory, tasks: ClusterTasks, by: string, since: string): Inventory {
  const entries = new Map(before.objects.map((entry) => [refKey(entry), entry]));
  for (const change of tasks.changes.filter((c) => c.action !== "none")) {
    const key = refKey(change);
    const known = entries.get(key);
    if (known !== undefined) entries.set(key, withoutDigest(known));
    else if (change.action !== "delete") {
      const { uid: _uid, ...entry } = entryOf(change, undefined);
      entries.set(key, change.action === "create" ? { ...entry, created: true } : entry);
    }
  }
  const placed = { ...before.placed };
  for (const [workload, replicas] of Object.entries(tasks.placed))
    placed[workload] = Math.max(replicas, placed[workload] ?? 0);
  return sortedInventory({ ...before, applying: { by, since }, placed, objects: [...entries.values()] });
}

function withoutDigest(entry: InventoryEntry): InventoryEntry {
  const { digest: _digest, version: _version, ...rest } = entry;
  return rest;
}

function entryOf(change: Change, known: InventoryEntry | undefined): InventoryEntry {
  return {
    ...known,
    apiVersion: change.apiVersion,
    kind: change.kind,
    namespace: change.namespace,
    name: change.name,
    app: change.app ?? "",
    for: change.for ?? [],
  };
}

/**
 * The inventory to be written at the end: `journal` less what is gone and what was never made. What failed without a clear answer stays
 * listed, so that the next apply looks for it.
 */
export function settled(
  before: Inventory,
  journal: Inventory,
  tasks: ClusterTasks,
  results: ReadonlyMap<string, ChangeResult>,
  plan: Pick<Plan, "inputs" | "decision" | "gap">,
): Inventory {
  const entries = new Map(journal.objects.map((entry) => [refKey(entry), entry]));
  const previous = new Map(before.objects.map((entry) => [refKey(entry), entry]));
  for (const change of tasks.changes) {
    const key = refKey(change);
    const entry = settledEntry(change, previous.get(key), entries.get(key), results.get(key), tasks);
    if (entry === undefined) entries.delete(key);
    else entries.set(key, entry);
  }
  const { applying: _applying, decided: _decided, ...rest } = journal;
  return sortedInventory({
    ...rest,
    generation: before.generation + 1,
    plan: plan.inputs,
    ...(plan.decision === undefined ? {} : { decided: { digest: plan.decision, gap: plan.gap } }),
    placed: settledPlacement(before, tasks, results),
    objects: [...entries.values()],
  });
}

function settledEntry(
  change: Change,
  previous: InventoryEntry | undefined,
  announced: InventoryEntry | undefined,
  result: ChangeResult | undefined,
  tasks: ClusterTasks,
): InventoryEntry | undefined {
  const manifest = tasks.manifest(change);
  if (change.action === "none") {
    // What leaves and is kept was let go of; if that failed, it is still listed.
    if (manifest === undefined) return result?.kind === "done" ? undefined : previous;
    // What many share is joined without a trace; anything else that is as it should be is ours, and must be listed to be deleted one day.
    if (previous === undefined && isShared(change)) return undefined;
    const { recovered: _recovered, ...found } = entryOf(change, previous);
    return change.uid === undefined ? found : { ...found, uid: change.uid };
  }
  if (change.action === "delete") return result?.kind === "done" || result?.kind === "kept" ? undefined : announced;
  if (result?.kind === "done") {
    const { recovered: _recovered, ...entry } = entryOf(change, announced);
    const digest = manifest === undefined ? undefined : manifestDigest(manifest);
    const uid = result.uid === undefined ? {} : { uid: result.uid };
    const version = result.version === undefined ? {} : { version: result.version };
    return { ...entry, ...uid, ...version, ...(digest === undefined ? {} : { digest }) };
  }
  if (result?.kind === "failed" && result.uncertain) {
    return announced === undefined || result.uid === undefined ? announced : { ...announced, uid: result.uid };
  }
  // A replacement that failed may have deleted already; what was there before is looked for again.
  return previous === undefined ? undefined : result?.kind === "skipped" ? previous : announced;
}

const isOver = (result: ChangeResult | undefined): boolean => result?.kind === "done" || result?.kind === "kept";

function settledPlacement(
  before: Inventory,
  tasks: ClusterTasks,
  results: ReadonlyMap<string, ChangeResult>,
): Readonly<Record<string, number>> {
  const open = new Set(
    tasks.changes
      .filter((change) => change.action !== "none" && !isOver(results.get(refKey(change))))
      .flatMap((change) => change.for ?? []),
  );
  const placed: Record<string, number> = {};
  for (const workload of new Set([...Object.keys(before.placed), ...Object.keys(tasks.placed)])) {
    const was = before.placed[workload] ?? 0;
    const is = tasks.placed[workload] ?? 0;
    const replicas = open.has(workload) ? Math.max(was, is) : is;
    if (replicas > 0) placed[workload] = replicas;
  }
  return placed;
}
