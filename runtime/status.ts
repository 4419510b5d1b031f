// What of ours runs where, how it does, and what somebody changed under it. It must not change anything.
import { identityOf } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import { isWorkload, type Change, type FieldChange, type Objects } from "../planner/index.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import type { EventObject } from "./events.ts";
import { healthOf } from "./health.ts";
import { manifestDigest, refKey, type InventoryEntry } from "./inventory.ts";
import type { KnownObservation, Observation } from "./observe.ts";
import { clustersAtOnce, inParallel } from "./parallel.ts";
import { planChanges } from "./plan-changes.ts";
import type { Live, Target } from "./targets/port.ts";
import { asRefusal } from "./targets/refusal.ts";
import type { World } from "./world.ts";

export interface ClusterStatus {
  readonly cluster: string;
  readonly target: "directory" | "kubernetes";
  readonly state: "known" | "unknown";
  readonly problem?: string;
  /** Version of Kubernetes. */
  readonly version?: string;
  /** How many applies have changed something there, and how many objects of ours there are. */
  readonly generation: number;
  readonly objects: number;
  /** By whom an apply was begun that has not ended. */
  readonly interrupted?: string;
}

export interface WorkloadStatus {
  readonly app: string;
  readonly workload: string;
  readonly cluster: string;
  /** As placed by the last apply. */
  readonly replicas: number;
  /** `written`: a directory says nothing about life. `unknown`: its cluster does not answer. */
  readonly health: "ready" | "waiting" | "failed" | "missing" | "written" | "unknown";
  readonly message?: string;
}

export interface Drift {
  readonly object: EventObject;
  /** Gone, made again by somebody else, or with fields that are not as we applied them. */
  readonly kind: "missing" | "recreated" | "changed";
  /** Of `changed`, when the manifests are at hand: what applying again would set right. */
  readonly fields: readonly FieldChange[];
}

export interface StatusReport {
  readonly clusters: readonly ClusterStatus[];
  readonly workloads: readonly WorkloadStatus[];
  readonly drift: readonly Drift[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The status of everything in the inventories. With `objects` (what the intents make of the placement in force), drift inside objects is
 * found by asking the cluster; what the intents themselves have changed since is no drift.
 */
export async function statusOf(
  observations: readonly Observation[],
  world: World,
  objects?: Objects,
): Promise<StatusReport> {
  const parts = await inParallel(observations, clustersAtOnce, (observation) => clusterStatus(observation, world));
  const known = observations.filter((o): o is KnownObservation => o.state === "known");
  const planned = objects === undefined ? undefined : await planChanges(known, objects, world);
  const inside = planned === undefined ? [] : driftInside(known, planned.changes, objects ?? {});
  const key = ({ object }: Drift): string => `${object.cluster}/${refKey(object)}`;
  const told = new Set(inside.map(key));
  // What was compared field by field is told so.
  const outside = parts.flatMap((part) => part.drift).filter((drift) => !told.has(key(drift)));
  return {
    clusters: parts.map((part) => part.cluster),
    workloads: parts.flatMap((part) => part.workloads),
    drift: [...outside, ...inside],
    diagnostics: [
      ...observations.flatMap((o) =>
        o.state === "unknown" ? [runtimeDiagnostics.make["cluster-unknown"](undefined, [o.cluster, o.problem])] : [],
      ),
      ...(planned?.diagnostics.filter((d) => d.code === "runtime/field-conflict" || d.code === "runtime/unread") ?? []),
    ],
  };
}

interface Part {
  readonly cluster: ClusterStatus;
  readonly workloads: readonly WorkloadStatus[];
  readonly drift: readonly Drift[];
}

async function clusterStatus(observation: Observation, world: World): Promise<Part> {
  const { cluster, target: kind, state } = observation;
  const base = { cluster, target: kind, state, generation: 0, objects: 0 };
  if (observation.state === "unknown")
    return { cluster: { ...base, problem: observation.problem }, workloads: [], drift: [] };
  const { inventory, version } = observation;
  const status: ClusterStatus = {
    ...base,
    ...(version === undefined ? {} : { version }),
    ...(inventory.applying === undefined
      ? {}
      : { interrupted: `${inventory.applying.by}, ${inventory.applying.since}` }),
    generation: inventory.generation,
    objects: inventory.objects.length,
  };
  try {
    const target = await world.open({
      name: cluster,
      ...(observation.context === undefined ? {} : { context: observation.context }),
    });
    const { live } = await target.readOurs(inventory.objects, []);
    const byKey = new Map(live.map((one) => [refKey(one.ref), one]));
    return {
      cluster: status,
      workloads: Object.entries(inventory.placed).map(([id, replicas]) =>
        workloadStatus(id, replicas, observation, target, byKey),
      ),
      drift: inventory.objects.flatMap((entry) => driftOf(entry, byKey.get(refKey(entry)), cluster, target)),
    };
  } catch (error) {
    const problem = asRefusal(error).message;
    const workloads = Object.entries(inventory.placed).map(([id, replicas]) => ({
      ...named(id),
      cluster,
      replicas,
      health: "unknown" as const,
      message: problem,
    }));
    return { cluster: { ...status, state: "unknown", problem }, workloads, drift: [] };
  }
}

function named(id: string): { app: string; workload: string } {
  const [app = "", ...rest] = id.split("/");
  return { app, workload: rest.join("/") };
}

function workloadStatus(
  id: string,
  replicas: number,
  observation: KnownObservation,
  target: Target,
  live: ReadonlyMap<string, Live>,
): WorkloadStatus {
  const base = { ...named(id), cluster: observation.cluster, replicas };
  const entries = observation.inventory.objects.filter((entry) => entry.for.includes(id) && isWorkload(entry));
  const missing = entries.find((entry) => !live.has(refKey(entry)));
  if (missing !== undefined) return { ...base, health: "missing", message: `${missing.kind} ${missing.name} is gone` };
  if (!target.runs) return { ...base, health: "written" };
  const healths = entries.flatMap((entry) => {
    const found = live.get(refKey(entry));
    return found === undefined ? [] : [healthOf(found.object)];
  });
  const worst = healths.find((h) => h.state === "failed") ?? healths.find((h) => h.state === "waiting");
  return worst === undefined ? { ...base, health: "ready" } : { ...base, health: worst.state, message: worst.message };
}

function driftOf(entry: InventoryEntry, live: Live | undefined, cluster: string, target: Target): Drift[] {
  const { apiVersion, kind, namespace, name } = entry;
  const object = { cluster, apiVersion, kind, namespace, name };
  if (entry.uid === undefined && target.runs) return []; // announced by an apply that did not end
  if (live === undefined) return [{ object, kind: "missing", fields: [] }];
  if (entry.uid !== undefined && live.uid !== entry.uid) return [{ object, kind: "recreated", fields: [] }];
  // A file is exactly what we wrote, or it was edited.
  const edited = !target.runs && entry.version !== undefined && live.resourceVersion !== entry.version;
  return edited ? [{ object, kind: "changed", fields: [] }] : [];
}

/** Changes of objects whose manifest is the very one that was applied: then it is the cluster that has changed. */
function driftInside(observations: readonly KnownObservation[], changes: readonly Change[], objects: Objects): Drift[] {
  const applied = new Map(
    observations.flatMap((o) => o.inventory.objects.map((entry) => [`${o.cluster}/${refKey(entry)}`, entry.digest])),
  );
  const digests = new Map(
    Object.entries(objects).flatMap(([cluster, all]) =>
      all.map(({ key, object }) => [
        `${cluster}/${refKey({ ...identityOf(key), apiVersion: object.apiVersion })}`,
        manifestDigest(object),
      ]),
    ),
  );
  return changes
    .filter((change) => change.action === "update" || change.action === "replace")
    .filter((change) => {
      const key = `${change.cluster}/${refKey(change)}`;
      return applied.has(key) && applied.get(key) !== undefined && applied.get(key) === digests.get(key);
    })
    .map(({ cluster, apiVersion, kind, namespace, name, fields }) => ({
      object: { cluster, apiVersion, kind, namespace, name },
      kind: "changed",
      fields,
    }));
}
