// What apply promises when things changed, are locked, lost, forbidden or dead, held against real API servers with real controllers.
import { expect, it } from "vitest";
import { configMap, deployment, planOf, type Wanted } from "../runtime/memory-world.ts";
import { names, onRealClusters, apply, clusters, contents, namespace, plan, reopen, world } from "./apply-ground.ts";

onRealClusters("apply on real clusters in trouble", () => {
  it("refuses a stale plan, naming the object that moved", async () => {
    const wanted = (a: string): Wanted => ({
      paris: { shop: [configMap("settings", { a }), configMap("other", { a })] },
    });
    const first = await plan(wanted("1"));
    await apply(first, world);
    expect((await apply(first, world)).diagnostics[0]?.message).toContain("generation 1 was applied since");
    const next = await plan(wanted("2"));
    const paris = clusters.get("paris");
    await paris.kubectl(["patch", "configmap", "settings", "--type=merge", "-p", '{"data":{"a":"by hand"}}']);
    const stale = await apply(next, world);
    expect(stale).toMatchObject({ outcome: "stale", updated: 0 });
    expect(stale.diagnostics.map((d) => d.message)).toEqual([
      "the plan is stale on `paris`: ConfigMap default/settings has changed",
    ]);
    expect(await paris.kubectl(["get", "configmap", "other", "-o", "jsonpath={.data.a}"])).toBe("1");
    const again = await plan({ paris: { shop: [configMap("other", { a: "2" })] } });
    await paris.kubectl(["delete", "configmap", "other"]);
    expect((await apply(again, world)).diagnostics[0]?.message).toContain("ConfigMap default/other is gone");
    await paris.kubectl(["create", "configmap", "other", "--from-literal=a=1"]);
    expect((await apply(again, world)).diagnostics[0]?.message).toMatch(/is gone|made again/);
    await paris.kubectl(["delete", "configmap", "other"]);
  });

  it("deletes only the very object that it made, and only while it carries our mark", async () => {
    await apply(await plan({ paris: { shop: [configMap("one"), configMap("two"), configMap("three")] } }), world);
    const paris = clusters.get("paris");
    await paris.kubectl(["delete", "configmap", "one"]);
    await paris.kubectl(["create", "configmap", "one", "--from-literal=whose=theirs"]);
    await paris.kubectl(["label", "configmap", "two", "applyset.kubernetes.io/part-of-"]);
    const empty = await plan({ paris: { shop: [configMap("three")] } });
    expect(await apply(empty, world)).toMatchObject({ outcome: "done" });
    expect((await contents(paris)).filter((name) => /\/(one|two|three)$/.test(name))).toEqual([
      "configmap/one",
      "configmap/three",
      "configmap/two",
    ]);
    await paris.kubectl(["delete", "configmap", "one", "two"]);
  });

  it("finds the lock of another, names its holder, and waits for it when told", async () => {
    const wanted: Wanted = { paris: { shop: [configMap("settings")] } };
    const waiting = await plan(wanted);
    const target = await world.open({ name: "paris", context: "paris" });
    const held = await target.lock(0);
    if (held.kind !== "held") throw new Error("the lock was not free");
    const locked = await apply(waiting, world);
    expect(locked.outcome).toBe("locked");
    expect(locked.diagnostics[0]?.message).toContain(`process ${process.pid}`);
    setTimeout(() => void held.lock.release(), 700);
    expect(await apply(waiting, world, { lockTimeout: 10_000 })).toMatchObject({ outcome: "done", created: 1 });
  });

  it("keeps a moved workload where it was until it is available in its new place", async () => {
    const at = (name: string, cpu: string): Wanted => {
      const web = deployment("web", 1);
      const spec = web["spec"] as { template: { spec: { containers: Record<string, unknown>[] } } };
      spec.template.spec.containers[0] = { ...spec.template.spec.containers[0], resources: { requests: { cpu } } };
      return { [name]: { "shop/web": [web] } };
    };
    await apply(await plan(at("paris", "1")), world);
    const tooLarge = await apply(await plan(at("lyon", "100")), world, { readyTimeout: 3_000 });
    expect(tooLarge).toMatchObject({ outcome: "partial", failed: 1, deleted: 0, skipped: 1 });
    expect(
      await clusters.get("paris").kubectl(["get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}"]),
    ).toBe("1");
    expect(await apply(await plan(at("lyon", "1")), world)).toMatchObject({
      outcome: "done",
      updated: 1,
      deleted: 1,
    });
    expect(await contents(clusters.get("paris"))).toEqual([]);
  });

  it("goes on with the others when one cluster is dead, and finishes it when it is back", async () => {
    const wanted: Wanted = Object.fromEntries(
      names.map((name) => [name, { [`shop/web-${name}`]: [deployment("web"), configMap("settings")] }]),
    );
    const whole = await plan(wanted);
    await clusters.get("nice").kill();
    try {
      const partial = await apply(whole, world);
      expect(partial.outcome).toBe("partial");
      expect(partial.clusters).toMatchObject([
        { cluster: "lyon", outcome: "done" },
        { cluster: "nice", outcome: "unknown" },
        { cluster: "paris", outcome: "done" },
      ]);
      const blind = await plan(wanted);
      expect(blind.clusters.map((c) => [c.cluster, c.state])).toEqual([
        ["paris", "known"],
        ["lyon", "known"],
        ["nice", "unknown"],
      ]);
      expect(blind.diagnostics.map((d) => d.code)).toEqual(["runtime/cluster-unknown"]);
    } finally {
      await clusters.get("nice").restart();
    }
    expect(await apply(await plan(wanted), world)).toMatchObject({ outcome: "done", created: 2 });
  });

  it("does not wait for ever on a cluster that accepts and never answers", async () => {
    const wanted: Wanted = Object.fromEntries(names.map((name) => [name, { shop: [configMap("settings")] }]));
    clusters.get("nice").pause();
    try {
      const started = performance.now();
      const blind = await plan(wanted);
      expect(performance.now() - started).toBeLessThan(25_000);
      expect(blind.clusters.find((c) => c.cluster === "nice")).toMatchObject({ state: "unknown" });
      expect(await apply(blind, world)).toMatchObject({ outcome: "partial", created: 2 });
    } finally {
      clusters.get("nice").resume();
    }
    await reopen();
    expect(await apply(await plan(wanted), world)).toMatchObject({ outcome: "done", created: 1 });
  });

  it("finds its own again when the inventory is lost, and deletes none of it", async () => {
    await apply(await plan({ paris: { shop: [configMap("one"), configMap("two")] } }), world);
    const paris = clusters.get("paris");
    await paris.kubectl(["delete", "configmap", `placet-${world.project}`]);
    const found = await plan({ paris: { shop: [configMap("one")] } });
    expect(found.diagnostics.map((d) => d.code)).toEqual(["runtime/inventory-lost"]);
    expect(found.changes.map((c) => [c.name, c.action])).toEqual([
      ["one", "none"],
      ["two", "none"],
    ]);
    const next = await apply(await plan({ paris: { shop: [configMap("one", { a: "2" })] } }), world);
    expect(next).toMatchObject({ outcome: "done", updated: 1 });
    expect((await contents(paris)).filter((name) => /\/(one|two)$/.test(name))).toEqual([
      "configmap/one",
      "configmap/two",
    ]);
  });

  it("deletes nothing where it may not see everything, and writes what it may", async () => {
    const paris = clusters.get("paris");
    const wanted: Wanted = { paris: { shop: [configMap("one"), configMap("two")] } };
    await apply(await plan(wanted, ["paris"]), world);
    // Eve may do everything with ConfigMaps and Leases of this namespace, and list nothing else.
    await paris.kubectl(["create", "role", "eve", "--verb=*", "--resource=configmaps,leases.coordination.k8s.io"]);
    await paris.kubectl(["create", "rolebinding", "eve", "--role=eve", "--user=eve"]);
    await paris.kubectl(["create", "clusterrole", "eve-sees", "--verb=get", "--resource=namespaces"]);
    await paris.kubectl(["create", "clusterrolebinding", "eve-sees", "--clusterrole=eve-sees", "--user=eve"]);
    const eve = { paris: paris.contextOf("eve") };
    const asEve = (w: Wanted) => planOf(world, ["paris"], w, {}, eve);
    const less = await asEve({ paris: { shop: [configMap("one", { a: "2" })] } });
    expect(less.diagnostics).toEqual([]);
    expect(less.changes.map((c) => [c.name, c.action])).toEqual([
      ["one", "update"],
      ["two", "delete"],
    ]);
    const withSecret = await asEve({ paris: { shop: [configMap("one", { a: "2" }), deployment("web")] } });
    expect(withSecret.diagnostics.map((d) => d.code).sort()).toEqual(["runtime/object-refused", "runtime/unread"]);
    expect(withSecret.changes.map((c) => [c.name, c.action])).toEqual([["one", "update"]]);
    const mallory = await planOf(world, ["paris"], wanted, {}, { paris: "nobody" });
    expect(mallory).toMatchObject({ clusters: [{ state: "unknown" }], changes: [] });
    await paris.kubectl([
      "delete",
      "role/eve",
      "rolebinding/eve",
      "clusterrole/eve-sees",
      "clusterrolebinding/eve-sees",
    ]);
  });

  it("refuses to write where a namespace is being deleted", async () => {
    const paris = clusters.get("paris");
    const held = (finalizers: readonly string[] | null): Promise<unknown> => {
      const patch = JSON.stringify({ metadata: { finalizers } });
      return paris.kubectl(["patch", "configmap", "stuck", "-n", "doomed", "--type=merge", "-p", patch]);
    };
    await paris.kubectl(["create", "namespace", "doomed"]);
    await paris.kubectl(["create", "configmap", "stuck", "-n", "doomed"]);
    await held(["example.com/held"]);
    await paris.kubectl(["delete", "namespace", "doomed", "--wait=false"]);
    const doomed = await plan({ paris: { shop: [configMap("late", {}, "doomed"), namespace("doomed")] } });
    expect(doomed.diagnostics.map((d) => d.code)).toEqual(["runtime/terminating", "runtime/terminating"]);
    expect(doomed.changes).toEqual([]);
    await held(null);
  });
});
