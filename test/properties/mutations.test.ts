// Faults in the planner and in generated policies, one after the other: the checker and the oracles catch each of them on some program.
// What no judge notices is a hole in the judges.
import { describe, expect, it } from "vitest";
import type { Ir } from "../../compiler/index.ts";
import { buildProblem, place } from "../../planner/index.ts";
import { replicasOf } from "../../planner/outcome.ts";
import { settle } from "../../planner/settle.ts";
import { bruteForce, type BruteAnswer } from "../oracles/brute-force.ts";
import type { RandomProgram } from "../oracles/random-program.ts";
import { expectedOf, refusals } from "../oracles/traffic-answers.ts";
import { trafficCases } from "../oracles/traffic-cases.ts";
import { meaningOf } from "../oracles/traffic-meaning.ts";
import { passes } from "../oracles/traffic-policies.ts";
import { compiled, complaint, toTheProof, type Answer } from "./judged.ts";
import { faults, type Fault } from "./planner-faults.ts";
import { policyFaults } from "./policy-faults.ts";

const PROGRAMS = 1500;

interface Known {
  readonly program: RandomProgram;
  readonly ir: Ir;
  readonly truth: BruteAnswer;
}

const known = new Map<number, Known>();
const programOf = (seed: number): Known => {
  let found = known.get(seed);
  if (found === undefined) {
    const { program, ir } = compiled(seed);
    known.set(seed, (found = { program, ir, truth: bruteForce(ir, program.before) }));
  }
  return found;
};

/** The answer of a planner with this fault. */
async function faulty(fault: Fault, { ir, program }: Known): Promise<Answer> {
  const read = fault.program?.(ir) ?? ir;
  const before = fault.before?.(program.before) ?? program.before;
  if (fault.problem === undefined) {
    const outcome = await place(read, before, toTheProof());
    return fault.answer?.(outcome) ?? outcome;
  }
  const problem = fault.problem(buildProblem(read, before).value);
  const { solution } = await settle(read, problem, toTheProof());
  if (!("placement" in solution)) return { status: solution.status, placed: {}, objective: [] };
  return { status: solution.status, placed: replicasOf(problem, solution.placement), objective: solution.objective };
}

describe("a planner that", () => {
  it.each(faults)("$name is caught", { timeout: 120_000 }, async (fault) => {
    for (let seed = 0; seed < PROGRAMS; seed++) {
      const one = programOf(seed);
      if (!fault.needs.some((clause) => one.program.facts.clauses.includes(clause))) continue;
      if (complaint(one.ir, one.program.before, await faulty(fault, one), one.truth) !== undefined) return;
    }
    expect.fail(`no judge notices a planner that ${fault.name}, on ${PROGRAMS} programs`);
  });
});

const cases = [...trafficCases(1, 120, 60)].flat().filter((c) => refusals(c).length === 0);

describe("a generator of policies that", () => {
  it.each(policyFaults)("$name is caught", ({ name, spoil }) => {
    const caught = cases.some((c) => {
      const policies = spoil(c.policies);
      const should = expectedOf(c);
      const { always } = meaningOf(c.scene);
      return c.attempts.some((attempt) => (always(attempt) || passes(policies, attempt)) !== should(attempt));
    });
    expect(caught, name).toBe(true);
  });

  it("has no fault is not caught", () => {
    for (const c of cases) {
      const { always } = meaningOf(c.scene);
      for (const attempt of c.attempts)
        expect(always(attempt) || passes(c.policies, attempt)).toBe(expectedOf(c)(attempt));
    }
  });
});

it("there are fifty faults at least", () => {
  expect(new Set([...faults, ...policyFaults].map(({ name }) => name)).size).toBeGreaterThanOrEqual(50);
});
