// What a shift of one process or a swap of two would do to the burden: a few operations for each resource, cut short as soon as it is beyond a
// limit. It must not know which moves are tried, nor change anything.
import type { Ground } from "./ground.ts";
import { goneDelta, stayAt, type Standing } from "./standing.ts";

/** Charge of `machine` once p is there too; Infinity when that is above `limit`. */
export function chargeWith(ground: Ground, standing: Standing, p: number, machine: number, limit: number): number {
  const { resources, need, loadSign, transient } = ground;
  const { free, over, price } = standing;
  const returns = ground.home[p] === machine;
  const base = machine * resources;
  const row = p * resources;
  let charge = 0;
  for (let r = 0; r < resources; r++) {
    const n = need[row + r] as number;
    const room = free[base + r] as number;
    if (n > room) {
      // What comes home finds the room that it still holds.
      const left = returns && transient[r] === 1 ? room : room - n;
      if (left < 0) charge -= (price[r] as number) * left;
    }
    const load = (loadSign[base + r] as number) * ((over[base + r] as number) + n);
    if (load > 0) charge += load;
    if (charge > limit) return Infinity;
  }
  if (ground.balances > 0) charge += balanceCost(ground, standing, machine, p, -1);
  return charge > limit ? Infinity : charge;
}

/** Charge of the machine of p without p. */
export function chargeWithout(ground: Ground, standing: Standing, p: number): number {
  const { resources, need, loadSign, transient, home } = ground;
  const { over, at, free, price } = standing;
  const machine = at[p] as number;
  const holds = home[p] === machine;
  const base = machine * resources;
  const row = p * resources;
  let charge = 0;
  for (let r = 0; r < resources; r++) {
    const n = need[row + r] as number;
    const room = free[base + r] as number;
    if (room < 0) {
      const left = holds && transient[r] === 1 ? room : room + n;
      if (left < 0) charge -= (price[r] as number) * left;
    }
    const load = (loadSign[base + r] as number) * ((over[base + r] as number) - n);
    if (load > 0) charge += load;
  }
  return ground.balances > 0 ? charge + balanceCost(ground, standing, machine, -1, p) : charge;
}

/** Charges of the machines of p and q, added, once they have changed places; Infinity when that is above `limit`. */
export function chargesExchanged(ground: Ground, standing: Standing, p: number, q: number, limit: number): number {
  const { resources, need, loadSign, transient, home } = ground;
  const { free, over, at, price } = standing;
  const [a, b] = [at[p] as number, at[q] as number];
  const [left, right, one, other] = [a * resources, b * resources, p * resources, q * resources];
  // Who leaves home still holds transient room there, and who comes home finds it.
  const [pLeaves, pComes] = [home[p] === a ? 0 : 1, home[p] === b ? 0 : 1];
  const [qLeaves, qComes] = [home[q] === b ? 0 : 1, home[q] === a ? 0 : 1];
  let charge = 0;
  for (let r = 0; r < resources; r++) {
    const np = need[one + r] as number;
    const nq = need[other + r] as number;
    const there = (loadSign[left + r] as number) * ((over[left + r] as number) + nq - np);
    if (there > 0) charge += there;
    const here = (loadSign[right + r] as number) * ((over[right + r] as number) + np - nq);
    if (here > 0) charge += here;
    const kept = transient[r] === 1;
    const roomThere = (free[left + r] as number) + (kept ? pLeaves * np - qComes * nq : np - nq);
    if (roomThere < 0) charge -= (price[r] as number) * roomThere;
    const roomHere = (free[right + r] as number) + (kept ? qLeaves * nq - pComes * np : nq - np);
    if (roomHere < 0) charge -= (price[r] as number) * roomHere;
    if (charge > limit) return Infinity;
  }
  if (ground.balances > 0) charge += balanceCost(ground, standing, a, q, p) + balanceCost(ground, standing, b, p, q);
  return charge > limit ? Infinity : charge;
}

/** What moving p to a machine adds to the costs of moves: of processes, machines, services, and the pull home. */
export function moveDelta(ground: Ground, standing: Standing, p: number, to: number): number {
  const from = standing.at[p] as number;
  const home = ground.home[p] as number;
  const moved = stayAt(ground, standing, p, to) - (standing.stay[p] as number);
  const by = from === home ? 1 : to === home ? -1 : 0;
  return by === 0 ? moved : moved + goneDelta(ground, standing, ground.serviceOf[p] as number, by);
}

/** Balance cost of a machine with `comer` and without `leaver`; -1 is none. */
function balanceCost(ground: Ground, { over }: Standing, machine: number, comer: number, leaver: number): number {
  const { resources, capacity, safety, need, first, second, target, balanceSign } = ground;
  const base = machine * resources;
  let cost = 0;
  for (let i = 0; i < ground.balances; i++) {
    const a = first[i] as number;
    const b = second[i] as number;
    let left = (capacity[base + a] as number) - (safety[base + a] as number) - (over[base + a] as number);
    let right = (capacity[base + b] as number) - (safety[base + b] as number) - (over[base + b] as number);
    if (comer >= 0) {
      left -= need[comer * resources + a] as number;
      right -= need[comer * resources + b] as number;
    }
    if (leaver >= 0) {
      left += need[leaver * resources + a] as number;
      right += need[leaver * resources + b] as number;
    }
    const short = (balanceSign[i] as number) * ((target[i] as number) * left - right);
    if (short > 0) cost += short;
  }
  return cost;
}
