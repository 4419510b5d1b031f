// `move` gives leave to what would stay otherwise; what has no claim moves anyway, and what is not run is nowhere.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Checked } from "./rule.ts";

export function* moves({ ir, names, runs }: Checked): Generator<Diagnostic> {
  for (const { workload, span } of ir.moves) {
    const found = names.workloads.get(workload);
    if (found === undefined) continue;
    if (!runs.has(workload)) yield diagnose["move-changes-nothing"](span, [found.name, "it is not run"]);
    else if (found.claims.length === 0)
      yield diagnose["move-changes-nothing"](span, [found.name, "it has no claim, so it may move anyway"]);
  }
}
