// Whether a cluster still is what the plan was made for. It must not write.
import { diffValues, type Change } from "../../planner/index.ts";
import { refKey, showRef, type InventoryEntry } from "../inventory.ts";
import { inventoryIn } from "../observe.ts";
import { withoutNoise } from "../noise.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import { redactFields } from "../redact.ts";
import type { StoredInventory, Target } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterTasks } from "./tasks.ts";

export interface StaleCheck {
  /** In the user's words: which object moved and how. Empty: the plan holds. */
  readonly moved: readonly string[];
  readonly stored: StoredInventory;
}

/**
 * Compares identity, inventory and every object that will change. A newer resourceVersion alone (a status that moved) is not a change: the
 * cluster is asked again what the write would do, and only a different answer is stale.
 */
export async function checkStale(target: Target, tasks: ClusterTasks, adopt: boolean): Promise<StaleCheck> {
  const reached = await target.reach();
  const stored = await target.readInventory();
  const wrong = wrongCluster(reached.identity, tasks, stored);
  if (wrong !== undefined) return { moved: [wrong], stored };
  const changing = tasks.changes.filter((change) => change.action !== "none");
  const known = new Map(inventoryIn(stored, "").objects.map((entry) => [refKey(entry), entry]));
  const entries = changing.flatMap((change) => known.get(refKey(change)) ?? []);
  const { live } = await target.readOurs(entries, []);
  const byKey = new Map(live.map((one) => [refKey(one.ref), one]));
  const moved = await inParallel(changing, requestsAtOnce, async (change) => {
    const entry = known.get(refKey(change));
    const found = byKey.get(refKey(change)) ?? (change.adopts === true ? await target.read(change) : undefined);
    if (change.action === "create") return found === undefined || adopt ? [] : [`${showRef(change)} exists by now`];
    if (found === undefined) return change.action === "delete" ? [] : [`${showRef(change)} is gone`];
    if (change.uid !== undefined && found.uid !== change.uid) return [`${showRef(change)} was deleted and made again`];
    if (found.resourceVersion === change.resourceVersion || change.action === "delete") return [];
    return (await stillSame(target, tasks, change, entry)) ? [] : [`${showRef(change)} has changed`];
  });
  return { moved: moved.flat(), stored };
}

function wrongCluster(identity: string | undefined, tasks: ClusterTasks, stored: StoredInventory): string | undefined {
  if (identity !== tasks.identity) {
    return `its context \`${tasks.context ?? ""}\` points to another cluster now (identity ${identity ?? "none"}, planned for ${tasks.identity ?? "none"})`;
  }
  if (stored.version === tasks.inventory) return undefined;
  const by =
    stored.inventory === undefined
      ? "its inventory is gone"
      : `generation ${stored.inventory.generation} was applied since`;
  return tasks.inventory === "none" ? `it was empty of ours, but ${by}` : by;
}

async function stillSame(
  target: Target,
  tasks: ClusterTasks,
  change: Change,
  entry: InventoryEntry | undefined,
): Promise<boolean> {
  const object = tasks.manifest(change);
  if (object === undefined) return false;
  try {
    const options = { adopt: change.adopts === true, autoscaled: tasks.autoscaled.has(refKey(change)) };
    const preview = await target.preview(object, change, entry, options);
    if (preview.kind !== change.action || !("after" in preview)) return false;
    const fields = redactFields(change, diffValues(withoutNoise(preview.live.object), withoutNoise(preview.after)));
    return diffValues(fields, change.fields).length === 0;
  } catch (error) {
    if (error instanceof Refusal && error.kind !== "unreachable" && error.kind !== "timeout") return false;
    throw error;
  }
}
