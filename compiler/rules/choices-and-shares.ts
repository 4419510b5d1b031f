// Shares divide a number of replicas, and neither shares nor choices in order have a meaning on each match.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* choicesAndShares(checked: Checked): Generator<Diagnostic> {
  for (const [{ spreading, choices, shares }, { name }] of runsWithWorkloads(checked)) {
    const ordered = choices ?? shares;
    if (spreading.kind === "each" && ordered !== undefined)
      yield diagnose["then-with-each"](ordered.span, [name], {
        related: [{ message: "on each match", span: spreading.span }],
      });
    else if (shares !== undefined && spreading.kind === "copies")
      yield diagnose["shares-need-a-count"](shares.span, [name], {
        help: `say how many in all: \`run ${name} x10 on …\``,
      });
  }
}
