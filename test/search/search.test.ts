// The search against the exact solvers: never an answer that breaks a promise, never better than the best, never a bound above it; and the
// same answer for the same seed. The bound alone is in `bound.test.ts`.
import { performance } from "node:perf_hooks";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { verifyPlacement } from "../../planner/index.ts";
import { valuesOf } from "../../planner/presolve/index.ts";
import { replicasOf } from "../../planner/outcome.ts";
import { solveProblem } from "../../planner/search/index.ts";
import { search } from "../../planner/search/search.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { afterLoss } from "../bench/instances/large-fleet.ts";
import { randomIr } from "../planner/random-ir.ts";
import { readAssignment } from "./assignment.ts";
import { tight } from "./tight.ts";

const options = (seed = 1, timeLimit = 20_000) => ({
  gap: 0,
  timeLimit,
  seed,
  solver: "search",
  now: () => performance.now(),
  stopped: () => false,
});

const nothing = { cuts: [], limits: [] };

describe("the search", () => {
  it("finds the best, or says how far it may be, on small tight problems", { timeout: 60_000 }, async () => {
    let best = 0;
    let solved = 0;
    for (let seed = 0; seed < 60; seed++) {
      const problem = tight(seed);
      const exact = await solveExactly(problem, { ...options(), solver: "highs" });
      const found = (await search(problem, options(), nothing))?.solution;
      if (found === undefined || !("objective" in found) || !("objective" in exact)) continue;
      solved++;
      const [value, bound, truth] = [found.objective[0]!.value, found.objective[0]!.bound, exact.objective[0]!.value];
      expect(value, `seed ${seed}`).toBeGreaterThanOrEqual(truth);
      expect(bound, `seed ${seed}`).toBeLessThanOrEqual(truth);
      if (value === truth) best++;
    }
    expect(solved).toBeGreaterThan(40);
    expect(best).toBeGreaterThan(0.8 * solved);
  });

  it("keeps every promise and proves nothing false on random programs", { timeout: 60_000 }, async () => {
    let searched = 0;
    for (let seed = 0; seed < 150; seed++) {
      const { ir, before } = randomIr(seed);
      const { value: problem } = buildProblem(ir, before);
      const exact = await solveExactly(problem, { ...options(), solver: "auto" });
      const found = (await search(problem, options(), nothing))?.solution;
      if (found === undefined || !("objective" in found)) continue;
      searched++;
      expect("objective" in exact, `seed ${seed}: placed what can not be`).toBe(true);
      if (!("objective" in exact)) continue;
      const violations = verifyPlacement(ir, before, replicasOf(problem, found.placement), { proven: false });
      // Nodes one by one are asked of every placement afterwards.
      expect(
        violations.filter(({ rule }) => !rule.startsWith("packing")),
        `seed ${seed}`,
      ).toEqual([]);
      for (const [t, term] of found.objective.entries()) {
        const truth = exact.objective[t]!.value;
        expect(term.value).toBeCloseTo(valuesOf(problem, found.placement)[t]!, 6);
        expect(term.bound, `seed ${seed} ${term.name}`).toBeLessThanOrEqual(
          truth + 1e-6 * Math.max(1, Math.abs(truth)),
        );
        if (Math.abs(term.value - truth) > 1e-6 * Math.max(1, Math.abs(truth))) {
          expect(term.value, `seed ${seed} ${term.name}`).toBeGreaterThan(truth);
          break;
        }
      }
    }
    expect(searched).toBeGreaterThan(35);
  });

  it("ends with the best where the exact solvers come after it", { timeout: 60_000 }, async () => {
    const problems = [
      ...Array.from({ length: 40 }, (_, seed) => tight(1000 + seed)),
      ...Array.from({ length: 80 }, (_, seed) => {
        const { ir, before } = randomIr(2000 + seed);
        return buildProblem(ir, before).value;
      }),
    ];
    let proven = 0;
    for (const [at, problem] of problems.entries()) {
      const exact = await solveExactly(problem, { ...options(), solver: "auto" });
      const found = await solveProblem(problem, options());
      expect("objective" in found, `problem ${at}: ${found.status}`).toBe("objective" in exact);
      if (!("objective" in exact) || !("objective" in found)) continue;
      if (found.status !== "optimal") continue;
      proven++;
      found.objective.forEach(({ name, value }, t) => {
        const truth = exact.objective[t]?.value as number;
        expect(Math.abs(value - truth), `problem ${at}: ${name} is ${value} instead of ${truth}`).toBeLessThanOrEqual(
          1e-7 * Math.max(1, Math.abs(truth)),
        );
      });
    }
    expect(proven).toBeGreaterThan(40);
  });

  it("moves only what was evicted when a cluster is lost", async () => {
    const problem = tight(3);
    const first = await solveExactly(problem, { ...options(), solver: "highs" });
    if (!("placement" in first)) throw new Error("nothing to lose");
    const roomy = { ...problem, pools: problem.pools.map((pool) => ({ ...pool, count: 3 })) };
    const loss = afterLoss(roomy, first.placement, 0);
    const asked = { ...loss.problem, objectives: [{ name: "moves" as const }, { name: "cost" as const }] };
    const found = (await search(asked, options(), nothing))?.solution;
    expect(found !== undefined && "objective" in found ? found.objective[0] : undefined).toEqual({
      name: "moves",
      value: loss.evicted,
      bound: loss.evicted,
    });
    expect(loss.evicted).toBeGreaterThan(0);
  });

  it("gives the same answer for the same seed", async () => {
    const problem = tight(11);
    const [a, b] = [await search(problem, options(5), nothing), await search(problem, options(5), nothing)];
    expect(a?.solution).toEqual(b?.solution);
  });
});

const gap = join(import.meta.dirname, "../../../shared/instances/gap");

describe.skipIf(!existsSync(gap))("on generalized assignment (../shared/instances/gap)", () => {
  it.each([
    ["cattrysse1994/gap1-0", 261],
    ["cattrysse1994/gap12-0", 974],
    ["chu1997/a05100", 1698],
    ["chu1997/c05100", 1931],
    ["chu1997/d05100", 6353],
    ["yagiura2004/e05100", 12681],
  ])("%s is nearly reached in a second of steps, and never beaten", { timeout: 60_000 }, async (name, optimum) => {
    const problem = readAssignment(readFileSync(join(gap, name), "utf8"));
    const found = (await search(problem, { ...options(1, 1000), now: stepClock() }, nothing, true))?.solution;
    expect(found !== undefined && "objective" in found).toBe(true);
    if (found === undefined || !("objective" in found)) return;
    expect(found.objective[0]!.value).toBeGreaterThanOrEqual(optimum);
    expect(found.objective[0]!.bound).toBeLessThanOrEqual(optimum);
    expect(found.objective[0]!.value).toBeLessThanOrEqual(1.0025 * optimum);
  });
});
