// What single facts of a program mean, as plainly as can be: conditions, who may stand where, distances. Written from LANGUAGE.md for the
// brute force; it shares no code with the planner nor with its checker.
import type { Cluster, ConditionIr, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";

export interface Standpoint {
  readonly run: RunIr;
  readonly workload: Workload;
  /** Replicas of a whole copy; 1 for a DaemonSet. */
  readonly size: number;
  /** By cluster index: indices of the pools whose nodes take one pod, empty where the workload may not stand. */
  readonly pools: readonly (readonly number[])[];
  /** By cluster index: indices of pools whose taints, labels and conditions take the pod, room aside. */
  readonly open: readonly (readonly number[])[];
  /** Cluster indices that `each` asks for. */
  readonly required: readonly number[];
  readonly holdsData: boolean;
}

export function standpoints(ir: Ir): Standpoint[] {
  return ir.runs.map((run): Standpoint => {
    const workload = ir.workloads.find((w) => w.id === run.workload)!;
    const open = ir.fleet.clusters.map((cluster) =>
      cluster.pools.flatMap((pool, p) => (opens(ir, run, workload, cluster, pool) ? [p] : [])),
    );
    const pools = ir.fleet.clusters.map((cluster, c) => {
      if (!named(run, cluster.name) || !acceptsIt(cluster, run, workload)) return [];
      // What stands on a cluster without the label that it spreads across could not be counted.
      if (run.spread.some(({ key }) => key !== "cluster" && !(key in cluster.labels))) return [];
      const roomy = open[c]!.filter((p) =>
        Object.entries(run.demand).every(([r, need]) => need <= offer(ir, cluster.pools[p]!, r)),
      );
      // A DaemonSet has a pod on every node that is open to it; one that is too small waits for ever.
      return workload.perNode && roomy.length < open[c]!.length ? [] : roomy;
    });
    const required = ir.fleet.clusters.flatMap((cluster, c) =>
      (run.eachOf?.clusters.includes(cluster.name) ?? meant(run, cluster)) ? [c] : [],
    );
    const template = ir.apps.flatMap((app) => app.objects).find((object) => object.key === workload.object)?.object as
      { spec?: { volumeClaimTemplates?: unknown[] } } | undefined;
    const holdsData = workload.claims.length > 0 || (template?.spec?.volumeClaimTemplates ?? []).length > 0;
    return {
      run,
      workload,
      size: workload.perNode ? 1 : (workload.autoscaler?.min ?? run.copySize),
      pools,
      open,
      required,
      holdsData,
    };
  });
}

/** What one empty node offers of a resource, the fleet's reserve taken off. */
export function offer(ir: Ir, pool: NodePool, resource: string): number {
  const all = pool.shape[resource] ?? 0;
  return all - Math.floor(Number((all * ir.fleet.reserve).toFixed(6)));
}

const meant = (run: RunIr, cluster: Cluster): boolean =>
  run.on.every((on) => on.clusters.includes(cluster.name)) &&
  cluster.pools.some((pool) => run.where.every((w) => truth(w.condition, atoms(cluster, pool))));

const named = (run: RunIr, name: string): boolean => {
  const lists = run.on.map((on) => on.clusters);
  if (run.eachOf) lists.push(run.eachOf.clusters);
  if (run.choices) lists.push(run.choices.choices.flat());
  if (run.shares) lists.push(run.shares.shares.map((s) => s.cluster));
  return lists.every((list) => list.includes(name));
};

function acceptsIt(cluster: Cluster, run: RunIr, workload: Workload): boolean {
  if (!cluster.accepts) return true;
  return truth(cluster.accepts, {
    label: (_level, key) => workload.properties[key],
    feature: (_level, name) => name in workload.properties && workload.properties[name] !== "false",
    amount: (resource) => run.demand[resource] ?? 0,
  });
}

/** Whether taints, the pod's node selector and affinity, `where` and `forbid` leave the pool open to the workload. */
export function opens(ir: Ir, run: RunIr, workload: Workload, cluster: Cluster, pool: NodePool): boolean {
  if (pool.count === 0) return false;
  if (!run.where.every((w) => truth(w.condition, atoms(cluster, pool)))) return false;
  for (const forbid of ir.forbids) {
    const here = forbid.clusters.length === 0 || forbid.clusters.includes(cluster.name);
    if (forbid.workloads.includes(run.workload) && here && truth(forbid.condition, atoms(cluster, pool))) return false;
  }
  for (const taint of pool.taints) {
    if (taint.effect === "PreferNoSchedule" || run.tolerates.some((t) => t.taint === taint.key)) continue;
    const own = workload.pod.tolerations.some((t) => {
      if (t.effect && t.effect !== taint.effect) return false;
      if (t.key && t.key !== taint.key) return false;
      return t.operator === "Exists" || (t.value ?? "") === taint.value;
    });
    if (!own) return false;
  }
  const labels = labelsOn(ir, pool);
  if (Object.entries(workload.pod.nodeSelector).some(([k, v]) => labels[k] !== v)) return false;
  const terms = workload.pod.nodeAffinity;
  return terms.length === 0 || terms.some((term) => term.fields.length === 0 && selected(term.requirements, labels));
}

export function labelsOn(ir: Ir, pool: NodePool): Record<string, string> {
  const fromFeatures = pool.features.map((f) => {
    const label = ir.fleet.featureLabels[f];
    return label ? [label.key, label.value] : [`placet.dev/${f}`, "true"];
  });
  return { "kubernetes.io/os": "linux", ...Object.fromEntries(fromFeatures), ...pool.labels };
}

export function selected(selector: Workload["selector"], labels: Readonly<Record<string, string>>): boolean {
  return selector.every(({ key, operator, values }) => {
    const has = key in labels;
    const value = labels[key] ?? "";
    if (operator === "Exists") return has;
    if (operator === "DoesNotExist") return !has;
    if (operator === "In") return has && values.includes(value);
    if (operator === "NotIn") return !has || !values.includes(value);
    return has && (operator === "Gt" ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]));
  });
}

interface Atoms {
  readonly label: (level: "cluster" | "node", key: string) => string | undefined;
  readonly feature: (level: "cluster" | "node", name: string) => boolean;
  readonly amount: (resource: string) => number;
}

export const atoms = (cluster: Cluster, pool: NodePool): Atoms => ({
  label: (level, key) =>
    level === "node" ? pool.labels[key] : (cluster.labels[key] ?? (key === "cluster" ? cluster.name : undefined)),
  feature: (level, name) => (level === "node" ? pool : cluster).features.includes(name),
  amount: (resource) => pool.shape[resource] ?? 0,
});

export function truth(condition: ConditionIr, of: Atoms): boolean {
  switch (condition.kind) {
    case "always":
      return true;
    case "not":
      return !truth(condition.operand, of);
    case "and":
      return !condition.operands.some((operand) => !truth(operand, of));
    case "or":
      return condition.operands.some((operand) => truth(operand, of));
    case "feature":
      return of.feature(condition.level, condition.name);
    case "label-in":
      return condition.values.some((value) => value === of.label(condition.level, condition.key));
    case "resource":
      return relation(condition.operator, of.amount(condition.resource), condition.amount);
    case "label": {
      const have = of.label(condition.level, condition.key);
      if (have === undefined) return false;
      if (condition.comparesAs === "text") return relation(condition.operator, have, condition.value);
      if (condition.comparesAs === "number") return relation(condition.operator, Number(have), Number(condition.value));
      return relation(condition.operator, sortable(have), sortable(condition.value));
    }
  }
}

/** A version as text that sorts part by part. */
function sortable(version: string): string {
  const parts = version.replace("v", "").split(".");
  return Array.from({ length: 8 }, (_, i) => (parts[i] ?? "").padStart(8, "0")).join(".");
}

function relation<T extends string | number>(operator: string, a: T, b: T): boolean {
  const table: Record<string, boolean> = {
    "=": a === b,
    "!=": a !== b,
    "<": a < b,
    "<=": a <= b,
    ">": a > b,
    ">=": a >= b,
  };
  return table[operator]!;
}

/** Microseconds by cluster index: a link's own latency, else the shortest path (Floyd and Warshall); Infinity without one. */
export function distanceTable(ir: Ir): number[][] {
  const names = ir.fleet.clusters.map((c) => c.name);
  const direct = names.map((a) => names.map((b) => linkOf(ir, a, b)));
  const path = direct.map((row) => [...row]);
  for (const k of names.keys())
    for (const i of names.keys())
      for (const j of names.keys()) path[i]![j] = Math.min(path[i]![j]!, path[i]![k]! + path[k]![j]!);
  return direct.map((row, i) => row.map((d, j) => (d < Infinity ? d : path[i]![j]!)));
}

function linkOf(ir: Ir, a: string, b: string): number {
  if (a === b) return 0;
  const between = ir.fleet.links.filter((l) => (l.a === a && l.b === b) || (l.a === b && l.b === a));
  return Math.min(Infinity, ...between.map((l) => l.microseconds ?? Infinity));
}
