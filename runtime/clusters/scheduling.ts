// How many pods of a workload still wait for a node: what the order of creation waits for. It must not write.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { ObjectRef } from "../inventory.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterHand } from "./hand.ts";

interface Spec {
  readonly replicas?: number;
  readonly parallelism?: number;
  readonly selector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly unknown[];
  };
}

/**
 * Pods that `object` (as applied) asks for and that have no node yet. Zero for kinds that do not say how many pods they have, and where
 * pods may not be listed: then the order is kept, but nothing is waited for.
 */
export async function podsWithoutNode(hand: ClusterHand, object: KubernetesObject, ref: ObjectRef): Promise<number> {
  const spec = (object["spec"] ?? {}) as Spec;
  const labels = spec.selector?.matchLabels;
  if (labels === undefined || (spec.selector?.matchExpressions ?? []).length > 0) return 0;
  const wanted = wantedPods(object.kind, spec);
  const resource = await hand.resourceOf({ apiVersion: "v1", kind: "Pod" });
  if (wanted === 0 || resource === undefined) return 0;
  try {
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const pods = await hand.client.list(resource, { namespace: ref.namespace, labels: selector.join(",") });
    const bound = pods.filter((pod) => (pod["spec"] as { nodeName?: string } | undefined)?.nodeName !== undefined);
    return Math.max(0, wanted - bound.length);
  } catch (error) {
    if (error instanceof Refusal) return 0;
    throw error;
  }
}

function wantedPods(kind: string, spec: Spec): number {
  if (kind === "Deployment" || kind === "StatefulSet" || kind === "ReplicaSet") return spec.replicas ?? 1;
  return 0;
}
