// Puts the parts of a plan together (DESIGN.md: the Plan is complete data). It must not decide anything.
import type { Ir } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type {
  ActionOutput,
  Change,
  ClusterState,
  Move,
  PlacedReplicas,
  PlacedWorkload,
  PlaceOutcome,
  Plan,
  PlanStatus,
  Reason,
} from "../planner/index.ts";

export interface PlanParts {
  readonly ir: Ir;
  readonly before: PlacedReplicas;
  readonly outcome: PlaceOutcome;
  readonly reasons: readonly Reason[];
  readonly decision: string;
  readonly expanded: ActionOutput;
  readonly changed: { readonly changes: readonly Change[]; readonly clusters: readonly ClusterState[] };
  readonly diagnostics: readonly Diagnostic[];
  readonly request: Plan["request"];
  readonly inputs: string;
}

export function assemblePlan(parts: PlanParts): Plan {
  const { ir, outcome, reasons, expanded, changed } = parts;
  return {
    format: "placet.plan/v1",
    status: outcome.status,
    objective: outcome.objective,
    gap: outcome.gap,
    ...(outcome.proof === undefined ? {} : { proof: outcome.proof }),
    solver: outcome.solver,
    placements: placements(ir, outcome.placed),
    unplaced: outcome.unplaced,
    reasons,
    moves: moves(ir, parts.before, outcome, reasons),
    usage: outcome.usage,
    manifests: Object.fromEntries(
      Object.entries(expanded.objects)
        .filter(([, objects]) => objects.length > 0)
        .map(([cluster, objects]) => [cluster, objects.map((o) => o.object)]),
    ),
    changes: changed.changes,
    clusters: changed.clusters,
    order: outcome.order,
    request: parts.request,
    inputs: parts.inputs,
    decision: parts.decision,
    diagnostics: parts.diagnostics,
  };
}

/** A plan that says only why there is none. */
export function emptyPlan(
  status: PlanStatus,
  diagnostics: readonly Diagnostic[],
  request: Plan["request"],
  inputs: string,
): Plan {
  return {
    format: "placet.plan/v1",
    status,
    objective: [],
    gap: status === "infeasible" ? 0 : 1,
    solver: "",
    placements: [],
    unplaced: [],
    reasons: [],
    moves: [],
    usage: [],
    manifests: {},
    changes: [],
    clusters: [],
    order: {},
    request,
    inputs,
    diagnostics,
  };
}

function placements(ir: Ir, placed: PlacedReplicas): PlacedWorkload[] {
  return ir.workloads.flatMap((workload) =>
    Object.entries(placed[workload.id] ?? {})
      .filter(([, replicas]) => replicas > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([cluster, replicas]) => ({ app: workload.app, workload: workload.name, cluster, replicas })),
  );
}

/** What leaves and what comes, paired from the fullest side; a workload that is new or goes away is no move. */
function moves(ir: Ir, before: PlacedReplicas, outcome: PlaceOutcome, reasons: readonly Reason[]): Move[] {
  return ir.workloads.flatMap((workload) => {
    const was = before[workload.id] ?? {};
    const is = outcome.placed[workload.id] ?? {};
    const clusters = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
    const leaving = clusters
      .map((c) => ({ cluster: c, count: (was[c] ?? 0) - (is[c] ?? 0) }))
      .filter((c) => c.count > 0);
    const coming = clusters
      .map((c) => ({ cluster: c, count: (is[c] ?? 0) - (was[c] ?? 0) }))
      .filter((c) => c.count > 0);
    const made: Move[] = [];
    for (const from of leaving) {
      for (const to of coming) {
        const replicas = Math.min(from.count, to.count);
        if (replicas === 0) continue;
        from.count -= replicas;
        to.count -= replicas;
        const because = reasons.find(
          (r) => r.app === workload.app && r.workload === workload.name && r.cluster === to.cluster,
        );
        made.push({
          app: workload.app,
          workload: workload.name,
          from: from.cluster,
          to: to.cluster,
          replicas,
          because: because?.because ?? "",
        });
      }
    }
    return made;
  });
}
