// What the tests of apply on real clusters share: three of them with fake nodes, a project of its own for each test, and a check that each test
// leaves nothing behind. It must not know what is tested.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply as applyTo, planOf, type Wanted } from "../runtime/memory-world.ts";
import { clusterTools, nodes, startClusters, toolsAvailable, type Cluster, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);
export const names = ["paris", "lyon", "nice"];
/** Started by `onRealClusters`. */
export let clusters: Clusters;
/** Anew in each test. */
export let world: World;
let project = 0;

const contexts = Object.fromEntries(names.map((name) => [name, name]));
export const plan = (wanted: Wanted, on: readonly string[] = names, options = {}) =>
  planOf(world, on, wanted, options, contexts);
export const observe = (on: readonly string[] = names) =>
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
export async function contents(cluster: Cluster, namespace = "default"): Promise<string[]> {
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
export const apply: typeof applyTo = (plan, on, options) => applyTo(plan, on, { readyTimeout: 60_000, ...options });

export const namespace = (name: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
});

/** Goes on in the same project as another process would. */
export async function reopen(): Promise<void> {
  await world.close();
  world = open(world.project);
}

/** Tests that have the clusters; skipped, visibly, where there are no control planes. */
export function onRealClusters(called: string, tests: () => void): void {
  describe.skipIf(!tools.available)(`${called}${tools.available ? "" : ` (skipped: ${tools.reason})`}`, () => {
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
      expect((await apply(destroyPlan(await observe()), world)).outcome).toBe("done");
      await world.close();
      for (const cluster of clusters.all) expect(await contents(cluster)).toEqual([]);
    });
    tests();
  });
}
