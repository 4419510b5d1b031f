// Reads what of ours is on a cluster: one list a kind, not one request an object. It must not write.
import { groupKind } from "../../planner/index.ts";
import { refKey, refOf, type InventoryEntry, type ObjectRef } from "../inventory.ts";
import { inParallel, requestsAtOnce } from "../parallel.ts";
import { liveOf, type ClusterHand } from "./hand.ts";
import type { Live } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ApiResource } from "./discovery.ts";
import { ownershipOf } from "./marks.ts";

type Kind = Pick<ObjectRef, "apiVersion" | "kind">;

/** All that carries our label among these kinds, and what is known to be ours without it. */
export async function readOurs(
  hand: ClusterHand,
  known: readonly InventoryEntry[],
  kinds: readonly Kind[],
): Promise<{ live: Live[]; unread: string[] }> {
  const wanted = [...new Map([...kinds, ...known].map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind])).values()];
  const asked = new Set(kinds.map(groupKind));
  const keys = new Set(known.map(refKey));
  const unread: string[] = [];
  const found = new Map<string, Live>();
  await inParallel(wanted, requestsAtOnce, async (kind) => {
    const resource = await hand.resourceOf(kind);
    if (resource === undefined) return; // its definition is gone, and its objects with it
    const places = known.filter((entry) => groupKind(entry) === groupKind(kind)).map((entry) => entry.namespace);
    const listed = await listKind(hand, resource, places);
    if (listed === undefined) unread.push(groupKind(kind));
    for (const live of listed ?? []) {
      if (asked.has(groupKind(kind)) || keys.has(refKey(live.ref))) found.set(refKey(live.ref), live);
    }
  });
  // A label that somebody took off does not make an object gone; nor has a joined namespace one.
  const missing = known.filter((entry) => !found.has(refKey(entry)));
  await inParallel(missing, requestsAtOnce, async (entry) => {
    const resource = await hand.resourceOf(entry);
    const object = resource === undefined ? undefined : await hand.client.get(resource, entry);
    if (object === undefined) return;
    const live = liveOf({ ...entryRef(entry) }, object);
    if (ownershipOf(object, entry, hand.marks).kind === "ours") found.set(refKey(entry), live);
  });
  return { live: [...found.values()], unread: unread.sort() };
}

const entryRef = ({ apiVersion, kind, namespace, name }: ObjectRef): ObjectRef => ({
  apiVersion,
  kind,
  namespace,
  name,
});

/** Undefined when not all of it may be seen. Who may not list a whole cluster may still list the namespaces that are known. */
async function listKind(
  hand: ClusterHand,
  resource: ApiResource,
  places: readonly string[],
): Promise<Live[] | undefined> {
  const labels = hand.marks.selector;
  const toLive = (objects: Awaited<ReturnType<ClusterHand["client"]["list"]>>): Live[] =>
    objects.map((object) => liveOf(refOf(object), object));
  try {
    return toLive(await hand.client.list(resource, { labels }));
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== "forbidden") throw error;
  }
  const namespaces = [...new Set(places)].filter((namespace) => namespace !== "").sort();
  if (!resource.namespaced || namespaces.length === 0) return undefined;
  try {
    const lists = await inParallel(namespaces, requestsAtOnce, (namespace) =>
      hand.client.list(resource, { namespace, labels }),
    );
    return lists.flatMap(toLive);
  } catch (error) {
    if (error instanceof Refusal && error.kind === "forbidden") return undefined;
    throw error;
  }
}

/** Everything that carries our label, of whatever kind: for when the inventory is gone. What may not be listed is left out. */
export async function recoverOurs(hand: ClusterHand): Promise<Live[]> {
  const { all } = await hand.client.resources();
  const preferred = new Map<string, ApiResource>();
  for (const resource of all) {
    const key = `${resource.group}/${resource.kind}`;
    if (!preferred.has(key) && resource.verbs.includes("list") && resource.verbs.includes("delete"))
      preferred.set(key, resource);
  }
  const lists = await inParallel([...preferred.values()], requestsAtOnce, async (resource) => {
    try {
      return await hand.client.list(resource, { labels: hand.marks.selector, metadataOnly: true });
    } catch (error) {
      if (error instanceof Refusal && ["forbidden", "absent", "not-served", "server"].includes(error.kind)) return [];
      throw error;
    }
  });
  return lists
    .flat()
    .map((object) => liveOf(refOf(object), object))
    .sort((a, b) => (refKey(a.ref) < refKey(b.ref) ? -1 : 1));
}
