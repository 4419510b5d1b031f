// A plan, cut into what each cluster has to do. It must not know targets.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { Change, Plan } from "../../planner/index.ts";
import { autoscaledKeys } from "../autoscaled.ts";
import { refKey, refOf, type ObjectRef } from "../inventory.ts";

export interface ClusterTasks {
  readonly cluster: string;
  readonly context: string | undefined;
  readonly identity: string | undefined;
  readonly inventory: string;
  readonly changes: readonly Change[];
  /** Replicas by workload (`app/workload`), as placed. */
  readonly placed: Readonly<Record<string, number>>;
  /** Workloads in their creation order. */
  readonly order: readonly string[];
  /** The manifest of a change; undefined for what leaves. */
  readonly manifest: (change: ObjectRef) => KubernetesObject | undefined;
  readonly autoscaled: ReadonlySet<string>;
}

/** The tasks of every cluster that was known when the plan was made, in the order of the plan. */
export function tasksOf(plan: Plan): ClusterTasks[] {
  const changes = Map.groupBy(plan.changes, (change) => change.cluster);
  const placements = Map.groupBy(plan.placements, (placed) => placed.cluster);
  return plan.clusters
    .filter((state) => state.state === "known")
    .map((state) => {
      const objects = (plan.manifests[state.cluster] ?? []).map((object) => ({ ref: refOf(object), object }));
      const byKey = new Map(objects.map(({ ref, object }) => [refKey(ref), object]));
      const placed = (placements.get(state.cluster) ?? []).filter((p) => p.replicas > 0);
      return {
        cluster: state.cluster,
        context: state.context,
        identity: state.identity,
        inventory: state.inventory ?? "none",
        changes: changes.get(state.cluster) ?? [],
        placed: Object.fromEntries(placed.map((p) => [`${p.app}/${p.workload}`, p.replicas])),
        order: plan.order[state.cluster] ?? [],
        // A manifest may leave its namespace to whoever applies it; the change names it.
        manifest: (ref) => byKey.get(refKey(ref)) ?? byKey.get(refKey({ ...ref, namespace: "" })),
        autoscaled: autoscaledKeys(objects),
      };
    });
}

/** Whether anything is to be written there: a change, or an object that is let go. */
export const hasWork = (tasks: ClusterTasks): boolean =>
  tasks.changes.some((change) => change.action !== "none" || tasks.manifest(change) === undefined);

/** An update that leaves fewer replicas of a workload than there are. */
export const isShrink = (change: Change): boolean =>
  change.action === "update" &&
  change.fields.some(
    ({ path, before, after }) =>
      path === "/spec/replicas" && typeof before === "number" && typeof after === "number" && after < before,
  );

/** What waits until its workloads are ready elsewhere: a copy that goes or shrinks. */
export const takesAway = (change: Change): boolean => change.action === "delete" || isShrink(change);

/** Workloads of which this change takes a copy, or replicas, away; not those that stay and only no longer need the object. */
export function takenAway(change: Change, placed: ClusterTasks["placed"]): readonly string[] {
  if (!takesAway(change)) return [];
  return (change.for ?? []).filter((workload) => isShrink(change) || placed[workload] === undefined);
}

/** Workloads that leave some cluster, or shrink there: wherever else they are placed they must be ready first, also where nothing is written. */
export const leavingWorkloads = (all: readonly ClusterTasks[]): ReadonlySet<string> =>
  new Set(all.flatMap((tasks) => tasks.changes.flatMap((change) => takenAway(change, tasks.placed))));
