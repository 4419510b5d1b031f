// What apply promises when something fails, and what destroy leaves, on clusters in memory.
import { describe, expect, it } from "vitest";
import { observeClusters } from "../../runtime/observe.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { putForeign } from "../../runtime/targets/memory.ts";
import { Refusal } from "../../runtime/targets/refusal.ts";
import {
  actionsOf,
  apply,
  configMap,
  deployment,
  keysOn,
  onBoth,
  planOf,
  running,
  type Wanted,
} from "./memory-world.ts";

describe("failures", () => {
  it("hold back what stands on what failed, and nothing else", async () => {
    const world = running(["paris"]);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    const policy = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "closed", namespace: "guarded" },
      spec: { podSelector: {} },
    };
    const wanted: Wanted = {
      paris: {
        "shop/web": [deployment("web")],
        "safe/core": [deployment("core", 1, "example/core", "guarded")],
        safe: [policy, configMap("free", {}, "guarded")],
      },
    };
    paris.before = (request, ref) =>
      request === "write" && ref?.kind === "NetworkPolicy"
        ? Promise.reject(new Refusal("denied", "no policies today"))
        : undefined;
    const outcome = await apply(await planOf(world, ["paris"], wanted), world);
    expect(outcome).toMatchObject({ outcome: "partial", created: 2, failed: 1, skipped: 1 });
    expect(keysOn(world, "paris")).toEqual(["ConfigMap/guarded/free", "Deployment.apps/default/web"]);
  });

  it("of one cluster do not stop the others", async () => {
    const world = running(["paris", "lyon"]);
    const plan = await planOf(world, ["paris", "lyon"], onBoth);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    paris.before = (request) => (request === "write" ? Promise.reject(new Refusal("unreachable", "gone")) : undefined);
    const outcome = await apply(plan, world);
    expect(outcome.clusters).toMatchObject([
      { cluster: "lyon", outcome: "done" },
      { cluster: "paris", outcome: "failed" },
    ]);
    expect(keysOn(world, "lyon")).toHaveLength(1);
  });

  it("that are a lock held elsewhere stop everything before the first write", async () => {
    const world = running(["paris", "lyon"]);
    const plan = await planOf(world, ["paris", "lyon"], onBoth);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    paris.holder = { host: "elsewhere", machine: "m", pid: 7, user: "ann", since: "today" };
    const outcome = await apply(plan, world);
    expect(outcome.outcome).toBe("locked");
    expect(outcome.diagnostics[0]?.message).toBe("`paris` is locked by ann on elsewhere (process 7, since today)");
    expect(keysOn(world, "lyon")).toEqual([]);
    expect(world.clusters.get("lyon")?.holder).toBeUndefined();
  });
});

describe("destroy", () => {
  it("leaves nothing of ours and everything of others", async () => {
    const world = running(["paris", "lyon"]);
    await apply(await planOf(world, ["paris", "lyon"], onBoth), world);
    const paris = world.clusters.get("paris");
    if (paris === undefined) throw new Error("no paris");
    putForeign(paris, configMap("theirs"));
    const plan = destroyPlan(await observeClusters([{ name: "paris" }, { name: "lyon" }], world));
    expect(new Set(Object.values(actionsOf(plan)))).toEqual(new Set(["delete"]));
    expect(await apply(plan, world)).toMatchObject({ outcome: "done", deleted: 3 });
    expect(keysOn(world, "paris")).toEqual(["ConfigMap/default/theirs"]);
    expect(keysOn(world, "lyon")).toEqual([]);
    expect([paris.inventory, world.clusters.get("lyon")?.inventory]).toEqual([undefined, undefined]);
  });
});
