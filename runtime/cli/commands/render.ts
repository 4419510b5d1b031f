// `placet render`: the manifests of each cluster as YAML, on standard output or one folder a cluster.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { redactObject } from "../../redact.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { planExitCode, planProject, writeDiagnostics, type PlanningOptions } from "../planning.ts";
import { proof } from "../view/plan-text.ts";
import { plural } from "../view/style.ts";

interface Options extends PlanningOptions {
  readonly cluster: readonly string[];
  readonly out?: string;
}

export async function run(context: CliContext, paths: readonly string[], options: Options): Promise<number> {
  const planned = await planProject(context, paths, options);
  const { plan } = planned;
  writeDiagnostics(context, planned);
  if (plan.status !== "optimal" && plan.status !== "feasible") {
    if (planned.ir !== undefined) context.stderr.write(`${proof(plan)}\n`);
    return planExitCode(plan, false);
  }
  const missing = options.cluster.filter((name) => planned.ir?.fleet.clusters.every((c) => c.name !== name));
  if (missing.length > 0) {
    context.stderr.write(`error: there is no cluster \`${missing.join("`, `")}\`\n`);
    return exitCode.wrongInput;
  }
  const wanted = Object.entries(plan.manifests).filter(
    ([name]) => options.cluster.length === 0 || options.cluster.includes(name),
  );
  for (const [cluster, objects] of wanted) {
    if (options.out === undefined) {
      context.stdout.write(objects.map((o) => `# cluster ${cluster}\n---\n${yamlText(redactObject(o))}`).join(""));
      continue;
    }
    const folder = join(resolve(context.cwd, options.out), cluster);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "manifests.yaml"), objects.map((o) => `---\n${yamlText(redactObject(o))}`).join(""));
  }
  if (options.out !== undefined)
    context.stdout.write(`Wrote the manifests of ${plural(wanted.length, "cluster")} to ${options.out}.\n`);
  return planExitCode(plan, false);
}

const yamlText = (object: unknown): string =>
  stringify(object, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
