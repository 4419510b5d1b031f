// What a move is said to change against everything counted anew, on small instances drawn at random.
import fc from "fast-check";
import { expect, test } from "vitest";
import { check, newGround, type Ground, type Reassignment } from "../../planner/rebalance/index.ts";
import { mayShift, maySwap } from "../../planner/rebalance/company.ts";
import { chargesExchanged, chargeWith, chargeWithout, moveDelta } from "../../planner/rebalance/moves.ts";
import { fits, put, reprice, standingAt, type Standing } from "../../planner/rebalance/standing.ts";
import { small } from "./small.ts";

const instances = small({ machines: 5, services: 4, processes: 9 });
const walks = fc.array(fc.record({ process: fc.nat(), machine: fc.nat() }), { minLength: 1, maxLength: 30 });
const runs = { seed: 4, numRuns: 300 };

/** Someone somewhere, whether or not that is allowed, but never two of a service on a machine. */
function wander(ground: Ground, standing: Standing, walk: readonly { process: number; machine: number }[]): void {
  for (const { process, machine } of walk) {
    const p = process % ground.processes;
    const to = machine % ground.machines;
    if (standing.onMachine[(ground.serviceOf[p] as number) * ground.machines + to] === 0) put(ground, standing, p, to);
  }
}

function standingOf(instance: Reassignment): { ground: Ground; standing: Standing } {
  const ground = newGround(instance);
  return { ground, standing: standingAt(ground, ground.home) };
}

test("after any walk the total is what the checker counts, and room is overdrawn exactly when it says so", () => {
  fc.assert(
    fc.property(instances, walks, (instance, walk) => {
      const { ground, standing } = standingOf(instance);
      wander(ground, standing, walk);
      const checked = check(instance, [...standing.at]);
      expect(standing.total).toBe(checked.total);
      expect(fits(standing)).toBe(!checked.broken.some((sentence) => sentence.includes("is taken")));
    }),
    runs,
  );
});

test("whatever it is built at, a standing that fits has the true cost as its burden", () => {
  fc.assert(
    fc.property(instances, walks, (instance, walk) => {
      const { ground, standing } = standingOf(instance);
      wander(ground, standing, walk);
      const again = standingAt(ground, standing.at);
      expect(again.total).toBe(check(instance, [...standing.at]).total);
      expect(again.burden).toBe(fits(again) ? again.total : Infinity);
    }),
    runs,
  );
});

test("the burden changes by what a shift and a swap are said to change, while room has a price and home pulls", () => {
  fc.assert(
    fc.property(instances, walks, fc.nat(), fc.nat(), (instance, walk, one, other) => {
      const { ground, standing } = standingOf(instance);
      const price = Array.from({ length: ground.resources }, (_, r) => 3 + r);
      reprice(ground, standing, price, 2);
      wander(ground, standing, walk);
      const p = one % ground.processes;
      const [from, to] = [standing.at[p] as number, other % ground.machines];
      const before = standing.burden;
      if (from !== to) {
        const gain = (standing.charge[from] as number) - chargeWithout(ground, standing, p);
        const rest = gain + (standing.charge[to] as number) - moveDelta(ground, standing, p, to);
        const said = chargeWith(ground, standing, p, to, Infinity) - rest;
        put(ground, standing, p, to);
        expect(standing.burden - before).toBeCloseTo(said, 6);
        put(ground, standing, p, from);
        expect(standing.burden).toBeCloseTo(before, 6);
      }
      const q = other % ground.processes;
      const at = standing.at[q] as number;
      if (at === from || ground.serviceOf[p] === ground.serviceOf[q] || ground.serviceMove > 0) return;
      const charges = chargesExchanged(ground, standing, p, q, Infinity);
      const moves = moveDelta(ground, standing, p, at) + moveDelta(ground, standing, q, from);
      const said = charges + moves - (standing.charge[from] as number) - (standing.charge[at] as number);
      put(ground, standing, p, at);
      put(ground, standing, q, from);
      expect(standing.burden - before).toBeCloseTo(said, 6);
    }),
    runs,
  );
});

test("a shift is allowed exactly when the checker finds no service wronged by it, a swap only then", () => {
  const wronged = (instance: Reassignment, standing: Standing): boolean =>
    check(instance, [...standing.at]).broken.some((sentence) => sentence.includes("service"));
  fc.assert(
    fc.property(instances, walks, (instance, walk) => {
      const { ground, standing } = standingOf(instance);
      for (const { process, machine } of walk) {
        const p = process % ground.processes;
        const [from, to] = [standing.at[p] as number, machine % ground.machines];
        if (from === to) continue;
        const allowed = mayShift(ground, standing, ground.serviceOf[p] as number, from, to);
        put(ground, standing, p, to);
        expect(wronged(instance, standing)).toBe(!allowed);
        if (!allowed) put(ground, standing, p, from);
        const q = (process + machine) % ground.processes;
        const [a, b] = [standing.at[p] as number, standing.at[q] as number];
        if (a === b || !maySwap(ground, standing, p, q)) continue;
        put(ground, standing, p, b);
        put(ground, standing, q, a);
        expect(wronged(instance, standing)).toBe(false);
      }
    }),
    runs,
  );
});
