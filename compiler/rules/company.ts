// `near`, `with` and `apart from` what is not run: the first two can not hold, the last changes nothing.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { runsWithWorkloads } from "./rule.ts";
import type { Checked } from "./rule.ts";

export function* company(checked: Checked): Generator<Diagnostic> {
  const missing = (id: string): string | undefined =>
    checked.runs.has(id) ? undefined : (checked.names.workloads.get(id)?.name ?? id);
  for (const [run, { name }] of runsWithWorkloads(checked)) {
    for (const { workloads, microseconds, span } of run.near) {
      const [other] = workloads.map(missing);
      if (other === undefined) continue;
      yield microseconds === undefined
        ? diagnose["apart-from-what-does-not-run"](span, ["near", other])
        : diagnose["near-what-does-not-run"](span, [name, "near", other], { help: `add \`run ${other}\`` });
    }
    for (const { workload, span } of run.with) {
      const other = missing(workload);
      if (other !== undefined)
        yield diagnose["near-what-does-not-run"](span, [name, "with", other], { help: `add \`run ${other}\`` });
    }
    for (const { workload, span } of run.apart) {
      const other = missing(workload);
      if (other !== undefined) yield diagnose["apart-from-what-does-not-run"](span, ["apart from", other]);
    }
  }
}
