// Presolving changes no answer: the same optimum as the whole problem solved at once, and placements that are worth what is said.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { presolve, valuesOf } from "../../planner/presolve/index.ts";
import { solveProblem } from "../../planner/search/index.ts";
import { solveProblem as solveWhole } from "../../planner/solver/solve.ts";
import type { Problem } from "../../planner/index.ts";
import { randomIr } from "../planner/random-ir.ts";
import { joined } from "./joined.ts";

const options = {
  gap: 0,
  timeLimit: 60_000,
  seed: 1,
  solver: "auto",
  now: () => performance.now(),
  stopped: () => false,
};

const randomProblem = (seed: number): Problem => {
  const { ir, before } = randomIr(seed);
  return buildProblem(ir, before).value;
};

async function difference(problem: Problem): Promise<string | undefined> {
  const whole = await solveWhole(problem, options);
  const parts = await solveProblem(problem, options);
  if (whole.status !== parts.status) return `${parts.status} instead of ${whole.status}`;
  if (!("objective" in whole) || !("objective" in parts)) return undefined;
  const values = valuesOf(problem, parts.placement);
  for (const [t, term] of whole.objective.entries()) {
    const own = parts.objective[t];
    if (own?.value === undefined || Math.abs(own.value - term.value) > 1e-6 * Math.max(1, Math.abs(term.value)))
      return `${term.name} is ${own?.value} instead of ${term.value}`;
    if (Math.abs((values[t] as number) - own.value) > 1e-6 * Math.max(1, Math.abs(own.value)))
      return `${term.name} is said to be ${own.value} and is ${values[t]}`;
    if (own.bound > own.value + 1e-9) return `the bound of ${term.name} is above its value`;
    if (Math.abs(own.bound - own.value) > 1e-6) return `${term.name} is proven to ${own.bound} only`;
  }
  return parts.situations?.length === whole.situations?.length ? undefined : "losses are missing";
}

describe("presolving changes no answer", () => {
  it.each([0, 50, 100, 150])("of random problems from seed %i", async (first) => {
    const wrong: string[] = [];
    for (let seed = first; seed < first + 50; seed++) {
      const found = await difference(randomProblem(seed));
      if (found !== undefined) wrong.push(`seed ${seed}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  it("of problems that are several in one", async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const found = await difference(joined(randomProblem(1000 + 2 * seed), randomProblem(1001 + 2 * seed)));
      if (found !== undefined) wrong.push(`seed ${seed}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe("presolving", () => {
  it("tells apart what does not touch", () => {
    let split = 0;
    for (let seed = 0; seed < 40; seed++) {
      const both = joined(randomProblem(1000 + 2 * seed), randomProblem(1001 + 2 * seed));
      const found = presolve(both);
      if (found !== "impossible" && found.parts.every((part) => part.problem.clusters.length < both.clusters.length))
        split++;
    }
    expect(split).toBeGreaterThan(8);
  });
});
