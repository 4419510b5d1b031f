// The target that needs no Kubernetes: one YAML file an object below `.placet/clusters/NAME/`, the form that GitOps tools read.
// A file that the inventory does not name is somebody else's and is never touched. It must not know plans.
import { join } from "node:path";
import type { KubernetesObject } from "../../compiler/index.ts";
import { canonicalJson, parseInventory, showRef, sortedInventory, type ObjectRef } from "../inventory.ts";
import {
  clusterDirectory,
  objectFile,
  objectOf,
  objectText,
  readText,
  removeFile,
  removeIfEmpty,
  versionOf,
  writeText,
} from "./directory-files.ts";
import { directoryLock } from "./directory-lock.ts";
import type { Live, Preview, Target } from "./port.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "../world.ts";

type DirectoryWorld = Pick<World, "root" | "clock" | "now" | "sleep" | "every" | "holder" | "isGone">;

/** The directory of one cluster. There is no identity: whoever has the directory has the cluster. */
export function directoryTarget(world: DirectoryWorld, cluster: string): Target {
  const directory = clusterDirectory(world.root, cluster);
  const inventoryPath = join(directory, ".inventory");
  const pathOf = (ref: ObjectRef): string => join(directory, objectFile(ref));

  const readLive = (ref: ObjectRef): Live | undefined => {
    const text = readText(pathOf(ref));
    if (text === undefined) return undefined;
    return liveFile(ref, text);
  };

  const inventoryVersion = (): string => {
    const text = readText(inventoryPath);
    return text === undefined ? "none" : versionOf(text);
  };

  return {
    cluster,
    kind: "directory",
    runs: false,
    reach: async () => ({}),

    async readInventory() {
      const text = readText(inventoryPath);
      if (text === undefined) return { inventory: undefined, version: "none", recovered: [] };
      const inventory = parseInventory(text);
      if (inventory === undefined) throw unreadable(inventoryPath);
      return { inventory, version: versionOf(text), recovered: [] };
    },

    async writeInventory(inventory, expected) {
      if (inventoryVersion() !== expected) {
        throw new Refusal("moved", `the inventory of ${cluster} was changed by somebody else`);
      }
      if (inventory === undefined) {
        removeFile(world.root, inventoryPath);
        return "none";
      }
      const text = `${JSON.stringify(sortedInventory(inventory), null, 1)}\n`;
      writeText(world.root, inventoryPath, text, true);
      return versionOf(text);
    },

    async readOurs(known) {
      return { live: known.flatMap((entry) => readLive(entry) ?? []), unread: [] };
    },

    read: async (ref) => readLive(ref),

    async preview(object, ref, known, { adopt }): Promise<Preview> {
      const live = readLive(ref);
      if (live === undefined) return { kind: "create" };
      if (known === undefined && !adopt) throw foreign(ref, pathOf(ref));
      if (known !== undefined && sameObject(live.object, object)) return { kind: "same", live };
      return { kind: "update", live, after: object, adopts: known === undefined };
    },

    async write(object, ref, expected) {
      if (expected.kind === "absent" && readText(pathOf(ref)) !== undefined) throw foreign(ref, pathOf(ref));
      const text = objectText(object);
      writeText(world.root, pathOf(ref), text);
      return { ref, object, resourceVersion: versionOf(text) };
    },

    async remove(entry) {
      removeFile(world.root, pathOf(entry));
      removeIfEmpty(directory);
      return { kind: "gone" };
    },

    unscheduled: async () => 0, // a file needs no node
    release: async () => undefined,
    lock: (milliseconds) => directoryLock(world, directory, milliseconds),
    onRetry: () => undefined,
    close: async () => undefined,
  };
}

/** The object is read from the text when it is asked for: of thousands of files that nobody touched, none is. */
function liveFile(ref: ObjectRef, text: string): Live {
  let parsed: KubernetesObject | undefined;
  return {
    ref,
    resourceVersion: versionOf(text),
    get object() {
      // A file of ours that no longer holds an object was edited by hand: it reads as an object without content, so all of it differs.
      parsed ??= objectOf(text) ?? { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name } };
      return parsed;
    },
  };
}

const sameObject = (a: KubernetesObject, b: KubernetesObject): boolean => canonicalJson(a) === canonicalJson(b);

const foreign = (ref: ObjectRef, path: string): Refusal =>
  new Refusal("foreign", `${showRef(ref)} exists and is not ours: \`${path}\``, {
    help: "`--adopt` takes it over; or remove the file, or name the object differently",
  });

const unreadable = (path: string): Refusal =>
  new Refusal("corrupt", `\`${path}\` is not an inventory of placet`, {
    help: "restore the file from version control; without it placet can not tell its own files from yours",
  });
