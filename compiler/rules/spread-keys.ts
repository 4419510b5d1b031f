// `spread across`, `apart … by` and `survive` tell clusters apart by a label of clusters, or by `cluster` itself.
import type { Diagnostic, Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* spreadKeys(checked: Checked): Generator<Diagnostic> {
  const { vocabulary, names } = checked;
  const said = new Set<string>();
  const keys = function* (): Generator<readonly [string, Span]> {
    for (const [run] of runsWithWorkloads(checked)) {
      for (const { key, span } of [...run.spread, ...run.apart]) yield [key, span];
      if (run.survive !== undefined) yield [run.survive.unit, run.survive.span];
    }
  };
  for (const [key, span] of keys()) {
    const place = `${span.file} ${span.start}`;
    if (key === "cluster" || vocabulary.clusterLabels.has(key) || said.has(place)) continue;
    said.add(place);
    if (vocabulary.nodeLabels.has(key)) yield diagnose["spread-key-of-nodes"](span, [key]);
    else {
      const near = names.suggest(key, [...vocabulary.clusterLabels.keys(), "cluster"]);
      yield diagnose["spread-key"](span, [key], near === undefined ? {} : { help: `did you mean \`${near}\`?` });
    }
  }
}
