// What apply promises, on clusters in memory: the order, the gates between clusters, and every way of being interrupted.
import { describe, expect, it } from "vitest";
import { refKey } from "../../runtime/inventory.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { putForeign } from "../../runtime/targets/memory.ts";
import { Refusal } from "../../runtime/targets/refusal.ts";
import {
  apply,
  availableStatus,
  configMap,
  deployment,
  keysOn,
  memoryWorld,
  onBoth,
  planOf,
  running,
  type Wanted,
} from "./memory-world.ts";

describe("apply", () => {
  it("creates, then changes nothing, then changes only what differs, then deletes what left", async () => {
    const world = running(["paris", "lyon"]);
    const first = await apply(await planOf(world, ["paris", "lyon"], onBoth), world);
    expect(first).toMatchObject({ outcome: "done", created: 3, updated: 0, deleted: 0 });
    const again = await planOf(world, ["paris", "lyon"], onBoth);
    expect(new Set(again.changes.map((c) => c.action))).toEqual(new Set(["none"]));
    const changed = {
      ...onBoth,
      paris: { "shop/web": [deployment("web", 2, "example/web:2"), configMap("web-settings")] },
    };
    const plan = await planOf(world, ["paris", "lyon"], changed);
    expect(plan.changes.filter((c) => c.action !== "none")).toMatchObject([
      {
        kind: "Deployment",
        action: "update",
        fields: [
          { path: "/spec/template/spec/containers[main]/image", before: "example/web:1", after: "example/web:2" },
        ],
      },
    ]);
    expect(await apply(plan, world)).toMatchObject({ outcome: "done", updated: 1, created: 0 });
    const gone = await apply(await planOf(world, ["paris", "lyon"], { paris: changed.paris }), world);
    expect(gone).toMatchObject({ outcome: "done", deleted: 1 });
    expect(keysOn(world, "lyon")).toEqual([]);
    expect(world.clusters.get("lyon")?.inventory).toBeUndefined();
  });

  it("remembers what is placed where, for the next plan", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], onBoth), world);
    const observed = await observeClusters([{ name: "paris" }, { name: "lyon" }], world);
    expect(observed.map((o) => o.placed)).toEqual([{ "shop/web": 2 }, { "shop/db": 1 }]);
  });

  it("plans nothing for a cluster that does not answer, and goes on with the others", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], onBoth), world);
    const lyon = world.clusters.get("lyon");
    if (lyon === undefined) throw new Error("no lyon");
    lyon.before = () => Promise.reject(new Refusal("unreachable", "no answer"));
    const plan = await planOf(world, ["paris", "lyon"], { paris: { "shop/web": [deployment("web", 3)] } });
    expect(plan.clusters).toMatchObject([
      { cluster: "paris", state: "known" },
      { cluster: "lyon", state: "unknown", problem: "no answer" },
    ]);
    expect(plan.changes.every((c) => c.cluster === "paris")).toBe(true);
    const outcome = await apply(plan, world);
    expect(outcome).toMatchObject({ outcome: "partial", updated: 1, deleted: 1 });
    expect(keysOn(world, "lyon")).toEqual(["Deployment.apps/default/db"]);
    // What ran there is remembered, so that it is not placed a second time elsewhere.
    const [silent] = await observeClusters([{ name: "lyon" }], world);
    expect(silent).toMatchObject({ state: "unknown", placed: { "shop/db": 1 } });
  });

  it("lists what carries our mark though an older inventory does not name it, so that it can be deleted one day", async () => {
    const world = running(["paris"]);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    await apply(await planOf(world, ["paris"], { paris: { shop: [configMap("one")] } }), world);
    const older = paris.inventory;
    await apply(await planOf(world, ["paris"], { paris: { shop: [configMap("one"), configMap("two")] } }), world);
    paris.inventory = older;
    await apply(
      await planOf(world, ["paris"], { paris: { shop: [configMap("one", { a: "1" }), configMap("two")] } }),
      world,
    );
    expect(await apply(await planOf(world, ["paris"], {}), world)).toMatchObject({ outcome: "done", deleted: 2 });
    expect(keysOn(world, "paris")).toEqual([]);
  });

  it("plans nothing when two names lead to one cluster", async () => {
    const world = running(["paris"]);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    const both = {
      ...memoryWorld(
        [],
        "shop",
        new Map([
          ["paris", paris],
          ["lutetia", paris],
        ]),
      ),
    };
    const plan = await planOf(both, ["paris", "lutetia"], { paris: { shop: [configMap("one")] } });
    expect(plan.diagnostics.map((d) => [d.code, d.message])).toEqual([
      [
        "runtime/one-cluster-twice",
        "`paris` and `lutetia` are the same cluster: their contexts lead to one API server",
      ],
    ]);
    expect(plan.changes).toEqual([]);
  });

  it("refuses what is not ours and leaves it alone", async () => {
    const world = running(["paris"]);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    putForeign(paris, configMap("web-settings", { theirs: "yes" }));
    const plan = await planOf(world, ["paris"], onBoth);
    expect(plan.diagnostics.map((d) => d.code)).toEqual(["runtime/not-ours"]);
    const adopting = await planOf(world, ["paris"], onBoth, { adopt: true });
    expect(adopting.changes.find((c) => c.kind === "ConfigMap")).toMatchObject({ action: "update", adopts: true });
    expect(await apply(adopting, world)).toMatchObject({ outcome: "done" });
  });
});

describe("a moved workload", () => {
  const at = (cluster: string): Wanted => ({
    [cluster]: { "shop/web": [deployment("web"), configMap("web-settings")] },
  });

  it("is up in its new place before the old copy goes", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], at("paris")), world);
    const lyon = world.clusters.get("lyon");
    if (lyon === undefined) throw new Error("no lyon");
    const readyAt: number[] = [];
    const removedAt: number[] = [];
    lyon.react = (object) => object; // written, but not up yet
    const asked = { count: 0 };
    lyon.before = (request) => {
      if (request !== "readOurs" || ++asked.count < 5) return;
      const key = "Deployment.apps/default/web";
      const found = lyon.objects.get(key);
      if (found === undefined || readyAt.length > 0) return;
      lyon.objects.set(key, { ...found, live: { ...found.live, object: availableStatus(found.live.object) } });
      readyAt.push(world.elapsed);
    };
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    paris.before = (request) => void (request === "remove" && removedAt.push(world.elapsed));
    const outcome = await apply(await planOf(world, ["paris", "lyon"], at("lyon")), world);
    expect(outcome).toMatchObject({ outcome: "done", created: 2, deleted: 2 });
    expect(readyAt).toHaveLength(1);
    expect(removedAt.every((at) => at >= (readyAt[0] ?? Infinity))).toBe(true);
  });

  it("stays where it was when it does not come up in its new place", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], at("paris")), world);
    const lyon = world.clusters.get("lyon");
    if (lyon === undefined) throw new Error("no lyon");
    lyon.react = (object) => object;
    const outcome = await apply(await planOf(world, ["paris", "lyon"], at("lyon")), world, { readyTimeout: 30_000 });
    expect(outcome).toMatchObject({ outcome: "partial", created: 1, failed: 1, skipped: 2, deleted: 0 });
    expect(keysOn(world, "paris")).toEqual(["ConfigMap/default/web-settings", "Deployment.apps/default/web"]);
    const observed = await observeClusters([{ name: "paris" }, { name: "lyon" }], world);
    expect(observed.map((o) => o.placed)).toEqual([{ "shop/web": 1 }, { "shop/web": 1 }]);
    // Once it comes up, the next apply takes the old copy away.
    for (const [key, found] of lyon.objects)
      lyon.objects.set(key, { ...found, live: { ...found.live, object: availableStatus(found.live.object) } });
    expect(await apply(await planOf(world, ["paris", "lyon"], at("lyon")), world)).toMatchObject({
      outcome: "done",
      deleted: 2,
    });
  });

  it("that only no longer needs an object waits for nobody", async () => {
    const world = running(["paris", "lyon"]);
    const both = (...more: ReturnType<typeof configMap>[]): Wanted => ({
      paris: { "shop/web": [deployment("web"), ...more] },
      lyon: { "shop/web": [deployment("web")] },
    });
    await apply(await planOf(world, ["paris", "lyon"], both(configMap("extra"))), world);
    const lyon = world.clusters.get("lyon");
    if (lyon === undefined) throw new Error("no lyon");
    for (const [key, found] of lyon.objects)
      lyon.objects.set(key, { ...found, live: { ...found.live, object: deployment("web") } });
    expect(await apply(await planOf(world, ["paris", "lyon"], both()), world, { readyTimeout: 5_000 })).toMatchObject({
      outcome: "done",
      deleted: 1,
    });
  });

  it("stays where it was when its new cluster can not be reached", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], at("paris")), world);
    const plan = await planOf(world, ["paris", "lyon"], at("lyon"));
    const lyon = world.clusters.get("lyon");
    if (lyon === undefined) throw new Error("no lyon");
    lyon.before = () => Promise.reject(new Refusal("unreachable", "no answer"));
    expect(await apply(plan, world)).toMatchObject({ outcome: "partial", deleted: 0, skipped: 2 });
    expect(keysOn(world, "paris")).toHaveLength(2);
  });
});

describe("a plan is refused as stale", () => {
  const wanted: Wanted = { paris: { "shop/web": [deployment("web", 2), configMap("settings", { a: "1" })] } };
  const next: Wanted = { paris: { "shop/web": [deployment("web", 3), configMap("settings", { a: "2" })] } };

  it("when it was applied already", async () => {
    const world = running(["paris"]);
    const plan = await planOf(world, ["paris"], wanted);
    expect(await apply(plan, world)).toMatchObject({ outcome: "done" });
    const again = await apply(plan, world);
    expect(again.outcome).toBe("stale");
    expect(again.diagnostics[0]?.message).toContain("generation 1 was applied since");
  });

  it("when an object changed since, but not when only its status did", async () => {
    const world = running(["paris"]);
    await apply(await planOf(world, ["paris"], wanted), world);
    const plan = await planOf(world, ["paris"], next);
    const paris = world.clusters.get("paris");
    const key = refKey({ apiVersion: "apps/v1", kind: "Deployment", namespace: "default", name: "web" });
    const found = paris?.objects.get(key);
    if (paris === undefined || found === undefined) throw new Error("no web");
    const touched = {
      ...found.live,
      resourceVersion: "999",
      object: { ...found.live.object, status: { note: "moved" } },
    };
    paris.objects.set(key, { ...found, live: touched });
    const edited = { ...touched, resourceVersion: "1000", object: { ...touched.object, spec: { replicas: 7 } } };
    paris.objects.set(key, { ...found, live: edited });
    const stale = await apply(plan, world);
    expect(stale.outcome).toBe("stale");
    expect(stale.diagnostics[0]?.message).toContain("Deployment default/web has changed");
    paris.objects.set(key, { ...found, live: touched });
    expect((await apply(plan, world)).outcome).toBe("done");
  });

  it("when an object was made again, or the context points to another cluster", async () => {
    const world = running(["paris"]);
    await apply(await planOf(world, ["paris"], wanted), world);
    const plan = await planOf(world, ["paris"], next);
    const paris = world.clusters.get("paris");
    const key = "ConfigMap/default/settings";
    const found = paris?.objects.get(key);
    if (paris === undefined || found === undefined) throw new Error("no settings");
    paris.objects.set(key, { ...found, live: { ...found.live, uid: "another" } });
    expect((await apply(plan, world)).diagnostics[0]?.message).toContain("was deleted and made again");
    const elsewhere = memoryWorld([], "shop", new Map([["paris", { ...paris, identity: "other" }]]));
    expect((await apply(plan, elsewhere)).diagnostics[0]?.message).toContain("points to another cluster");
  });
});

describe("an apply that is interrupted", () => {
  const before: Wanted = {
    paris: { "shop/web": [deployment("web", 2), configMap("old"), configMap("settings", { a: "1" })] },
  };
  const after: Wanted = {
    paris: { "shop/web": [deployment("web", 3), configMap("new"), configMap("settings", { a: "2" })] },
  };
  const expected = ["ConfigMap/default/new", "ConfigMap/default/settings", "Deployment.apps/default/web"];

  // Every request boundary, before the request takes effect and after it did but before its answer: the process is gone from there on.
  for (const when of ["before", "after"] as const) {
    it(`converges when run again, wherever it died (${when} the request)`, async () => {
      let deaths = 0;
      for (let n = 1; ; n++) {
        const world = running(["paris"]);
        const paris = world.clusters.get("paris");
        if (paris === undefined) throw new Error("no paris");
        await apply(await planOf(world, ["paris"], before), world);
        const plan = await planOf(world, ["paris"], after);
        let requests = 0;
        let dead = false;
        const dies = (): Promise<void> | void => {
          requests += 1;
          if (requests >= n) dead = true;
          if (dead) return new Promise(() => undefined);
        };
        paris[when] = dies;
        const ran = await Promise.race([
          apply(plan, world).then(() => "ended" as const),
          new Promise<"dead">((resolve) => setTimeout(resolve, 15, "dead")),
        ]);
        if (ran === "ended") break;
        deaths += 1;
        paris[when] = () => undefined;
        paris.holder = undefined; // the lease ran out
        const listed = new Set(
          paris.inventory === undefined
            ? []
            : (JSON.parse(paris.inventory.text) as { objects: Parameters<typeof refKey>[0][] }).objects.map(refKey),
        );
        for (const key of paris.objects.keys())
          expect(listed.has(key), `${key} is listed after dying at ${n}`).toBe(true);
        const resumed = await apply(await planOf(world, ["paris"], after), world);
        expect(resumed.outcome).toBe("done");
        expect(keysOn(world, "paris")).toEqual(expected);
        const rest = await planOf(world, ["paris"], after);
        expect(rest.changes.filter((c) => c.action !== "none")).toEqual([]);
        expect(rest.diagnostics).toEqual([]);
      }
      expect(deaths).toBeGreaterThan(8);
    });
  }

  it("stops issuing when told to, writes down what it reached, and goes on from there", async () => {
    const world = running(["paris"]);
    const stop = new AbortController();
    const plan = await planOf(world, ["paris"], before);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    paris.before = (request) => void (request === "write" && stop.abort());
    const stopped = await apply(plan, world, { signal: stop.signal });
    expect(stopped.outcome).toBe("stopped");
    expect(stopped.created).toBeGreaterThan(0);
    expect(stopped.skipped).toBeGreaterThan(0);
    expect(paris.holder).toBeUndefined();
    paris.before = () => undefined;
    const rest = await planOf(world, ["paris"], before);
    expect(rest.diagnostics).toEqual([]);
    expect(await apply(rest, world)).toMatchObject({ outcome: "done" });
    expect(keysOn(world, "paris")).toHaveLength(3);
  });
});
