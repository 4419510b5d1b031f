// Makes one change of a plan on one cluster. It must not know what comes before or after it.
import type { Change } from "../../planner/index.ts";
import { refKey, showRef, type InventoryEntry } from "../inventory.ts";
import type { WriteOptions } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterWork } from "./cluster.ts";
import { untilAbsent } from "./waiting.ts";

/** Gives the uid of what is there afterwards. Refused when the live object is not the one that was planned for. */
export async function makeChange(work: ClusterWork, change: Change): Promise<string | undefined> {
  if (change.action === "delete") return remove(work, change);
  const manifest = work.tasks.manifest(change);
  if (manifest === undefined) throw new Error(`the plan has no manifest for ${showRef(change)}`);
  const options: WriteOptions = { autoscaled: work.tasks.autoscaled.has(refKey(change)) };
  if (change.action === "replace") {
    await remove(work, change);
    await untilAbsent(work, change);
  }
  if (change.action === "update") {
    const expected = {
      kind: "present" as const,
      ...(change.uid === undefined ? {} : { uid: change.uid }),
      adopts: change.adopts === true,
    };
    return (await work.target.write(manifest, change, expected, options)).uid;
  }
  return create(work, change, options);
}

async function create(work: ClusterWork, change: Change, options: WriteOptions): Promise<string | undefined> {
  const manifest = work.tasks.manifest(change);
  if (manifest === undefined) throw new Error(`the plan has no manifest for ${showRef(change)}`);
  try {
    return (await work.target.write(manifest, change, { kind: "absent" }, options)).uid;
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== "foreign") throw error;
    // It exists: because our own answer was lost, because its kind is shared by all, or because `--adopt` takes it.
    const known: InventoryEntry = { ...(work.known.get(refKey(change)) ?? entryFor(change)) };
    const preview = await work.target.preview(manifest, change, work.known.has(refKey(change)) ? known : undefined, {
      adopt: work.run.adopt,
      ...options,
    });
    if (preview.kind === "same") return preview.live.uid;
    if (preview.kind !== "update") throw error;
    const uid = preview.live.uid === undefined ? {} : { uid: preview.live.uid };
    return (await work.target.write(manifest, change, { kind: "present", ...uid, adopts: preview.adopts }, options))
      .uid;
  }
}

const entryFor = ({ apiVersion, kind, namespace, name, app, for: workloads }: Change): InventoryEntry => ({
  apiVersion,
  kind,
  namespace,
  name,
  app: app ?? "",
  for: workloads ?? [],
});

async function remove(work: ClusterWork, change: Change): Promise<undefined> {
  const entry = work.known.get(refKey(change)) ?? entryFor(change);
  const removal = await work.target.remove(change.uid === undefined ? entry : { ...entry, uid: change.uid });
  if (removal.kind === "kept") {
    await work.target.release(entry);
    work.run.emit({ type: "waiting", object: { ...eventRef(change) }, message: `kept: ${removal.reason}` });
  }
}

const eventRef = ({ cluster, apiVersion, kind, namespace, name }: Change) => ({
  cluster,
  apiVersion,
  kind,
  namespace,
  name,
});
