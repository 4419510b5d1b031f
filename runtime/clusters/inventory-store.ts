// Keeps the inventory in the cluster itself: a ConfigMap that is the parent of the ApplySet, and shards when it is too large for one.
// It must not know what the inventory is used for.
import type { KubernetesObject } from "../../compiler/index.ts";
import { groupKind } from "../../planner/index.ts";
import { digestOf, parseInventory, sortedInventory, type Inventory } from "../inventory.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterClient } from "./client.ts";
import type { ApiResource } from "./discovery.ts";
import { groupKinds, homeNamespace, otherNamespaces, setId, shardOf, tooling, type Marks } from "./marks.ts";

/** Characters of JSON (all of it ASCII) in one ConfigMap; a server takes 1 MiB with all the rest. */
const shardSize = 900 * 1024;

const configMaps: ApiResource = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
  verbs: [],
};

interface Stored {
  readonly parent: KubernetesObject;
  readonly version: string;
}

export interface InventoryStore {
  readonly read: () => Promise<{ readonly inventory: Inventory | undefined; readonly version: string }>;
  readonly write: (inventory: Inventory | undefined, expected: string) => Promise<string>;
}

export function inventoryStore(client: ClusterClient, marks: Marks): InventoryStore {
  const home = { apiVersion: "v1", kind: "ConfigMap", namespace: homeNamespace };
  const readParent = async (): Promise<Stored | undefined> => {
    const parent = await client.get(configMaps, { ...home, name: marks.name });
    return parent === undefined ? undefined : { parent, version: versionOf(parent) };
  };
  const readText = async (parent: KubernetesObject): Promise<string> => {
    const { inventory, shards } = dataOf(parent);
    if (shards === undefined) return inventory ?? "";
    const names = shards.split(" ");
    const parts = await Promise.all(names.map((name) => client.get(configMaps, { ...home, name })));
    return parts.map((part) => (part === undefined ? "" : (dataOf(part)["part"] ?? ""))).join("");
  };

  return {
    async read() {
      const stored = await readParent();
      if (stored === undefined) return { inventory: undefined, version: "none" };
      const text = await readText(stored.parent);
      const inventory = dataOf(stored.parent)["digest"] === digestOf(text) ? parseInventory(text) : undefined;
      if (inventory === undefined) {
        throw new Refusal(
          "corrupt",
          `ConfigMap ${homeNamespace}/${marks.name} is not an inventory of placet any more`,
          {
            help: "restore it; or delete it, and the next plan finds what carries our mark, and deletes none of it",
          },
        );
      }
      return { inventory, version: stored.version };
    },

    async write(inventory, expected) {
      const stored = await readParent();
      if ((stored?.version ?? "none") !== expected) throw moved(marks);
      if (inventory === undefined) {
        if (stored !== undefined) await removeAll(client, marks, stored.parent);
        return "none";
      }
      const revision = Number(dataOf(stored?.parent)["revision"] ?? "0") + 1;
      const text = asciiJson(sortedInventory(inventory));
      const names = text.length <= shardSize ? [] : await writeShards(client, marks, text, revision);
      const data = {
        revision: String(revision),
        digest: digestOf(text),
        ...(names.length === 0 ? { inventory: text } : { shards: names.join(" ") }),
      };
      const parent = parentOf(stored?.parent, marks, inventory, data);
      const written = await orMoved(
        marks,
        stored === undefined
          ? client.create(configMaps, homeNamespace, parent)
          : client.replace(configMaps, { ...home, name: marks.name }, parent),
      );
      if (names.length > 0 || dataOf(stored?.parent)["shards"] !== undefined) await removeShards(client, marks, names);
      return versionOf(written);
    },
  };
}

const dataOf = (object: KubernetesObject | undefined): Readonly<Record<string, string>> =>
  (object?.["data"] as Record<string, string> | undefined) ?? {};

/** Moves only when we write, whatever others do to its labels; and is another for another ConfigMap of the same name. */
const versionOf = (parent: KubernetesObject): string =>
  `${String(parent.metadata["uid"])}/${dataOf(parent)["revision"] ?? "?"}`;

const moved = (marks: Marks): Refusal =>
  new Refusal("moved", `the inventory ${homeNamespace}/${marks.name} was changed by somebody else`);

async function orMoved<T>(marks: Marks, run: Promise<T>): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof Refusal && (error.kind === "moved" || error.kind === "foreign" || error.kind === "absent"))
      throw moved(marks);
    throw error;
  }
}

/** ASCII only, so that one character is one byte and a shard can be cut anywhere. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function parentOf(
  stored: KubernetesObject | undefined,
  marks: Marks,
  inventory: Inventory,
  data: Readonly<Record<string, string>>,
): KubernetesObject {
  const kinds = [...new Set(inventory.objects.map(groupKind))].sort().join(",");
  const namespaces = [...new Set(inventory.objects.map((entry) => entry.namespace))]
    .filter((n) => n !== "" && n !== homeNamespace)
    .sort();
  const metadata = stored?.metadata;
  const version = metadata === undefined ? {} : { uid: metadata["uid"], resourceVersion: metadata["resourceVersion"] };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: marks.name,
      namespace: homeNamespace,
      ...version,
      labels: { ...metadata?.labels, [setId]: marks.id },
      annotations: {
        ...metadata?.annotations,
        [tooling]: "placet/v0.1.0",
        [groupKinds]: kinds,
        [otherNamespaces]: namespaces.join(","),
      },
    },
    data,
  };
}

/** Shards are new objects at every write: until the parent names them, the old ones are the inventory. */
async function writeShards(client: ClusterClient, marks: Marks, text: string, revision: number): Promise<string[]> {
  const parts = Array.from({ length: Math.ceil(text.length / shardSize) }, (_, index) =>
    text.slice(index * shardSize, (index + 1) * shardSize),
  );
  return Promise.all(
    parts.map(async (part, index) => {
      const name = `${marks.name}-${revision}-${index + 1}`;
      const shard = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: homeNamespace, labels: { [shardOf]: marks.name } },
        data: { part },
      };
      const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: homeNamespace, name };
      // One of that name was left by an apply that died before its parent named it.
      const old = await client.get(configMaps, ref);
      if (old === undefined) await client.create(configMaps, homeNamespace, shard);
      else await client.replace(configMaps, ref, shard);
      return name;
    }),
  );
}

async function removeShards(client: ClusterClient, marks: Marks, keep: readonly string[]): Promise<void> {
  const shards = await client.list(configMaps, {
    namespace: homeNamespace,
    labels: `${shardOf}=${marks.name}`,
    metadataOnly: true,
  });
  const old = shards.filter((shard) => !keep.includes(shard.metadata.name));
  await Promise.all(old.map((shard) => removeConfigMap(client, shard)));
}

async function removeAll(client: ClusterClient, marks: Marks, parent: KubernetesObject): Promise<void> {
  await orMoved(marks, removeConfigMap(client, parent));
  if (dataOf(parent)["shards"] !== undefined) await removeShards(client, marks, []);
}

async function removeConfigMap(client: ClusterClient, object: KubernetesObject): Promise<void> {
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: homeNamespace, name: object.metadata.name };
  await client.remove(
    configMaps,
    ref,
    {
      uid: String(object.metadata["uid"]),
      resourceVersion: String(object.metadata["resourceVersion"]),
    },
    "Background",
  );
}
