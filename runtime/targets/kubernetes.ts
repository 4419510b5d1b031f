// The target that writes to an API server: server-side apply of the manifest's own JSON, ApplySet marks, an inventory and a lock in the cluster.
// It must not know plans, nor HTTP.
import { liveOf, type ClusterHand } from "../clusters/hand.ts";
import type { ClusterClient } from "../clusters/client.ts";
import type { ApiResource } from "../clusters/discovery.ts";
import { refusalOf } from "../clusters/answers.ts";
import { inventoryStore } from "../clusters/inventory-store.ts";
import { leaseLock } from "../clusters/lease-lock.ts";
import { podsWithoutNode } from "../clusters/scheduling.ts";
import { readOurs, recoverOurs } from "../clusters/reading.ts";
import { releaseObject, removeObject } from "../clusters/removing.ts";
import { openCluster } from "../clusters/open.ts";
import { previewObject, writeObject } from "../clusters/writing.ts";
import type { World } from "../world.ts";
import type { Target } from "./port.ts";
import { Refusal } from "./refusal.ts";

/** Who asks for a cluster that may be gone does not wait long for its first word. */
const firstWordMilliseconds = 10_000;

const namespaces: ApiResource = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
  verbs: [],
};

export async function kubernetesTarget(world: World, cluster: string, context: string): Promise<Target> {
  const { client, transport, marks } = openCluster(world, context);
  const store = inventoryStore(client, marks);
  const hand: ClusterHand = {
    cluster,
    client,
    marks,
    sleep: (milliseconds) => world.sleep(milliseconds),
    resourceOf: resourceFinder(world, client),
  };

  return {
    cluster,
    kind: "kubernetes",
    runs: true,

    async reach() {
      const answer = await client.raw("/version", firstWordMilliseconds);
      if (answer.status >= 400) throw refusalOf(answer);
      const system = await client.get(namespaces, { namespace: "", name: "kube-system" });
      const uid = system?.metadata["uid"];
      if (typeof uid !== "string")
        throw new Refusal("unreachable", "it has no namespace kube-system, so it can not be told from other clusters");
      return { identity: uid, ...versionIn(answer.text) };
    },

    async readInventory() {
      const stored = await store.read();
      return { ...stored, recovered: stored.inventory === undefined ? await recoverOurs(hand) : [] };
    },

    writeInventory: (inventory, expected) => store.write(inventory, expected),
    readOurs: (known, kinds) => readOurs(hand, known, kinds),

    async read(ref) {
      const resource = await hand.resourceOf(ref);
      const object = resource === undefined ? undefined : await client.get(resource, ref);
      return object === undefined ? undefined : liveOf(ref, object);
    },

    preview: (object, ref, known, options) => previewObject(hand, object, ref, known, options),
    write: (object, ref, expected, options) => writeObject(hand, object, ref, expected, options),
    remove: (entry, options) => removeObject(hand, entry, options?.withPods === true),
    unscheduled: (object, ref) => podsWithoutNode(hand, object, ref),
    release: (entry) => releaseObject(hand, entry),
    lock: (milliseconds) => leaseLock(world, client, marks, milliseconds),
    onRetry: (tell) => transport.onRetry(tell),
    close: () => transport.close(),
  };
}

function versionIn(text: string): { version?: string } {
  try {
    const { gitVersion } = JSON.parse(text) as { gitVersion?: unknown };
    return typeof gitVersion === "string" ? { version: gitVersion } : {};
  } catch {
    return {};
  }
}

/** A kind that is not found may have come since: it is asked again, but not for every object of a plan anew. */
function resourceFinder(world: Pick<World, "clock">, client: ClusterClient): ClusterHand["resourceOf"] {
  let askedAt = world.clock();
  return async ({ apiVersion, kind }) => {
    const known = (await client.resources()).find(apiVersion, kind);
    if (known !== undefined || world.clock() - askedAt < 500) return known;
    askedAt = world.clock();
    client.forgetResources();
    return (await client.resources()).find(apiVersion, kind);
  };
}
