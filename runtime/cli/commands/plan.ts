// `placet plan`: shows where everything goes and what would change. It changes nothing.
import type { FailureCase } from "../../../planner/index.ts";
import { ask } from "../../ask-thread.ts";
import { writePlanFile } from "../../plan-file.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { progressLine } from "../progress.ts";
import {
  paintFor,
  planExitCode,
  planJson,
  planProject,
  writeDiagnostics,
  type PlannedProject,
  type PlanningOptions,
} from "../planning.ts";
import { failureLines } from "../view/failures-text.ts";
import { planText, proof } from "../view/plan-text.ts";

interface Options extends PlanningOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly full?: boolean;
  readonly failures?: boolean;
  readonly tui?: boolean;
}

export async function run(context: CliContext, paths: readonly string[], options: Options): Promise<number> {
  if (options.tui === true) {
    const tui = await import("./tui.ts");
    return tui.run(context, paths, options);
  }
  const planned = await planProject(context, paths, options);
  const { plan } = planned;
  const placed = plan.status === "optimal" || plan.status === "feasible";
  const failures = options.failures === true && placed ? await failuresOf(context, planned, options) : undefined;
  if (options.json === true) {
    const answer = failures === undefined ? planJson(planned) : { ...planJson(planned), failures };
    context.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  } else {
    writeDiagnostics(context, planned);
    const view = {
      width: context.stdout.width,
      full: options.full === true,
      paint: paintFor(context),
      took: planned.took,
    };
    if (placed) context.stdout.write(planText(plan, view));
    if (failures !== undefined) {
      const lines = failureLines(failures, view);
      context.stdout.write(
        `\n${paintFor(context)(["bold", "underline"], "What if one is lost")}\n${lines.join("\n")}\n`,
      );
    }
    if (!placed && planned.ir !== undefined) context.stderr.write(`${proof(plan)}\n`);
  }
  const unanswered = options.failures === true && placed && failures === undefined;
  if (unanswered) context.stderr.write("stopped before it was known what happens when one is lost\n");
  const code = unanswered ? exitCode.stopped : planExitCode(plan, options.detailedExitcode === true);
  if (options.out !== undefined && placed && code !== exitCode.wrongInput) {
    await writePlanFile(options.out, plan, context.cwd);
    if (options.json !== true) context.stdout.write(`Saved to ${options.out}: placet apply ${options.out}\n`);
  }
  return code;
}

/** Undefined when it was stopped before there was an answer. */
async function failuresOf(
  context: CliContext,
  { ir, outcome }: PlannedProject,
  { seed, solver, timeLimit }: Options,
): Promise<readonly FailureCase[] | undefined> {
  if (ir === undefined || outcome === undefined) return [];
  const { placed, comesBack } = outcome;
  const timed = timeLimit !== undefined;
  const progress = progressLine(context);
  progress.emit({ type: "phase", phase: "failures" });
  const asked = { kind: "failures" as const, ir, placed, comesBack, seed, solver, timed };
  const tell = (done: number, all: number): void => progress.count("failures", done, all);
  return ask<"failures">(asked, context.signal, tell).finally(progress.clear);
}
