// `placet explain WORKLOAD`: why it is where it is, and for each other cluster which intent ruled it out or what it would have cost.
import { renderWhy } from "../../../planner/index.ts";
import { ask } from "../../ask-thread.ts";
import { explained } from "../../asking.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { paintFor, planExitCode, planProject, writeDiagnostics, type PlanningOptions } from "../planning.ts";
import { progressLine } from "../progress.ts";
import { pricesText } from "../view/prices-text.ts";
import { printable } from "../view/style.ts";

interface Options extends PlanningOptions {
  readonly json?: boolean;
  readonly prices?: boolean;
}

export async function run(
  context: CliContext,
  [name = "", ...paths]: readonly string[],
  options: Options,
): Promise<number> {
  const planned = await planProject(context, paths, options);
  const { ir, outcome, plan } = planned;
  if (ir === undefined || outcome === undefined) {
    writeDiagnostics(context, planned);
    return planExitCode(plan, false);
  }
  const wanted = name.replace(".", "/");
  const found = ir.workloads.filter((w) => w.id === wanted || w.name === name);
  const [workload] = found;
  if (workload === undefined || found.length > 1) {
    const names = found.length > 1 ? found.map((w) => w.id.replace("/", ".")) : ir.workloads.map((w) => w.name);
    const what = found.length > 1 ? `\`${name}\` is a workload of several apps` : `there is no workload \`${name}\``;
    context.stderr.write(`error: ${printable(what)}\nhelp: one of ${printable(names.slice(0, 20).join(", "))}\n`);
    return exitCode.wrongInput;
  }
  if (plan.status === "infeasible") writeDiagnostics(context, planned);
  // As the plan itself: without a time limit steps are counted, and the same files give the same words.
  const about = {
    ir,
    before: planned.before,
    without: options.without,
    outcome: explained(outcome),
    timed: options.timeLimit !== undefined,
    workload: workload.id,
  };
  const progress = progressLine(context);
  progress.emit({ type: "phase", phase: "why" });
  const priced = options.prices === true && plan.status !== "infeasible";
  const [report, prices] = await Promise.all([
    ask<"why">({ kind: "why", ...about }, context.signal),
    priced ? ask<"prices">({ kind: "prices", ...about }, context.signal) : undefined,
  ]).finally(progress.clear);
  if (report === undefined) {
    context.stderr.write("stopped before it was known why\n");
    return exitCode.stopped;
  }
  if (options.json === true)
    context.stdout.write(`${JSON.stringify(prices === undefined ? report : { ...report, ...prices }, null, 2)}\n`);
  else context.stdout.write(`${renderWhy(report, { width: context.stdout.width, paint: paintFor(context) })}\n`);
  if (options.json !== true && prices !== undefined) context.stdout.write(pricesText(prices));
  return planExitCode(plan, false);
}
