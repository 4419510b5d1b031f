// `placet destroy`: the plan of an empty set of intents, shown and carried out like any other.
import { compile } from "../../../compiler/index.ts";
import { hasErrors } from "../../../grammar/index.ts";
import { destroyPlan } from "../../destroy.ts";
import { projectHost } from "../../host.ts";
import { observeClusters } from "../../observe.ts";
import { openProject } from "../../project.ts";
import { recording } from "../../recording.ts";
import { openWorld } from "../world.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { paintFor, planExitCode, writeDiagnosticList } from "../planning.ts";
import { changeLines, summary } from "../view/changes-text.ts";
import { carryOut, consent } from "./apply.ts";

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

export async function run(context: CliContext, paths: readonly string[], options: Options): Promise<number> {
  const project = openProject(paths, context.cwd);
  const { host, sources } = recording(projectHost(project.root));
  const { value: ir, diagnostics } = compile(project.entries, host, {});
  // Only the fleet is needed here, but a broken file may hide a cluster, and then something would stay behind unseen.
  if (hasErrors(diagnostics)) {
    writeDiagnosticList(context, diagnostics, sources);
    return exitCode.wrongInput;
  }
  const world = openWorld(project.root, context);
  const plan = destroyPlan(await observeClusters(ir.fleet.clusters, world));
  if (options.json !== true) {
    writeDiagnosticList(context, plan.diagnostics);
    const lines = changeLines(plan, false, context.stdout.width, paintFor(context));
    context.stdout.write(`${[...lines, `Destroy: ${summary(plan)}.`].join("\n")}\n`);
  }
  if (plan.changes.length === 0) return planExitCode(plan, false);
  const refused = await consent(context, options, "Remove all of this?");
  return refused ?? carryOut(context, plan, world, { ...options, lockTimeout: 0 });
}
