// `tolerates` names taints that node pools of the fleet have.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* knownTaints(checked: Checked): Generator<Diagnostic> {
  const { taints } = checked.vocabulary;
  const said = new Set<string>();
  for (const [run] of runsWithWorkloads(checked)) {
    for (const { taint, span } of run.tolerates) {
      const place = `${span.file} ${span.start}`;
      if (taints.has(taint) || said.has(place)) continue;
      said.add(place);
      const near = checked.names.suggest(taint, taints);
      const help =
        near !== undefined
          ? `did you mean \`${near}\`?`
          : taints.size === 0
            ? "no node pool has a taint"
            : `there are ${[...taints]
                .sort()
                .slice(0, 6)
                .map((t) => `\`${t}\``)
                .join(", ")}`;
      yield diagnose["unknown-taint"](span, [taint], { help });
    }
  }
}
