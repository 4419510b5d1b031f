// Whether a condition of the IR holds on one node pool of a cluster, or on a workload. It must not know spans, plans or solvers.
import type { Cluster, ConditionIr, NodePool, Workload } from "../../compiler/index.ts";
import type { CompareOperator } from "../../grammar/index.ts";

/** What a condition is asked about: the atoms of its two levels. */
interface Subject {
  readonly label: (level: "cluster" | "node", key: string) => string | undefined;
  readonly feature: (atom: Extract<ConditionIr, { kind: "feature" }>) => boolean;
  readonly amount: (resource: string) => number;
}

/** Whether a condition holds on one pool of a cluster: cluster-level atoms ask the cluster, node-level ones this pool. */
export function holdsOnPool(condition: ConditionIr, cluster: Cluster, pool: NodePool): boolean {
  return holds(condition, {
    label: (level, key) =>
      level === "node" ? pool.labels[key] : (cluster.labels[key] ?? (key === "cluster" ? cluster.name : undefined)),
    feature: (atom) =>
      atom.level === "cluster"
        ? cluster.features.includes(atom.name)
        : pool.features.includes(atom.name) ||
          (atom.nodeLabel !== undefined && pool.labels[atom.nodeLabel.key] === atom.nodeLabel.value),
    amount: (resource) => pool.shape[resource] ?? 0,
  });
}

/** Whether a site's owner accepts a workload: atoms ask what the workload says of itself. */
export function holdsForWorkload(condition: ConditionIr, workload: Workload): boolean {
  return holds(condition, {
    label: (_level, key) => workload.properties[key],
    feature: (atom) => (workload.properties[atom.name] ?? "false") !== "false",
    amount: (resource) => workload.demand[resource] ?? 0,
  });
}

/** The condition without its spans, as a key: two that say the same have the same key. */
export function conditionKey(condition: ConditionIr): string {
  return JSON.stringify(condition, (name, value: unknown) => (name === "span" ? undefined : value));
}

function holds(condition: ConditionIr, subject: Subject): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "and":
      return condition.operands.every((operand) => holds(operand, subject));
    case "or":
      return condition.operands.some((operand) => holds(operand, subject));
    case "not":
      return !holds(condition.operand, subject);
    case "label": {
      const value = subject.label(condition.level, condition.key);
      return value !== undefined && compares(condition.operator, order(condition.comparesAs, value, condition.value));
    }
    case "label-in": {
      const value = subject.label(condition.level, condition.key);
      return value !== undefined && condition.values.includes(value);
    }
    case "feature":
      return subject.feature(condition);
    case "resource":
      return compares(condition.operator, subject.amount(condition.resource) - condition.amount);
  }
}

/** What `operator` says of the sign of `left − right`; what can not be compared (NaN) is false, like what is lacking. */
function compares(operator: CompareOperator, difference: number): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0 && !Number.isNaN(difference);
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

function order(as: "text" | "number" | "version", left: string, right: string): number {
  if (as === "number") return Number(left) - Number(right);
  if (as === "version") return orderVersions(left, right);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Part by part: `1.9 < 1.30`, `v1.30.2-gke.1 > 1.30`; parts that are no numbers compare as text. */
function orderVersions(left: string, right: string): number {
  const a = parts(left);
  const b = parts(right);
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i] ?? "0";
    const y = b[i] ?? "0";
    const numeric = /^\d+$/.test(x) && /^\d+$/.test(y);
    const difference = numeric ? Number(x) - Number(y) : x === y ? 0 : x < y ? -1 : 1;
    if (difference !== 0) return difference;
  }
  return 0;
}

const parts = (version: string): string[] => version.replace(/^v/, "").split(/[.+-]/);
