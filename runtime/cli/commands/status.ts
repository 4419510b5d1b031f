// `placet status`: placement, health and drift, as the clusters themselves say it. What the intents have changed since is a plan, not a status.
import { compile, diagnosticJson } from "../../../compiler/index.ts";
import { hasErrors } from "../../../grammar/index.ts";
import { expand } from "../../../planner/index.ts";
import { placedBefore } from "../../engine.ts";
import { projectHost } from "../../host.ts";
import { observeClusters } from "../../observe.ts";
import { openProject } from "../../project.ts";
import { recording } from "../../recording.ts";
import { statusOf } from "../../status.ts";
import { openWorld } from "../world.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { paintFor, writeDiagnosticList } from "../planning.ts";
import { statusText } from "../view/status-text.ts";

export async function run(
  context: CliContext,
  paths: readonly string[],
  options: { readonly json?: boolean },
): Promise<number> {
  const project = openProject(paths, context.cwd);
  const { host, sources } = recording(projectHost(project.root));
  const { value: ir, diagnostics } = compile(project.entries, host, {});
  if (hasErrors(diagnostics)) {
    writeDiagnosticList(context, diagnostics, sources);
    return exitCode.wrongInput;
  }
  const world = openWorld(project.root, context);
  const observations = await observeClusters(ir.fleet.clusters, world);
  // Drift inside objects needs what they should be: what the intents make of the placement in force.
  const { objects } = expand(ir, placedBefore(observations));
  const report = await statusOf(observations, world, objects);
  if (options.json === true) {
    const shown = report.diagnostics.map((d) => diagnosticJson(d, (file) => sources.get(file)));
    context.stdout.write(`${JSON.stringify({ format: "placet.status/v1", ...report, diagnostics: shown }, null, 2)}\n`);
  } else {
    writeDiagnosticList(context, report.diagnostics, sources);
    context.stdout.write(statusText(report, context.stdout.width, paintFor(context)));
  }
  return report.clusters.some((c) => c.state === "unknown") ? exitCode.clusterFailed : exitCode.done;
}
