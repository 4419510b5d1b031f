// Fewer clusters, step by step and by the whole search: beside an exact solver, with rules, and undone without a trace where it does not work.
import { describe, expect, it } from "vitest";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { closeClusters, empties } from "../../planner/search/closing/close.ts";
import type { ClosingGround } from "../../planner/search/closing/close.ts";
import { extraCosts } from "../../planner/search/closing/cover.ts";
import { newDoors } from "../../planner/search/closing/index.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { search } from "../../planner/search/search.ts";
import { newState } from "../../planner/search/state.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { cluster, feature, irOf, pool, run, span, workload } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

const GiB = 2 ** 30;

interface Size {
  readonly clusters: number;
  readonly workloads: number;
  readonly nodes: number;
  /** Some workloads spread over regions, some keep apart from another. */
  readonly ruled?: boolean;
  /** Every price is that of several clusters, and the cost counts most. */
  readonly twins?: boolean;
}

/** Sites of unequal size, of which fewer than half would do; each workload may go to about half of them. */
function program(seed: number, { clusters: many, workloads: jobs, nodes, ruled, twins }: Size) {
  const roll = dice(seed);
  const clusters = Array.from({ length: many }, (_, i) =>
    cluster(`c${i}`, [pool("all", nodes, { cpu: 1000 * roll.between(16, 64), memory: GiB * roll.between(32, 96) })], {
      features: ["f0", "f1", "f2"].filter((_, f) => i % 3 === f || roll.chance(0.4)),
      labels: { region: `r${i % 3}` },
      prices: { cpu: (twins === true ? 20 + 10 * (i % 3) : roll.between(20, 60)) / 1000 },
    }),
  );
  const workloads = Array.from({ length: jobs }, (_, i) =>
    workload(`a/w${i}`, { demand: { cpu: 500 * roll.between(1, 12), memory: GiB * roll.between(1, 12) } }),
  );
  const runs = workloads.map((w, i) =>
    run(w, {
      spreading: { kind: "divided", total: roll.between(2, 6) },
      where: [feature(`f${i % 3}`)],
      ...(ruled === true && i % 5 === 0 ? { spread: [{ key: "region", span: span() }] } : {}),
      ...(ruled === true && i % 5 === 1 && i + 1 < jobs
        ? { apart: [{ workload: `a/w${i + 1}`, key: "region", span: span() }] }
        : {}),
    }),
  );
  return irOf({
    clusters,
    workloads,
    runs,
    minimize: (twins === true ? (["cost", "clusters"] as const) : (["clusters", "cost"] as const)).map((name) => ({
      name,
      span: span(),
    })),
  });
}

const options = (timeLimit = 1_500) => ({
  gap: 0,
  timeLimit,
  seed: 1,
  solver: "search",
  now: stepClock(),
  stopped: () => false,
});

const SMALL = { clusters: 12, workloads: 20, nodes: 2 };
const nothing = { cuts: [], limits: [] };

/** Everything on the last places that take it, one after the other: many clusters are in use. */
function spreadOut(seed: number, size: Size) {
  const compact = compactOf(buildProblem(program(seed, size), {}).value, []);
  const doors = newDoors(compact, weigh(compact), undefined)!;
  const state = newState(compact, doors.allows);
  for (let w = 0; w < compact.workloads; w++) {
    const [first, last] = [compact.candidateStart[w]!, compact.candidateStart[w + 1]!];
    for (let k = 0; state.placed[w]! < compact.wanted[w]!; k++) {
      const c = first + ((k + w) % (last - first));
      if (state.room(c, 1) > 0) state.add(c, 1);
      if (k > 1_000) throw new Error("no room");
    }
  }
  return { state, doors };
}

/** Replicas come where there is room, first to the first; nobody makes way. */
function groundOf({ state, doors }: ReturnType<typeof spreadOut>, more: Partial<ClosingGround> = {}): ClosingGround {
  const { compact } = state;
  return {
    state,
    closed: doors.closed,
    order: Array.from({ length: compact.workloads }, (_, w) => w),
    familyOf: () => undefined,
    place: () => true,
    complete: (w) => {
      for (let c = compact.candidateStart[w]!; c < compact.candidateStart[w + 1]!; c++) {
        const many = state.room(c, compact.wanted[w]! - state.placed[w]!);
        if (many > 0) state.add(c, many);
      }
      return state.placed[w] === compact.wanted[w];
    },
    leave: (w) => {
      for (let c = compact.candidateStart[w]!; c < compact.candidateStart[w + 1]!; c++) state.remove(c, state.on[c]!);
    },
    holds: () => true,
    undone: () => undefined,
    over: () => false,
    ...more,
  };
}

const used = (hosting: Int32Array): number => hosting.reduce((sum, hosts) => sum + (hosts > 0 ? 1 : 0), 0);

describe("closing clusters", () => {
  it("leaves fewer in use, with every replica somewhere and nothing on what is closed", () => {
    for (const seed of [1, 2, 3]) {
      const spread = spreadOut(seed, { clusters: 20, workloads: 30, nodes: 2 });
      const { state, doors } = spread;
      const [before, placed] = [used(state.hosting), [...state.placed]];
      const many = closeClusters(groundOf(spread));
      expect(many, `seed ${seed}`).toBeGreaterThan(before / 3);
      expect(used(state.hosting)).toBe(before - many);
      expect([...state.placed]).toEqual(placed);
      expect(state.holds()).toBe(true);
      state.hosting.forEach((hosts, at) => expect(doors.closed[at] === 1 && hosts > 0).toBe(false));
      for (let c = 0; c < state.on.length; c++)
        if (doors.closed[state.compact.cluster[c]!] === 1) expect(state.room(c, 1)).toBe(0);
    }
  });

  it("leaves no trace where something finds no other place, or where it does not pay", () => {
    for (const more of [{ complete: () => false }, { holds: () => false }] as const) {
      const spread = spreadOut(1, { clusters: 20, workloads: 30, nodes: 2 });
      const { state, doors } = spread;
      const kept = [[...state.on], [...state.inSlot], [...state.used], [...state.placed]];
      const told = new Set<number>();
      const undone = (clusters: readonly number[]): void => clusters.forEach((at) => told.add(at));
      for (const at of state.hosting.keys())
        expect(empties(groundOf(spread, { ...more, undone }), at) && state.hosting[at]! > 0).toBe(false);
      expect([[...state.on], [...state.inSlot], [...state.used], [...state.placed]]).toEqual(kept);
      expect(doors.closed.some((closed, at) => closed === 1 && state.hosting[at]! > 0)).toBe(false);
      expect(told.size).toBeGreaterThan(0);
    }
  });

  it("takes what is tied together away and places it together", () => {
    const spread = spreadOut(2, { clusters: 20, workloads: 30, nodes: 2 });
    const { state } = spread;
    const placed: (readonly number[])[] = [];
    const complete = groundOf(spread).complete;
    const ground = groundOf(spread, {
      familyOf: (w) => (w < 2 ? [0, 1] : undefined),
      place: (family) => {
        placed.push(family);
        for (const w of family) expect(state.placed[w]).toBe(0);
        return family.every(complete);
      },
    });
    const { workloadOf, cluster: clusterOf } = state.compact;
    for (const c of state.on.keys())
      if (workloadOf[c]! < 2 && state.on[c]! > 0 && placed.length === 0) empties(ground, clusterOf[c]!);
    expect(placed.map((family) => family.join())).toContain("0,1");
  });
});

describe("extra costs", () => {
  it("are asked of no cluster that is worth most, and of every other by what a replica fills", () => {
    const compact = compactOf(buildProblem(program(1, { clusters: 20, workloads: 30, nodes: 2 }), {}).value, []);
    const weighed = weigh(compact);
    const extra = extraCosts(compact, summed(compact, weighed, weighed.terms.length), () => false);
    const charged = new Set([...compact.cluster.keys()].filter((c) => extra[c]! > 0).map((c) => compact.cluster[c]!));
    const free = new Set([...compact.cluster.keys()].filter((c) => extra[c] === 0).map((c) => compact.cluster[c]!));
    expect(free.size).toBeGreaterThan(2);
    expect(charged.size).toBeGreaterThan(2);
    for (const at of free) expect(charged.has(at)).toBe(false);
    const shapeOf = (at: number): readonly number[] => compact.problem.pools.find((each) => each.cluster === at)!.shape;
    const sizes = compact.problem.resources.map((_, r) =>
      compact.problem.pools.reduce((sum, { shape }) => sum + shape[r]!, 0),
    );
    const size = (at: number): number => shapeOf(at).reduce((sum, amount, r) => sum + amount / sizes[r]!, 0);
    const mean = (all: ReadonlySet<number>): number => [...all].reduce((sum, at) => sum + size(at), 0) / all.size;
    expect(mean(free)).toBeGreaterThan(mean(charged));
  });
});

describe("a search for few clusters", () => {
  it("uses as few as an exact solver on small programs, or nearly, and proves nothing false", async () => {
    let [best, all] = [0, 0];
    for (let seed = 2; seed < 10; seed++) {
      const { value: problem } = buildProblem(program(seed, { ...SMALL, ruled: seed % 2 === 1 }), {});
      const least = { ...problem, objectives: problem.objectives.slice(0, 1) };
      const exact = await solveExactly(least, { ...options(Infinity), solver: "highs", nodes: 2_000 });
      const found = (await search(problem, options(100), nothing))?.solution;
      if (exact.status !== "optimal") continue;
      expect(found !== undefined && "objective" in found, `seed ${seed}`).toBe(true);
      if (found === undefined || !("objective" in found)) continue;
      all++;
      const { value, bound } = found.objective[0]!;
      const truth = exact.objective[0]!.value;
      expect(bound, `seed ${seed}`).toBeLessThanOrEqual(truth);
      expect(value, `seed ${seed}`).toBeGreaterThanOrEqual(truth);
      expect(value, `seed ${seed}`).toBeLessThanOrEqual(truth + 1);
      if (value === truth) best++;
    }
    expect(all).toBeGreaterThan(5);
    expect(best).toBeGreaterThan(0.7 * all);
  }, 120_000);

  it("closes what it can where the cost counts more, and costs no more for it", async () => {
    for (const seed of [1, 2]) {
      const { value: problem } = buildProblem(
        program(seed, { clusters: 30, workloads: 60, nodes: 4, twins: true }),
        {},
      );
      const found = (await search(problem, options(600), nothing))?.solution;
      if (found === undefined || !("objective" in found)) throw new Error("no answer");
      const [cost, few] = found.objective;
      expect([cost?.name, few?.name]).toEqual(["cost", "clusters"]);
      expect(cost?.value).toBe(cost?.bound);
      // All of them would do for the cost alone.
      expect(few?.value, `seed ${seed}`).toBeLessThanOrEqual((few?.bound ?? 0) + 1);
    }
  }, 120_000);

  it("stands on single nodes, with every promise kept", async () => {
    for (const seed of [1, 2]) {
      const ir = program(seed, { clusters: 20, workloads: 40, nodes: 3, ruled: true });
      const outcome = await place(ir, {}, { ...options(), timeLimit: Infinity, budget: 1_000 });
      expect(["optimal", "feasible"], `seed ${seed}`).toContain(outcome.status);
      const nodes = assignNodes(ir, outcome.problem, outcome.placement!, outcome.order);
      expect(verifyPlacement(ir, {}, outcome.placed, { nodes }).map(({ message }) => message)).toEqual([]);
      const few = outcome.objective[0]!;
      expect(few.name).toBe("clusters");
      expect(few.value, `seed ${seed}`).toBeLessThanOrEqual(few.bound + 2);
    }
  }, 120_000);
});
