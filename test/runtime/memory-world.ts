// A world for tests: clusters in memory, a clock that sleeping moves, and plans made from nothing but objects and placements.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { Objects, PlacedObject, Plan } from "../../planner/index.ts";
import type { EngineEvent } from "../../runtime/events.ts";
import { applyPlan, type ApplyOptions, type ApplyOutcome } from "../../runtime/apply.ts";
import { refKey, refOf } from "../../runtime/inventory.ts";
import type { Seen } from "../../runtime/last-seen.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { planChanges, type PlanChangesOptions } from "../../runtime/plan-changes.ts";
import { memoryCluster, memoryTarget, type MemoryCluster } from "../../runtime/targets/memory.ts";
import type { World } from "../../runtime/world.ts";

export interface MemoryWorld extends World {
  readonly clusters: ReadonlyMap<string, MemoryCluster>;
  /** Milliseconds that have passed. */
  elapsed: number;
}

export function memoryWorld(
  names: readonly string[],
  project = "shop",
  clusters = new Map(names.map((name) => [name, memoryCluster(`identity-${name}`)])),
): MemoryWorld {
  const seen = new Map<string, Seen>();
  const world: MemoryWorld = {
    clusters,
    elapsed: 0,
    root: "/nowhere",
    project,
    clock: () => world.elapsed,
    now: () => new Date(Date.UTC(2026, 0, 1) + world.elapsed),
    sleep: async (milliseconds) => {
      world.elapsed += milliseconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
    every: () => () => undefined,
    signal: new AbortController().signal,
    holder: { host: "test", machine: "test", pid: 1, user: "tester" },
    isGone: () => false,
    kubeconfig: [],
    lastSeen: { recall: (cluster) => seen.get(cluster), remember: (cluster, what) => void seen.set(cluster, what) },
    open: async ({ name }) => {
      const cluster = clusters.get(name);
      if (cluster === undefined) throw new Error(`there is no cluster ${name}`);
      return memoryTarget(world, name, cluster);
    },
    close: async () => undefined,
  };
  return world;
}

/** `{ paris: { "shop/web": [objects…] } }`: an object of each workload, or of the app alone when the key has no slash. */
export type Wanted = Readonly<Record<string, Readonly<Record<string, readonly KubernetesObject[]>>>>;

export function objectsOf(wanted: Wanted): Objects {
  return Object.fromEntries(
    Object.entries(wanted).map(([cluster, groups]) => [
      cluster,
      Object.entries(groups).flatMap(([group, objects]) =>
        objects.map((object): PlacedObject => {
          const { apiVersion, kind, namespace, name } = refOf(object);
          const [app = "", workload] = group.split("/");
          return {
            key: `${apiVersion}/${kind}/${namespace}/${name}`,
            object,
            app,
            for: workload === undefined ? [] : [group],
            because: `run ${group}`,
          };
        }),
      ),
    ]),
  );
}

/** The plan that makes the clusters hold what is wanted; a workload is placed wherever it has objects. */
export async function planOf(
  world: World,
  clusters: readonly string[],
  wanted: Wanted,
  options: PlanChangesOptions = {},
  contexts: Readonly<Record<string, string>> = {},
): Promise<Plan> {
  const asked = clusters.map((name) => ({
    name,
    ...(contexts[name] === undefined ? {} : { context: contexts[name] }),
  }));
  const observations = await observeClusters(asked, world);
  const objects = objectsOf(wanted);
  const planned = await planChanges(observations, objects, world, options);
  return {
    format: "placet.plan/v1",
    status: "optimal",
    objective: [],
    gap: 0,
    solver: "test",
    placements: Object.entries(wanted).flatMap(([cluster, groups]) =>
      Object.entries(groups).flatMap(([group, all]) => {
        const [app = "", workload] = group.split("/");
        return workload === undefined ? [] : [{ app, workload, cluster, replicas: replicasOf(all) }];
      }),
    ),
    unplaced: [],
    reasons: [],
    moves: [],
    usage: [],
    manifests: Object.fromEntries(Object.entries(objects).map(([cluster, all]) => [cluster, all.map((o) => o.object)])),
    changes: planned.changes,
    clusters: planned.clusters,
    order: {},
    request: { root: ".", paths: [], with: [], without: [], set: {} },
    inputs: `inputs of ${JSON.stringify(wanted).length}`,
    diagnostics: planned.diagnostics,
  };
}

function replicasOf(objects: readonly KubernetesObject[]): number {
  const counts = objects.map((object) => (object["spec"] as { replicas?: number } | undefined)?.replicas ?? 1);
  return Math.max(1, ...counts);
}

export async function apply(
  plan: Plan,
  world: World,
  options: Partial<ApplyOptions> = {},
): Promise<ApplyOutcome & { events: EngineEvent[] }> {
  const events: EngineEvent[] = [];
  const outcome = await applyPlan(plan, world, { emit: (event) => events.push(event), ...options });
  return { ...outcome, events };
}

export const actionsOf = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.changes.map((c) => [`${c.cluster} ${refKey(c)}`, c.action]));

export const configMap = (
  name: string,
  data: Readonly<Record<string, string>> = {},
  namespace = "default",
): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

export const deployment = (
  name: string,
  replicas = 1,
  image = "example/web:1",
  namespace = "default",
): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", image }] } },
  },
});

/** What the Deployment controller writes when every replica is up. */
export const availableStatus = (object: KubernetesObject): KubernetesObject => {
  if (object.kind !== "Deployment") return object;
  const replicas = (object["spec"] as { replicas?: number }).replicas ?? 1;
  return {
    ...object,
    status: { replicas, updatedReplicas: replicas, availableReplicas: replicas, readyReplicas: replicas },
  };
};

/** Clusters on which everything comes up at once. */
export function running(names: readonly string[]): MemoryWorld {
  const world = memoryWorld(names);
  for (const cluster of world.clusters.values()) cluster.react = availableStatus;
  return world;
}

export const keysOn = (world: MemoryWorld, name: string): string[] =>
  [...(world.clusters.get(name)?.objects.keys() ?? [])].sort();

export const onBoth: Wanted = {
  paris: { "shop/web": [deployment("web", 2), configMap("web-settings")] },
  lyon: { "shop/db": [deployment("db")] },
};
