// `placet check`: reads and checks the files; plans nothing and asks no cluster.
import { compile, diagnosticJson } from "../../../compiler/index.ts";
import { hasErrors } from "../../../grammar/index.ts";
import { recording } from "../../recording.ts";
import { projectHost } from "../../host.ts";
import { openProject } from "../../project.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { diagnosticsText } from "../view/diagnostics-text.ts";
import { plural } from "../view/style.ts";

interface Options {
  readonly json?: boolean;
  readonly set: Readonly<Record<string, string>>;
  readonly with: readonly string[];
}

export async function run(context: CliContext, paths: readonly string[], options: Options): Promise<number> {
  const project = openProject(paths, context.cwd);
  const { host, sources } = recording(projectHost(project.root));
  const { value: ir, diagnostics } = compile([...project.entries, ...options.with], host, { set: options.set });
  if (options.json === true) {
    const shown = diagnostics.map((d) => diagnosticJson(d, (file) => sources.get(file)));
    context.stdout.write(`${JSON.stringify({ format: "placet.check/v1", diagnostics: shown }, null, 2)}\n`);
  } else {
    if (diagnostics.length > 0) {
      context.stderr.write(`${diagnosticsText(diagnostics, sources, context.stderr.color, context.stderr.width)}\n`);
    }
    const errors = diagnostics.filter((d) => d.severity === "error").length;
    const found = `${plural(ir.workloads.length, "workload")}, ${plural(ir.fleet.clusters.length, "cluster")}`;
    context.stdout.write(errors > 0 ? `${plural(errors, "error")}.\n` : `Nothing wrong: ${found}.\n`);
  }
  return hasErrors(diagnostics) ? exitCode.wrongInput : exitCode.done;
}
