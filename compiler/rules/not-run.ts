// A workload without `run` is not run; the author may have forgotten it.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Checked } from "./rule.ts";

export function* notRun({ ir, runs }: Checked): Generator<Diagnostic> {
  for (const workload of ir.workloads)
    if (!runs.has(workload.id))
      yield diagnose["not-run"](workload.span, [workload.name], { help: `say \`run ${workload.name}\`` });
}
