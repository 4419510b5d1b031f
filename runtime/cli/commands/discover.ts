// `placet discover`: reads a fleet from kubeconfig contexts and writes it in the language's own form.
import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { diagnosticJson } from "../../../compiler/index.ts";
import { discoverFleet } from "../../discover.ts";
import { openWorld } from "../world.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { diagnosticsText } from "../view/diagnostics-text.ts";
import { plural } from "../view/style.ts";

export async function run(
  context: CliContext,
  contexts: readonly string[],
  options: { readonly json?: boolean; readonly out?: string },
): Promise<number> {
  const world = openWorld(context.cwd, context);
  const { text, fleet, diagnostics } = await discoverFleet(contexts, world);
  if (options.json === true) {
    const shown = diagnostics.map((d) => diagnosticJson(d, () => undefined));
    context.stdout.write(
      `${JSON.stringify({ format: "placet.fleet/v1", text, fleet, diagnostics: shown }, null, 2)}\n`,
    );
  } else if (diagnostics.length > 0) {
    context.stderr.write(`${diagnosticsText(diagnostics, new Map(), context.stderr.color, context.stderr.width)}\n`);
  }
  const failed = diagnostics.some((d) => d.severity === "error");
  if (fleet.clusters.length === 0) {
    if (diagnostics.length === 0) {
      context.stderr.write(
        "error: there is no kubeconfig context to read\nhelp: set KUBECONFIG, or name contexts of it\n",
      );
    }
    return exitCode.clusterFailed;
  }
  if (options.out !== undefined) {
    const path = resolve(context.cwd, options.out);
    if (existsSync(path)) {
      context.stderr.write(
        `error: ${options.out} is there already, and may hold your own changes\nhelp: write elsewhere, and compare\n`,
      );
      return exitCode.wrongInput;
    }
    writeFileSync(path, text);
    if (options.json !== true)
      context.stdout.write(`Wrote ${plural(fleet.clusters.length, "cluster")} to ${options.out}.\n`);
  } else if (options.json !== true) context.stdout.write(text);
  return failed ? exitCode.clusterFailed : exitCode.done;
}
