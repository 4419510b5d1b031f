// `on each` with `survive`: a copy that belongs on every match has no other place to go.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* eachWithSurvive(checked: Checked): Generator<Diagnostic> {
  for (const [run, { name }] of runsWithWorkloads(checked)) {
    if (run.spreading.kind !== "each" || run.survive === undefined) continue;
    yield diagnose["each-with-survive"](run.survive.span, [name], {
      related: [{ message: "it runs on each match here", span: run.spreading.span }],
    });
  }
}
