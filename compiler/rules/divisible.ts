// `xN` for what is never divided. A StatefulSet, or a Deployment with a claim, may still be counted where nothing is divided: with
// `on each` and `on 1 cluster`. What has another source of its count (a node, an autoscaler, a Job's own) may not be counted at all.
import type { Diagnostic, Span, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { RunIr, Workload } from "../ir.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* divisible(checked: Checked): Generator<Diagnostic> {
  const counts = new Map<Span, Word>();
  for (const { count, span } of checked.declarations.of("run")) if (count !== undefined) counts.set(span, count);
  for (const [run, workload] of runsWithWorkloads(checked)) {
    const count = run.spans.map((span) => counts.get(span)).find((word) => word !== undefined);
    if (count === undefined || workload.indivisible === undefined) continue;
    const { autoscaler, name } = workload;
    const text = `x${count.text}`;
    const help = { help: `leave out \`${text}\`` };
    if (autoscaler !== undefined)
      yield diagnose["count-and-autoscaler"](count.span, [name, text, autoscaler.min, autoscaler.max], help);
    else if (!mayBeCounted(workload) || isDivided(run))
      yield diagnose["not-divisible"](count.span, [name, text, workload.indivisible], help);
  }
}

const isDivided = ({ spreading }: RunIr): boolean => spreading.kind === "divided" && spreading.clusters !== 1;

const mayBeCounted = ({ kind }: Workload): boolean =>
  kind === "StatefulSet" || kind === "Deployment" || kind === "ReplicaSet";
