// The checker against instances that nobody here wrote, and each constraint broken by hand.
import { describe, expect, test } from "vitest";
import { check, lowerBound, newGround, type Reassignment } from "../../planner/rebalance/index.ts";
import { reassignmentNamed, reassignmentsAreThere } from "../bench/instances/machine-reassignment.ts";

const names = [1, 2, 3, 4, 5].flatMap((i) => [`a1_${i}`, `a2_${i}`]).sort();

describe.skipIf(!reassignmentsAreThere())(
  "the challenge's instances (../shared/instances, skipped when absent)",
  () => {
    test.each([...names, "b_01", "b_02"])("%s: the initial assignment costs what is published, and holds", (name) => {
      const { reassignment, initial } = reassignmentNamed(name);
      const checked = check(reassignment, initialOf(reassignment));
      expect(checked.broken).toEqual([]);
      expect(checked.total).toBe(initial);
    });

    test.each([...names, "b_01", "b_02", "b_03", "b_04"])("%s: the bound is the published one or better", (name) => {
      const { reassignment, bound } = reassignmentNamed(name);
      expect(lowerBound(newGround(reassignment))).toBeGreaterThanOrEqual(bound);
    });
  },
);

const pair: Reassignment = {
  resources: [{ transient: true, loadWeight: 2 }],
  machines: [
    { neighbourhood: 0, location: 0, capacity: [10], safety: [3] },
    { neighbourhood: 1, location: 1, capacity: [10], safety: [3] },
    { neighbourhood: 0, location: 0, capacity: [5], safety: [5] },
  ],
  services: [
    { spread: 2, dependsOn: [] },
    { spread: 0, dependsOn: [0] },
  ],
  processes: [
    { service: 0, needs: [4], moveCost: 3, machine: 0 },
    { service: 0, needs: [4], moveCost: 5, machine: 1 },
    { service: 1, needs: [3], moveCost: 7, machine: 0 },
  ],
  balances: [{ first: 0, second: 0, target: 2, weight: 1 }],
  travel: [
    [0, 1, 2],
    [3, 0, 4],
    [5, 6, 0],
  ],
  weights: { processMove: 1, serviceMove: 10, machineMove: 100 },
};

test("every part of the cost, by hand", () => {
  // In use 7, 4, 0 where 3, 3, 5 is safe; free 3, 6, 5, of which twice is wanted.
  expect(check(pair, [0, 1, 0])).toMatchObject({ load: 10, balance: 14, processMove: 0, total: 24, broken: [] });
  expect(check(pair, [2, 1, 0])).toMatchObject({
    load: 2,
    processMove: 3,
    serviceMove: 10,
    machineMove: 200,
    broken: [],
  });
});

test.each([
  ["two of a service", [0, 0, 0], "two processes of service 0 on 0"],
  ["too few locations", [0, 2, 0], "service 0 is in 1 locations, not in 2"],
  ["a dependency", [0, 2, 1], "service 1 is in neighbourhood 1 without service 0"],
  ["capacity", [2, 1, 2], "machine 2 has 5 of resource 0, 7 is taken"],
  ["a machine that is not there", [0, 1, 3], "each process needs one machine that there is"],
])("refuses %s", (_, assignment, sentence) => {
  expect(check(pair, assignment).broken).toContain(sentence);
});

test("what leaves still holds transient room", () => {
  const tight = {
    ...pair,
    machines: pair.machines.map((machine, m) => (m === 1 ? { ...machine, capacity: [6] } : machine)),
  };
  // The process of machine 1 left, but holds 4 of its 6 while the other of its service comes.
  expect(check(tight, [1, 2, 1]).broken).toContain("machine 1 has 6 of resource 0, 11 is taken");
  const kept = { ...tight, resources: [{ transient: false, loadWeight: 2 }] };
  expect(check(kept, [1, 2, 1]).broken).toContain("machine 1 has 6 of resource 0, 7 is taken");
});

const initialOf = ({ processes }: Reassignment): number[] => processes.map(({ machine }) => machine);
