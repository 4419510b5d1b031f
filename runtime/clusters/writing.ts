// Writes one object by server-side apply, and asks beforehand what that would do. Ours never force a field out of another's hand, unless
// the object is being taken over. It must not know plans.
import type { KubernetesObject } from "../../compiler/index.ts";
import { diffValues } from "../../planner/index.ts";
import { showRef, type InventoryEntry, type ObjectRef } from "../inventory.ts";
import { withoutNoise } from "../noise.ts";
import { foreignRefusal, liveOf, type ClusterHand } from "./hand.ts";
import type { Expected, Live, Preview, PreviewOptions, WriteOptions } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ApiResource } from "./discovery.ts";
import { ownershipOf, partOf, wireBody } from "./marks.ts";
import { isShared } from "../shared-kinds.ts";

/**
 * A version that no object has. With it, server-side apply creates what is not there and refuses what is, in one request: an API server
 * ignores the version of an object that does not exist, and compares that of one that does.
 */
const versionOfNothing = "1";

export async function previewObject(
  hand: ClusterHand,
  object: KubernetesObject,
  ref: ObjectRef,
  known: InventoryEntry | undefined,
  options: PreviewOptions,
): Promise<Preview> {
  const resource = await hand.resourceOf(ref);
  if (resource === undefined) return { kind: "deferred", missing: "kind" };
  if (options.live === undefined) {
    const created = await previewCreation(hand, resource, object, ref);
    if (created !== undefined) return created;
  }
  const live = options.live ?? (await readLive(hand, resource, ref));
  if (live === undefined) return { kind: "create" };
  if (live.object.metadata["deletionTimestamp"] !== undefined) return { kind: "same", live };
  const foreign = foreignRefusal(hand, live, known);
  if (foreign !== undefined && !options.adopt) throw foreign;
  return previewUpdate(hand, resource, object, live, known, { ...options, adopts: foreign !== undefined });
}

/** Undefined when it exists. */
async function previewCreation(
  hand: ClusterHand,
  resource: ApiResource,
  object: KubernetesObject,
  ref: ObjectRef,
): Promise<Preview | undefined> {
  const body = wireBody(object, { mark: hand.marks.id, resourceVersion: versionOfNothing });
  try {
    await hand.client.apply(resource, ref, body, { manager: hand.marks.manager, force: false, dryRun: true });
    return { kind: "create" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.kind === "namespace-missing") return { kind: "deferred", missing: "namespace" };
    if (error.kind === "not-served") return { kind: "deferred", missing: "kind" };
    if (error.kind === "moved" || error.kind === "foreign" || error.kind === "conflict") return undefined;
    throw error;
  }
}

async function readLive(hand: ClusterHand, resource: ApiResource, ref: ObjectRef): Promise<Live | undefined> {
  const object = await hand.client.get(resource, ref);
  return object === undefined ? undefined : liveOf(ref, object);
}

async function previewUpdate(
  hand: ClusterHand,
  resource: ApiResource,
  object: KubernetesObject,
  live: Live,
  known: InventoryEntry | undefined,
  options: PreviewOptions & { readonly adopts: boolean },
): Promise<Preview> {
  const mark = markFor(hand, live, known, options.adopts);
  const parts = { mark, ...(live.uid === undefined ? {} : { uid: live.uid }) };
  try {
    const after = await applyUnlessScaled(hand, resource, object, live.ref, parts, {
      ...options,
      force: options.adopts,
      dryRun: true,
    });
    const changes = diffValues(withoutNoise(live.object), withoutNoise(after));
    // What is taken over must come to be ours even where nothing in it differs.
    return changes.length === 0 && !options.adopts
      ? { kind: "same", live }
      : { kind: "update", live, after, adopts: options.adopts };
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== "immutable") throw error;
    const path = error.details.fields?.[0]?.path ?? "/";
    return { kind: "replace", live, after: overlaid(live.object, object) as KubernetesObject, path };
  }
}

/** The label goes on what we made or took over; a namespace or definition that was there before us stays without. */
function markFor(
  hand: ClusterHand,
  live: Live,
  known: InventoryEntry | undefined,
  adopts: boolean,
): string | undefined {
  if (!isShared(live.ref) || adopts || known?.created === true) return hand.marks.id;
  return live.object.metadata.labels?.[partOf] === hand.marks.id ? hand.marks.id : undefined;
}

type Parts = Parameters<typeof wireBody>[1];

/** When an autoscaler of the plan has set the replicas, its count stays; a manifest's count is only where it begins. */
async function applyUnlessScaled(
  hand: ClusterHand,
  resource: ApiResource,
  object: KubernetesObject,
  ref: ObjectRef,
  parts: Parts,
  options: WriteOptions & { readonly force: boolean; readonly dryRun: boolean },
): Promise<KubernetesObject> {
  const { force, dryRun } = options;
  const send = (body: KubernetesObject) =>
    hand.client.apply(resource, ref, body, { manager: hand.marks.manager, force, dryRun });
  try {
    return await send(wireBody(object, parts));
  } catch (error) {
    const fields = error instanceof Refusal && error.kind === "conflict" ? (error.details.fields ?? []) : [];
    const onlyReplicas = fields.length > 0 && fields.every((field) => field.path === "/spec/replicas");
    if (!options.autoscaled || !onlyReplicas) throw error;
    return send(wireBody(object, { ...parts, withoutReplicas: true }));
  }
}

/** What a replacement will look like, as far as that can be said without the server: the manifest over what only the server adds. */
function overlaid(live: unknown, wanted: unknown): unknown {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) return wanted;
  if (typeof live !== "object" || live === null || Array.isArray(live)) return wanted;
  const merged: Record<string, unknown> = { ...live };
  for (const [key, value] of Object.entries(wanted))
    merged[key] = overlaid((live as Record<string, unknown>)[key], value);
  return merged;
}

/** A definition that is established is not yet served by every path of an API server: so long, and so often. */
const servedAttempts = 40;
const servedPause = 250;

export async function writeObject(
  hand: ClusterHand,
  object: KubernetesObject,
  ref: ObjectRef,
  expected: Expected,
  options: WriteOptions,
): Promise<Live> {
  const written = liveOf(
    ref,
    await onceServed(hand, ref, (resource) =>
      expected.kind === "absent"
        ? create(hand, resource, object, ref)
        : update(hand, resource, object, ref, expected, options),
    ),
  );
  // A write to what is being deleted is accepted, and gone a moment later.
  if (written.object.metadata["deletionTimestamp"] !== undefined) {
    throw new Refusal("namespace-terminating", `${showRef(ref)} is being deleted`, {
      help: "wait until it is gone, then plan again",
    });
  }
  return written;
}

async function onceServed(
  hand: ClusterHand,
  ref: ObjectRef,
  write: (resource: ApiResource) => Promise<KubernetesObject>,
): Promise<KubernetesObject> {
  for (let attempt = 1; ; attempt++) {
    const resource = await hand.resourceOf(ref);
    try {
      if (resource === undefined)
        throw new Refusal("not-served", `${hand.cluster} does not serve ${ref.apiVersion} ${ref.kind}`);
      return await write(resource);
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "not-served" || attempt === servedAttempts) throw error;
      await hand.sleep(servedPause);
    }
  }
}

async function create(
  hand: ClusterHand,
  resource: ApiResource,
  object: KubernetesObject,
  ref: ObjectRef,
): Promise<KubernetesObject> {
  const body = wireBody(object, { mark: hand.marks.id, resourceVersion: versionOfNothing });
  try {
    return await hand.client.apply(resource, ref, body, { manager: hand.marks.manager, force: false, dryRun: false });
  } catch (error) {
    if (!(error instanceof Refusal) || (error.kind !== "moved" && error.kind !== "conflict")) throw error;
    throw new Refusal("foreign", `${showRef(ref)} exists by now`, { help: "plan again" });
  }
}

async function update(
  hand: ClusterHand,
  resource: ApiResource,
  object: KubernetesObject,
  ref: ObjectRef,
  expected: Extract<Expected, { readonly kind: "present" }>,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const uid = expected.uid === undefined ? {} : { uid: expected.uid };
  const mark = isShared(ref) && !expected.adopts ? await currentMark(hand, resource, ref) : hand.marks.id;
  return applyUnlessScaled(
    hand,
    resource,
    object,
    ref,
    { mark, ...uid },
    { ...options, force: expected.adopts, dryRun: false },
  );
}

async function currentMark(hand: ClusterHand, resource: ApiResource, ref: ObjectRef): Promise<string | undefined> {
  const live = await hand.client.get(resource, ref);
  if (live === undefined) return undefined;
  return ownershipOf(live, undefined, hand.marks).kind === "ours" && live.metadata.labels?.[partOf] !== undefined
    ? hand.marks.id
    : undefined;
}
