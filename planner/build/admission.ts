// Which pools' nodes the kube-scheduler would let a pod run on at all: taints, node selector, node affinity. It must not know amounts.
import type { PodConstraints, Requirement, Selector, Taint } from "../../compiler/index.ts";

type Labels = Readonly<Record<string, string>>;

/** The first taint of a pool that keeps the pod away; `words` are taints that the intents tolerate, by key. */
export function untolerated(
  taints: readonly Taint[],
  pod: PodConstraints,
  words: ReadonlySet<string>,
): Taint | undefined {
  return taints.find(
    (taint) => taint.effect !== "PreferNoSchedule" && !words.has(taint.key) && !tolerates(taint, pod.tolerations),
  );
}

function tolerates(taint: Taint, tolerations: PodConstraints["tolerations"]): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === "" || effect === taint.effect) &&
      (key === undefined || key === "" ? operator === "Exists" : key === taint.key) &&
      (operator === "Exists" || (value ?? "") === taint.value),
  );
}

/** Whether the pod's own node selector and required node affinity take nodes with these labels. A named node is none of a pool. */
export function selectsNodes(pod: PodConstraints, labels: Labels): boolean {
  return (
    Object.entries(pod.nodeSelector).every(([key, value]) => labels[key] === value) &&
    (pod.nodeAffinity.length === 0 ||
      pod.nodeAffinity.some((term) => term.fields.length === 0 && matches(term.requirements, labels)))
  );
}

/** Whether labels satisfy every requirement of a selector. */
export const matches = (selector: Selector, labels: Labels): boolean =>
  selector.every((requirement) => meets(requirement, labels[requirement.key]));

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
  }
}
