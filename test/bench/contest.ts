// Gives one problem to Placet and to every peer that is there, one after the other, each in a process of its own with the same seconds, and
// counts every answer again. It must not know the problems.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, runChild, type Ended } from "./children/run-child.ts";
import type { SolveLine } from "./children/solve-line.ts";
import { problemNamed } from "./instances/named.ts";
import { countAgain, modelOf, type Model } from "./peers/model.ts";
import { peerPython } from "./peers/python.ts";

export type Contestant = "Placet" | "HiGHS" | "CP-SAT" | "HiGHS WebAssembly" | "javascript-lp-solver";

/** Seconds are CPU seconds for each thread that a contestant keeps busy. */
export interface Answer {
  readonly who: Contestant;
  /** Counted again from the answer itself; undefined when there is none. */
  readonly value: number | undefined;
  /** Proven by the contestant. */
  readonly bound: number | undefined;
  readonly seconds: number;
  readonly memory: number;
  readonly optimal: boolean;
  /** How far it had proven itself, when: (value − bound) / value of its own, falling. */
  readonly reached: readonly { readonly at: number; readonly gap: number; readonly value: number }[];
  readonly trouble?: string;
}

export interface Contest {
  readonly answers: readonly Answer[];
  readonly columns: number;
  /** Contestants that are not there, and why. */
  readonly absent: readonly string[];
}

/** @param seconds of CPU for each contestant that is named; 0 leaves it out. */
export async function contest(name: string, seconds: Partial<Record<Contestant, number>>): Promise<Contest> {
  const problem = problemNamed(name);
  const model = modelOf(problem);
  const folder = mkdtempSync(join(tmpdir(), "placet-bench-"));
  const file = join(folder, "model.json");
  writeFileSync(file, JSON.stringify(model));
  const answers: Answer[] = [];
  const absent = new Set<string>();
  try {
    for (const [who, limit] of Object.entries(seconds) as [Contestant, number][]) {
      if (limit === 0) continue;
      const ended = await run(who, name, file, limit);
      if (typeof ended === "string") absent.add(`${who}: ${ended}`);
      else answers.push(answerOf(who, model, ended));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { answers, columns: model.upper.length, absent: [...absent] };
}

async function run(who: Contestant, name: string, file: string, limit: number): Promise<Ended<SolveLine> | string> {
  // On a busy machine a process may wait as long again as it works, and longer.
  const wall = 10 * limit + 120;
  if (who === "Placet") return runChild<SolveLine>("solve-problem.ts", [name, "0", `${limit}`], wall);
  if (who === "HiGHS WebAssembly") return runChild<SolveLine>("solve-model.ts", [file, "highs-wasm", `${limit}`], wall);
  if (who === "javascript-lp-solver") return runChild<SolveLine>("solve-model.ts", [file, who, `${limit}`], wall);
  const python = peerPython();
  if ("missing" in python) return python.missing;
  const script = who === "CP-SAT" ? "cp_sat.py" : "highs_native.py";
  return collect<SolveLine>(python.python, [join(import.meta.dirname, "peers", script), file, `${limit}`], wall);
}

function answerOf(who: Contestant, model: Model, { lines, ended, errors }: Ended<SolveLine>): Answer {
  const done = lines.find((line) => line.kind === "done");
  const reached = reachedOf(lines);
  if (done === undefined) {
    const trouble = ended === "stopped" ? "did not end in time" : `ended without an answer: ${errors.slice(-300)}`;
    const best = reached.at(-1);
    return {
      who,
      value: undefined,
      bound: undefined,
      seconds: best?.at ?? 0,
      memory: NaN,
      optimal: false,
      reached,
      trouble,
    };
  }
  const x = Array.from({ length: model.upper.length }, () => 0);
  for (let i = 0; i < done.x.length; i += 2) x[done.x[i] as number] = done.x[i + 1] as number;
  const counted = done.x.length === 0 ? undefined : countAgain(model, x);
  const wrong = typeof counted === "string" ? `its answer does not hold: ${counted}` : undefined;
  const said = done.value;
  const off =
    typeof counted === "number" && said !== null && Math.abs(counted - said) > 1e-6 * Math.max(1, Math.abs(counted))
      ? `it said ${said}, counted again it is ${counted}`
      : undefined;
  const trouble = wrong ?? off ?? (counted === undefined ? `no answer (${done.status})` : undefined);
  return {
    who,
    value: typeof counted === "number" ? counted : undefined,
    bound: wrong === undefined ? (done.bound ?? undefined) : undefined,
    seconds: done.at,
    memory: done.memory,
    optimal: done.status === "optimal" && trouble === undefined,
    reached: wrong === undefined ? reached : [],
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** The best value and the best bound so far, whenever both are there and one of them moved. */
function reachedOf(lines: readonly SolveLine[]): Answer["reached"] {
  let value = Infinity;
  let bound = -Infinity;
  const reached: { at: number; gap: number; value: number }[] = [];
  for (const line of lines) {
    value = Math.min(value, line.value ?? Infinity);
    bound = Math.max(bound, line.bound ?? -Infinity);
    const gap = (value - bound) / Math.abs(value);
    if (!Number.isFinite(gap) || gap < 0 || gap >= (reached.at(-1)?.gap ?? Infinity)) continue;
    reached.push({ at: line.at, gap, value });
  }
  return reached;
}
