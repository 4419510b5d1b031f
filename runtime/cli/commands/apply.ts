// `placet apply`: makes a plan and carries it out, or carries out a saved one. Without a person or `--yes` it refuses.
import { hasErrors } from "../../../grammar/index.ts";
import type { Plan } from "../../../planner/index.ts";
import { applyPlan, type ApplyOutcome } from "../../apply.ts";
import type { EngineEvent } from "../../events.ts";
import { readPlanFile } from "../../plan-file.ts";
import { openProject } from "../../project.ts";
import { openWorld } from "../world.ts";
import type { World } from "../../world.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import {
  paintFor,
  planExitCode,
  planJson,
  planProject,
  writeDiagnosticList,
  writeDiagnostics,
  type PlanningOptions,
} from "../planning.ts";
import { progressLine } from "../progress.ts";
import { restorePlan } from "../saved-plan.ts";
import { eventLines } from "../view/events-text.ts";
import { planText, proof } from "../view/plan-text.ts";

export interface ApplyOptions extends PlanningOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly full?: boolean;
  readonly adopt?: boolean;
  readonly lockTimeout: number;
  readonly tui?: boolean;
}

export async function run(context: CliContext, paths: readonly string[], options: ApplyOptions): Promise<number> {
  if (options.tui === true) {
    const tui = await import("./tui.ts");
    return tui.run(context, paths, options);
  }
  const saved = paths.length === 1 && paths[0]?.endsWith(".json") === true ? paths[0] : undefined;
  return saved === undefined ? applyPaths(context, paths, options) : applySaved(context, saved, options);
}

async function applyPaths(context: CliContext, paths: readonly string[], options: ApplyOptions): Promise<number> {
  const planned = await planProject(context, paths, options);
  const { plan } = planned;
  const placed = plan.status === "optimal" || plan.status === "feasible";
  if (!placed || hasErrors(plan.diagnostics)) {
    if (options.json === true) context.stdout.write(`${JSON.stringify(planJson(planned))}\n`);
    else writeDiagnostics(context, planned);
    if (planned.ir !== undefined && !placed) context.stderr.write(`${proof(plan)}\n`);
    return planExitCode(plan, false);
  }
  if (options.json !== true) {
    writeDiagnostics(context, planned);
    context.stdout.write(
      `${planText(plan, { width: context.stdout.width, full: options.full === true, paint: paintFor(context), took: planned.took })}\n`,
    );
  }
  if (plan.changes.every((c) => c.action === "none")) return planExitCode(plan, false);
  return (await consent(context, options, "Apply this plan?")) ?? carryOut(context, plan, planned.world, options);
}

async function applySaved(context: CliContext, file: string, options: ApplyOptions): Promise<number> {
  const read = await readPlanFile(file, context.cwd);
  if (!read.ok) {
    writeDiagnosticList(context, [read.diagnostic]);
    return exitCode.wrongInput;
  }
  const project = openProject([read.plan.request.root], context.cwd);
  const world = openWorld(project.root, context);
  const restored = restorePlan(read.plan, project);
  if (!restored.ok) {
    writeDiagnosticList(context, [restored.diagnostic]);
    return exitCode.staleOrLocked;
  }
  if (options.json !== true) {
    context.stdout.write(
      `${planText(restored.plan, { width: context.stdout.width, full: options.full === true, paint: paintFor(context), took: 0 })}\n`,
    );
  }
  return (await consent(context, options, "Apply this plan?")) ?? carryOut(context, restored.plan, world, options);
}

/** Undefined when it may go on; else the exit code. */
export async function consent(
  context: CliContext,
  options: { readonly yes?: boolean },
  question: string,
): Promise<number | undefined> {
  if (options.yes === true) return undefined;
  if (!context.interactive) {
    context.stderr.write("error: there is nobody to ask here\nhelp: look at `placet plan`, then say `--yes`\n");
    return exitCode.wrongInput;
  }
  const answer = await context.ask(`${question} Only \`yes\` does it: `);
  if (answer?.trim() === "yes") return undefined;
  context.stdout.write("Nothing was done.\n");
  return exitCode.done;
}

/** Applies, and shows the events as text or as one JSON object a line. */
export async function carryOut(
  context: CliContext,
  plan: Plan,
  world: World,
  options: Pick<ApplyOptions, "json" | "adopt" | "lockTimeout">,
): Promise<number> {
  const progress = progressLine(context);
  const lines = eventLines(paintFor(context));
  const emit = (event: EngineEvent): void => {
    if (options.json === true) {
      context.stdout.write(`${JSON.stringify(event)}\n`);
      return;
    }
    const text = lines(event);
    if (text.length > 0) {
      progress.clear();
      context.stdout.write(`${text.join("\n")}\n`);
    } else progress.emit(event);
  };
  try {
    const outcome = await applyPlan(plan, world, {
      emit,
      signal: context.signal,
      adopt: options.adopt === true,
      lockTimeout: options.lockTimeout,
    });
    return applyExitCode(outcome);
  } finally {
    progress.clear();
  }
}

function applyExitCode(outcome: ApplyOutcome): number {
  switch (outcome.outcome) {
    case "done":
      return exitCode.done;
    case "partial":
      return exitCode.clusterFailed;
    case "stale":
    case "locked":
      return exitCode.staleOrLocked;
    case "stopped":
      return exitCode.interrupted;
  }
}
