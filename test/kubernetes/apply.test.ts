// What apply promises, held against real API servers with real controllers: three clusters, fake nodes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply as applyTo, configMap, deployment, planOf, type Wanted } from "../runtime/memory-world.ts";
import { clusterTools, nodes, startClusters, toolsAvailable, type Cluster, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);
const names = ["paris", "lyon", "nice"];
let clusters: Clusters;
let world: World;
let project = 0;

const contexts = Object.fromEntries(names.map((name) => [name, name]));
const plan = (wanted: Wanted, on: readonly string[] = names, options = {}) =>
  planOf(world, on, wanted, options, contexts);
const observe = (on: readonly string[] = names) =>
  observeClusters(
    on.map((name) => ({ name, context: name })),
    world,
  );
const open = (called: string): World =>
  realWorld(
    clusters.directory,
    { env: { KUBECONFIG: clusters.kubeconfig }, now: () => performance.now(), signal: new AbortController().signal },
    called,
  );

/** Everything in a namespace and of the cluster that is not a cluster's own furniture: `Kind/name`. */
async function contents(cluster: Cluster, namespace = "default"): Promise<string[]> {
  const text = await cluster.kubectl([
    "get",
    "configmaps,secrets,services,deployments,networkpolicies,leases,statefulsets",
    "-n",
    namespace,
    "-o",
    "name",
  ]);
  return text
    .split("\n")
    .filter((line) => line !== "" && !["configmap/kube-root-ca.crt", "service/kubernetes"].includes(line))
    .sort();
}

/** Nothing here takes long to be ready, so what is not is said soon. */
const apply: typeof applyTo = (plan, on, options) => applyTo(plan, on, { readyTimeout: 60_000, ...options });

const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

describe.skipIf(!tools.available)(
  `apply on real clusters${tools.available ? "" : ` (skipped: ${tools.reason})`}`,
  () => {
    beforeAll(async () => {
      const one = nodes("node", 2);
      clusters = await startClusters({
        names,
        users: [{ name: "eve" }],
        nodes: Object.fromEntries(names.map((name) => [name, one])),
      });
    });
    afterAll(async () => clusters?.stop());
    beforeEach(() => {
      world = open(`test-${++project}`);
    });
    afterEach(async () => {
      for (const { plan } of [{ plan: destroyPlan(await observe()) }])
        expect((await apply(plan, world)).outcome).toBe("done");
      await world.close();
      for (const cluster of clusters.all) expect(await contents(cluster)).toEqual([]);
    });

    const policy: KubernetesObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "web-ingress", namespace: "default" },
      spec: {
        podSelector: { matchLabels: { app: "web" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "amf" } } }], ports: [{ protocol: "TCP", port: 80 }] }],
      },
    };

    it("creates, waits until all is ready, then plans nothing, then changes and deletes only what differs", async () => {
      const wanted: Wanted = {
        paris: { "shop/web": [deployment("web", 2), configMap("settings", { a: "1" }), policy] },
        lyon: { "shop/db": [deployment("db")] },
      };
      const outcome = await apply(await plan(wanted), world);
      expect(outcome).toMatchObject({ outcome: "done", created: 4, failed: 0 });
      const paris = clusters.get("paris");
      expect(await paris.kubectl(["get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}"])).toBe("2");
      expect(
        JSON.parse(await paris.kubectl(["get", "networkpolicy", "web-ingress", "-o", "jsonpath={.spec.ingress}"])),
      ).toEqual(policy["spec" as keyof typeof policy] ? (policy["spec"] as { ingress: unknown }).ingress : undefined);

      const again = await plan(wanted);
      expect(again.diagnostics).toEqual([]);
      expect(again.changes.map((c) => c.action)).toEqual(["none", "none", "none", "none"]);

      const next: Wanted = {
        paris: { "shop/web": [deployment("web", 2, "example/web:2"), policy] },
        lyon: wanted["lyon"] ?? {},
      };
      const changed = await plan(next);
      expect(
        changed.changes.filter((c) => c.action !== "none").map((c) => [c.kind, c.action, c.fields.map((f) => f.path)]),
      ).toEqual([
        ["Deployment", "update", ["/spec/template/spec/containers[main]/image"]],
        ["ConfigMap", "delete", []],
      ]);
      expect(await apply(changed, world)).toMatchObject({ outcome: "done", updated: 1, deleted: 1, created: 0 });
      expect(await contents(paris)).toEqual([
        "configmap/placet-" + world.project,
        "deployment.apps/web",
        "networkpolicy.networking.k8s.io/web-ingress",
      ]);
    });

    it("asks once a kind, not once an object, when nothing changes", async () => {
      const wanted: Wanted = {
        paris: { shop: Array.from({ length: 60 }, (_, i) => configMap(`settings-${i}`, { a: `${i}` })) },
      };
      await apply(await plan(wanted, ["paris"]), world);
      const before = await requestsSeen("paris");
      const again = await plan(wanted, ["paris"]);
      expect(new Set(again.changes.map((c) => c.action))).toEqual(new Set(["none"]));
      expect((await requestsSeen("paris")) - before).toBe(0);
    });

    /** PATCH requests that an API server has answered, by its own count. */
    async function requestsSeen(name: string): Promise<number> {
      const metrics = await clusters.get(name).kubectl(["get", "--raw", "/metrics"]);
      return metrics
        .split("\n")
        .filter(
          (line) =>
            line.startsWith("apiserver_request_total{") &&
            /verb="(APPLY|PATCH)"/.test(line) &&
            line.includes('resource="configmaps"'),
        )
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    }

    it("puts the objects of a namespace and of a kind that the same plan brings, after asking what can be asked", async () => {
      const definition: KubernetesObject = {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "slices.example.com" },
        spec: {
          group: "example.com",
          names: { kind: "Slice", plural: "slices", singular: "slice", listKind: "SliceList" },
          scope: "Namespaced",
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: "object",
                  properties: { spec: { type: "object", properties: { sst: { type: "integer" } } } },
                },
              },
            },
          ],
        },
      };
      const slice: KubernetesObject = {
        apiVersion: "example.com/v1",
        kind: "Slice",
        metadata: { name: "embb", namespace: "core5g" },
        spec: { sst: 1 },
      };
      const wanted: Wanted = {
        paris: { core5g: [slice, configMap("inside", {}, "core5g"), namespace("core5g"), definition] },
      };
      const first = await plan(wanted);
      expect(first.diagnostics).toEqual([]);
      expect(first.changes.map((c) => [c.kind, c.action, c.deferred === true])).toEqual([
        ["CustomResourceDefinition", "create", false],
        ["Namespace", "create", false],
        ["ConfigMap", "create", true],
        ["Slice", "create", true],
      ]);
      expect(await apply(first, world)).toMatchObject({ outcome: "done", created: 4 });
      expect((await plan(wanted)).changes.map((c) => c.action)).toEqual(["none", "none", "none", "none"]);
      // Others move in: what they have keeps the namespace, what they lack lets the definition go.
      const paris = clusters.get("paris");
      await paris.kubectl(["create", "configmap", "theirs", "-n", "core5g"]);
      expect(await apply(destroyPlan(await observe()), world)).toMatchObject({ outcome: "done" });
      expect(await contents(paris, "core5g")).toEqual(["configmap/theirs"]);
      expect(await paris.kubectl(["get", "namespace", "core5g", "-o", "jsonpath={.metadata.labels}"])).toBe(
        '{"kubernetes.io/metadata.name":"core5g"}',
      );
      await expect(paris.kubectl(["get", "crd", "slices.example.com"])).rejects.toThrow("NotFound");
      await paris.kubectl(["delete", "namespace", "core5g"]);
    });

    it("refuses what is not ours, and takes it over only when told", async () => {
      const paris = clusters.get("paris");
      await paris.kubectl(["create", "configmap", "settings", "--from-literal=a=theirs"]);
      const wanted: Wanted = { paris: { shop: [configMap("settings", { a: "ours" })] } };
      const refused = await plan(wanted);
      expect(refused.diagnostics.map((d) => d.code)).toEqual(["runtime/not-ours"]);
      expect(refused.changes).toEqual([]);
      const adopting = await plan(wanted, names, { adopt: true });
      expect(await apply(adopting, world)).toMatchObject({ outcome: "done", updated: 1 });
      expect(await paris.kubectl(["get", "configmap", "settings", "-o", "jsonpath={.data.a}"])).toBe("ours");
    });

    it("names who owns a field that it would have to take, and takes it from nobody", async () => {
      const wanted = (replicas: number): Wanted => ({ paris: { "shop/web": [deployment("web", replicas)] } });
      await apply(await plan(wanted(1)), world);
      const paris = clusters.get("paris");
      await paris.kubectl(["scale", "deployment", "web", "--replicas=3"]);
      const conflicting = await plan(wanted(2));
      expect(conflicting.changes).toEqual([]);
      expect(conflicting.diagnostics[0]).toMatchObject({
        code: "runtime/field-conflict",
        message: expect.stringContaining("`/spec/replicas` (kubectl)"),
      });
      expect(await paris.kubectl(["get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"])).toBe("3");
    });

    it("leaves the count to an autoscaler that has set it", async () => {
      const autoscaler: KubernetesObject = {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "web", namespace: "default" },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
          minReplicas: 1,
          maxReplicas: 5,
          metrics: [
            { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
          ],
        },
      };
      const wanted = (image: string): Wanted => ({ paris: { "shop/web": [deployment("web", 1, image), autoscaler] } });
      await apply(await plan(wanted("example/web:1")), world);
      const paris = clusters.get("paris");
      await paris.kubectl(["scale", "deployment", "web", "--replicas=3"]);
      const next = await plan(wanted("example/web:2"));
      expect(next.diagnostics).toEqual([]);
      expect(await apply(next, world)).toMatchObject({ outcome: "done", updated: 1 });
      expect(
        await paris.kubectl([
          "get",
          "deployment",
          "web",
          "-o",
          "jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}",
        ]),
      ).toBe("3 example/web:2");
    });

    it("replaces what can not change in place, and says which field forces it", async () => {
      const service = (address: string): KubernetesObject => ({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "default" },
        spec: { clusterIP: address, ports: [{ port: 80 }], selector: { app: "web" } },
      });
      await apply(await plan({ paris: { shop: [service("None")] } }), world);
      const next = await plan({ paris: { shop: [service("10.96.3.3")] } });
      expect(next.changes).toMatchObject([{ action: "replace", forcedBy: expect.stringContaining("/spec/clusterIP") }]);
      expect(await apply(next, world)).toMatchObject({ outcome: "done", replaced: 1 });
      expect(await clusters.get("paris").kubectl(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"])).toBe(
        "10.96.3.3",
      );
    });

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
      await world.close();
      world = open(world.project);
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
      await paris.kubectl(["create", "namespace", "doomed"]);
      await paris.kubectl(["create", "configmap", "stuck", "-n", "doomed"]);
      await paris.kubectl([
        "patch",
        "configmap",
        "stuck",
        "-n",
        "doomed",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":["example.com/held"]}}',
      ]);
      await paris.kubectl(["delete", "namespace", "doomed", "--wait=false"]);
      const doomed = await plan({ paris: { shop: [configMap("late", {}, "doomed"), namespace("doomed")] } });
      expect(doomed.diagnostics.map((d) => d.code)).toEqual(["runtime/terminating", "runtime/terminating"]);
      expect(doomed.changes).toEqual([]);
      await paris.kubectl([
        "patch",
        "configmap",
        "stuck",
        "-n",
        "doomed",
        "--type=merge",
        "-p",
        '{"metadata":{"finalizers":null}}',
      ]);
    });
  },
);
