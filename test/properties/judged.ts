// One random program taken the whole way (text → IR → placement) and judged by the brute force and the checker: agreement, or what
// differs in words. It must not know how the planner works.
import { performance } from "node:perf_hooks";
import { compile, memoryHost, type Ir } from "../../compiler/index.ts";
import { hasErrors } from "../../grammar/index.ts";
import { place, verifyPlacement, type PlaceOutcome } from "../../planner/index.ts";
import { bruteForce, compare, type Before, type BruteAnswer } from "../oracles/brute-force.ts";
import { randomProgram, type RandomProgram } from "../oracles/random-program.ts";

/** Options of a planner that runs to its proof; the clock only guards against a hang. */
export const toTheProof = (solver = "auto") => ({
  gap: 0,
  timeLimit: 60_000,
  seed: 1,
  solver,
  now: () => performance.now(),
  stopped: () => false,
});

/** Compiles a random program; a diagnostic that is an error is a bug of the generator or of the compiler. */
export function compiled(seed: number): { program: RandomProgram; ir: Ir } {
  const program = randomProgram(seed);
  const { value, diagnostics } = compile(["main.intent"], memoryHost(program.files));
  if (hasErrors(diagnostics)) {
    const errors = diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ code, message }) => `${code}: ${message}`);
    throw new Error(`seed ${seed} does not compile: ${errors.join("; ")}\n${program.files["main.intent"]}`);
  }
  return { program, ir: value };
}

/** What of an outcome is judged. */
export type Answer = Pick<PlaceOutcome, "status" | "placed" | "objective">;

/** What is wrong with an answer, or undefined when checker and brute force agree with it. */
export function complaint(ir: Ir, before: Before, outcome: Answer, truth: BruteAnswer): string | undefined {
  if (truth.kind === "too-large") return "the program is too large for the brute force";
  if (outcome.status === "infeasible")
    return truth.kind === "impossible"
      ? undefined
      : `called impossible, but ${JSON.stringify(truth.placed)} keeps every promise`;
  if (outcome.status !== "optimal") return `ended with ${outcome.status}`;
  const violations = verifyPlacement(ir, before, outcome.placed, { objective: outcome.objective });
  if (violations.length > 0)
    return `breaks ${violations.map(({ rule, message }) => `${rule} (${message})`).join(", ")}`;
  if (truth.kind === "impossible")
    return `places ${JSON.stringify(outcome.placed)}, which the brute force calls impossible`;
  // `choices` (for `then`) is a term between `unplaced` and the others that plans do not report.
  const best = truth.vector.filter((_, term) => truth.names[term] !== "choices");
  const found = outcome.objective.map(({ value }) => value);
  if (best.length === found.length && compare(best, found) === 0) return undefined;
  return `is worth ${JSON.stringify(found)}, the best is ${JSON.stringify(best)} (${truth.names.join(", ")}): ${JSON.stringify(truth.placed)}`;
}

/** Plans one seed and judges the answer. */
export async function judge(seed: number, solver = "auto"): Promise<string | undefined> {
  const { program, ir } = compiled(seed);
  const outcome = await place(ir, program.before, toTheProof(solver));
  const wrong = complaint(ir, program.before, outcome, bruteForce(ir, program.before));
  return wrong === undefined ? undefined : `seed ${seed}: ${wrong}`;
}
