// Single copies, proven by what each cluster could hold: sacks are filled best, nothing that could be better is ruled out, and what is called the
// best is the best that there is, by trying everything.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { solveProblem, stepClock, type Problem } from "../../planner/index.ts";
import { branch } from "../../planner/search/assignment/branch.ts";
import { newRowFiller } from "../../planner/search/assignment/fill-row.ts";
import { newFiller } from "../../planner/search/assignment/fill-sack.ts";
import { newSackBound } from "../../planner/search/assignment/sack-bound.ts";
import { fewer, type Sacks } from "../../planner/search/assignment/sacks.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { dice, type Dice } from "../oracles/dice.ts";
import { readAssignment } from "./assignment.ts";
import { tight } from "./tight.ts";

/** Items of any weights in one sack. */
function things(roll: Dice, rows: number) {
  const count = roll.between(1, 9);
  const worth = Float64Array.from({ length: count }, () => roll.between(1, 30));
  const weight = Float64Array.from({ length: count * rows }, () => roll.between(0, 12));
  const room = Float64Array.from({ length: rows }, () => roll.between(0, 30));
  return { count, worth, weight, room };
}

/** The most that fits, by trying every set; of sets with (or without) one thing. */
function tried({ count, worth, weight, room }: ReturnType<typeof things>, rows: number, thing = -1, within = true) {
  let best = -Infinity;
  for (let set = 0; set < 1 << count; set++) {
    if (thing >= 0 && ((set >> thing) & 1) !== (within ? 1 : 0)) continue;
    const used = new Float64Array(rows);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      if (((set >> i) & 1) === 0) continue;
      sum += worth[i]!;
      for (let r = 0; r < rows; r++) used[r]! += weight[i * rows + r]!;
    }
    if (used.every((amount, r) => amount <= room[r]!)) best = Math.max(best, sum);
  }
  return best;
}

describe("filling a sack", () => {
  it("brings the most that fits, of one row and of several", () => {
    const byRow = newRowFiller();
    const byBranch = newFiller();
    for (let seed = 0; seed < 300; seed++) {
      const roll = dice(seed);
      const rows = roll.between(1, 3);
      const sack = things(roll, rows);
      const taken = new Uint8Array(sack.count);
      const share = Float64Array.from({ length: rows }, () => roll.between(0, 3));
      const found = byBranch.most({ rows, room: sack.room, share }, sack.count, sack.worth, sack.weight, taken);
      expect(found, `seed ${seed}`).toBeCloseTo(tried(sack, rows), 9);
      expect(sack.worth.reduce((sum, worth, i) => sum + worth * taken[i]!, 0)).toBeCloseTo(found, 9);
      if (rows > 1) continue;
      const weight = Int32Array.from(sack.weight);
      expect(byRow.most(sack.room[0]!, sack.count, sack.worth, weight, taken), `seed ${seed}`).toBe(tried(sack, 1));
      expect(sack.worth.reduce((sum, worth, i) => sum + worth * taken[i]!, 0)).toBe(tried(sack, 1));
    }
  });

  it("knows the most with each thing in it and out of it, also of things of no worth", () => {
    const byRow = newRowFiller();
    for (let seed = 0; seed < 200; seed++) {
      const roll = dice(seed);
      const sack = things(roll, 1);
      sack.worth.forEach((worth, i) => (sack.worth[i] = worth - 10));
      const [within, without] = [new Float64Array(sack.count), new Float64Array(sack.count)];
      byRow.probe(sack.room[0]!, sack.count, sack.worth, Int32Array.from(sack.weight), within, without);
      for (let i = 0; i < sack.count; i++) {
        expect(within[i], `seed ${seed}`).toBe(tried(sack, 1, i, true));
        expect(without[i], `seed ${seed}`).toBe(tried(sack, 1, i, false));
      }
    }
  });
});

/** A few items and sacks; some have nowhere as an option, some miss options. */
function sacksOf(roll: Dice): Sacks {
  const [items, sacks, rows] = [roll.between(2, 6), roll.between(2, 3), roll.between(1, 3)];
  const options: { item: number; sack: number; cost: number }[] = [];
  const optionStart = new Int32Array(items + 1);
  for (let item = 0; item < items; item++) {
    for (let s = 0; s < sacks; s++)
      if (s === 0 || roll.chance(0.85)) options.push({ item, sack: s, cost: roll.between(1, 20) });
    if (roll.chance(0.2)) options.push({ item, sack: sacks, cost: roll.between(15, 40) });
    optionStart[item + 1] = options.length;
  }
  return {
    items,
    optionStart,
    itemOf: Int32Array.from(options, ({ item }) => item),
    sack: Int32Array.from(options, ({ sack }) => sack),
    cost: Float64Array.from(options, ({ cost }) => cost),
    candidate: Int32Array.from(options, (_, o) => o),
    sacks,
    rows,
    weight: Float64Array.from({ length: options.length * rows }, () => roll.between(1, 9)),
    capacity: Float64Array.from({ length: sacks * rows }, () => roll.between(8, 25)),
    share: Float64Array.from({ length: sacks * rows }, () => roll.between(0, 2)),
    constant: 7,
  };
}

/** The least cost of all placements that fit and use an option, if one is named; Infinity: there is none. */
function least(sacks: Sacks, option = -1): number {
  const { items, optionStart, itemOf, sack, cost, weight, capacity, rows } = sacks;
  const room = Float64Array.from(capacity);
  const walk = (item: number): number => {
    if (item === items) return 0;
    let best = Infinity;
    for (let o = optionStart[item]!; o < optionStart[item + 1]!; o++) {
      if (option >= 0 && itemOf[option] === item && o !== option) continue;
      const s = sack[o]!;
      const take = (sign: number): void => {
        if (s < sacks.sacks) for (let r = 0; r < rows; r++) room[s * rows + r]! -= sign * weight[o * rows + r]!;
      };
      take(1);
      if (room.every((left) => left >= 0)) best = Math.min(best, cost[o]! + walk(item + 1));
      take(-1);
    }
    return best;
  };
  return sacks.constant + walk(0);
}

describe("what each cluster could hold", () => {
  it("is a bound, with every option in it too, and after some are decided", () => {
    let asked = 0;
    for (let seed = 0; seed < 150; seed++) {
      const roll = dice(seed);
      const sacks = sacksOf(roll);
      const truth = least(sacks);
      const at = newSackBound(
        sacks,
        Float64Array.from({ length: sacks.items }, () => roll.between(0, 25)),
      );
      const hope = truth === Infinity ? 100 : truth;
      const best = at.ascend(roll.between(1, 40), hope, Infinity, () => false);
      expect(best, `seed ${seed}`).toBeLessThanOrEqual(truth + 1e-8);
      expect(at.pass()).toBeCloseTo(best, 9);
      const ifIn = new Float64Array(sacks.cost.length);
      expect(at.probe(best, ifIn), `seed ${seed}`).toBeLessThanOrEqual(truth + 1e-8);
      ifIn.forEach((bound, o) => expect(bound, `seed ${seed}`).toBeLessThanOrEqual(least(sacks, o) + 1e-8));
      const option = roll.between(0, sacks.cost.length - 1);
      if (!at.fits(option)) continue;
      const mark = at.mark();
      at.decide(option);
      expect(at.ascend(20, hope, Infinity, () => false)).toBeLessThanOrEqual(least(sacks, option) + 1e-8);
      at.back(mark);
      expect(at.ascend(20, hope, Infinity, () => false)).toBeLessThanOrEqual(truth + 1e-8);
      asked++;
    }
    expect(asked).toBeGreaterThan(80);
  });

  it("finds the best and proves it, and rules nothing out that is as good", () => {
    let [better, impossible] = [0, 0];
    for (let seed = 0; seed < 300; seed++) {
      const roll = dice(seed);
      const sacks = sacksOf(roll);
      const truth = least(sacks);
      if (truth === Infinity) impossible++;
      const value = truth === Infinity ? 150 : truth + roll.pick([0, 0, 1, 5, 40]);
      let last = value;
      const found = branch(sacks, new Float64Array(sacks.items).fill(10), {
        value,
        bound: -Infinity,
        unit: roll.pick([0, 1]),
        enough: () => false,
        found: (candidates, cost) => {
          const own = candidates.reduce((sum, o) => sum + sacks.cost[o]!, sacks.constant);
          expect(cost).toBeCloseTo(own, 9);
          expect(cost).toBeLessThan(last);
          last = cost;
          return true;
        },
      });
      expect(found.done, `seed ${seed}`).toBe(true);
      expect(found.value, `seed ${seed}`).toBeCloseTo(Math.min(truth, value), 9);
      expect(found.bound).toBeCloseTo(found.value, 6);
      if (last < value) better++;
      if (truth < Infinity) expect(least(fewer(sacks, found.keeps)), `seed ${seed}`).toBeCloseTo(truth, 9);
    }
    expect(better).toBeGreaterThan(60);
    expect(impossible).toBeLessThan(150);
  });

  it("claims nothing beyond what could not be used", () => {
    let refused = 0;
    for (let seed = 0; seed < 60; seed++) {
      const sacks = sacksOf(dice(seed));
      const truth = least(sacks);
      if (truth === Infinity) continue;
      const found = branch(sacks, new Float64Array(sacks.items).fill(10), {
        value: truth + 6,
        bound: -Infinity,
        unit: 1,
        enough: () => false,
        found: () => (refused++, false),
      });
      expect(found.done, `seed ${seed}`).toBe(false);
      expect(found.bound, `seed ${seed}`).toBeLessThanOrEqual(truth);
    }
    expect(refused).toBeGreaterThan(20);
  });
});

const options = () => ({ gap: 0, timeLimit: 30_000, seed: 1, solver: "auto", now: stepClock(), stopped: () => false });

describe("whole problems of single copies", () => {
  it("are solved as the exact solver does, with what may be left out and with pools", { timeout: 60_000 }, async () => {
    let asked = 0;
    for (let seed = 0; seed < 30; seed++) {
      const plain = tight(seed);
      const single = plain.workloads.map((workload) => ({
        ...workload,
        counting: { kind: "divided" as const, total: 1 },
        optional: seed % 3 === 0,
        candidates: workload.candidates.map((candidate) => ({ ...candidate, most: Math.min(1, candidate.most) })),
      }));
      const problem: Problem = {
        ...plain,
        workloads: single,
        pools: plain.pools.map((pool) => ({
          ...pool,
          shape: pool.shape.map((room) => Math.floor(room * (seed % 3 === 0 ? 0.6 : 0.75))),
        })),
        objectives: [...(seed % 3 === 0 ? [{ name: "unplaced" as const, priority: 0 }] : []), { name: "cost" }],
      };
      const exact = await solveExactly(problem, { ...options(), solver: "highs" });
      const found = await solveProblem(problem, { ...options(), solver: "search" });
      if (!("objective" in exact)) expect(["infeasible", "unknown"]).toContain(found.status);
      if (!("objective" in exact) || !("objective" in found)) continue;
      asked++;
      found.objective.forEach(({ value, bound }, t) => {
        expect(bound, `seed ${seed}`).toBeLessThanOrEqual(exact.objective[t]!.value + 1e-9);
        expect(value, `seed ${seed}`).toBeCloseTo(exact.objective[t]!.value, 6);
      });
    }
    expect(asked).toBeGreaterThan(12);
  });

  const folder = join(import.meta.dirname, "../../../shared/instances/gap");
  it.skipIf(!existsSync(folder)).each([
    ["chu1997/b10200", 2827],
    ["chu1997/c20100", 1243],
    ["yagiura2004/e05100", 12681],
  ])("%s: the best that is known, proven (skipped without ../shared)", { timeout: 60_000 }, async (name, best) => {
    const found = await solveProblem(readAssignment(readFileSync(join(folder, name), "utf8")), options());
    expect(found).toMatchObject({ status: "optimal", objective: [{ value: best, bound: best }] });
  });
});
