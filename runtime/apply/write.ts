// Makes one change of a plan on one cluster. It must not know what comes before or after it.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { Change } from "../../planner/index.ts";
import { refKey, showRef, type InventoryEntry } from "../inventory.ts";
import type { Live, WriteOptions } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterWork } from "./work.ts";
import { goesWithItsPods } from "./policies.ts";
import { untilAbsent } from "./waiting.ts";

/** What came of a change: what is there afterwards (nothing after a deletion), or why the object was left alone. */
export type Made =
  { readonly kind: "made"; readonly live: Live | undefined } | { readonly kind: "kept"; readonly reason: string };

/** Refused when the live object is not the one that was planned for. */
export async function makeChange(work: ClusterWork, change: Change): Promise<Made> {
  if (change.action === "delete") return remove(work, change);
  const manifest = work.tasks.manifest(change);
  if (manifest === undefined) throw new Error(`the plan has no manifest for ${showRef(change)}`);
  const options: WriteOptions = { autoscaled: work.tasks.autoscaled.has(refKey(change)) };
  if (change.action === "replace") {
    const removed = await remove(work, change);
    if (removed.kind === "kept")
      throw new Refusal("foreign", `${showRef(change)} can not be replaced: ${removed.reason}`);
    await untilAbsent(work, change);
  }
  if (change.action === "update") {
    const uid = change.uid === undefined ? {} : { uid: change.uid };
    const expected = { kind: "present" as const, ...uid, adopts: change.adopts === true };
    return { kind: "made", live: await work.target.write(manifest, change, expected, options) };
  }
  return { kind: "made", live: await create(work, change, manifest, options) };
}

async function create(
  work: ClusterWork,
  change: Change,
  manifest: KubernetesObject,
  options: WriteOptions,
): Promise<Live> {
  try {
    return await work.target.write(manifest, change, { kind: "absent" }, options);
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== "foreign") throw error;
    // It exists: because our own answer was lost, because its kind is shared by all, or because `--adopt` takes it.
    const known: InventoryEntry = { ...(work.known.get(refKey(change)) ?? entryFor(change)) };
    const preview = await work.target.preview(manifest, change, work.known.has(refKey(change)) ? known : undefined, {
      adopt: work.run.adopt,
      ...options,
    });
    if (preview.kind === "same") return preview.live;
    if (preview.kind !== "update") throw error;
    const uid = preview.live.uid === undefined ? {} : { uid: preview.live.uid };
    return work.target.write(manifest, change, { kind: "present", ...uid, adopts: preview.adopts }, options);
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

async function remove(work: ClusterWork, change: Change): Promise<Made> {
  const entry = work.known.get(refKey(change)) ?? entryFor(change);
  const withPods = change.action === "delete" && goesWithItsPods(change, work.tasks.changes);
  const removal = await work.target.remove(change.uid === undefined ? entry : { ...entry, uid: change.uid }, {
    withPods,
  });
  if (removal.kind !== "kept") return { kind: "made", live: undefined };
  await work.target.release(entry);
  return { kind: "kept", reason: removal.reason };
}
