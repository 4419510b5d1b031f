// `placet plan`: shows where everything goes and what would change. It changes nothing.
import { writePlanFile } from "../../plan-file.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { paintFor, planExitCode, planJson, planProject, writeDiagnostics, type PlanningOptions } from "../planning.ts";
import { planText, proof } from "../view/plan-text.ts";

interface Options extends PlanningOptions {
  readonly json?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly full?: boolean;
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
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(planJson(planned), null, 2)}\n`);
  } else {
    writeDiagnostics(context, planned);
    const view = {
      width: context.stdout.width,
      full: options.full === true,
      paint: paintFor(context),
      took: planned.took,
    };
    if (placed) context.stdout.write(planText(plan, view));
    else if (planned.ir !== undefined) context.stderr.write(`${proof(plan)}\n`);
  }
  const code = planExitCode(plan, options.detailedExitcode === true);
  if (options.out !== undefined && placed && code !== exitCode.wrongInput) {
    await writePlanFile(options.out, plan, context.cwd);
    if (options.json !== true) context.stdout.write(`Saved to ${options.out}: placet apply ${options.out}\n`);
  }
  return code;
}
