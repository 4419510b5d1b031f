// The search through overfull clusters: what a board says of a change is what the change does, nothing is taken over that breaks a row or
// that nodes refuse, and from any start the best is found on small problems.
import { describe, expect, it } from "vitest";
import type { Problem } from "../../planner/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import { newBoard } from "../../planner/search/assignment/board.ts";
import { newDescent } from "../../planner/search/assignment/descend.ts";
import { newElite } from "../../planner/search/assignment/elite.ts";
import { oscillate } from "../../planner/search/assignment/oscillate.ts";
import { newRings } from "../../planner/search/assignment/ring.ts";
import { stepsOf } from "../../planner/search/assignment/steps.ts";
import type { Steps } from "../../planner/search/assignment/steps.ts";
import { ascend, newPrices } from "../../planner/search/bound.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { newState } from "../../planner/search/state.ts";
import type { State } from "../../planner/search/state.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { highs } from "../../planner/solver/highs.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { dice } from "../oracles/dice.ts";
import { assignment } from "./assignment.ts";
import { tight } from "./tight.ts";

const exactly = { gap: 0, timeLimit: 20_000, seed: 1, solver: "highs", now: () => 0, stopped: () => false };

/** Everything is where it fits first, whatever that costs; undefined when that is not everything. */
function anyhow(problem: Problem): State | undefined {
  const compact = compactOf(problem);
  const state = newState(compact);
  for (let w = 0; w < compact.workloads; w++) {
    const goal = (compact.wanted[w] as number) * (compact.step[w] as number);
    for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
      const many = state.room(c, goal - (state.placed[w] as number));
      if (many > 0) state.add(c, many);
    }
    if (state.placed[w] !== goal && problem.workloads[w]?.optional !== true) return undefined;
  }
  return state;
}

function groundOf(problem: Problem, free: (w: number) => boolean = () => true) {
  const state = anyhow(problem);
  if (state === undefined) return undefined;
  const { compact } = state;
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const { prices } = ascend(compact, arcsOf(compact, weights), { steps: 120, upper: 1000, stopped: () => false });
  const worthwhile = new Uint8Array(compact.most.length).fill(1);
  const ground = { state, weights, free, packed: () => false, worthwhile, solver: highs };
  const value = (): number => weights.cost.reduce((sum, cost, c) => sum + cost * (state.on[c] as number), 0);
  return { ground, state, prices, value };
}

const calm = {
  seed: 1,
  now: stepClock(),
  over: () => false,
  packs: () => true,
  better: () => undefined,
  turn: () => false,
  leaning: () => undefined,
};

describe("the board", () => {
  it("says of every change what it does", () => {
    let overfull = 0;
    for (let seed = 0; seed < 40; seed++) {
      const made = groundOf(tight(seed));
      const steps = made === undefined ? undefined : stepsOf(made.ground, made.prices);
      if (steps === undefined) continue;
      const board = newBoard(steps);
      const roll = dice(seed);
      board.penalty.forEach((_, x) => (board.penalty[x] = roll.between(1, 30) / 10));
      board.set(steps.now);
      expect(board.broken(), `seed ${seed}`).toBe(0);
      const nothing = steps.cost.length;
      for (let n = 0; n < 60; n++) {
        const step = roll.between(0, steps.count - 1);
        const kind = steps.kind[step] as number;
        const own = board.at[step] as number;
        const to = roll.between(steps.optionStart[kind] as number, (steps.optionStart[kind + 1] as number) - 1);
        if (to === own) continue;
        const before = board.worth();
        const [from, into] = [steps.cluster[own] as number, steps.cluster[to] as number];
        const said = board.change(from, nothing, own) + board.change(into, to, nothing);
        board.move(step, to);
        const costs = (steps.cost[to] as number) - (steps.cost[own] as number);
        expect(board.worth() - before, `seed ${seed}`).toBeCloseTo(said + costs, 6);
        const full = board.over.reduce((count, over) => count + (over > 1e-7 ? 1 : 0), 0);
        expect(board.broken()).toBe(full);
        overfull += full;
        const afresh = newBoard(steps);
        afresh.penalty.set(board.penalty);
        afresh.set(board.at);
        expect(afresh.worth()).toBeCloseTo(board.worth(), 6);
        const listed: number[] = [];
        for (let s = board.head[into] as number; s >= 0; s = board.next[s] as number) listed.push(s);
        const there = [...board.at.keys()].filter((s) => steps.cluster[board.at[s] as number] === into);
        expect(listed.toSorted((a, b) => a - b)).toEqual(there);
      }
    }
    expect(overfull).toBeGreaterThan(100);
  });

  it("only goes down, to where no shift or swap helps", () => {
    for (let seed = 0; seed < 40; seed++) {
      const made = groundOf(tight(seed));
      const steps = made === undefined ? undefined : stepsOf(made.ground, made.prices);
      if (steps === undefined || steps.several) continue;
      const board = newBoard(steps);
      board.penalty.fill(3);
      board.set(steps.now);
      const before = board.worth();
      newDescent(board, () => undefined).run(() => false);
      const after = board.worth();
      expect(after).toBeLessThanOrEqual(before + 1e-9);
      const at = board.at.slice();
      for (let a = 0; a < steps.count; a++)
        for (let b = 0; b < a; b++) {
          const [to, back] = [b, a].map((s, i) => {
            const where = steps.cluster[at[i === 0 ? a : b] as number] as number;
            return steps.optionAt[(steps.kind[s] as number) * steps.clusters + where] as number;
          });
          if ((to as number) < 0 || (back as number) < 0) continue;
          // A swap is looked at where one of both goes to one of its better places.
          const near = (option: number, s: number): boolean =>
            option < (steps.optionStart[steps.kind[s] as number] as number) + 2;
          if (!near(to as number, b) && !near(back as number, a)) continue;
          board.set(at);
          board.move(b, to as number);
          board.move(a, back as number);
          expect(board.worth(), `seed ${seed}: ${a} and ${b}`).toBeGreaterThanOrEqual(after - 1e-6);
        }
    }
  });
});

/** Everybody stands on a full cluster of its own and would rather be on the next one. */
function circle(size: number): Steps {
  const each = Array.from({ length: size }, (_, i) => i);
  return {
    count: size,
    workloads: each,
    clusters: size,
    rows: 1,
    kind: Int32Array.from(each),
    optionStart: Int32Array.from({ length: size + 1 }, (_, i) => i * size),
    cluster: Int32Array.from(each.flatMap((i) => each.map((n) => (i + 1 + n) % size))),
    cost: Float64Array.from(each.flatMap(() => each.map((n) => (n === 0 ? 1 : n === size - 1 ? 2 : 9)))),
    regret: new Float64Array(size * size),
    most: new Int32Array(size * size).fill(1),
    candidate: new Int32Array(size * size),
    amount: Float64Array.from({ length: size * size + 1 }, (_, o) => (o < size * size ? 1 : 0)),
    capacity: new Float64Array(size).fill(1),
    price: new Float64Array(size),
    optionAt: Int32Array.from(each.flatMap((i) => each.map((c) => i * size + ((c - i - 1 + size) % size)))),
    now: Int32Array.from(each, (i) => i * size + size - 1),
    several: false,
  };
}

describe("exchanges around a ring", () => {
  it("finds one that gains only when it is closed, if it is not too long", () => {
    for (const [size, gains] of [
      [3, 3],
      [5, 5],
      [6, 0],
    ] as const) {
      const steps = circle(size);
      const board = newBoard(steps);
      board.penalty.fill(10);
      board.set(steps.now);
      const before = board.worth();
      const rings = newRings(board);
      expect(rings.turn((kind) => steps.optionStart[kind + 1] as number)).toBeCloseTo(-gains);
      expect(board.worth()).toBe(before - gains);
      expect(new Set(rings.touched).size).toBe(gains);
      expect(board.broken()).toBe(0);
      // Nothing is looked for where nothing changed.
      const looks = rings.looks();
      rings.turn((kind) => steps.optionStart[kind + 1] as number);
      if (gains === 0) expect(rings.looks()).toBe(looks + size);
    }
  });

  it("says what it costs, and which clusters it touched", () => {
    let [turns, longest] = [0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const made = groundOf(tight(seed));
      const steps = made === undefined ? undefined : stepsOf(made.ground, made.prices);
      if (steps === undefined) continue;
      const board = newBoard(steps);
      const roll = dice(seed);
      const rings = newRings(board);
      for (let n = 0; n < 10; n++) {
        board.penalty.forEach((_, x) => (board.penalty[x] = roll.between(1, 30) / 10));
        board.set(
          steps.kind.map((kind, s) =>
            steps.several ? steps.now[s]! : roll.between(steps.optionStart[kind]!, steps.optionStart[kind + 1]! - 1),
          ),
        );
        rings.changed.fill(1);
        for (;;) {
          const [before, at, load] = [board.worth(), board.at.slice(), board.over.slice()];
          const costs = rings.turn((kind) => steps.optionStart[kind + 1] as number);
          expect(board.worth() - before, `seed ${seed}`).toBeCloseTo(costs, 6);
          if (costs === 0) break;
          turns++;
          expect(costs).toBeLessThan(0);
          const moved = [...at.keys()].filter((s) => at[s] !== board.at[s]);
          longest = Math.max(longest, moved.length);
          board.over.forEach((over, x) => {
            if (over !== load[x]) expect(rings.touched).toContain(Math.floor(x / steps.rows));
          });
        }
      }
    }
    expect(turns).toBeGreaterThan(500);
    expect(longest).toBeGreaterThan(3);
  });
});

describe("the best of what differs", () => {
  it("keeps the better, and nothing twice", () => {
    const elite = newElite();
    expect(elite.keep(Int32Array.of(1, 2), 5)).toBe(true);
    expect(elite.keep(Int32Array.of(1, 2), 5)).toBe(false);
    for (let n = 1; n < elite.size; n++) expect(elite.keep(Int32Array.of(n, 9), 10 + n)).toBe(true);
    expect(elite.keep(Int32Array.of(7, 7), 100)).toBe(false);
    expect(elite.keep(Int32Array.of(7, 7), 1)).toBe(true);
    const seen = new Set<string>();
    elite.weigh((at) => (seen.add(at.join()), 0));
    expect(seen).not.toContain(`${elite.size - 1},9`);
    expect(seen).toContain("7,7");
  });
});

describe("passing through overfull clusters", () => {
  it("finds the best of small problems from any start, and only what holds", { timeout: 60_000 }, async () => {
    let [asked, best, worse] = [0, 0, 0];
    for (let seed = 0; seed < 40; seed++) {
      const problem = tight(seed);
      const made = groundOf(problem);
      if (made === undefined) continue;
      const exact = await solveExactly(problem, exactly);
      if (!("objective" in exact)) continue;
      const start = made.value();
      const found = oscillate(made.ground, made.prices, calm);
      if (found === undefined) continue;
      asked++;
      const truth = exact.objective[0]!.value;
      expect(made.state.holds(), `seed ${seed}`).toBe(true);
      expect(made.state.placed).toEqual(made.state.compact.wanted.map((n, w) => n * made.state.compact.step[w]!));
      expect(made.value(), `seed ${seed}`).toBeGreaterThanOrEqual(truth - 1e-9);
      expect(found).toBe(made.value() < start - 1e-9);
      if (Math.abs(made.value() - truth) < 1e-9) best++;
      if (start > truth) worse++;
    }
    expect(asked).toBeGreaterThan(15);
    expect(worse).toBeGreaterThan(12);
    expect(best).toBeGreaterThanOrEqual(asked - 2);
  });

  it("leaves out what may be left out, as little as can be", { timeout: 60_000 }, async () => {
    let [asked, out, best] = [0, 0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const whole = tight(seed);
      const problem: Problem = {
        ...whole,
        pools: whole.pools.map((pool) => ({ ...pool, shape: pool.shape.map((room) => Math.floor(room * 0.7)) })),
        workloads: whole.workloads.map((workload) => ({ ...workload, optional: true })),
        objectives: [{ name: "unplaced", priority: 0 }, { name: "cost" }],
      };
      const made = groundOf(problem);
      const exact = await solveExactly(problem, exactly);
      if (made === undefined || !("objective" in exact)) continue;
      if (oscillate(made.ground, made.prices, calm) === undefined) continue;
      asked++;
      const left = made.state.compact.wanted.reduce(
        (sum, n, w) => sum + n * made.state.compact.step[w]! - made.state.placed[w]!,
        0,
      );
      if (left > 0) out++;
      expect(made.state.holds()).toBe(true);
      const [unplaced, cost] = exact.objective.map(({ value }) => value);
      expect(left, `seed ${seed}`).toBeGreaterThanOrEqual(unplaced!);
      if (left !== unplaced) continue;
      const costs = made.state.on.reduce((sum, n, c) => {
        const w = made.state.compact.workloadOf[c]!;
        return sum + n * problem.workloads[w]!.candidates[c - made.state.compact.candidateStart[w]!]!.cost;
      }, 0);
      expect(costs, `seed ${seed}`).toBeGreaterThanOrEqual(cost! - 1e-9);
      if (costs < cost! + 1e-9) best++;
    }
    expect(asked).toBeGreaterThan(10);
    expect(out).toBeGreaterThan(5);
    expect(best).toBeGreaterThanOrEqual(asked - 2);
  });

  it("leaves everything as it is where nodes refuse, and moves nothing that is not free", () => {
    let refused = 0;
    for (let seed = 0; seed < 20; seed++) {
      const made = groundOf(tight(seed), (w) => w !== 0);
      if (made === undefined) continue;
      const before = made.state.on.slice();
      const used = made.state.used.slice();
      const first = made.state.compact.candidateStart[1] as number;
      let asked = 0;
      const found = oscillate(made.ground, made.prices, { ...calm, packs: () => (asked++, false) });
      if (asked > 0) refused++;
      if (found !== undefined) expect(found).toBe(false);
      expect(made.state.on).toEqual(before);
      expect(made.state.used).toEqual(used);
      oscillate(made.ground, made.prices, calm);
      expect(made.state.on.subarray(0, first)).toEqual(before.subarray(0, first));
    }
    expect(refused).toBeGreaterThan(5);
  });

  it("leaves crowds of replicas to others", () => {
    const problem = assignment({
      clusters: 2,
      jobs: 2,
      cost: [1, 2, 2, 1],
      weight: [1, 1, 1, 1],
      capacity: [9, 9],
      replicas: [6, 6],
    });
    const made = groundOf(problem);
    expect(made).toBeDefined();
    if (made !== undefined) expect(oscillate(made.ground, newPrices(made.state.compact), calm)).toBe(undefined);
  });
});
