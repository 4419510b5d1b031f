// Which nodes of a pool would take a pod at all: taints, node selectors, node affinity, label selectors. As the Kubernetes documents
// say it ("Assigning Pods to Nodes", "Taints and Tolerations"). It must not know amounts or placements.
import type { Fleet, NodePool, RunIr, Selector, Taint, Workload } from "../../compiler/index.ts";

/** Labels of the nodes of a pool, as far as the fleet tells: its labels, and what its features stand for. */
export function nodeLabels(fleet: Fleet, pool: NodePool): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { "kubernetes.io/os": "linux" };
  for (const feature of pool.features) {
    const label = fleet.featureLabels[feature] ?? { key: `placet.dev/${feature}`, value: "true" };
    labels[label.key] = label.value;
  }
  return { ...labels, ...pool.labels };
}

/** Whether the pod tolerates every taint that keeps pods away (`PreferNoSchedule` does not). */
export function toleratesAll(taints: readonly Taint[], workload: Workload, run: RunIr): boolean {
  return taints.every(
    (taint) =>
      taint.effect === "PreferNoSchedule" ||
      run.tolerates.some((clause) => clause.taint === taint.key) ||
      workload.pod.tolerations.some(
        (toleration) =>
          (toleration.key === undefined || toleration.key === "" || toleration.key === taint.key) &&
          (toleration.effect === undefined || toleration.effect === "" || toleration.effect === taint.effect) &&
          (toleration.operator === "Exists" || (toleration.value ?? "") === taint.value),
      ),
  );
}

/** Whether labels match every requirement. */
export function matchesAll(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => {
    const value = labels[requirement.key];
    switch (requirement.operator) {
      case "In":
        return value !== undefined && requirement.values.includes(value);
      case "NotIn":
        return value === undefined || !requirement.values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      case "Gt":
        return value !== undefined && Number(value) > Number(requirement.values[0]);
      case "Lt":
        return value !== undefined && Number(value) < Number(requirement.values[0]);
    }
  });
}

/** Whether the pod's own nodeSelector and required node affinity hold on nodes with these labels. */
export function selectsNode(workload: Workload, labels: Readonly<Record<string, string>>): boolean {
  const { nodeSelector, nodeAffinity } = workload.pod;
  if (Object.entries(nodeSelector).some(([key, value]) => labels[key] !== value)) return false;
  if (nodeAffinity.length === 0) return true;
  // A term with fields names single nodes (metadata.name), which a pool does not know: it can not be promised.
  return nodeAffinity.some((term) => term.fields.length === 0 && matchesAll(term.requirements, labels));
}
