// `scale` gives the count of replicas, so `xN` can not.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { resolveTarget } from "../reading/targets.ts";
import type { Checked } from "./rule.ts";

export function* scaleAndCount({ declarations, names, runs }: Checked): Generator<Diagnostic> {
  for (const statement of declarations.of("scale")) {
    for (const id of resolveTarget(statement.target, names, () => {}).ids) {
      const spreading = runs.get(id)?.spreading;
      if (spreading?.kind === "divided")
        yield diagnose["scale-and-count"](statement.target.span, [names.workloads.get(id)?.name ?? id], {
          related: [{ message: `\`x${spreading.total}\``, span: spreading.span }],
        });
    }
  }
}
