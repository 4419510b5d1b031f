// What apply promises when all goes well, held against real API servers with real controllers.
import { expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { configMap, deployment, type Wanted } from "../runtime/memory-world.ts";
import { names, onRealClusters, apply, clusters, contents, namespace, observe, plan, world } from "./apply-ground.ts";

onRealClusters("apply on real clusters", () => {
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
});
