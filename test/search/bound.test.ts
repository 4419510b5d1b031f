// The bound against the exact solvers, term by term and rule by rule: never above the best, at any prices, and close to it where the ascent
// had its passes.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import type { Problem } from "../../planner/index.ts";
import { presolve } from "../../planner/presolve/index.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import type { Arcs } from "../../planner/search/arcs.ts";
import { ascend } from "../../planner/search/bound.ts";
import { beginning } from "../../planner/search/bound/beginning.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { newRelaxed } from "../../planner/search/relaxed.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { dice } from "../oracles/dice.ts";
import { randomIr } from "../planner/random-ir.ts";
import { tight } from "./tight.ts";

const exactly = {
  gap: 0,
  timeLimit: 20_000,
  seed: 1,
  solver: "highs",
  now: () => performance.now(),
  stopped: () => false,
};

/** Arcs that charge one term alone. */
function arcsFor(problem: Problem, name: string): { compact: ReturnType<typeof compactOf>; arcs: Arcs } | undefined {
  const compact = compactOf(problem);
  const weighed = weigh(compact);
  const term = weighed.terms.find(({ objective }) => problem.objectives[objective ?? -1]?.name === name);
  if (term === undefined) return undefined;
  const sum = summed(compact, { ...weighed, terms: [{ ...term, factor: 1 }] }, 1);
  const joint = { ...sum.joint, clusters: name === "clusters" ? 1 : 0, imbalance: name === "imbalance" };
  return { compact, arcs: arcsOf(compact, { ...sum, joint }) };
}

/** One term alone; `then` has terms of its own, which would come first. */
const only = (problem: Problem, name: string): Problem => ({
  ...problem,
  objectives: problem.objectives.filter((term) => term.name === name).slice(0, 1),
  rules: problem.rules.filter((rule) => rule.kind !== "choices"),
});

describe("on rows alone", () => {
  it("is never above the optimum, and is what its prices prove", async () => {
    let close = 0;
    for (let seed = 0; seed < 80; seed++) {
      const problem = tight(seed);
      const exact = await solveExactly(problem, exactly);
      const { compact, arcs } = arcsFor(problem, "cost")!;
      const found = ascend(compact, arcs, { steps: 120, upper: 1000, stopped: () => false });
      expect(newRelaxed(compact, arcs).pass(found.prices, true)).toBeCloseTo(found.bound, 6);
      if (!("objective" in exact)) continue;
      const best = exact.objective[0]!.value;
      expect(found.bound, `seed ${seed}`).toBeLessThanOrEqual(best + 1e-6);
      if (found.bound > 0.9 * best) close++;
    }
    expect(close).toBeGreaterThan(40);
  });

  it("is good at any price: what is wrong only proves less", () => {
    const { compact, arcs } = arcsFor(tight(3), "cost")!;
    const best = ascend(compact, arcs, { steps: 200, upper: 1000, stopped: () => false }).bound;
    const roll = dice(7);
    const relaxed = newRelaxed(compact, arcs);
    for (let k = 0; k < 50; k++) {
      const prices = Float64Array.from(compact.capacity, () => Math.max(0, roll.between(-10, 40) / 10));
      expect(relaxed.pass(prices, true)).toBeLessThanOrEqual(best * 1.02 + 1e-6);
    }
  });
});

describe("with every rule of the language", () => {
  const terms = ["unplaced", "moves", "preference", "latency", "cost", "clusters", "imbalance"] as const;
  it("is never above the best of any term, and mostly at it", { timeout: 120_000 }, async () => {
    const asked: Record<string, { all: number; exact: number }> = Object.fromEntries(
      terms.map((name) => [name, { all: 0, exact: 0 }]),
    );
    for (let seed = 0; seed < 220; seed++) {
      const { ir, before } = randomIr(seed);
      const { value } = buildProblem(ir, before);
      const problem = { ...value, objectives: [...value.objectives, { name: "clusters" as const }] };
      if (presolve(problem) === "impossible") continue;
      for (const name of terms) {
        const own = arcsFor(problem, name);
        if (own === undefined) continue;
        const exact = await solveExactly(only(problem, name), exactly);
        if (!("objective" in exact) || exact.status !== "optimal") continue;
        const best = exact.objective[0]!.value;
        const from = beginning(own.compact, own.arcs);
        const { bound } = ascend(own.compact, own.arcs, { steps: 100, upper: best, from, stopped: () => false });
        expect(bound, `seed ${seed} ${name}`).toBeLessThanOrEqual(best + 1e-6 * Math.max(1, Math.abs(best)));
        asked[name]!.all++;
        if (bound > best - 1e-3 * Math.max(1, Math.abs(best))) asked[name]!.exact++;
      }
    }
    for (const name of ["moves", "preference", "latency", "cost"]) {
      expect(asked[name]!.all).toBeGreaterThan(70);
      expect(asked[name]!.exact, name).toBeGreaterThan(0.9 * asked[name]!.all);
    }
    for (const name of ["clusters", "imbalance"]) expect(asked[name]!.exact, name).toBeGreaterThan(5);
    expect(asked["unplaced"]!.exact).toBeGreaterThan(0.7 * asked["unplaced"]!.all);
  });
});
