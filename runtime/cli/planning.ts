// What plan, apply, explain, render and tui share: options to a request, a planned project, and the exit code of a plan that is none.
import { hasErrors, type Diagnostic } from "../../grammar/index.ts";
import { diagnosticJson } from "../../compiler/index.ts";
import type { Plan } from "../../planner/index.ts";
import { makePlan, type Planned, type PlanRequest } from "../engine.ts";
import { openProject, type Project } from "../project.ts";
import { redactPlan } from "../plan-file.ts";
import { openWorld } from "./world.ts";
import type { World } from "../world.ts";
import type { CliContext } from "./context.ts";
import { exitCode } from "./exit-code.ts";
import { progressLine } from "./progress.ts";
import { diagnosticsText } from "./view/diagnostics-text.ts";
import { painter, type Paint } from "./view/style.ts";

/** The options as commander gives them. */
export type PlanningOptions = PlanRequest;

export interface PlannedProject extends Planned {
  readonly project: Project;
  readonly world: World;
  /** Milliseconds. */
  readonly took: number;
}

export async function planProject(
  context: CliContext,
  paths: readonly string[],
  options: PlanningOptions,
): Promise<PlannedProject> {
  const started = context.now();
  const project = openProject(paths, context.cwd);
  const world = openWorld(project.root, context);
  const progress = progressLine(context);
  try {
    const planned = await makePlan(project, options, world, progress.emit);
    return { ...planned, project, world, took: context.now() - started };
  } finally {
    progress.clear();
  }
}

/** The exit code that a plan alone deserves; `changes` counts only when it was asked for. */
export function planExitCode(plan: Plan, detailed: boolean): number {
  if (plan.status === "infeasible") return exitCode.infeasible;
  // Nothing is wrong with the input then: it is the answer that is missing.
  if (plan.diagnostics.some(({ code }) => code === "planner/no-answer")) return exitCode.stopped;
  if (hasErrors(plan.diagnostics)) return exitCode.wrongInput;
  if (plan.status === "unknown") return exitCode.stopped;
  if (plan.clusters.some((c) => c.state === "unknown")) return exitCode.clusterFailed;
  return detailed && plan.changes.some((c) => c.action !== "none") ? exitCode.changes : exitCode.done;
}

/** The plan as DESIGN.md's JSON: Secrets redacted, diagnostics with lines and columns. */
export function planJson(planned: Planned): Record<string, unknown> {
  const plan = redactPlan(planned.plan);
  return { ...plan, diagnostics: plan.diagnostics.map((d) => diagnosticJson(d, (file) => planned.sources.get(file))) };
}

export function writeDiagnostics(context: CliContext, planned: Pick<Planned, "plan" | "sources">): void {
  writeDiagnosticList(context, planned.plan.diagnostics, planned.sources);
}

/** Diagnostics as text on standard error. */
export function writeDiagnosticList(
  context: CliContext,
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string> = new Map(),
): void {
  if (diagnostics.length === 0) return;
  const { stderr } = context;
  stderr.write(`${diagnosticsText(diagnostics, sources, stderr.color, stderr.width)}\n`);
}

export const paintFor = (context: CliContext): Paint => painter(context.stdout.color);
