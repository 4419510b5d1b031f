// A condition over what nodes offer can choose between node pools of one cluster only by a node label, or because the demand does not
// fit on the others, or because a taint keeps the pod off. Pools that nothing tells apart are an error.
import type { Diagnostic } from "../../grammar/index.ts";
import { holdsOnPool } from "../conditions/evaluate.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster, ConditionIr, NodePool, RunIr } from "../ir.ts";
import { contentOf } from "../placement/order.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* poolsToldApart(checked: Checked): Generator<Diagnostic> {
  const clusters = checked.ir.fleet.clusters.filter((c) => c.pools.length > 1);
  const fine = new Set<string>();
  for (const [run] of runsWithWorkloads(checked)) {
    for (const { condition, span } of run.where) {
      if (!asksForAmounts(condition, true)) continue;
      const key = contentOf([condition, run.demand, run.tolerates]);
      if (fine.has(key)) continue;
      const found = firstAlike(condition, run, clusters, checked);
      if (found === undefined) fine.add(key);
      else
        yield diagnose["pools-alike"](span, [found.cluster.name, found.yes.name, found.no.name], {
          related: [{ message: `\`${found.no.name}\``, span: found.no.span }],
          help: `give \`${found.yes.name}\` a label or feature that only its nodes have`,
        });
    }
  }
}

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

function firstAlike(condition: ConditionIr, run: RunIr, clusters: readonly Cluster[], { ir }: Checked) {
  for (const cluster of clusters) {
    const open = cluster.pools.filter((pool) => canRun(pool, run));
    const yes = open.filter((pool) => holdsOnPool(condition, cluster, pool));
    if (yes.length === 0 || yes.length === open.length) continue;
    const labels = new Map(yes.map((pool) => [nodeLabels(pool, ir.fleet.featureLabels), pool]));
    for (const no of open) {
      const alike = yes.includes(no) ? undefined : labels.get(nodeLabels(no, ir.fleet.featureLabels));
      if (alike !== undefined) return { cluster, yes: alike, no };
    }
  }
  return undefined;
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
