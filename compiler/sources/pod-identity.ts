// By which labels the pods of a workload are known: to their controller, and to whoever selects them. It must not know Services.
import type { KubernetesObject, Selector, WorkloadKind } from "../ir.ts";
import { groupOf } from "../objects.ts";
import { fromLabels, matches, readSelector } from "./selectors.ts";
import type { Pods } from "./travel.ts";
import { absent, at, count, textMap } from "./view.ts";
import type { View } from "./view.ts";

/** The part of the object that says how many pods there are and which are its own. */
export const controllerOf = (kind: WorkloadKind, root: View): View =>
  kind === "CronJob"
    ? at(root, "spec", "jobTemplate", "spec")
    : kind === "Pod"
      ? at({ ...root, value: undefined }, "spec")
      : at(root, "spec");

const OWN_SELECTOR: readonly WorkloadKind[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"];

/**
 * The selector of the workload itself. Where there is none (Pods, CronJobs, foreign kinds) the labels of the pods stand for it, and
 * without labels it is empty and selects everything. A Job's controller adds a label with the Job's name to its pods.
 */
export function selectorOf(
  kind: WorkloadKind,
  controller: View,
  object: KubernetesObject,
  podLabels: Readonly<Record<string, string>>,
): Selector {
  const view = at(controller, "selector");
  if (kind === "Job" && absent(view)) return fromLabels({ "batch.kubernetes.io/job-name": object.metadata.name });
  if (kind === "Pod" || kind === "CronJob") return fromLabels(podLabels);
  if (kind === "other") return foreignSelector(object, podLabels);
  const selector = absent(view) && !OWN_SELECTOR.includes(kind) ? fromLabels(podLabels) : readSelector(view);
  if (OWN_SELECTOR.includes(kind) && !matches(selector, podLabels)) {
    view.problems.push({
      path: view.path,
      problem: absent(view) ? "is missing" : "does not select the pods of its own template",
    });
  }
  return selector;
}

/** A ReplicationController's selector is a plain mapping; other kinds may have anything in this place. */
function foreignSelector(object: KubernetesObject, podLabels: Readonly<Record<string, string>>): Selector {
  const view = at({ value: object["spec"] as View["value"], path: ["spec"], problems: [] }, "selector");
  if (absent(view)) return fromLabels(podLabels);
  const plain = groupOf(object.apiVersion) === "" && object.kind === "ReplicationController";
  const selector = plain ? fromLabels(textMap(view)) : readSelector(view);
  return selector.length > 0 && matches(selector, podLabels) ? selector : fromLabels(podLabels);
}

/** Labels of single pods that Services select now and then: of a StatefulSet's ordinals, of a Job's pods. */
export function addedLabels(kind: WorkloadKind, name: string, controller: View, replicas: number): Pods["added"] {
  if (kind === "Job") return [{ "job-name": name, "batch.kubernetes.io/job-name": name }];
  if (kind !== "StatefulSet") return [];
  const first = count(at(controller, "ordinals", "start")) ?? 0;
  return Array.from({ length: Math.min(replicas, 1000) }, (_, i) => ({
    "statefulset.kubernetes.io/pod-name": `${name}-${first + i}`,
    "apps.kubernetes.io/pod-index": String(first + i),
  }));
}
