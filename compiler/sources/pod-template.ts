// Where the pods of an object are described. It must not know what the description means.
import type { KubernetesObject } from "../ir.ts";
import { groupOf, workloadKindOf } from "../objects.ts";
import { at, isRecord, viewOf } from "./view.ts";
import type { Path, Problem, View } from "./view.ts";
import type { Json } from "./yaml.ts";

export interface PodTemplate {
  readonly spec: View;
  readonly metadata: View;
  /** Of the template, or of the pod itself. */
  readonly annotations: Readonly<Record<string, Json>>;
}

/** The path to the template (which has `metadata` and `spec`) in an object of Kubernetes' own kinds. */
function templatePath(object: KubernetesObject): Path | undefined {
  switch (workloadKindOf(object)) {
    case "Pod":
      return [];
    case "CronJob":
      return ["spec", "jobTemplate", "spec", "template"];
    case undefined:
      if (groupOf(object.apiVersion) === "" && object.kind === "PodTemplate") return ["template"];
      return foreignTemplate(object);
    default:
      return ["spec", "template"];
  }
}

/** Kinds of others (Argo's Rollout, a ReplicationController) that have a pod template in the usual place. */
function foreignTemplate(object: KubernetesObject): Path | undefined {
  const containers = at(viewOf(object, []), "spec", "template", "spec", "containers");
  return Array.isArray(containers.value) ? ["spec", "template"] : undefined;
}

/** The pod template of an object, if it has one; problems found on the way down go to `problems`. */
export function podTemplate(object: KubernetesObject, problems: Problem[] = []): PodTemplate | undefined {
  const path = templatePath(object);
  if (path === undefined) return undefined;
  const template = at(viewOf(object, problems), ...path.map(String));
  const annotations = at(template, "metadata", "annotations").value;
  return {
    spec: at(template, "spec"),
    metadata: at(template, "metadata"),
    annotations: isRecord(annotations) ? annotations : {},
  };
}

export const podTemplates = (object: KubernetesObject, problems: Problem[] = []): readonly PodTemplate[] => {
  const template = podTemplate(object, problems);
  return template === undefined ? [] : [template];
};
