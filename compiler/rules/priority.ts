// A priority decides who stays unplaced first; what is not optional never does.
import type { Diagnostic, Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* priority(checked: Checked): Generator<Diagnostic> {
  const words = new Map<Span, Span>();
  for (const { clauses, span } of checked.declarations.of("run")) {
    const clause = clauses.find((c) => c.kind === "priority");
    if (clause !== undefined) words.set(span, clause.span);
  }
  for (const [run, { name }] of runsWithWorkloads(checked)) {
    const span = run.optional ? undefined : run.spans.map((s) => words.get(s)).find((s) => s !== undefined);
    if (span !== undefined) yield diagnose["priority-without-optional"](span, [name]);
  }
}
