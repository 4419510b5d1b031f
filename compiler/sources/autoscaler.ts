// What an autoscaler says about the number of pods. It must not know the workload that it scales.
import type { AppObject, Workload } from "../ir.ts";
import { groupOf, identityOf } from "../objects.ts";
import { scaleTarget } from "./attachments.ts";
import { at, count, viewOf } from "./view.ts";
import type { Problem } from "./view.ts";

export type Autoscaler = NonNullable<Workload["autoscaler"]>;

/** Autoscalers by what they scale: `Deployment/namespace/web`. */
export function scalersOf(objects: readonly AppObject[]): ReadonlyMap<string, readonly AppObject[]> {
  const found = new Map<string, AppObject[]>();
  for (const object of objects) {
    const target = scaleTarget(object.object, identityOf(object.key).namespace);
    if (target !== undefined) found.set(target, [...(found.get(target) ?? []), object]);
  }
  return found;
}

/** The first that counts pods: a HorizontalPodAutoscaler (from 1 by default), or a KEDA ScaledObject (0 to 100 by default). */
export function readAutoscaler(scalers: readonly AppObject[], problems: Problem[] = []): Autoscaler | undefined {
  for (const { key, object } of scalers) {
    const spec = at(viewOf(object, problems), "spec");
    const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
    if (kind === "autoscaling/HorizontalPodAutoscaler") {
      const min = count(at(spec, "minReplicas")) ?? 1;
      return { min, max: Math.max(min, count(at(spec, "maxReplicas")) ?? min), object: key };
    }
    if (kind === "keda.sh/ScaledObject") {
      const min = count(at(spec, "minReplicaCount")) ?? 0;
      return { min, max: Math.max(min, count(at(spec, "maxReplicaCount")) ?? 100), object: key };
    }
  }
  return undefined;
}

/** A VerticalPodAutoscaler that may change what pods ask for; `Off` only recommends. */
export const changesRequests = ({ object }: AppObject): boolean =>
  object.kind === "VerticalPodAutoscaler" &&
  at(viewOf(object, []), "spec", "updatePolicy", "updateMode").value !== "Off";
