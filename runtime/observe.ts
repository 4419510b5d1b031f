// Asks every cluster at once what of ours runs there. It must not know intents, nor change anything.
import type { Cluster } from "../compiler/index.ts";
import type { ClusterState } from "../planner/index.ts";
import { emptyInventory, sortedInventory, type Inventory, type InventoryEntry } from "./inventory.ts";
import { clustersAtOnce, inParallel } from "./parallel.ts";
import { asRefusal } from "./targets/refusal.ts";
import type { Live, StoredInventory, Target } from "./targets/port.ts";
import type { World } from "./world.ts";

interface ObservedCluster {
  readonly cluster: string;
  readonly target: "directory" | "kubernetes";
  readonly context?: string;
  /** Replicas by workload (`app/workload`) that run there because of us; of an unknown cluster, what ran when it last answered here. */
  readonly placed: Readonly<Record<string, number>>;
}

/** What one cluster answered. `unknown` says nothing about what runs there. */
export type Observation =
  | (ObservedCluster & {
      readonly state: "known";
      /** uid of kube-system; absent for a directory. */
      readonly identity?: string;
      /** Version of Kubernetes; absent for a directory. */
      readonly version?: string;
      readonly inventory: Inventory;
      readonly inventoryVersion: string;
      /** How many objects with our mark were found without an inventory. */
      readonly recovered: number;
    })
  | (ObservedCluster & { readonly state: "unknown"; readonly problem: string });

export type KnownObservation = Extract<Observation, { readonly state: "known" }>;

/** Observes all clusters at once, each within its own deadlines; in the order of `clusters`. Never rejects for what a cluster does. */
export async function observeClusters(
  clusters: readonly Pick<Cluster, "name" | "context">[],
  world: World,
): Promise<readonly Observation[]> {
  return inParallel(clusters, clustersAtOnce, (cluster) => observeCluster(cluster, world));
}

async function observeCluster(cluster: Pick<Cluster, "name" | "context">, world: World): Promise<Observation> {
  const observed = {
    cluster: cluster.name,
    target: cluster.context === undefined ? ("directory" as const) : ("kubernetes" as const),
    ...(cluster.context === undefined ? {} : { context: cluster.context }),
  };
  try {
    const target = await world.open(cluster);
    const known = await readCluster(target, world.project);
    if (known.identity !== undefined)
      world.lastSeen.remember(cluster.name, { identity: known.identity, placed: known.placed });
    return { ...observed, ...known };
  } catch (error) {
    const { message, details } = asRefusal(error);
    const problem = details.help === undefined ? message : `${message} (${details.help})`;
    return { ...observed, state: "unknown", problem, placed: world.lastSeen.recall(cluster.name)?.placed ?? {} };
  }
}

async function readCluster(
  target: Target,
  project: string,
): Promise<Omit<KnownObservation, "cluster" | "target" | "context">> {
  const reached = await target.reach();
  const stored = await target.readInventory();
  const inventory = inventoryIn(stored, project);
  return {
    ...reached,
    state: "known",
    inventory,
    inventoryVersion: stored.version,
    recovered: stored.recovered.length,
    placed: inventory.placed,
  };
}

/** What is stored; or, when that was lost, what carries our mark. */
export function inventoryIn(stored: StoredInventory, project: string): Inventory {
  const kept = stored.inventory ?? emptyInventory(project);
  return sortedInventory({ ...kept, objects: [...kept.objects, ...stored.recovered.map(recoveredEntry)] });
}

function recoveredEntry(live: Live): InventoryEntry {
  return { ...live.ref, app: "", for: [], ...(live.uid === undefined ? {} : { uid: live.uid }), recovered: true };
}

/** What a plan keeps of an observation, to recognise the cluster when it is applied. */
export function stateOf(observation: Observation): ClusterState {
  const { cluster, target, context, state } = observation;
  const base = { cluster, target, state, ...(context === undefined ? {} : { context }) };
  if (observation.state === "unknown") return { ...base, problem: observation.problem };
  const identity = observation.identity === undefined ? {} : { identity: observation.identity };
  return { ...base, ...identity, inventory: observation.inventoryVersion };
}
