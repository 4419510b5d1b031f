// The highest share in use, and clusters of several pools, as the search deals with them; every answer is held by the independent checker.
import { describe, expect, it } from "vitest";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { sharesOf } from "../../planner/presolve/value.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { evenOut } from "../../planner/search/even.ts";
import { newState, placementOf } from "../../planner/search/state.ts";
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

/** Everything on the first places that take it. */
function filled(seed: number) {
  const state = newState(compactOf(buildProblem(program(seed, false), {}).value, []));
  const { compact } = state;
  for (let c = 0; c < compact.most.length; c++) {
    const w = compact.workloadOf[c]!;
    const many = state.room(c, compact.wanted[w]! - state.placed[w]!);
    if (many > 0) state.add(c, many);
  }
  return state;
}

describe("evening out", () => {
  it("leaves the fullest cluster less full, and every replica somewhere", () => {
    for (const seed of [1, 2, 3]) {
      const state = filled(seed);
      const { problem } = state.compact;
      const highest = (): number => Math.max(...sharesOf(problem, placementOf(state)));
      const [before, placed] = [highest(), [...state.placed]];
      const always = (): boolean => true;
      const none = (): boolean => false;
      const left = evenOut(state, {
        gain: () => 0,
        free: always,
        may: always,
        packed: none,
        packs: always,
        over: none,
      });
      expect(before).toBeGreaterThan(0.95);
      expect(left).toBeLessThan(0.8 * before);
      expect(left).toBeCloseTo(highest(), 9);
      expect([...state.placed]).toEqual(placed);
      expect(state.holds()).toBe(true);
    }
  });
});

describe("an attempt", () => {
  it("is undone pool by pool, where taking away would leave others than before", () => {
    let others = 0;
    for (const seed of [1, 2, 3]) {
      const state = filled(seed);
      const roll = dice(seed);
      for (let times = 0; times < 500; times++) {
        const c = roll.between(0, state.on.length - 1);
        const beside = roll.between(0, state.on.length - 1);
        const kept = [...state.inSlot];
        state.attempt([c, beside], () => {
          state.remove(beside, state.on[beside]!);
          const room = state.room(c, 3);
          state.add(c, room);
          state.remove(c, room);
          if (kept.some((many, slot) => state.compact.candidateOf[slot] === c && many !== state.inSlot[slot])) others++;
          state.add(c, state.room(c, 2));
          return false;
        });
        expect([...state.inSlot]).toEqual(kept);
        if (state.on[beside]! > 0) state.remove(beside, 1);
      }
    }
    expect(others).toBeGreaterThan(0);
  });
});

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
