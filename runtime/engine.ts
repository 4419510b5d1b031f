// The driver from files to a plan: every phase in order, and why it stands where it does. It must not know who looks at the result.
import { compile, type Host, type Ir } from "../compiler/index.ts";
import { hasErrors, type Diagnostic } from "../grammar/index.ts";
import { expand, type ActionOutput, type PlacedReplicas, type PlaceOutcome, type Plan } from "../planner/index.ts";
import { assemblePlan, emptyPlan } from "./assemble.ts";
import { cite } from "./cite.ts";
import { decide } from "./decide.ts";
import { askedOf, decisionDigest, inForceSince } from "./in-force.ts";
import type { Emit } from "./events.ts";
import { projectHost } from "./host.ts";
import { liveFleet } from "./live-fleet.ts";
import { observeClusters, type Observation } from "./observe.ts";
import { planChanges } from "./plan-changes.ts";
import type { Project } from "./project.ts";
import { recording } from "./recording.ts";
import type { World } from "./world.ts";

/** What a plan is asked for. Shares are 0–1, times milliseconds. */
export interface PlanRequest {
  readonly set: Readonly<Record<string, string>>;
  readonly with: readonly string[];
  readonly without: readonly string[];
  readonly live: boolean;
  /** Plan to take over what exists and is not ours. */
  readonly adopt?: boolean;
  /** Absent: the best; and the plan in force stays as long as nothing has changed. */
  readonly gap?: number;
  /** Absent: as many steps as a plan may cost by default, whatever the clock says. */
  readonly timeLimit?: number;
  readonly solver: string;
  readonly seed: number;
}

export interface Planned {
  readonly plan: Plan;
  /** The IR that was planned; absent when the input is wrong. */
  readonly ir?: Ir;
  readonly before: PlacedReplicas;
  readonly observations: readonly Observation[];
  readonly outcome?: PlaceOutcome;
  readonly expanded?: ActionOutput;
  /** Text of every file that a diagnostic may point into. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Plans a project. Never throws for what the user wrote or what a cluster said: both are diagnostics of the plan. */
export async function makePlan(project: Project, request: PlanRequest, world: World, emit: Emit): Promise<Planned> {
  const { host, sources, digest } = recording(projectHost(project.root));
  const entries = [...project.entries, ...request.with];
  const asked = {
    root: project.shown,
    paths: project.entries,
    with: request.with,
    without: request.without,
    set: request.set,
  };

  emit({ type: "phase", phase: "compile" });
  const written = compile(entries, host, { set: request.set });
  if (hasErrors(written.diagnostics)) {
    const plan = emptyPlan("unknown", written.diagnostics, asked, digest());
    return { plan, before: {}, observations: [], sources };
  }
  // The live fleet replaces the written nodes before anything is decided on them; conditions are resolved against it again.
  const program = request.live ? await compileLive(entries, host, request, written.value, world) : written;
  const ir = program.value;
  const known: Diagnostic[] = [...program.diagnostics];

  // What runs now comes before the solve: keeping it is an objective.
  emit({ type: "phase", phase: "observe" });
  const observations = await observeClusters(ir.fleet.clusters, world);
  const before = placedBefore(observations);

  // On another thread, unless it is quick: whoever watches is told what there is, and may stop it.
  emit({ type: "phase", phase: "solve" });
  const asks = askedOf(ir, request.without);
  const inForce = inForceSince(observations, asks, before);
  const decided = await decide(
    {
      ir,
      before,
      without: request.without,
      gap: request.gap ?? 0,
      timeLimit: request.timeLimit ?? Infinity,
      solver: request.solver,
      seed: request.seed,
      // What runs is not moved for what nobody asked for: only a smaller gap than it was proven to have asks for another plan.
      ...(inForce === undefined || (request.gap ?? 1) < inForce ? {} : { inForce }),
    },
    world,
    emit,
  );
  const { outcome } = decided;
  known.push(...decided.diagnostics);
  if (outcome.status === "infeasible" || outcome.status === "unknown") {
    const plan = emptyPlan(outcome.status, known, asked, digest());
    return { plan, ir, before, observations, outcome, sources };
  }

  emit({ type: "phase", phase: "expand" });
  const expanded = expand(ir, outcome.placed);
  known.push(...expanded.diagnostics);

  emit({ type: "phase", phase: "diff" });
  const changed = hasErrors(known)
    ? { changes: [], clusters: [], diagnostics: [] }
    : await planChanges(observations, cite(expanded.objects, sources), world, { adopt: request.adopt === true });
  known.push(...changed.diagnostics);
  const plan = assemblePlan({
    ir,
    before,
    outcome,
    reasons: decided.reasons,
    decision: decisionDigest(asks, outcome.placed),
    expanded,
    changed,
    diagnostics: known,
    request: asked,
    inputs: digest(),
  });
  return { plan, ir, before, observations, outcome, expanded, sources };
}

async function compileLive(entries: readonly string[], host: Host, request: PlanRequest, written: Ir, world: World) {
  return compile(entries, host, { set: request.set, fleet: await liveFleet(written.fleet, world) });
}

/** Replicas in force by workload and cluster, as the inventories say. */
export function placedBefore(observations: readonly Observation[]): PlacedReplicas {
  const before: Record<string, Record<string, number>> = {};
  for (const observation of observations) {
    for (const [workload, replicas] of Object.entries(observation.placed)) {
      (before[workload] ??= {})[observation.cluster] = replicas;
    }
  }
  return before;
}
