// The in-memory twin of a cluster: it passes the same conformance suite as the real targets, so that the engine can be tested against it in
// microseconds, with any call failing or hanging. It must not know plans.
import type { KubernetesObject } from "../../compiler/index.ts";
import { canonicalJson, refKey, showRef, sortedInventory, type Inventory, type ObjectRef } from "../inventory.ts";
import { withoutNoise } from "../noise.ts";
import type { Live, LockHolder, Preview, Target } from "./port.ts";
import { Refusal } from "./refusal.ts";
import type { World } from "../world.ts";

export interface MemoryObject {
  readonly live: Live;
  /** The project that it carries the mark of; undefined: somebody else's. */
  readonly project: string | undefined;
}

/** What a cluster holds, whoever asks. Tests look into it and change it. */
export interface MemoryCluster {
  readonly identity: string;
  readonly objects: Map<string, MemoryObject>;
  inventory: { readonly text: string; readonly version: string } | undefined;
  holder: LockHolder | undefined;
  /** Called before every request takes effect; a rejection is the request's answer. */
  before: (request: string, ref: ObjectRef | undefined) => Promise<void> | void;
  /** Called after a request took effect and before its answer arrives: an answer that is lost. */
  after: (request: string, ref: ObjectRef | undefined) => Promise<void> | void;
  /** What a write makes of a status, as controllers would. */
  react: (object: KubernetesObject) => KubernetesObject;
  counter: number;
}

export function memoryCluster(identity: string): MemoryCluster {
  return {
    identity,
    objects: new Map(),
    inventory: undefined,
    holder: undefined,
    before: () => undefined,
    after: () => undefined,
    react: (object) => object,
    counter: 0,
  };
}

/** Puts an object there as somebody else would. */
export function putForeign(cluster: MemoryCluster, object: KubernetesObject): Live {
  const ref = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name,
  };
  const live = { ref, object, uid: `uid-${++cluster.counter}`, resourceVersion: `${++cluster.counter}` };
  cluster.objects.set(refKey(ref), { live, project: undefined });
  return live;
}

export function memoryTarget(
  world: Pick<World, "project" | "holder" | "now" | "clock" | "sleep">,
  name: string,
  cluster: MemoryCluster,
): Target {
  const { project } = world;
  const version = (): string => cluster.inventory?.version ?? "none";
  const find = (ref: ObjectRef): MemoryObject | undefined => cluster.objects.get(refKey(ref));
  const owned = (found: MemoryObject, uid: string | undefined): boolean =>
    found.project === project || (uid !== undefined && uid === found.live.uid);
  const call = async <T>(request: string, ref: ObjectRef | undefined, run: () => T): Promise<T> => {
    await cluster.before(request, ref);
    const result = run();
    await cluster.after(request, ref);
    return result;
  };

  return {
    cluster: name,
    kind: "kubernetes",
    runs: true,
    reach: () => call("reach", undefined, () => ({ identity: cluster.identity, version: "v1.36.3" })),

    readInventory: () =>
      call("readInventory", undefined, () => ({
        inventory: cluster.inventory === undefined ? undefined : (JSON.parse(cluster.inventory.text) as Inventory),
        version: version(),
        recovered:
          cluster.inventory === undefined
            ? [...cluster.objects.values()].filter((o) => o.project === project).map((o) => o.live)
            : [],
      })),

    writeInventory: (inventory, expected) =>
      call("writeInventory", undefined, () => {
        if (version() !== expected) throw new Refusal("moved", `the inventory of ${name} was changed by somebody else`);
        cluster.inventory =
          inventory === undefined
            ? undefined
            : { text: JSON.stringify(sortedInventory(inventory)), version: `v${++cluster.counter}` };
        return version();
      }),

    readOurs: (known, kinds) =>
      call("readOurs", undefined, () => {
        const keys = new Set(known.map(refKey));
        const listed = new Set(kinds.map((kind) => `${kind.apiVersion}/${kind.kind}`));
        const live = [...cluster.objects.values()].filter(
          (o) =>
            keys.has(refKey(o.live.ref)) ||
            (o.project === project && listed.has(`${o.live.ref.apiVersion}/${o.live.ref.kind}`)),
        );
        return { live: live.map((o) => o.live), unread: [] };
      }),

    read: (ref) => call("read", ref, () => find(ref)?.live),

    preview: (object, ref, known, { adopt }) =>
      call("preview", ref, (): Preview => {
        const found = find(ref);
        if (found === undefined) return { kind: "create" };
        const ours = owned(found, known?.uid);
        if (!ours && !adopt) throw foreign(ref);
        const { live } = found;
        const after = merged(live, object);
        if (ours && canonicalJson(withoutNoise(live.object)) === canonicalJson(withoutNoise(after)))
          return { kind: "same", live };
        return { kind: "update", live, after, adopts: !ours };
      }),

    write: (object, ref, expected) =>
      call("write", ref, () => {
        const found = find(ref);
        if (expected.kind === "absent" && found !== undefined) throw foreign(ref);
        if (
          expected.kind === "present" &&
          (found === undefined || (expected.uid !== undefined && found.live.uid !== expected.uid))
        ) {
          throw new Refusal("moved", `${showRef(ref)} is not the object that was planned for`);
        }
        const body = cluster.react(found === undefined ? object : merged(found.live, object));
        const live = {
          ref,
          object: body,
          uid: found?.live.uid ?? `uid-${++cluster.counter}`,
          resourceVersion: `${++cluster.counter}`,
        };
        cluster.objects.set(refKey(ref), { live, project });
        return live;
      }),

    remove: (entry) =>
      call("remove", entry, () => {
        const found = find(entry);
        if (found === undefined) return { kind: "gone" as const };
        if (entry.uid !== undefined && found.live.uid !== entry.uid)
          return { kind: "kept" as const, reason: "it was deleted and made again by somebody else" };
        if (found.project !== project) return { kind: "kept" as const, reason: "it no longer carries our mark" };
        cluster.objects.delete(refKey(entry));
        return { kind: "gone" as const };
      }),

    unscheduled: async () => 0,
    release: (entry) =>
      call("release", entry, () => {
        const found = find(entry);
        if (found !== undefined && found.project === project)
          cluster.objects.set(refKey(entry), { ...found, project: undefined });
      }),

    async lock(milliseconds) {
      const deadline = world.clock() + milliseconds;
      for (;;) {
        await cluster.before("lock", undefined);
        if (cluster.holder === undefined) break;
        if (world.clock() >= deadline) return { kind: "busy", holder: cluster.holder };
        await world.sleep(50);
      }
      const holder = { ...world.holder, since: world.now().toISOString() };
      cluster.holder = holder;
      return {
        kind: "held",
        lock: {
          lost: new AbortController().signal,
          release: async () => {
            if (cluster.holder === holder) cluster.holder = undefined;
          },
        },
      };
    },

    onRetry: () => undefined,
    close: async () => undefined,
  };
}

/** What server-side apply by the only owner gives: the manifest, and the status that was there. */
function merged(live: Live, object: KubernetesObject): KubernetesObject {
  const status = live.object["status"];
  return status === undefined ? object : { ...object, status };
}

const foreign = (ref: ObjectRef): Refusal =>
  new Refusal("foreign", `${showRef(ref)} exists and is not ours`, { help: "`--adopt` takes it over" });
