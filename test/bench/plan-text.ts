// Plans one program from its text in a process of its own and says how long it took and how good it is. It must not know programs.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../../planner/index.ts";
import type { PlanLine } from "./children/plan-text.ts";
import { runChild } from "./children/run-child.ts";
import { shown } from "./report.ts";

type Done = Extract<PlanLine, { kind: "done" }>;

export interface Outcome {
  /** CPU seconds from text to a plan within the gap; Infinity when there was none. */
  readonly seconds: number;
  /** CPU seconds of it between the program and its placement. */
  readonly solved: number;
  readonly done?: Done;
  readonly plan?: Pick<Plan, "placements" | "order">;
  readonly trouble?: string;
}

/**
 * @param options `gap` at which the solver may stop, and what gap is good enough (that one, unless said); `seconds` of CPU for the solver.
 * What takes far longer is ended from outside.
 */
export async function planText(
  text: string,
  options: { readonly gap: number; readonly seconds: number; readonly accept?: number },
): Promise<Outcome> {
  const { gap, seconds } = options;
  const folder = mkdtempSync(join(tmpdir(), "placet-bench-"));
  const [file, out] = [join(folder, "main.intent"), join(folder, "plan.json")];
  try {
    writeFileSync(file, text);
    const { lines, ended, errors } = await runChild<PlanLine>(
      "plan-text.ts",
      [file, `${gap}`, `${seconds}`, out],
      8 * seconds + 60,
    );
    const done = lines.find((line): line is Done => line.kind === "done");
    const phase = (name: string): number => lines.find((l) => l.kind === "phase" && l.phase === name)?.at ?? NaN;
    const good =
      done !== undefined &&
      done.gap <= (options.accept ?? gap) &&
      (done.status === "optimal" || done.status === "feasible");
    const trouble = good
      ? undefined
      : troubleOf(lines, done, ended === "crashed" ? `crashed: ${errors.slice(-300)}` : ended);
    return {
      seconds: good ? done.at : Infinity,
      solved: phase("expand") - phase("solve"),
      ...(done === undefined
        ? {}
        : { done, plan: JSON.parse(readFileSync(out, "utf8")) as Pick<Plan, "placements" | "order"> }),
      ...(trouble === undefined ? {} : { trouble }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function troubleOf(lines: readonly PlanLine[], done: Done | undefined, ended: string): string {
  const threw = lines.find((line) => line.kind === "threw");
  if (threw !== undefined) return threw.message;
  const last = lines.findLast((line) => line.kind === "phase")?.phase;
  if (done === undefined) return `${ended} while it did \`${last}\``;
  return `${done.status} after ${shown(done.at)} s, gap ${shown(100 * done.gap)} %: ${done.diagnostics.join("; ")}`;
}
