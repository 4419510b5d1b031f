// What is counted several times while the search goes elsewhere, and when it does so at all, against what is lost counted by hand.
import { expect, test } from "vitest";
import { emphasised, heldBack } from "../../planner/rebalance/emphasis.ts";
import { newGround, type Reassignment } from "../../planner/rebalance/index.ts";
import { standingAt } from "../../planner/rebalance/standing.ts";

/** Two machines, two resources; what all need is more than is safe, so that what is safe and not used is lost: of the second 5 on machine 1, of the first 3 on machine 0. */
const lossy = (transient: boolean): Reassignment => ({
  resources: [
    { transient: false, loadWeight: 2 },
    { transient, loadWeight: 2 },
  ],
  machines: [
    { neighbourhood: 0, location: 0, capacity: [20, 20], safety: [4, 2] },
    { neighbourhood: 0, location: 0, capacity: [20, 20], safety: [2, 6] },
  ],
  services: [0, 1].map(() => ({ spread: 0, dependsOn: [] })),
  processes: [
    { service: 0, needs: [1, 9], moveCost: 1, machine: 0 },
    { service: 1, needs: [9, 1], moveCost: 1, machine: 1 },
  ],
  balances: [],
  travel: [
    [0, 0],
    [0, 0],
  ],
  weights: { processMove: 1, serviceMove: 0, machineMove: 0 },
});

test("turn by turn the resource of which most is lost counts thrice everywhere, or only the terms in which something is lost most", () => {
  const ground = newGround(lossy(true));
  const standing = standingAt(ground, ground.home);
  expect([...ground.loadSign]).toEqual([-2, -2, -2, -2]);
  expect([...emphasised(ground, standing, 0).loadSign]).toEqual([-2, -6, -2, -6]);
  const many = newGround({
    ...lossy(true),
    machines: Array.from({ length: 6 }, (_, m) => ({ ...lossy(true).machines[m % 2]!, location: m })),
    processes: Array.from({ length: 12 }, (_, i) => ({ service: i, needs: [4, 4], moveCost: 0, machine: i % 2 })).map(
      (process, i) => (i < 4 ? process : { ...process, needs: [3, 3], machine: 2 + (i % 2) }),
    ),
    services: Array.from({ length: 12 }, () => ({ spread: 0, dependsOn: [] })),
    travel: Array.from({ length: 6 }, () => [0, 0, 0, 0, 0, 0]),
  });
  // Machines 4 and 5 are empty: all that is safe there is lost, and nothing elsewhere.
  const terms = [...emphasised(many, standingAt(many, many.home), 1).loadSign];
  expect([8, 9, 10, 11].map((i) => terms[i])).toEqual([-6, -6, -6, -6]);
  expect(terms.filter((sign) => sign === -6)).toHaveLength(8);
  expect([...many.loadSign]).toEqual(terms.map(() => -2));
});

test("room is held back where much of what is lost is of a resource that is held while moving", () => {
  for (const transient of [true, false]) {
    const ground = newGround(lossy(transient));
    expect(heldBack(ground, standingAt(ground, ground.home))).toBe(transient);
  }
  const nothingLost = newGround({
    ...lossy(true),
    machines: lossy(true).machines.map((m) => ({ ...m, safety: [0, 0] })),
  });
  expect(heldBack(nothingLost, standingAt(nothingLost, nothingLost.home))).toBe(false);
});
