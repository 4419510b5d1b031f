// Compares what should be on every cluster with what is there, by asking the cluster itself. It must not change anything.
import { identityOf, type KubernetesObject } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import {
  creationBatches,
  deletionBatches,
  diffValues,
  groupKind,
  isKept,
  type Change,
  type ClusterState,
  type Objects,
  type PlacedObject,
} from "../planner/index.ts";
import { autoscaledKeys } from "./autoscaled.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import { manifestDigest, refKey, showRef, type InventoryEntry, type ObjectRef } from "./inventory.ts";
import { covers, withoutNoise } from "./noise.ts";
import { stateOf, type KnownObservation, type Observation } from "./observe.ts";
import { clustersAtOnce, inParallel, requestsAtOnce } from "./parallel.ts";
import { redactFields } from "./redact.ts";
import type { Live, Preview, Target } from "./targets/port.ts";
import { asRefusal, type Refusal } from "./targets/refusal.ts";
import type { World } from "./world.ts";

export interface PlannedChanges {
  readonly changes: readonly Change[];
  readonly clusters: readonly ClusterState[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface PlanChangesOptions {
  /** Take over what exists and is not ours. */
  readonly adopt?: boolean;
}

/** An object that should be on a cluster, with every reason that brought it there. */
interface Desired {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
  readonly app: string;
  readonly for: readonly string[];
  readonly because: string;
}

/**
 * The changes that make each known cluster hold exactly `objects` of ours; none for a cluster that is unknown. On each cluster they come in
 * the order in which they will be made: creations and updates by dependency, then deletions backwards.
 */
export async function planChanges(
  observations: readonly Observation[],
  objects: Objects,
  world: World,
  options: PlanChangesOptions = {},
): Promise<PlannedChanges> {
  const twice = sameClusters(observations);
  if (twice.length > 0) return { changes: [], clusters: observations.map(stateOf), diagnostics: twice };
  const parts = await inParallel(observations, clustersAtOnce, (observation) =>
    planCluster(observation, objects[observation.cluster] ?? [], world, options),
  );
  return {
    changes: parts.flatMap((part) => part.changes),
    clusters: parts.flatMap((part) => part.clusters),
    diagnostics: parts.flatMap((part) => part.diagnostics),
  };
}

/** Names that lead to one cluster would share its inventory, and each delete what the other made. */
function sameClusters(observations: readonly Observation[]): Diagnostic[] {
  const known = observations.flatMap((o) =>
    o.state === "known" && o.identity !== undefined ? [{ name: o.cluster, identity: o.identity }] : [],
  );
  return [...Map.groupBy(known, (one) => one.identity).values()]
    .filter((same) => same.length > 1)
    .map((same) =>
      runtimeDiagnostics.make["one-cluster-twice"](undefined, [same.map(({ name }) => `\`${name}\``).join(" and ")]),
    );
}

async function planCluster(
  observation: Observation,
  placed: readonly PlacedObject[],
  world: World,
  options: PlanChangesOptions,
): Promise<PlannedChanges> {
  if (observation.state === "unknown") return unknownCluster(observation, observation.problem);
  const diagnostics: Diagnostic[] = [];
  try {
    const target = await world.open({ name: observation.cluster, ...contextOf(observation) });
    const desired = desiredObjects(placed);
    const kinds = [...new Map(desired.map((d) => [groupKind(d.ref), d.ref])).values()];
    const { live, unread } = await target.readOurs(observation.inventory.objects, kinds);
    const context: ClusterContext = {
      observation,
      target,
      desired,
      live: new Map(live.map((l) => [refKey(l.ref), l])),
      known: new Map(observation.inventory.objects.map((entry) => [refKey(entry), entry])),
      autoscaled: autoscaledKeys(desired),
      options,
      diagnostics,
      unserved: [],
    };
    diagnostics.push(...observationDiagnostics(observation, desired, unread));
    const written = await inParallel(desired, requestsAtOnce, (one) => planObject(one, context));
    diagnostics.push(...unservedKinds(observation.cluster, context.unserved));
    const deleted = unread.length > 0 ? [] : planLeaving(context);
    return {
      changes: [...creationBatches(written.flat()).flat(), ...deletionBatches(deleted).flat()],
      clusters: [stateOf(observation)],
      diagnostics,
    };
  } catch (error) {
    return unknownCluster(observation, asRefusal(error).message);
  }
}

const contextOf = (o: { readonly context?: string }): { context?: string } =>
  o.context === undefined ? {} : { context: o.context };

function unknownCluster(observation: Observation, problem: string): PlannedChanges {
  const { cluster, target } = observation;
  return {
    changes: [],
    clusters: [{ cluster, target, ...contextOf(observation), state: "unknown", problem }],
    diagnostics: [runtimeDiagnostics.make["cluster-unknown"](undefined, [cluster, problem])],
  };
}

/** One entry an object; an object that several apps bring counts for all of them and stays until the last leaves. */
function desiredObjects(placed: readonly PlacedObject[]): Desired[] {
  const byKey = new Map<string, Desired>();
  for (const { key, object, app, for: workloads, because } of placed) {
    const ref = { ...identityOf(key), apiVersion: object.apiVersion, kind: object.kind };
    const known = byKey.get(refKey(ref));
    if (known === undefined) byKey.set(refKey(ref), { ref, object, app, for: [...workloads].sort(), because });
    else byKey.set(refKey(ref), { ...known, for: [...new Set([...known.for, ...workloads])].sort() });
  }
  return [...byKey.values()];
}

interface ClusterContext {
  readonly observation: KnownObservation;
  readonly target: Target;
  readonly desired: readonly Desired[];
  readonly live: ReadonlyMap<string, Live>;
  readonly known: ReadonlyMap<string, InventoryEntry>;
  readonly autoscaled: ReadonlySet<string>;
  readonly options: PlanChangesOptions;
  readonly diagnostics: Diagnostic[];
  /** Objects whose kind the cluster does not know, and that the plan does not bring. */
  readonly unserved: ObjectRef[];
}

/** One complaint a kind, however many objects there are of it. */
function unservedKinds(cluster: string, refs: readonly ObjectRef[]): Diagnostic[] {
  const kinds = Map.groupBy(refs, (ref) => `${ref.apiVersion} ${ref.kind}`);
  return [...kinds]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, all]) => {
      const names = all.map(showRef).sort();
      const rest = names.length > 1 ? ` and ${names.length - 1} more` : "";
      return runtimeDiagnostics.make["kind-not-served"](undefined, [cluster, `\`${names[0] ?? ""}\`${rest}`, kind], {
        help: `install what defines \`${kind}\` on \`${cluster}\`, or keep these objects away from it`,
      });
    });
}

async function planObject(desired: Desired, context: ClusterContext): Promise<Change[]> {
  const { target, live } = context;
  const known = context.known.get(refKey(desired.ref));
  const ours = live.get(refKey(desired.ref));
  if (ours !== undefined && known !== undefined && isUntouched(desired, known, ours))
    return [change(desired, context, { kind: "same", live: ours })];
  const options = { adopt: context.options.adopt === true, autoscaled: context.autoscaled.has(refKey(desired.ref)) };
  try {
    const preview = await target.preview(desired.object, desired.ref, known, options);
    return planned(desired, context, preview);
  } catch (error) {
    context.diagnostics.push(refusedObject(desired, context, asRefusal(error)));
    return [];
  }
}

/**
 * Known without asking: applied from this very manifest, the same object still, and nothing has changed since our write, or at least
 * everything that the manifest says is there.
 */
function isUntouched(desired: Desired, known: InventoryEntry, live: Live): boolean {
  const digest = manifestDigest(desired.object);
  if (digest === undefined || known.digest !== digest || known.uid !== live.uid) return false;
  if (known.version === live.resourceVersion) return true;
  return live.object.metadata["deletionTimestamp"] === undefined && covers(live.object, desired.object);
}

function planned(desired: Desired, context: ClusterContext, preview: Preview): Change[] {
  const cluster = context.observation.cluster;
  if ("live" in preview && preview.live.object.metadata["deletionTimestamp"] !== undefined) {
    context.diagnostics.push(runtimeDiagnostics.make["terminating"](undefined, [cluster, showRef(desired.ref)]));
    return [];
  }
  if (preview.kind === "replace" && isKept(desired.ref)) {
    const parameters: [string, string, string] = [cluster, showRef(desired.ref), preview.path];
    context.diagnostics.push(runtimeDiagnostics.make["replace-keeps-data"](undefined, parameters));
    return [];
  }
  const missing = preview.kind === "deferred" ? preview.missing : undefined;
  if (missing === "kind" && !definedByPlan(desired.ref, context)) {
    context.unserved.push(desired.ref);
    return [];
  }
  return [change(desired, context, preview)];
}

function definedByPlan(ref: ObjectRef, context: ClusterContext): boolean {
  return context.desired.some(({ object }) => {
    if (object.kind !== "CustomResourceDefinition") return false;
    const spec = object["spec"] as { readonly group?: string; readonly names?: { readonly kind?: string } } | undefined;
    return spec?.names?.kind === ref.kind && ref.apiVersion.startsWith(`${spec.group}/`);
  });
}

const actions = { create: "create", deferred: "create", same: "none", update: "update", replace: "replace" } as const;

function change(desired: Desired, context: ClusterContext, preview: Preview): Change {
  const live = "live" in preview ? preview.live : undefined;
  const after = "after" in preview ? preview.after : undefined;
  const fields =
    live === undefined || after === undefined ? [] : diffValues(withoutNoise(live.object), withoutNoise(after));
  return {
    cluster: context.observation.cluster,
    action: actions[preview.kind],
    ...desired.ref,
    ...(live?.uid === undefined ? {} : { uid: live.uid }),
    ...(live === undefined ? {} : { resourceVersion: live.resourceVersion }),
    fields: redactFields(desired.ref, fields),
    app: desired.app,
    for: desired.for,
    because: desired.because,
    ...(preview.kind === "update" && preview.adopts ? { adopts: true } : {}),
    ...(preview.kind === "replace" ? { forcedBy: preview.path } : {}),
    ...(preview.kind === "deferred" ? { deferred: true } : {}),
  };
}

/** What is in the inventory and in no intent any more: deleted, but for what holds data and for what a lost inventory left behind. */
function planLeaving(context: ClusterContext): Change[] {
  const { observation, live } = context;
  const wanted = new Set(context.desired.map(({ ref }) => refKey(ref)));
  return observation.inventory.objects
    .filter((entry) => !wanted.has(refKey(entry)))
    .map((entry) => {
      const found = live.get(refKey(entry));
      const kept = isKept(entry) || entry.recovered === true;
      const because = kept
        ? "no intent names it any more; it is kept, because it may hold what can not be made again"
        : "no intent names it any more";
      return {
        cluster: observation.cluster,
        action: kept || found === undefined ? ("none" as const) : ("delete" as const),
        apiVersion: entry.apiVersion,
        kind: entry.kind,
        namespace: entry.namespace,
        name: entry.name,
        ...(found?.uid === undefined ? {} : { uid: found.uid }),
        ...(found === undefined ? {} : { resourceVersion: found.resourceVersion }),
        fields: [],
        app: entry.app,
        for: entry.for,
        because,
      };
    });
}

function refusedObject(desired: Desired, context: ClusterContext, refusal: Refusal): Diagnostic {
  const cluster = context.observation.cluster;
  const object = showRef(desired.ref);
  const help = refusal.details.help === undefined ? {} : { help: refusal.details.help };
  const fields = (refusal.details.fields ?? []).map((f) =>
    f.owner === undefined ? f.path : `\`${f.path}\` (${f.owner})`,
  );
  switch (refusal.kind) {
    case "foreign":
      return runtimeDiagnostics.make["not-ours"](undefined, [cluster, object, ""], help);
    case "conflict":
      return runtimeDiagnostics.make["field-conflict"](
        undefined,
        [cluster, object, fields.join(", ") || refusal.message],
        help,
      );
    case "namespace-terminating":
      return runtimeDiagnostics.make["terminating"](undefined, [cluster, `Namespace ${desired.ref.namespace}`], help);
    case "not-served":
      return runtimeDiagnostics.make["kind-not-served"](
        undefined,
        [cluster, `\`${object}\``, `${desired.ref.apiVersion} ${desired.ref.kind}`],
        help,
      );
    default:
      return runtimeDiagnostics.make["object-refused"](undefined, [cluster, object, refusal.message], help);
  }
}

function observationDiagnostics(
  observation: KnownObservation,
  desired: readonly Desired[],
  unread: readonly string[],
): Diagnostic[] {
  const { cluster, inventory, recovered } = observation;
  const made = runtimeDiagnostics.make;
  const found: Diagnostic[] = [];
  if (unread.length > 0) found.push(made["unread"](undefined, [cluster, unread.join(", ")]));
  if (recovered > 0) found.push(made["inventory-lost"](undefined, [cluster, recovered]));
  if (inventory.applying !== undefined) {
    found.push(made["interrupted"](undefined, [cluster, `${inventory.applying.by}, ${inventory.applying.since}`]));
  }
  const theirs = [...new Set(inventory.objects.map((entry) => entry.app).filter((app) => app !== ""))].sort();
  const mine = new Set(desired.map((one) => one.app));
  if (theirs.length > 0 && mine.size > 0 && theirs.every((app) => !mine.has(app))) {
    found.push(
      made["other-project"](undefined, [
        cluster,
        inventory.project,
        theirs
          .slice(0, 5)
          .map((app) => `\`${app}\``)
          .join(", "),
      ]),
    );
  }
  return found;
}
