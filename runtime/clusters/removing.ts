// Deletes what is ours, and only that: the very object that the inventory lists, still marked as ours. It must not know plans.
import type { KubernetesObject } from "../../compiler/index.ts";
import { refOf, showRef, type InventoryEntry } from "../inventory.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import type { ClusterHand } from "./hand.ts";
import type { Removal } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ApiResource } from "./discovery.ts";
import { ownershipOf, partOf } from "./marks.ts";
import { isShared } from "../shared-kinds.ts";

const attempts = 4;

export async function removeObject(hand: ClusterHand, entry: InventoryEntry, withPods: boolean): Promise<Removal> {
  const resource = await hand.resourceOf(entry);
  if (resource === undefined) return { kind: "gone" };
  for (let attempt = 1; ; attempt++) {
    const live = await hand.client.get(resource, entry);
    if (live === undefined) return { kind: "gone" };
    const reason = await whyKept(hand, live, entry);
    if (reason !== undefined) return { kind: "kept", reason };
    const uid = String(live.metadata["uid"]);
    // With the version that was looked at, the mark can not have gone in between. Its status may move on, so in the end the uid alone.
    const version = attempt < attempts ? { resourceVersion: String(live.metadata["resourceVersion"]) } : {};
    try {
      const left = await hand.client.remove(
        resource,
        entry,
        { uid, ...version },
        withPods ? "Foreground" : "Background",
      );
      const finalizers = left?.metadata["finalizers"];
      return left === undefined
        ? { kind: "gone" }
        : { kind: "going", held: Array.isArray(finalizers) ? finalizers.map(String) : [] };
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "moved" || attempt === attempts) throw error;
    }
  }
}

async function whyKept(hand: ClusterHand, live: KubernetesObject, entry: InventoryEntry): Promise<string | undefined> {
  if (entry.uid !== undefined && live.metadata["uid"] !== entry.uid)
    return "it was deleted and made again by somebody else";
  const label = live.metadata.labels?.[partOf];
  if (label !== hand.marks.id)
    return label === undefined ? "our mark was taken off it" : `it belongs to the set \`${label}\` now`;
  if (live.metadata["deletionTimestamp"] !== undefined || !isShared(entry)) return undefined;
  const others = entry.kind === "Namespace" ? await othersInNamespace(hand, entry.name) : await instancesOf(hand, live);
  return others === undefined ? undefined : `others have something in it: ${others}`;
}

/** What every namespace gets by itself. */
const furniture = ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"];
const passing = ["Event", "EndpointSlice", "Endpoints", "Lease", "PodMetrics"];

/** The name of something in the namespace that is not ours and not made by itself; a kind that may not be looked into counts. */
async function othersInNamespace(hand: ClusterHand, namespace: string): Promise<string | undefined> {
  const { all } = await hand.client.resources();
  const kinds = new Map(
    all
      .filter((r) => r.namespaced && r.verbs.includes("list") && r.verbs.includes("delete"))
      .map((r) => [`${r.group}/${r.kind}`, r]),
  );
  const found = await inParallel([...kinds.values()], requestsAtOnce, (resource) =>
    firstForeign(hand, resource, namespace),
  );
  return found.find((name) => name !== undefined);
}

async function firstForeign(hand: ClusterHand, resource: ApiResource, namespace: string): Promise<string | undefined> {
  if (passing.includes(resource.kind)) return undefined;
  try {
    const objects = await hand.client.list(resource, { namespace, metadataOnly: true });
    const foreign = objects.find((object) => {
      const { deletionTimestamp, ownerReferences } = object.metadata;
      const owned = Array.isArray(ownerReferences) && ownerReferences.length > 0;
      const own = ownershipOf(object, undefined, hand.marks).kind === "ours";
      return (
        !own &&
        !owned &&
        deletionTimestamp === undefined &&
        !furniture.includes(`${object.kind}/${object.metadata.name}`)
      );
    });
    return foreign === undefined ? undefined : showRef(refOf(foreign));
  } catch (error) {
    if (error instanceof Refusal && error.kind === "forbidden")
      return `${resource.plural}, which this user may not list`;
    if (error instanceof Refusal && ["absent", "not-served"].includes(error.kind)) return undefined;
    throw error;
  }
}

/** The name of some object of the kind that a definition defines. */
async function instancesOf(hand: ClusterHand, definition: KubernetesObject): Promise<string | undefined> {
  const spec = definition["spec"] as {
    group: string;
    names: { kind: string; plural: string };
    scope: string;
    versions: readonly { name: string; served: boolean }[];
  };
  const version = spec.versions.find((one) => one.served);
  if (version === undefined) return undefined;
  const resource: ApiResource = {
    group: spec.group,
    version: version.name,
    kind: spec.names.kind,
    plural: spec.names.plural,
    namespaced: spec.scope === "Namespaced",
    verbs: ["list"],
  };
  try {
    const [first] = await hand.client.list(resource, { metadataOnly: true, most: 1 });
    return first === undefined ? undefined : showRef(refOf(first));
  } catch (error) {
    if (error instanceof Refusal && ["absent", "not-served"].includes(error.kind)) return undefined;
    throw error;
  }
}

/** Takes our label off; of what we only joined, gives back the fields that we had set. */
export async function releaseObject(hand: ClusterHand, entry: InventoryEntry): Promise<void> {
  const resource = await hand.resourceOf(entry);
  const live = resource === undefined ? undefined : await hand.client.get(resource, entry);
  if (resource === undefined || live === undefined) return;
  if (entry.uid !== undefined && live.metadata["uid"] !== entry.uid) return;
  const metadata = { uid: live.metadata["uid"], name: entry.name };
  if (live.metadata.labels?.[partOf] === hand.marks.id) {
    await hand.client.merge(
      resource,
      entry,
      { metadata: { uid: metadata.uid, labels: { [partOf]: null } } },
      hand.marks.manager,
    );
  } else if (entry.kind === "Namespace") {
    const body = { apiVersion: entry.apiVersion, kind: entry.kind, metadata };
    await hand.client.apply(resource, entry, body, { manager: hand.marks.manager, force: false, dryRun: false });
  }
}
