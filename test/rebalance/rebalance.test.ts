// The search against brute force, the checker and its own bound, on small instances drawn at random.
import fc from "fast-check";
import { expect, test } from "vitest";
import { stepClock } from "../../planner/clock.ts";
import { check, lowerBound, newGround, rebalance, type Reassignment } from "../../planner/rebalance/index.ts";
import { mend } from "../../planner/rebalance/mend.ts";
import { fits, put, reprice, standingAt } from "../../planner/rebalance/standing.ts";
import { small } from "./small.ts";

const searched = (instance: Reassignment, milliseconds: number, seed = 1) =>
  rebalance(instance, { now: stepClock(), milliseconds, seed });

test("tiny instances: never below brute force, and where moves lead there, just as good", () => {
  let [reached, all] = [0, 0];
  fc.assert(
    fc.property(small({ machines: 3, services: 3, processes: 6 }), (instance) => {
      const best = bruteForce(instance);
      const { total, bound, assignment } = searched(instance, 50);
      const checked = check(instance, assignment);
      expect(checked.broken).toEqual([]);
      expect(checked.total).toBe(total);
      expect(total).toBeGreaterThanOrEqual(best);
      expect(bound).toBeLessThanOrEqual(best);
      all++;
      if (total === best) reached++;
    }),
    { seed: 7, numRuns: 25 },
  );
  // Services that must move together at once are out of reach of one move at a time.
  expect(reached / all).toBeGreaterThanOrEqual(0.9);
});

test("the same seed and steps give the same answer; what it answers holds and is never worse than the present", () => {
  fc.assert(
    fc.property(small({ machines: 8, services: 8, processes: 40 }), fc.nat(100), (instance, seed) => {
      const one = searched(instance, 10, seed);
      expect(searched(instance, 10, seed)).toEqual(one);
      const before = check(
        instance,
        instance.processes.map(({ machine }) => machine),
      );
      const after = check(instance, one.assignment);
      expect(after.broken).toEqual([]);
      expect(after.total).toBe(one.total);
      expect(one.total).toBeLessThanOrEqual(before.total);
      expect(one.bound).toBeLessThanOrEqual(one.total);
    }),
    { seed: 8, numRuns: 25 },
  );
});

test("room while moving: two that would change places stay when neither machine can hold both", () => {
  const swap = (transient: boolean): Reassignment => ({
    resources: [{ transient, loadWeight: 1 }],
    machines: [
      { neighbourhood: 0, location: 0, capacity: [10], safety: [9] },
      { neighbourhood: 0, location: 0, capacity: [10], safety: [2] },
    ],
    services: [
      { spread: 0, dependsOn: [] },
      { spread: 0, dependsOn: [] },
    ],
    processes: [
      { service: 0, needs: [2], moveCost: 1, machine: 0 },
      { service: 1, needs: [9], moveCost: 1, machine: 1 },
    ],
    balances: [],
    travel: [
      [0, 0],
      [0, 0],
    ],
    weights: { processMove: 1, serviceMove: 0, machineMove: 0 },
  });
  expect(searched(swap(false), 20)).toMatchObject({ assignment: [1, 0], total: 2 });
  expect(searched(swap(true), 20)).toMatchObject({ assignment: [0, 1], total: 7 });
});

test("the bound counts what lies beyond safety and capacity, and what balance lacks", () => {
  fc.assert(
    fc.property(small({ machines: 4, services: 3, processes: 6 }), (instance) => {
      const home = instance.processes.map(({ machine }) => machine);
      const { load, balance } = check(instance, home);
      expect(lowerBound(newGround(instance))).toBeLessThanOrEqual(load + balance);
    }),
    { seed: 9, numRuns: 200 },
  );
});

test("a machine that is overdrawn gives back what it can, by the cheapest ways", () => {
  const instance: Reassignment = {
    resources: [{ transient: false, loadWeight: 1 }],
    machines: [0, 1, 2].map((location) => ({ neighbourhood: 0, location, capacity: [5], safety: [5] })),
    services: [0, 1, 2].map(() => ({ spread: 0, dependsOn: [] })),
    processes: [0, 1, 2].map((service) => ({ service, needs: [2], moveCost: 1, machine: service })),
    balances: [],
    travel: [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 0 : b))),
    weights: { processMove: 1, serviceMove: 0, machineMove: 1 },
  };
  const ground = newGround(instance);
  const standing = standingAt(ground, ground.home);
  const price = Float64Array.of(1);
  reprice(ground, standing, price, 0);
  for (const p of [0, 1]) put(ground, standing, p, 2);
  expect(fits(standing)).toBe(false);
  expect(mend(ground, standing, price)).toBe(true);
  expect(check(instance, [...standing.at]).broken).toEqual([]);
  expect(standing.total).toBe(3);
});

test("costs beyond what a double counts are refused", () => {
  const huge: Reassignment = {
    resources: [{ transient: false, loadWeight: 2 ** 30 }],
    machines: [{ neighbourhood: 0, location: 0, capacity: [2 ** 30], safety: [0] }],
    services: [{ spread: 0, dependsOn: [] }],
    processes: [{ service: 0, needs: [1], moveCost: 0, machine: 0 }],
    balances: [],
    travel: [[0]],
    weights: { processMove: 0, serviceMove: 0, machineMove: 0 },
  };
  expect(() => searched(huge, 1)).toThrow(RangeError);
});

/** The least cost of any assignment that holds. */
function bruteForce(instance: Reassignment): number {
  const assignment = instance.processes.map(() => 0);
  let best = Infinity;
  const choose = (p: number): void => {
    if (p === assignment.length) {
      const { total, broken } = check(instance, assignment);
      if (broken.length === 0) best = Math.min(best, total);
      return;
    }
    instance.machines.forEach((_, m) => {
      assignment[p] = m;
      choose(p + 1);
    });
  };
  choose(0);
  return best;
}
