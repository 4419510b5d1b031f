// One whole copy of one replica has nothing to spread.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* spreadOfOne(checked: Checked): Generator<Diagnostic> {
  for (const [{ spreading, spread, copySize }, { name, perNode }] of runsWithWorkloads(checked)) {
    const [first] = spread;
    const one =
      (spreading.kind === "copies" && spreading.clusters === 1 && copySize <= 1 && !perNode) ||
      (spreading.kind === "divided" && spreading.total === 1);
    if (one && first !== undefined) yield diagnose["spread-of-one"](first.span, [name]);
  }
}
