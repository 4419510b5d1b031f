// Where the pod stands in each kind of workload. It must not know what is changed there.
import type { KubernetesObject, WorkloadKind } from "../../compiler/index.ts";
import { changedAt, mapAt, type Json } from "./edit.ts";

const PATHS: Readonly<Partial<Record<WorkloadKind, readonly string[]>>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Pod: [],
};

/** Path of what holds the pod's `metadata` and `spec`; undefined for kinds that have no pod of their own (`other`). */
export const podPath = (kind: WorkloadKind): readonly string[] | undefined => PATHS[kind];

/** The pod's spec; empty for a kind that has none. */
export function podSpecOf(kind: WorkloadKind, object: KubernetesObject): Json {
  const path = podPath(kind);
  return path === undefined ? {} : mapAt(object, [...path, "spec"]);
}

/** The same object with something in its pod's spec changed; the object itself when nothing changes or the kind has no pod. */
export function withPodSpec(
  kind: WorkloadKind,
  object: KubernetesObject,
  path: readonly string[],
  change: (before: unknown) => unknown,
): KubernetesObject {
  const pod = podPath(kind);
  return pod === undefined ? object : changedAt(object, [...pod, "spec", ...path], change);
}
