// Writes what intents say about nodes (`where gpu`, `tolerates`, `forbid`) into the pods, so that the kube-scheduler uses exactly the
// pools that the planner counted on. It must not know how a cluster was chosen.
import { holdsOnPool } from "../../../compiler/index.ts";
import type { ConditionIr, ForbidIr, KubernetesObject, RunIr, Workload } from "../../../compiler/index.ts";
import type { Diagnostic, Span } from "../../../grammar/index.ts";
import type { ActionController, ActionInput, ActionOutput } from "../controller.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { podPath, withPodSpec } from "../pod-template.ts";
import { changeWorkloads, type WorkloadChange } from "../workload-objects.ts";
import { ALWAYS, MOST_ALTERNATIVES, TooManyAlternatives, all, type Alternatives } from "./alternatives.ts";
import { lower, showBound, type Lowering } from "./lower.ts";
import { sitesOf, trueOfCluster, type Site } from "./site.ts";
import { withAlternatives, withTolerations } from "./write.ts";

export const affinity: ActionController = { name: "affinity", expand: writeAffinity };

/** A condition that must hold (`where`) or must not (`forbid`) on the nodes of a workload. */
interface Demand {
  readonly condition: ConditionIr;
  readonly wanted: boolean;
  readonly span: Span;
  /** `forbid x on paris`: empty is everywhere. */
  readonly clusters: readonly string[];
}

function writeAffinity(input: ActionInput): ActionOutput {
  const { fleet, runs, forbids } = input.ir;
  const diagnostics: Diagnostic[] = [];
  const sites = sitesOf(fleet);
  const plans = plansOf(runs, forbids);
  const decided = [...plans.values()].flatMap((plan) => plan.demands.filter(dependsOnCluster));
  const made = new Map<KubernetesObject, Map<string, KubernetesObject>>();
  const change: WorkloadChange = (workload, object, cluster) => {
    const plan = plans.get(workload.id);
    const site = sites.get(cluster);
    if (plan === undefined || site === undefined) return object;
    const key = plan.demands.length === 0 ? "" : `${site.likeness} ${decisions(plan.demands, site)}`;
    let variants = made.get(object);
    if (variants === undefined) made.set(object, (variants = new Map()));
    let changed = variants.get(key);
    if (changed === undefined) {
      const here = plan.demands.filter((demand) => isMeant(demand, cluster));
      const say = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
      changed = withDemands(workload, plan.run, object, here, { fleet, site }, say);
      variants.set(key, changed);
    }
    return changed;
  };
  const likeness = (cluster: string) => {
    const site = sites.get(cluster);
    return site === undefined ? "" : `${site.likeness} ${decisions(decided, site)}`;
  };
  return { objects: changeWorkloads(input, change, likeness), diagnostics };
}

const isMeant = ({ clusters }: Demand, cluster: string): boolean => clusters.length === 0 || clusters.includes(cluster);

const dependsOnCluster = ({ condition, clusters }: Demand): boolean =>
  clusters.length > 0 || speaksOfClusters(condition);

/** What the cluster itself decides of demands: with its likeness, all that the answers depend on. */
const decisions = (demands: readonly Demand[], site: Site): string =>
  demands.map((d) => (isMeant(d, site.cluster.name) ? decidedBy(d.condition, site) : "-")).join(";");

/** Per workload, what is demanded of its nodes; workloads of which nothing is are left out. */
function plansOf(runs: readonly RunIr[], forbids: readonly ForbidIr[]) {
  const forbidden = new Map<string, Demand[]>();
  for (const { workloads, condition, span, clusters } of forbids) {
    if (!speaksOfNodes(condition)) continue;
    for (const workload of workloads) {
      const demand: Demand = { condition, wanted: false, span, clusters };
      forbidden.set(workload, [...(forbidden.get(workload) ?? []), demand]);
    }
  }
  const result = new Map<string, { readonly run: RunIr; readonly demands: readonly Demand[] }>();
  for (const run of runs) {
    const where = run.where
      .filter(({ condition }) => speaksOfNodes(condition))
      .map(({ condition, span }): Demand => ({ condition, wanted: true, span, clusters: [] }));
    const demands = [...where, ...(forbidden.get(run.workload) ?? [])];
    if (demands.length > 0 || run.tolerates.length > 0) result.set(run.workload, { run, demands });
  }
  return result;
}

const speaksOfNodes = (condition: ConditionIr): boolean =>
  someWord(condition, (word) => word.kind === "resource" || word.level === "node");

const speaksOfClusters = (condition: ConditionIr): boolean =>
  someWord(condition, (word) => word.kind !== "resource" && word.level === "cluster");

type WordOf = Exclude<ConditionIr, { kind: "always" | "and" | "or" | "not" }>;

function someWord(condition: ConditionIr, test: (word: WordOf) => boolean): boolean {
  switch (condition.kind) {
    case "always":
      return false;
    case "not":
      return someWord(condition.operand, test);
    case "and":
    case "or":
      return condition.operands.some((operand) => someWord(operand, test));
    default:
      return test(condition);
  }
}

/** What the cluster itself decides of a condition, one digit for each word. */
function decidedBy(condition: ConditionIr, site: Site): string {
  switch (condition.kind) {
    case "always":
    case "resource":
      return "";
    case "not":
      return decidedBy(condition.operand, site);
    case "and":
    case "or":
      return condition.operands.map((operand) => decidedBy(operand, site)).join("");
    default:
      return condition.level === "node" ? "" : trueOfCluster(condition, site) ? "1" : "0";
  }
}

function withDemands(
  workload: Workload,
  run: RunIr,
  object: KubernetesObject,
  demands: readonly Demand[],
  at: Pick<Lowering, "fleet" | "site">,
  say: (diagnostic: Diagnostic) => void,
): KubernetesObject {
  const alternatives = alternativesOf(workload, run, demands, at, say);
  const taints = run.tolerates.map((t) => t.taint);
  const needed = alternatives.length !== 1 || alternatives[0]!.length > 0;
  if (podPath(workload.kind) === undefined) {
    const span = needed ? demands[0]?.span : run.tolerates[0]?.span;
    const what = needed ? "the condition on nodes" : `\`tolerates ${taints.join(", ")}\``;
    if (needed || taints.length > 0)
      say(actionDiagnostics.make["no-pod-template"](span, [workload.name, object.kind, what]));
    return object;
  }
  const tolerating = withPodSpec(workload.kind, object, ["tolerations"], (before) => withTolerations(before, taints));
  if (!needed) return tolerating;
  try {
    return withPodSpec(workload.kind, tolerating, ["affinity"], (before) => withAlternatives(before, alternatives));
  } catch (problem) {
    if (!(problem instanceof TooManyAlternatives)) throw problem;
    say(actionDiagnostics.make["condition-too-large"](demands[0]?.span, [workload.name, MOST_ALTERNATIVES]));
    return tolerating;
  }
}

function alternativesOf(
  workload: Workload,
  run: RunIr,
  demands: readonly Demand[],
  at: Pick<Lowering, "fleet" | "site">,
  say: (diagnostic: Diagnostic) => void,
): Alternatives {
  const alike: Lowering["alike"] = (bound, yes, no) => {
    const names = (pools: readonly string[]) => pools.join("`, `");
    const parameters = [showBound(bound), at.site.cluster.name, names(yes), names(no)] as [
      string,
      string,
      string,
      string,
    ];
    say(actionDiagnostics.make["pools-look-alike"](bound.span, parameters));
  };
  try {
    const parts = demands.flatMap(({ condition, wanted }) =>
      wanted
        ? conjunction(condition)
            .filter((part) => !heldByRequests(part, workload, run, at.site))
            .map((part) => lower(part, true, { ...at, alike }))
        : [lower(condition, false, { ...at, alike })],
    );
    return all(parts);
  } catch (problem) {
    if (!(problem instanceof TooManyAlternatives)) throw problem;
    say(actionDiagnostics.make["condition-too-large"](demands[0]?.span, [workload.name, MOST_ALTERNATIVES]));
    return ALWAYS;
  }
}

/** The parts that must all hold. */
const conjunction = (condition: ConditionIr): readonly ConditionIr[] =>
  condition.kind === "and" ? condition.operands.flatMap(conjunction) : [condition];

/**
 * Whether the pods' requests alone keep them off every node of which the bound is not true: then no label needs to. A DaemonSet's pods
 * are made for nodes before their requests are looked at, so for them a label does; and topology spread counts the nodes that labels leave,
 * with room or not.
 */
function heldByRequests(part: ConditionIr, workload: Workload, run: RunIr, site: Site): boolean {
  if (part.kind !== "resource" || workload.perNode || workload.pod.spread.length > 0) return false;
  const needed = run.demand[part.resource] ?? 0;
  return site.pools.every(
    ({ pool }) => holdsOnPool(part, site.cluster, pool) || (pool.shape[part.resource] ?? 0) < needed,
  );
}
