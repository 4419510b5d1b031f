// The harness itself: three clusters that run, schedule, can be paused, killed and brought back, and leave nothing behind.
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterTools, nodes, startClusters, toolsMissing, type Clusters } from "./clusters.ts";
import { eventually } from "./processes.ts";

const deployment = (name: string, replicas: number, cpu: string, claim?: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: "main", image: "none", resources: { requests: { cpu } } }],
        ...(claim ? { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] } : {}),
      },
    },
  },
});

describe.skipIf(toolsMissing(...clusterTools))("three clusters", () => {
  let clusters: Clusters;

  beforeAll(async () => {
    const before = performance.now();
    clusters = await startClusters({
      names: ["core", "edge-1", "edge-2"],
      nodes: {
        core: nodes("core", 3),
        "edge-1": nodes("edge", 1),
        "edge-2": nodes("edge", 1, { allocatable: { cpu: "2" } }),
      },
      users: [{ name: "viewer", groups: ["viewers"] }],
      volumes: 2,
    });
    console.log(`three clusters were ready in ${((performance.now() - before) / 1000).toFixed(1)} s`);
  });
  afterAll(() => clusters?.stop());

  test("a Deployment becomes Available under the real scheduler", async () => {
    const core = clusters.get("core");
    await core.kubectl(["apply", "-f", "-"], { input: JSON.stringify(deployment("web", 6, "3")) });
    await core.kubectl(["wait", "--for=condition=Available", "--timeout=60s", "deployment/web"]);
    const pods = JSON.parse(await core.kubectl(["get", "pods", "-o", "json"]));
    const used = pods.items.map((pod: any) => pod.spec.nodeName).sort();
    expect(used).toEqual(["core-1", "core-1", "core-2", "core-2", "core-3", "core-3"]);
  });

  test("a pod that fits nowhere stays pending", async () => {
    const edge = clusters.get("edge-2");
    await edge.kubectl(["apply", "-f", "-"], { input: JSON.stringify(deployment("big", 1, "3")) });
    const message = await eventually(
      async () => {
        const list = await edge.api.call("GET", "/api/v1/namespaces/default/pods");
        const conditions = list.items[0]?.status.conditions ?? [];
        const said: string | undefined = conditions.find((one: any) => one.reason === "Unschedulable")?.message;
        return said;
      },
      { seconds: 60, otherwise: () => "the scheduler said nothing" },
    );
    expect(message).toContain("Insufficient cpu");
  });

  test("a claim gets a volume", async () => {
    const core = clusters.get("core");
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "6Gi" } } },
    };
    await core.kubectl(["apply", "-f", "-"], { input: JSON.stringify(claim) });
    await core.kubectl(["apply", "-f", "-"], { input: JSON.stringify(deployment("store", 1, "1", "data")) });
    const answer = await core.kubectl(["wait", "--for=condition=Available", "--timeout=60s", "deployment/store"]);
    expect(answer).toContain("condition met");
  });

  test("a user may do only what was granted", async () => {
    const core = clusters.get("core");
    await expect(core.kubectl(["get", "pods"], { user: "viewer" })).rejects.toThrow(/forbidden/);
    await core.kubectl(["create", "clusterrolebinding", "viewers", "--clusterrole=view", "--group=viewers"]);
    const see = async () => await core.kubectl(["get", "pods"], { user: "viewer" }).catch(() => undefined);
    await eventually(see, { seconds: 10, otherwise: () => "the binding has no effect" });
    await expect(core.kubectl(["delete", "pods", "--all"], { user: "viewer" })).rejects.toThrow(/forbidden/);
  });

  test("a paused API server answers nothing until it is resumed", async () => {
    const edge = clusters.get("edge-1");
    edge.pause();
    await expect(edge.api.request("GET", "/api/v1/nodes", undefined, { seconds: 2 })).rejects.toThrow(/no answer/);
    edge.resume();
    expect((await edge.api.request("GET", "/api/v1/nodes")).status).toBe(200);
  });

  test("a killed API server comes back with what it held, the others never notice", async () => {
    const edge = clusters.get("edge-1");
    await edge.kubectl(["create", "configmap", "kept"]);
    await edge.kill();
    await expect(edge.kubectl(["get", "configmap", "kept"])).rejects.toThrow(/refused/);
    await clusters.get("core").kubectl(["get", "nodes"]);
    await edge.restart();
    expect(await edge.kubectl(["get", "configmap", "kept", "-o", "name"])).toBe("configmap/kept\n");
    await edge.kubectl(["apply", "-f", "-"], { input: JSON.stringify(deployment("after", 1, "1")) });
    await edge.kubectl(["wait", "--for=condition=Available", "--timeout=60s", "deployment/after"]);
  });

  test("stopping leaves no process and no file", async () => {
    const { directory, all } = clusters;
    await clusters.stop();
    expect(existsSync(directory)).toBe(false);
    for (const cluster of all) await expect(cluster.api.request("GET", "/readyz")).rejects.toThrow(/ECONNREFUSED/);
  });
});
