// What every target promises, as one suite that runs against each of them. It must not know any one of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { emptyInventory, manifestDigest, refOf, type Inventory, type InventoryEntry } from "../../runtime/inventory.ts";
import type { Target } from "../../runtime/targets/port.ts";
import { Refusal, type RefusalKind } from "../../runtime/targets/refusal.ts";

/** One implementation under test: two openings of the same cluster, and somebody else's hand on it. */
export interface TargetSubject {
  readonly open: () => Promise<Target>;
  /** Writes an object as somebody else would. */
  readonly putForeign: (object: KubernetesObject) => Promise<void>;
  /** Changes a live object of ours as a person would, so that `field` (a data key) has `value`. */
  readonly edit: (object: KubernetesObject, field: string, value: string) => Promise<void>;
  readonly exists: (object: KubernetesObject) => Promise<boolean>;
}

const configMap = (name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", labels: { "example.com/part": "suite" } },
  data,
});

const plain = { adopt: false, autoscaled: false };

function entryFor(object: KubernetesObject, uid: string | undefined): InventoryEntry {
  const digest = manifestDigest(object);
  return {
    ...refOf(object),
    app: "suite",
    for: [],
    ...(uid === undefined ? {} : { uid }),
    ...(digest === undefined ? {} : { digest }),
  };
}

async function refusal(promise: Promise<unknown>): Promise<RefusalKind> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Refusal) return error.kind;
    throw error;
  }
  throw new Error("it was not refused");
}

/** Declares the suite for one target. `prepare` makes a fresh, empty cluster; `clear` takes it away. */
export function targetConformance(
  name: string,
  prepare: () => Promise<TargetSubject>,
  clear: () => Promise<void>,
  skip: false | string = false,
): void {
  describe.skipIf(skip !== false)(`target: ${name}${skip === false ? "" : ` (skipped: ${skip})`}`, () => {
    let subject: TargetSubject;
    let target: Target;
    beforeAll(async () => {
      subject = await prepare();
      target = await subject.open();
    });
    afterAll(async () => {
      await target?.close();
      await clear();
    });

    const create = async (object: KubernetesObject): Promise<InventoryEntry> => {
      const live = await target.write(object, refOf(object), { kind: "absent" }, plain);
      return entryFor(object, live.uid);
    };

    it("is reached, and says the same identity every time", async () => {
      const first = await target.reach();
      expect(await target.reach()).toEqual(first);
    });

    it("previews a new object as a creation, creates it, and then finds it the same", async () => {
      const object = configMap("fresh", { a: "1" });
      expect((await target.preview(object, refOf(object), undefined, plain)).kind).toBe("create");
      expect(await subject.exists(object)).toBe(false);
      const entry = await create(object);
      expect(await subject.exists(object)).toBe(true);
      expect((await target.preview(object, refOf(object), entry, plain)).kind).toBe("same");
    });

    it("previews and makes an update, and a preview alone changes nothing", async () => {
      const object = configMap("changing", { a: "1" });
      const entry = await create(object);
      const next = configMap("changing", { a: "2", b: "3" });
      const preview = await target.preview(next, refOf(next), entry, plain);
      expect(preview.kind).toBe("update");
      expect((await target.preview(object, refOf(object), entry, plain)).kind).toBe("same");
      const expected = {
        kind: "present" as const,
        ...(entry.uid === undefined ? {} : { uid: entry.uid }),
        adopts: false,
      };
      await target.write(next, refOf(next), expected, plain);
      const live = await target.read(refOf(next));
      expect(live?.object["data"]).toEqual({ a: "2", b: "3" });
    });

    it("takes a field away when the manifest no longer has it", async () => {
      const object = configMap("losing", { a: "1", b: "2" });
      const entry = await create(object);
      const next = configMap("losing", { a: "1" });
      expect((await target.preview(next, refOf(next), entry, plain)).kind).toBe("update");
      const expected = {
        kind: "present" as const,
        ...(entry.uid === undefined ? {} : { uid: entry.uid }),
        adopts: false,
      };
      await target.write(next, refOf(next), expected, plain);
      expect((await target.read(refOf(next)))?.object["data"]).toEqual({ a: "1" });
    });

    it("gives a new resourceVersion with a change, and the same without one", async () => {
      const object = configMap("versioned", { a: "1" });
      const entry = await create(object);
      const before = await target.read(refOf(object));
      const expected = {
        kind: "present" as const,
        ...(entry.uid === undefined ? {} : { uid: entry.uid }),
        adopts: false,
      };
      await target.write(configMap("versioned", { a: "2" }), refOf(object), expected, plain);
      const after = await target.read(refOf(object));
      expect(after?.uid).toBe(before?.uid);
      expect(after?.resourceVersion).not.toBe(before?.resourceVersion);
      expect((await target.read(refOf(object)))?.resourceVersion).toBe(after?.resourceVersion);
    });

    it("refuses what exists and is not ours, at the preview and at the write, and takes it over when told", async () => {
      const object = configMap("theirs", { a: "ours" });
      await subject.putForeign(configMap("theirs", { a: "theirs" }));
      expect(await refusal(target.preview(object, refOf(object), undefined, plain))).toBe("foreign");
      expect(await refusal(target.write(object, refOf(object), { kind: "absent" }, plain))).toBe("foreign");
      expect((await target.read(refOf(object)))?.object["data"]).toEqual({ a: "theirs" });
      const preview = await target.preview(object, refOf(object), undefined, { adopt: true, autoscaled: false });
      expect(preview).toMatchObject({ kind: "update", adopts: true });
      const uid = "live" in preview && preview.live.uid !== undefined ? { uid: preview.live.uid } : {};
      await target.write(object, refOf(object), { kind: "present", ...uid, adopts: true }, plain);
      expect((await target.read(refOf(object)))?.object["data"]).toEqual({ a: "ours" });
    });

    it("sees a hand on an object of ours as a change to be undone", async () => {
      const object = configMap("drifting", { a: "1" });
      const entry = await create(object);
      await subject.edit(object, "extra", "by hand");
      const { live } = await target.readOurs([entry], []);
      expect(live.map((one) => one.object["data"])).toEqual([{ a: "1", extra: "by hand" }]);
    });

    it("reads what is known and no one else's", async () => {
      const entry = await create(configMap("mine", { a: "1" }));
      await subject.putForeign(configMap("not-mine", { a: "1" }));
      const { live, unread } = await target.readOurs([entry], [{ apiVersion: "v1", kind: "ConfigMap" }]);
      expect(unread).toEqual([]);
      const names = live.map((one) => one.ref.name);
      expect(names).toContain("mine");
      expect(names).not.toContain("not-mine");
    });

    it("removes what is ours, and removing it again is no error", async () => {
      const object = configMap("leaving", { a: "1" });
      const entry = await create(object);
      expect((await target.remove(entry)).kind).toBe("gone");
      expect(await subject.exists(object)).toBe(false);
      expect((await target.remove(entry)).kind).toBe("gone");
    });

    it("reads nothing where nothing is", async () => {
      expect(await target.read(refOf(configMap("nowhere", {})))).toBeUndefined();
    });

    describe("the inventory", () => {
      const inventory = (count: number): Inventory => ({
        ...emptyInventory("suite"),
        generation: count,
        placed: { "shop/web": 3 },
        objects: Array.from({ length: count }, (_, index) =>
          entryFor(configMap(`object-${String(index).padStart(6, "0")}`, {}), `uid-${index}`),
        ),
      });

      it("comes back as it was written, and is refused to who has not seen the last one", async () => {
        const { version: none } = await target.readInventory();
        const first = await target.writeInventory(inventory(2), none);
        const read = await target.readInventory();
        expect(read).toMatchObject({ inventory: inventory(2), version: first });
        const second = await target.writeInventory(inventory(3), first);
        expect(second).not.toBe(first);
        expect(await refusal(target.writeInventory(inventory(4), first))).toBe("moved");
        expect((await target.readInventory()).inventory).toEqual(inventory(3));
        await target.writeInventory(undefined, second);
        expect((await target.readInventory()).version).toBe("none");
      });

      it("holds more than one object of Kubernetes could", async () => {
        const { version } = await target.readInventory();
        const large = inventory(12_000);
        const written = await target.writeInventory(large, version);
        expect((await target.readInventory()).inventory).toEqual(large);
        const small = await target.writeInventory(inventory(1), written);
        expect((await target.readInventory()).inventory).toEqual(inventory(1));
        await target.writeInventory(undefined, small);
      });
    });

    it("gives its lock to one at a time, and names who has it", async () => {
      const other = await subject.open();
      const first = await target.lock(0);
      if (first.kind !== "held") throw new Error("the lock was not free");
      const second = await other.lock(0);
      expect(second).toMatchObject({ kind: "busy", holder: { pid: process.pid } });
      await first.lock.release();
      const third = await other.lock(5_000);
      if (third.kind !== "held") throw new Error("the lock was not given back");
      await third.lock.release();
      await other.close();
    });
  });
}
