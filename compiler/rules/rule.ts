// What a rule of meaning is: a check of the whole program, once everything in it is resolved. It must not know any rule.
import type { Diagnostic } from "../../grammar/index.ts";
import type { Vocabulary } from "../conditions/vocabulary.ts";
import type { Ir, RunIr, Workload } from "../ir.ts";
import type { Declarations } from "../reading/declare.ts";
import type { Names } from "../reading/targets.ts";

export interface Checked {
  readonly ir: Ir;
  readonly declarations: Declarations;
  readonly names: Names;
  readonly vocabulary: Vocabulary;
  /** Runs by workload id. */
  readonly runs: ReadonlyMap<string, RunIr>;
}

export type Rule = (checked: Checked) => Iterable<Diagnostic>;

/** The run's workload, its name for messages. */
export function* runsWithWorkloads({ ir, names }: Checked): Generator<readonly [RunIr, Workload]> {
  for (const run of ir.runs) {
    const workload = names.workloads.get(run.workload);
    if (workload !== undefined) yield [run, workload];
  }
}
