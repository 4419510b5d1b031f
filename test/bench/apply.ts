// Objects a second that apply and an unchanged plan take, beside `kubectl apply --server-side` and `kubectl diff` on the same API server.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../compiler/index.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { realWorld } from "../../runtime/world.ts";
import { clusterTools, startClusters, toolsAvailable } from "../kubernetes/clusters.ts";
import { apply, configMap, planOf } from "../runtime/memory-world.ts";
import type { Report } from "./report.ts";

/** So many ConfigMaps and as many NetworkPolicies: what is measured is writing, not waiting for pods, for which kubectl does not wait. */
const count = 500;

export async function bench(): Promise<Report> {
  const tools = toolsAvailable(...clusterTools);
  if (!tools.available) {
    return { notes: [`not measured: ${tools.reason}`] };
  }
  const clusters = await startClusters({ names: ["paris"], controllers: ["namespace-controller"], kwok: false });
  try {
    const paris = clusters.get("paris");
    const objects = (prefix: string): KubernetesObject[] =>
      Array.from({ length: count }, (_, i) => [
        policy(`${prefix}-${i}`),
        configMap(`${prefix}-${i}`, { index: `${i}` }),
      ]).flat();
    const world = realWorld(
      clusters.directory,
      { env: { KUBECONFIG: clusters.kubeconfig }, now: () => performance.now(), signal: new AbortController().signal },
      "bench",
    );
    const wanted = { paris: { shop: objects("ours") } };
    const file = join(clusters.directory, "theirs.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects("theirs") }));

    const plan = await planOf(world, ["paris"], wanted, {}, { paris: "paris" });

    const applied = await timed(() => apply(plan, world));
    const theirs = await timed(() => paris.kubectl(["apply", "--server-side", "-f", file]));
    const unchanged = await timed(() => planOf(world, ["paris"], wanted, {}, { paris: "paris" }));
    const theirDiff = await timed(() => paris.kubectl(["diff", "--server-side", "-f", file]));
    await apply(destroyPlan(await observeClusters([{ name: "paris", context: "paris" }], world)), world);
    await world.close();
    const rate = (seconds: number): number => Math.round((2 * count) / seconds);
    const figures = [
      {
        name: "apply",
        value: rate(applied),
        unit: "objects/s",
        peer: { name: "kubectl apply --server-side", value: rate(theirs) },
      },
      {
        name: "plan without changes",
        value: rate(unchanged),
        unit: "objects/s",
        peer: { name: "kubectl diff --server-side", value: rate(theirDiff) },
      },
    ];
    return { figures };
  } finally {
    await clusters.stop();
  }
}

const policy = (name: string): KubernetesObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "default" },
  spec: {
    podSelector: { matchLabels: { app: name } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "amf" } } }], ports: [{ protocol: "TCP", port: 8000 }] }],
  },
});

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}
