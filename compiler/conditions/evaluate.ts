// Whether a resolved condition is true of a node pool of a cluster, or of a workload (`accepts`). It must not know how words are resolved.
import type { Cluster, ConditionIr, NodePool, Workload } from "../ir.ts";
import { compareLabel, holds } from "./compare.ts";

/** True of one node pool on its cluster: cluster-level atoms ask the cluster, node-level ones the pool. */
export function holdsOnPool(condition: ConditionIr, cluster: Cluster, pool: NodePool): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((o) => holdsOnPool(o, cluster, pool));
    case "or":
      return condition.operands.some((o) => holdsOnPool(o, cluster, pool));
    case "not":
      return !holdsOnPool(condition.operand, cluster, pool);
    case "feature":
      if (condition.level === "cluster") return cluster.features.includes(condition.name);
      // A discovered pool has the node's own label where a written one has the word.
      return (
        pool.features.includes(condition.name) ||
        (condition.nodeLabel !== undefined && pool.labels[condition.nodeLabel.key] === condition.nodeLabel.value)
      );
    case "resource":
      return holds((pool.shape[condition.resource] ?? 0) - condition.amount, condition.operator);
    case "label":
    case "label-in":
      return labelHolds(condition, (condition.level === "cluster" ? cluster : pool).labels);
  }
}

/** True of a cluster: of one of its pools, or, for a cluster without pools, of the cluster with every node-level atom false. */
export function holdsOnCluster(condition: ConditionIr, cluster: Cluster): boolean {
  const [first] = cluster.pools;
  if (first === undefined || !asksNodes(condition)) return holdsOnPool(condition, cluster, first ?? NO_POOL);
  return cluster.pools.some((pool) => holdsOnPool(condition, cluster, pool));
}

const NO_POOL: NodePool = {
  name: "",
  count: 0,
  shape: {},
  labels: {},
  features: [],
  taints: [],
  span: { file: "", start: 0, end: 0 },
};

/** Whether any atom is true or false of nodes; if none is, all pools of a cluster answer alike. */
function asksNodes(condition: ConditionIr): boolean {
  switch (condition.kind) {
    case "always":
      return false;
    case "and":
    case "or":
      return condition.operands.some(asksNodes);
    case "not":
      return asksNodes(condition.operand);
    case "resource":
      return true;
    default:
      return condition.level === "node";
  }
}

/** Whether a site's `accepts` is true of a workload: its atoms are labels over the workload's properties. */
export function acceptsWorkload(condition: ConditionIr, workload: Pick<Workload, "properties">): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((o) => acceptsWorkload(o, workload));
    case "or":
      return condition.operands.some((o) => acceptsWorkload(o, workload));
    case "not":
      return !acceptsWorkload(condition.operand, workload);
    case "feature":
      return workload.properties[condition.name] === "true";
    case "resource":
      return false;
    case "label":
    case "label-in":
      return labelHolds(condition, workload.properties);
  }
}

/** A label that is not there compares with nothing. */
function labelHolds(
  atom: Extract<ConditionIr, { kind: "label" | "label-in" }>,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (!Object.hasOwn(labels, atom.key)) return false;
  const value = labels[atom.key] ?? "";
  return atom.kind === "label"
    ? compareLabel(value, atom.operator, atom.value, atom.comparesAs)
    : atom.values.includes(value);
}
