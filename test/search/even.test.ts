// The highest share in use, and clusters of several pools, as the search deals with them; every answer is held by the independent checker.
import { describe, expect, it } from "vitest";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { sharesOf } from "../../planner/presolve/value.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { evenOut } from "../../planner/search/even.ts";
import { newState, placementOf } from "../../planner/search/state.ts";
import type { ObjectiveName } from "../../compiler/index.ts";
import { levelFor } from "../../planner/search/even-first.ts";
import { newPrices } from "../../planner/search/bound.ts";
import { search } from "../../planner/search/search.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { stepClock } from "../../planner/clock.ts";
import { weigh } from "../../planner/search/weigh.ts";
import { cluster, irOf, pool, run, span, workload } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

const GiB = 2 ** 30;

/** Twenty sites of two pools each; without prices only evenness tells placements apart. */
function program(
  seed: number,
  priced: boolean,
  { sites = 20, jobs = 60, minimize = [] as readonly ObjectiveName[] } = {},
) {
  const roll = dice(seed);
  const clusters = Array.from({ length: sites }, (_, i) =>
    cluster(
      `c${i}`,
      [
        pool("slow", roll.between(2, 4), { cpu: 16_000, memory: 64 * GiB }),
        pool("fast", roll.between(1, 2), { cpu: 32_000, memory: 64 * GiB }),
      ],
      priced ? { prices: { cpu: roll.between(20, 60) / 1000 } } : {},
    ),
  );
  const workloads = Array.from({ length: jobs }, (_, i) =>
    workload(`a/w${i}`, { demand: { cpu: 500 * roll.between(1, 12), memory: GiB * roll.between(1, 12) } }),
  );
  const runs = workloads.map((w) => run(w, { spreading: { kind: "divided", total: roll.between(2, 9) } }));
  return irOf({ clusters, workloads, runs, minimize: minimize.map((name) => ({ name, span: span() })) });
}

const EVEN: readonly ObjectiveName[] = ["imbalance", "cost"];

const options = { gap: 0.01, timeLimit: Infinity, budget: 1_000, seed: 1, solver: "search" } as const;

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
  it("lets two change places where no step by itself helps, unless rules bind both", () => {
    const small = ["a", "b"].map((name) => workload(`a/${name}`, { demand: { cpu: name === "a" ? 6000 : 4000 } }));
    const ir = irOf({
      clusters: [0, 1].map((c) => cluster(`c${c}`, [pool("all", 1, { cpu: 20_000, memory: GiB })])),
      workloads: small,
      runs: small.map((one) => run(one, { spreading: { kind: "divided", total: 3 } })),
      minimize: [{ name: "imbalance", span: span() }],
    });
    const compact = compactOf(buildProblem(ir, {}).value);
    for (const bound of [false, true]) {
      const state = newState(compact);
      // 18 of 20 here and 12 there: 16 and 14 when one of each changes places; 12 and 18 after any single step.
      state.add(compact.candidateStart[0]!, 3);
      state.add(compact.candidateStart[1]! + 1, 3);
      const always = (): boolean => true;
      const none = (): boolean => false;
      const asked = { gain: () => 0, free: always, may: always, packed: none, packs: always, over: none };
      const left = evenOut(state, { ...asked, ruled: () => bound });
      expect(left).toBeCloseTo(bound ? 0.9 : 0.8, 9);
      expect([...state.placed]).toEqual([3, 3]);
    }
  });

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
        ruled: none,
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

describe("the level of a linear optimum that is even", () => {
  it("is a little above what is proven, binds every resource of every cluster, and its prices are those of shares", () => {
    const compact = compactOf(buildProblem(program(1, true, { minimize: EVEN }), {}).value, []);
    const level = levelFor(compact, weigh(compact), undefined, [], () => false)!;
    const { problem } = compact;
    const places = problem.clusters.length * problem.resources.length;
    const limits = level.compact.rowOrigin.map(
      (origin) => origin - problem.pools.length * problem.resources.length * 5,
    );
    expect([...limits].filter((at) => at >= 0).length).toBeGreaterThan(0.5 * places);
    level.prices.fill(0);
    const row = limits.findIndex((at) => at >= 0);
    level.prices[row] = 1;
    const room = newPrices(compact);
    const told = level.told(room);
    expect(told.length).toBe(room.length + places);
    expect([...told].filter((price) => price > 0)).toHaveLength(1);
    // What all that it allows is worth is the same: its price, and that of the share.
    const state = newState(compact);
    level.hold(state, true);
    const held = [...state.capacity].map((amount, at) => amount / compact.capacity[at]!);
    const most = Math.min(...held);
    expect(told[[...told.keys()].find((at) => told[at]! > 0)!]! * most).toBeCloseTo(level.compact.capacity[row]!, 3);
    expect(most).toBeLessThan(0.9);
    level.hold(state, false);
    expect([...state.capacity]).toEqual([...compact.capacity]);
    const other = compactOf(buildProblem(program(1, true, { minimize: ["cost", "imbalance"] }), {}).value, []);
    expect(levelFor(other, weigh(other), undefined, [], () => false)).toBeUndefined();
  });

  it("leaves bounds that are true of the best, cost given the highest share", { timeout: 60_000 }, async () => {
    let near = 0;
    for (let seed = 0; seed < 4; seed++) {
      const { value } = buildProblem(program(seed, true, { sites: 4, jobs: 7, minimize: EVEN }), {});
      const problem = { ...value, objectives: value.objectives.slice(0, 2) };
      const asked = { gap: 0, timeLimit: 200, seed: 1, now: stepClock(), stopped: () => false };
      const exact = await solveExactly(problem, { ...asked, timeLimit: Infinity, solver: "highs", nodes: 3_000 });
      const found = (await search(problem, { ...asked, solver: "search" }, { cuts: [], limits: [] }))?.solution;
      if (exact.status !== "optimal" || found === undefined || !("objective" in found)) continue;
      const [share, cost] = [found.objective[0]!, found.objective[1]!];
      expect(share.value, `seed ${seed}`).toBeGreaterThan(exact.objective[0]!.value - 1e-6);
      expect(share.bound, `seed ${seed}`).toBeLessThan(exact.objective[0]!.value + 1e-6);
      expect(cost.bound, `seed ${seed}`).toBeLessThan(exact.objective[1]!.value + 1e-6);
      if (share.value < 1.5 * exact.objective[0]!.value) near++;
    }
    expect(near).toBeGreaterThan(0);
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

  it("is even first and cheap then, both near what is proven", async () => {
    for (const seed of [1]) {
      const { value: problem } = buildProblem(program(seed, true, { sites: 12, jobs: 36, minimize: EVEN }), {});
      const asked = { ...options, timeLimit: 60, now: stepClock(), stopped: () => false };
      const found = (await search(problem, asked, { cuts: [], limits: [] }))?.solution;
      if (found === undefined || !("objective" in found)) throw new Error(`seed ${seed}: nothing found`);
      const [even, cost] = [found.objective[0]!, found.objective[1]!];
      expect([even.name, cost.name]).toEqual(EVEN);
      expect(even.value, `seed ${seed}`).toBeLessThan(1.06 * even.bound);
      expect(cost.value, `seed ${seed}`).toBeLessThan(1.04 * cost.bound);
    }
  }, 60_000);

  it("loses no replica between the pools of a cluster", async () => {
    for (const seed of [1, 2, 3]) {
      const outcome = await placed(seed, true);
      expect(outcome.gap, `seed ${seed}`).toBeLessThan(0.1);
    }
  }, 60_000);
});
