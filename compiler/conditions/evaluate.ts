// Whether a resolved condition is true of a node pool of a cluster, or of a workload (`accepts`). It must not know how words are resolved.
import type { Cluster, ConditionIr, NodePool, Workload } from "../ir.ts";
import { compareLabel, holds } from "./compare.ts";

/** True of one node pool on its cluster: cluster-level atoms ask the cluster, node-level ones the pool. */
export function holdsOnPool(condition: ConditionIr, cluster: Cluster, pool: NodePool): boolean {
  return evaluate(condition, (atom) => {
    switch (atom.kind) {
      case "feature":
        return (atom.level === "cluster" ? cluster : pool).features.includes(atom.name);
      case "resource":
        return holds((pool.shape[atom.resource] ?? 0) - atom.amount, atom.operator);
      case "label":
        return labelHolds(atom, (atom.level === "cluster" ? cluster : pool).labels);
      case "label-in":
        return labelHolds(atom, (atom.level === "cluster" ? cluster : pool).labels);
    }
  });
}

/** True of a cluster: of one of its pools, or, for a cluster without pools, of the cluster with every node-level atom false. */
export function holdsOnCluster(condition: ConditionIr, cluster: Cluster): boolean {
  if (cluster.pools.length > 0) return cluster.pools.some((pool) => holdsOnPool(condition, cluster, pool));
  const none: NodePool = { name: "", count: 0, shape: {}, labels: {}, features: [], taints: [], span: cluster.span };
  return holdsOnPool(condition, cluster, none);
}

/** Whether a site's `accepts` is true of a workload: its atoms are labels over the workload's properties. */
export function acceptsWorkload(condition: ConditionIr, workload: Workload): boolean {
  return evaluate(condition, (atom) => {
    if (atom.kind === "label" || atom.kind === "label-in") return labelHolds(atom, workload.properties);
    return atom.kind === "feature" && workload.properties[atom.name] === "true";
  });
}

type Atom = Extract<ConditionIr, { kind: "label" | "label-in" | "feature" | "resource" }>;

/** Depth is bounded by the grammar (200 nested parentheses). */
function evaluate(condition: ConditionIr, atom: (atom: Atom) => boolean): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((o) => evaluate(o, atom));
    case "or":
      return condition.operands.some((o) => evaluate(o, atom));
    case "not":
      return !evaluate(condition.operand, atom);
    default:
      return atom(condition);
  }
}

/** A label that is not there compares with nothing. */
function labelHolds(
  atom: Extract<Atom, { kind: "label" | "label-in" }>,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (!Object.hasOwn(labels, atom.key)) return false;
  const value = labels[atom.key] ?? "";
  return atom.kind === "label"
    ? compareLabel(value, atom.operator, atom.value, atom.comparesAs)
    : atom.values.includes(value);
}
