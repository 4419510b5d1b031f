// Which objects have their replicas set by an autoscaler of the same plan. It must not know clusters.
import type { KubernetesObject } from "../compiler/index.ts";
import { refKey, type ObjectRef } from "./inventory.ts";

/** `refKey`s of the targets of every HorizontalPodAutoscaler (and KEDA ScaledObject) among the objects of one cluster. */
export function autoscaledKeys(
  objects: readonly { readonly ref: ObjectRef; readonly object: KubernetesObject }[],
): Set<string> {
  return new Set(objects.flatMap(({ ref, object }) => targetOf(ref, object) ?? []));
}

function targetOf(ref: ObjectRef, object: KubernetesObject): string | undefined {
  if (ref.kind !== "HorizontalPodAutoscaler" && ref.kind !== "ScaledObject") return undefined;
  const spec = object["spec"] as
    { readonly scaleTargetRef?: Partial<Record<"apiVersion" | "kind" | "name", string>> } | undefined;
  const target = spec?.scaleTargetRef;
  if (target?.name === undefined) return undefined;
  const { apiVersion = "apps/v1", kind = "Deployment", name } = target;
  return refKey({ apiVersion, kind, name, namespace: ref.namespace });
}
