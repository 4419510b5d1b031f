// The meaning of a condition, read a second time from LANGUAGE.md: of a cluster with one of its pools, and of a workload (`accepts`).
// It must not know placements, and shares no code with the planner's own reading.
import type { Cluster, ConditionIr, NodePool } from "../../compiler/index.ts";

type Comparison = Extract<ConditionIr, { kind: "label" }>;

/** Whether `condition` is true of `cluster` and, where it speaks of nodes, of the one pool `pool`. */
export function holdsAt(condition: ConditionIr, cluster: Cluster, pool: NodePool | undefined): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((operand) => holdsAt(operand, cluster, pool));
    case "or":
      return condition.operands.some((operand) => holdsAt(operand, cluster, pool));
    case "not":
      return !holdsAt(condition.operand, cluster, pool);
    case "label": {
      const value = labelOf(condition.level, condition.key, cluster, pool);
      return value !== undefined && compares(condition, value);
    }
    case "label-in": {
      const value = labelOf(condition.level, condition.key, cluster, pool);
      return value !== undefined && condition.values.includes(value);
    }
    case "feature":
      return (condition.level === "cluster" ? cluster.features : (pool?.features ?? [])).includes(condition.name);
    case "resource":
      return ordered(condition.operator, (pool?.shape[condition.resource] ?? 0) - condition.amount);
  }
}

/** Whether `accepts` is true of a workload's properties; amounts are those of one pod. */
export function holdsOf(
  condition: ConditionIr,
  properties: Readonly<Record<string, string>>,
  demand: Readonly<Record<string, number>>,
): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((operand) => holdsOf(operand, properties, demand));
    case "or":
      return condition.operands.some((operand) => holdsOf(operand, properties, demand));
    case "not":
      return !holdsOf(condition.operand, properties, demand);
    case "label": {
      const value = properties[condition.key];
      return value !== undefined && compares(condition, value);
    }
    case "label-in": {
      const value = properties[condition.key];
      return value !== undefined && condition.values.includes(value);
    }
    case "feature": {
      const value = properties[condition.name];
      return value !== undefined && value !== "false";
    }
    case "resource":
      return ordered(condition.operator, (demand[condition.resource] ?? 0) - condition.amount);
  }
}

function labelOf(level: "cluster" | "node", key: string, cluster: Cluster, pool: NodePool | undefined) {
  if (level === "node") return pool?.labels[key];
  return cluster.labels[key] ?? (key === "cluster" ? cluster.name : undefined);
}

function compares(condition: Comparison, value: string): boolean {
  if (condition.comparesAs === "version") return ordered(condition.operator, versionDifference(value, condition.value));
  if (condition.comparesAs === "number") {
    const difference = Number(value) - Number(condition.value);
    return !Number.isNaN(difference) && ordered(condition.operator, difference);
  }
  if (condition.operator === "=") return value === condition.value;
  if (condition.operator === "!=") return value !== condition.value;
  return ordered(condition.operator, value < condition.value ? -1 : value > condition.value ? 1 : 0);
}

function ordered(operator: Comparison["operator"], difference: number): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
  }
}

/** Versions compare part by part: `1.30` is above `1.9`, a leading `v` does not count. */
function versionDifference(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.replace(/^v/, "").split(/[.+-]/).map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
