// `xN` for what is never divided. A StatefulSet, or a Deployment with a claim, may still be counted where nothing is divided: with
// `on each` and `on 1 cluster`. What has another source of its count (a node, an autoscaler, a Job's own) may not be counted at all.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { RunIr, Workload } from "../ir.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* divisible(checked: Checked): Generator<Diagnostic> {
  for (const [run, workload] of runsWithWorkloads(checked)) {
    const count = countOf(run, checked);
    if (count === undefined || workload.indivisible === undefined) continue;
    const { autoscaler, name } = workload;
    if (autoscaler !== undefined)
      yield diagnose["count-and-autoscaler"](count.span, [name, count.text, autoscaler.min, autoscaler.max], {
        help: `leave out \`${count.text}\``,
      });
    else if (!mayBeCounted(workload) || isDivided(run))
      yield diagnose["not-divisible"](count.span, [name, count.text, workload.indivisible], {
        help: `leave out \`${count.text}\``,
      });
  }
}

const isDivided = ({ spreading }: RunIr): boolean => spreading.kind === "divided" && spreading.clusters !== 1;

const mayBeCounted = ({ kind }: Workload): boolean =>
  kind === "StatefulSet" || kind === "Deployment" || kind === "ReplicaSet";

/** The words `xN`: with `on each` the spreading's span is that of `on each`, so the statement is asked. */
function countOf(
  run: RunIr,
  { declarations }: Checked,
): { readonly text: string; readonly span: RunIr["spans"][number] } | undefined {
  if (run.spreading.kind === "divided") return { text: `x${run.spreading.total}`, span: run.spreading.span };
  if (run.spreading.kind !== "each") return undefined;
  const word = declarations.of("run").find((s) => s.count !== undefined && run.spans.includes(s.span))?.count;
  return word === undefined ? undefined : { text: `x${word.text}`, span: word.span };
}
