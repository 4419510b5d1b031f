// The highest share in use, and clusters of several pools, as the search deals with them; every answer is held by the independent checker.
import { describe, expect, it } from "vitest";
import { assignNodes, place, verifyPlacement } from "../../planner/index.ts";
import { cluster, irOf, pool, run, workload } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

const GiB = 2 ** 30;

/** Twenty sites of two pools each; without prices only evenness tells placements apart. */
function program(seed: number, priced: boolean) {
  const roll = dice(seed);
  const clusters = Array.from({ length: 20 }, (_, i) =>
    cluster(
      `c${i}`,
      [
        pool("slow", roll.between(2, 4), { cpu: 16_000, memory: 64 * GiB }),
        pool("fast", roll.between(1, 2), { cpu: 32_000, memory: 64 * GiB }),
      ],
      priced ? { prices: { cpu: roll.between(20, 60) / 1000 } } : {},
    ),
  );
  const workloads = Array.from({ length: 60 }, (_, i) =>
    workload(`a/w${i}`, { demand: { cpu: 500 * roll.between(1, 12), memory: GiB * roll.between(1, 12) } }),
  );
  const runs = workloads.map((w) => run(w, { spreading: { kind: "divided", total: roll.between(2, 9) } }));
  return irOf({ clusters, workloads, runs });
}

const options = { gap: 0.01, timeLimit: Infinity, budget: 3_000, seed: 1, solver: "search" } as const;

async function placed(seed: number, priced: boolean) {
  const ir = program(seed, priced);
  const outcome = await place(ir, {}, { ...options, now: () => 0, stopped: () => false });
  expect(["optimal", "feasible"], `seed ${seed}`).toContain(outcome.status);
  const nodes = assignNodes(ir, outcome.problem, outcome.placement!, outcome.order);
  expect(verifyPlacement(ir, {}, outcome.placed, { nodes }).map(({ message }) => message)).toEqual([]);
  return outcome;
}

describe("a search", () => {
  it("fills clusters evenly where nothing else tells placements apart", async () => {
    for (const seed of [1, 2, 3]) {
      const outcome = await placed(seed, false);
      const even = outcome.objective.find(({ name }) => name === "imbalance")!;
      expect(even.value, `seed ${seed}`).toBeLessThan(1.2 * even.bound);
    }
  }, 60_000);

  it("loses no replica between the pools of a cluster", async () => {
    for (const seed of [1, 2, 3]) {
      const outcome = await placed(seed, true);
      expect(outcome.gap, `seed ${seed}`).toBeLessThan(0.1);
    }
  }, 60_000);
});
