// The IR as a placement problem: which numbers and rules the intents mean. It must not know how a problem is solved.
import type { Ir, RunIr, Workload } from "../../compiler/index.ts";
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { withColumns } from "../columns.ts";
import { planner } from "../diagnostics.ts";
import type { Because, Counting, ObjectiveTerm, Problem, ProblemWorkload, Rule, RuledOut } from "../problem.ts";
import { mostPerNode } from "./candidates.ts";
import { distances } from "./distance.ts";
import { eligibility } from "./eligible.ts";
import type { Eligible } from "./eligible.ts";
import { numberFleet } from "./fleet.ts";
import type { FleetNumbers } from "./fleet.ts";
import { latencyPairs, rulesOf } from "./rules.ts";
import { stays } from "./stays.ts";
import { testMaker } from "./tests.ts";
import { countingInWords, shortName } from "./words.ts";

export interface BuildOptions {
  /** Clusters that are taken to be lost. */
  readonly without?: readonly string[];
}

/**
 * Builds the placement problem of a program.
 * @param before replicas in force, by workload id and cluster; clusters and workloads that are gone may occur.
 */
export function buildProblem(ir: Ir, before: PlacedReplicas, options: BuildOptions = {}): Phase<Problem> {
  const fleet = numberFleet(ir, options.without);
  const sources = new Map(ir.workloads.map((workload) => [workload.id, workload]));
  const runs = ir.runs.filter((run) => sources.has(run.workload));
  const indexOf = new Map(runs.map((run, index) => [run.workload, index]));
  const tests = testMaker(ir, fleet);
  const eligible = eligibility(ir, fleet, new Set(options.without));
  const keeps = stays(ir);
  const diagnostics: Diagnostic[] = [];
  const ruledOut: RuledOut[] = [];
  const rules: Rule[] = [];
  const workloads = runs.map((run, index): ProblemWorkload => {
    const workload = sources.get(run.workload) as Workload;
    const demand = fleet.resources.map((resource) => run.demand[resource] ?? (resource === "pods" ? 1 : 0));
    const was = replicasBefore(before[run.workload], fleet);
    const perNodeMost = mostPerNode(workload);
    const asked = { index, run, workload, demand, perNodeMost, before: was.byCluster, tests: tests(run, workload) };
    const found = eligible(asked);
    const counting = countingOf(run, workload, found, fleet);
    if (counting.kind === "each" && counting.required.length === 0)
      diagnostics.push(planner.make["each-matches-nothing"](run.spreading.span, [shortName(run.workload)]));
    const kept = keeps(run, index, counting, found, was.byCluster, fleet);
    for (const entry of kept.ruledOut) ruledOut.push(entry);
    rules.push(...kept.rules);
    const { cluster } = kept.columns;
    const facts = {
      id: run.workload,
      counting,
      demand,
      perNode: workload.perNode,
      optional: run.optional,
      priority: run.priority,
      leaving:
        was.elsewhere +
        [...was.byCluster].reduce((sum, [c, n]) => sum + (cluster.includes(c) ? 0 : workload.perNode ? 1 : n), 0),
      perNodeMost,
      hostPorts: [...new Set(workload.pod.hostPorts.map((port) => `${port.protocol}/${port.port}`))].sort(),
      because: becauseOf(run),
    };
    return withColumns(facts, kept.columns);
  });
  const latencies = latencyPairs({ ir, indexOf });
  const asksDistance =
    latencies.length > 0 || runs.some((run) => run.near.some((near) => near.microseconds !== undefined));
  const known = asksDistance ? distances(ir.fleet) : undefined;
  const ground = {
    ir,
    clusters: fleet.clusters,
    clusterIndex: fleet.clusterIndex,
    workloads,
    indexOf,
    distances: known,
  };
  return {
    value: {
      resources: fleet.resources,
      clusters: fleet.clusters,
      pools: fleet.pools,
      workloads,
      rules: [...rulesOf(ground), ...rules],
      latencies,
      distance: known?.distance ?? [],
      far: known?.far ?? 1,
      objectives: objectivesOf(ir, workloads),
      ruledOut,
    },
    diagnostics,
  };
}

const becauseOf = (run: RunIr): Because => ({ text: countingInWords(run), span: run.spreading.span, kind: "intent" });

/** Replicas in force by cluster index; what is on clusters that the fleet no longer names is summed. */
function replicasBefore(placed: Readonly<Record<string, number>> | undefined, fleet: FleetNumbers) {
  const byCluster = new Map<number, number>();
  let elsewhere = 0;
  for (const [name, replicas] of Object.entries(placed ?? {})) {
    const cluster = fleet.clusterIndex.get(name);
    if (cluster === undefined) elsewhere += replicas;
    else if (replicas > 0) byCluster.set(cluster, replicas);
  }
  return { byCluster, elsewhere };
}

/** An autoscaler gives the count: its minimum is what must have room. A per-node workload counts as one wherever it is. */
function countingOf(run: RunIr, workload: Workload, found: Eligible, fleet: FleetNumbers): Counting {
  const { spreading } = run;
  const size = workload.perNode ? 1 : Math.max(1, workload.autoscaler?.min ?? run.copySize);
  if (spreading.kind === "copies") return { kind: "copies", clusters: spreading.clusters, size };
  if (spreading.kind === "divided")
    return {
      kind: "divided",
      total: spreading.total,
      ...(spreading.clusters === undefined ? {} : { clusters: spreading.clusters }),
    };
  const named = run.eachOf?.clusters.flatMap((name) => fleet.clusterIndex.get(name) ?? []);
  return {
    kind: "each",
    size,
    required: named === undefined ? found.matched : [...new Set(named)].sort((a, b) => a - b),
  };
}

/** What stays unplaced by priority, what `minimize` names, then the rest; `clusters` only counts when it is named. */
function objectivesOf(ir: Ir, workloads: readonly ProblemWorkload[]): readonly ObjectiveTerm[] {
  const priorities = new Set(workloads.filter((workload) => workload.optional).map((workload) => workload.priority));
  const named = [...new Set(ir.minimize.map((entry) => entry.name))];
  const rest = (["moves", "preference", "latency", "cost", "imbalance"] as const).filter(
    (name) => !named.includes(name),
  );
  return [
    ...[...priorities].sort((a, b) => b - a).map((priority) => ({ name: "unplaced" as const, priority })),
    ...named.map((name) => ({ name })),
    ...rest.map((name) => ({ name })),
  ];
}
