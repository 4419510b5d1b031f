// What comes back after a loss stands on single nodes as surely as the judge asks: else a good plan would be lost at the very end.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { newJudge, newTruth } from "../../planner/nodes/index.ts";
import { search } from "../../planner/search/search.ts";
import { intentFleet } from "../bench/instances/intent-fleet.ts";

describe("what comes back after a loss", () => {
  it("stands on nodes for the judge too", { timeout: 120_000 }, async () => {
    let situations = 0;
    for (const seed of [1, 2, 3, 4]) {
      const text = intentFleet({ clusters: 24, workloads: 120, seed, replicas: 20 }, new Set(["survive"]));
      const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
      const { value: problem } = buildProblem(ir, {});
      let steps = 0;
      const options = { gap: 0.05, timeLimit: 4_000, seed, solver: "search", stopped: () => false };
      const now = Object.assign(() => steps, { worked: (milliseconds: number) => void (steps += milliseconds) });
      const truth = newTruth(ir, problem);
      const learnt = { cuts: [], limits: [], floors: [], truth };
      const found = (await search(problem, { ...options, now }, learnt))?.solution;
      if (found === undefined || !("placement" in found)) continue;
      situations += found.situations?.length ?? 0;
      const { impossible, undecided } = newJudge(ir, problem, 200_000, truth.heldBy)(found.placement, found.situations);
      expect([impossible, undecided], `seed ${seed}`).toEqual([[], []]);
    }
    expect(situations).toBeGreaterThan(20);
  });
});
