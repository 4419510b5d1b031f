// Several clauses at once, drawn by seed: a plan where there is one, every intent kept as the checker counts, no bound above its value; and what rules
// bind begins near its bound, which it did not while the linear optimum knew none of them.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { assignNodes, verifyPlacement, type Problem } from "../../planner/index.ts";
import { replicasOf } from "../../planner/outcome.ts";
import { search } from "../../planner/search/search.ts";
import { settle } from "../../planner/settle.ts";
import { clauses, intentFleet, type Clause } from "../bench/instances/intent-fleet.ts";
import { dice } from "../oracles/dice.ts";

const options = { gap: 0.01, seed: 1, solver: "auto", stopped: () => false };

function programOf(
  size: { readonly clusters: number; readonly workloads: number; readonly seed: number; readonly replicas: number },
  asked: readonly Clause[],
) {
  const text = intentFleet({ ...size, nodes: "one" }, new Set(asked));
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  return { ir, problem: buildProblem(ir, {}).value };
}

describe("several clauses at once", () => {
  it("are all kept, and no bound is above its value", { timeout: 120_000 }, async () => {
    let found = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const roll = dice(seed);
      const asked = roll.some([...clauses], roll.between(3, 6));
      const { ir, problem } = programOf({ clusters: 30, workloads: 60, seed, replicas: 10 }, asked);
      const { solution, order } = await settle(ir, problem, { ...options, now: stepClock(), timeLimit: 4_000 });
      // An exact solver may prove that a program of so few clusters asks too much; that nothing is known it may not say.
      expect(solution.status, `seed ${seed}: ${asked.join()}`).not.toBe("unknown");
      if (!("placement" in solution)) continue;
      found++;
      const nodes = assignNodes(ir, problem, solution.placement, order);
      const proven = solution.status === "optimal";
      const broken = verifyPlacement(ir, {}, replicasOf(problem, solution.placement), { proven, without: [], nodes });
      expect(broken, `seed ${seed}: ${asked.join()}`).toEqual([]);
      for (const { name, value, bound } of solution.objective)
        expect(bound, `seed ${seed}: ${name}`).toBeLessThanOrEqual(value + 1e-6 * Math.max(1, Math.abs(value)));
    }
    expect(found).toBeGreaterThanOrEqual(4);
  });
});

describe("what one clause binds", () => {
  // Before, the first answers were 1.5 % (spread), 2.8 % (near), 3.6 % (with) and more above their bounds; of `then` and latency nothing was proven.
  for (const clause of ["spread", "near", "with", "then", "latency", "local", "optional"] as const)
    it(`${clause}: begins near its bound`, { timeout: 60_000 }, async () => {
      const { problem } = programOf({ clusters: 60, workloads: 240, seed: 2, replicas: 20 }, [clause]);
      expect(await gapOfFirst(problem)).toBeLessThan(0.02);
    });
});

/** The gap of the first answer that is told of. */
async function gapOfFirst(problem: Problem): Promise<number> {
  let first: number | undefined;
  const onProgress = ({ gap }: { readonly gap?: number }): void => void (first ??= gap);
  await search(
    problem,
    { ...options, now: stepClock(), timeLimit: 20_000, onProgress, stopped: () => first !== undefined },
    { cuts: [], limits: [] },
  );
  return first ?? 1;
}
