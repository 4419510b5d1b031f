// `placet plan`: shows where everything goes and what would change. It changes nothing.
import { failureCases, type FailureCase } from "../../failures.ts";
import { writePlanFile } from "../../plan-file.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
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
      const lines = failures.length === 0 ? ["  nothing runs anywhere"] : failureLines(failures, paintFor(context));
      context.stdout.write(
        `\n${paintFor(context)(["bold", "underline"], "What if one is lost")}\n${lines.join("\n")}\n`,
      );
    }
    if (!placed && planned.ir !== undefined) context.stderr.write(`${proof(plan)}\n`);
  }
  const code = planExitCode(plan, options.detailedExitcode === true);
  if (options.out !== undefined && placed && code !== exitCode.wrongInput) {
    await writePlanFile(options.out, plan, context.cwd);
    if (options.json !== true) context.stdout.write(`Saved to ${options.out}: placet apply ${options.out}\n`);
  }
  return code;
}

function failuresOf(context: CliContext, planned: PlannedProject, options: Options): Promise<readonly FailureCase[]> {
  if (planned.ir === undefined || planned.outcome === undefined) return Promise.resolve([]);
  return failureCases(planned.ir, planned.outcome.placed, {
    seed: options.seed,
    solver: options.solver,
    now: context.now,
    stopped: () => context.signal.aborted,
    timeLimit: options.timeLimit === undefined ? Infinity : Math.min(options.timeLimit, 10_000),
  });
}
