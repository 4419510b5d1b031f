// A condition over what nodes offer can choose between node pools of one cluster only by a node label, or because the demand does not
// fit on the others, or because a taint keeps the pod off. Pools that nothing tells apart are an error.
import type { Diagnostic, Span } from "../../grammar/index.ts";
import { holdsOnPool } from "../conditions/evaluate.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster, ConditionIr, ForbidIr, NodePool, RunIr } from "../ir.ts";
import { contentOf } from "../placement/order.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* poolsToldApart(checked: Checked): Generator<Diagnostic> {
  const { fleet, forbids } = checked.ir;
  const clusters = fleet.clusters.filter((c) => c.pools.length > 1);
  const forbidden = new Map<string, ForbidIr[]>();
  for (const forbid of forbids) {
    if (!asksForAmounts(forbid.condition, false)) continue;
    for (const workload of forbid.workloads) {
      const others = forbidden.get(workload);
      if (others === undefined) forbidden.set(workload, [forbid]);
      else others.push(forbid);
    }
  }
  const fine = new Set<string>();
  for (const [run] of runsWithWorkloads(checked)) {
    const against = forbidden.get(run.workload) ?? [];
    if (against.length === 0 && !run.where.some((w) => asksForAmounts(w.condition, true))) continue;
    const key = contentOf([run.where, run.on, run.demand, run.tolerates, against]);
    if (fine.has(key)) continue;
    const found = firstAlike(run, against, clusters, fleet.featureLabels);
    if (found === undefined) fine.add(key);
    else yield alike(found);
  }
}

interface Alike {
  readonly cluster: Cluster;
  readonly yes: NodePool;
  readonly no: NodePool;
  /** The condition that tells them apart. */
  readonly span: Span;
}

const alike = ({ cluster, yes, no, span }: Alike): Diagnostic =>
  diagnose["pools-alike"](span, [cluster.name, yes.name, no.name], {
    related: [{ message: `\`${no.name}\``, span: no.span }],
    help: `give \`${yes.name}\` a label or feature that only its nodes have`,
  });

/** Whether a resource is asked in a way that the pod's own request does not enforce: inside `or` or `not`, or as anything but a least. */
function asksForAmounts(condition: ConditionIr, top: boolean): boolean {
  switch (condition.kind) {
    case "and":
      return condition.operands.some((o) => asksForAmounts(o, top));
    case "or":
      return condition.operands.some((o) => asksForAmounts(o, false));
    case "not":
      return asksForAmounts(condition.operand, false);
    case "resource":
      return !(top && (condition.operator === ">=" || condition.operator === ">"));
    default:
      return false;
  }
}

/** A pool that all conditions want and one that some condition does not, where only that condition could keep the pod off the second. */
function firstAlike(
  run: RunIr,
  against: readonly ForbidIr[],
  clusters: readonly Cluster[],
  featureLabels: FeatureLabels,
): Alike | undefined {
  for (const cluster of clusters) {
    if (!run.on.every((o) => o.clusters.includes(cluster.name))) continue;
    const reasons = cluster.pools.map((pool) => ({ pool, span: refusal(cluster, pool, run, against) }));
    const wanted = new Map(
      reasons.flatMap(({ pool, span }) => (span === undefined ? [[nodeLabels(pool, featureLabels), pool]] : [])),
    );
    for (const { pool, span } of reasons) {
      const yes = wanted.get(nodeLabels(pool, featureLabels));
      if (span !== undefined && yes !== undefined && canRun(pool, run)) return { cluster, yes, no: pool, span };
    }
  }
  return undefined;
}

/** The condition that does not want the pool, if any. */
function refusal(cluster: Cluster, pool: NodePool, run: RunIr, against: readonly ForbidIr[]): Span | undefined {
  const unmet = run.where.find(({ condition }) => !holdsOnPool(condition, cluster, pool));
  const forbids = (f: ForbidIr) =>
    (f.clusters.length === 0 || f.clusters.includes(cluster.name)) && holdsOnPool(f.condition, cluster, pool);
  return unmet?.span ?? against.find(forbids)?.span;
}

/** Whether the kube-scheduler could put the pod there, whatever the condition says. */
const canRun = (pool: NodePool, run: RunIr): boolean =>
  Object.entries(run.demand).every(([resource, amount]) => amount <= (pool.shape[resource] ?? 0)) &&
  pool.taints.every((t) => t.effect === "PreferNoSchedule" || run.tolerates.some(({ taint }) => taint === t.key));

type FeatureLabels = Checked["ir"]["fleet"]["featureLabels"];

/** What a node affinity can see of a pool's nodes, as text. */
function nodeLabels(pool: NodePool, featureLabels: FeatureLabels): string {
  const labels = { ...pool.labels };
  for (const feature of pool.features) {
    const label = featureLabels[feature] ?? { key: `placet.dev/${feature}`, value: "true" };
    labels[label.key] = label.value;
  }
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
