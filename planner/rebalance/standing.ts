// Where everything runs at the moment, with what is counted along: room, load, who stands where. Every change goes through `put`. It must not
// know which change is worth making.
import type { Ground } from "./ground.ts";

/**
 * While searching, room may be overdrawn at a price, and being away from home may cost more than it really does. `total` is the true
 * cost, exact; `burden` is the total with what the search adds to it.
 */
export interface Standing {
  readonly at: Int32Array;
  /** Processes on each machine, and the place of each in its list. */
  readonly crew: number[][];
  readonly slot: Int32Array;
  /** Room by machine × resource, what leavers still hold taken off; negative when overdrawn. */
  readonly free: Float64Array;
  /** Used less safety capacity, by machine × resource. */
  readonly over: Float64Array;
  /** What a unit of overdrawn room costs, by resource: Infinity when it is not allowed. */
  readonly price: Float64Array;
  /** Added cost of a unit of transient room (weighted, `Ground.held`) that someone away from home still holds there. */
  pull: number;
  /** What each process adds to the burden by being away from home, what its service costs aside: no move can save more. */
  readonly stay: Float64Array;
  /** Load and balance cost by machine, what is sure left out (`Ground.sure`); with overdrawn room. */
  readonly cost: Float64Array;
  readonly charge: Float64Array;
  /** Processes of a service, by service × machine, × neighbourhood, × location. */
  readonly onMachine: Uint8Array;
  readonly inNeighbourhood: Int32Array;
  readonly inLocation: Int32Array;
  /** Different locations of each service. */
  readonly spreadOver: Int32Array;
  /** Processes away from home by service, and how many services have so many. */
  readonly gone: Int32Array;
  readonly goneCounts: Int32Array;
  /** The most processes of one service that are away. */
  mostGone: number;
  total: number;
  burden: number;
}

/** Everything at `where`, a machine for each process. */
export function standingAt(ground: Ground, where: ArrayLike<number>): Standing {
  const { machines, services, processes, resources, home } = ground;
  const standing: Standing = {
    at: Int32Array.from(home),
    crew: Array.from({ length: machines }, () => []),
    slot: new Int32Array(processes),
    free: Float64Array.from(ground.capacity),
    over: Float64Array.from(ground.safety, (safety) => -safety),
    price: new Float64Array(resources),
    pull: 0,
    stay: new Float64Array(processes),
    cost: new Float64Array(machines),
    charge: new Float64Array(machines),
    onMachine: new Uint8Array(services * machines),
    inNeighbourhood: new Int32Array(services * ground.neighbourhoods),
    inLocation: new Int32Array(services * ground.locations),
    spreadOver: new Int32Array(services),
    gone: new Int32Array(services),
    goneCounts: new Int32Array(processes + 2),
    mostGone: 0,
    total: 0,
    burden: 0,
  };
  standing.goneCounts[0] = services;
  for (let p = 0; p < processes; p++) {
    const m = home[p] as number;
    for (let r = 0; r < resources; r++) {
      standing.free[m * resources + r]! -= ground.need[p * resources + r] as number;
      standing.over[m * resources + r]! += ground.need[p * resources + r] as number;
    }
    join(ground, standing, p, m);
  }
  for (let m = 0; m < machines; m++) recharge(ground, standing, m);
  standing.total += ground.sure;
  standing.burden += ground.sure;
  for (let p = 0; p < processes; p++) put(ground, standing, p, where[p] as number);
  // Only now: on the way there room may be overdrawn.
  reprice(ground, standing, new Float64Array(resources).fill(Infinity), 0);
  return standing;
}

/** Moves a process, whether or not that is allowed, and counts everything anew that changes. */
export function put(ground: Ground, standing: Standing, p: number, to: number): void {
  const { resources, need, transient } = ground;
  const { at, free, over } = standing;
  const from = at[p] as number;
  if (from === to) return;
  const home = ground.home[p] as number;
  const [left, right, row] = [from * resources, to * resources, p * resources];
  for (let r = 0; r < resources; r++) {
    const n = need[row + r] as number;
    over[left + r]! -= n;
    over[right + r]! += n;
    if (transient[r] === 0 || from !== home) free[left + r]! += n;
    if (transient[r] === 0 || to !== home) free[right + r]! -= n;
  }
  const next = stayAt(ground, standing, p, to);
  standing.total += movingCost(ground, p, to) - movingCost(ground, p, from);
  standing.burden += next - (standing.stay[p] as number);
  standing.stay[p] = next;
  if (from === home) countGone(ground, standing, p, 1);
  else if (to === home) countGone(ground, standing, p, -1);
  leave(ground, standing, p, from);
  join(ground, standing, p, to);
  at[p] = to;
  recharge(ground, standing, from);
  recharge(ground, standing, to);
}

/** What a process costs by being on a machine, what its service costs aside. */
export const movingCost = ({ home, away, travel, machines }: Ground, p: number, machine: number): number => {
  const from = home[p] as number;
  return (from === machine ? 0 : (away[p] as number)) + (travel[from * machines + machine] as number);
};

/** What a process adds to the burden by being on a machine. */
export const stayAt = (ground: Ground, { pull }: Standing, p: number, machine: number): number =>
  ground.home[p] === machine ? 0 : movingCost(ground, p, machine) + pull * (ground.held[p] as number);

/** How much the cost of services changes when one more (or less) process of a service is away. */
export function goneDelta({ serviceMove }: Ground, standing: Standing, s: number, by: number): number {
  const { gone, goneCounts, mostGone } = standing;
  if (gone[s] !== mostGone) return 0;
  return by > 0 ? serviceMove : goneCounts[mostGone] === 1 ? -serviceMove : 0;
}

/** Sets what the search adds to the true cost. */
export function reprice(ground: Ground, standing: Standing, price: ArrayLike<number>, pull: number): void {
  standing.price.set(price);
  for (let m = 0; m < ground.machines; m++) recharge(ground, standing, m);
  standing.pull = pull;
  for (let p = 0; p < ground.processes; p++) {
    const stay = stayAt(ground, standing, p, standing.at[p] as number);
    standing.burden += stay - (standing.stay[p] as number);
    standing.stay[p] = stay;
  }
}

/** Whether no room is overdrawn. */
export function fits({ free }: Standing): boolean {
  for (let i = 0; i < free.length; i++) if ((free[i] as number) < 0) return false;
  return true;
}

function leave(ground: Ground, standing: Standing, p: number, machine: number): void {
  const { machines, neighbourhoods, locations, neighbourhoodOf, locationOf } = ground;
  const { crew, slot } = standing;
  const s = ground.serviceOf[p] as number;
  const list = crew[machine] as number[];
  const last = list.pop() as number;
  if (last !== p) {
    list[slot[p] as number] = last;
    slot[last] = slot[p] as number;
  }
  standing.onMachine[s * machines + machine]!--;
  standing.inNeighbourhood[s * neighbourhoods + (neighbourhoodOf[machine] as number)]!--;
  const location = s * locations + (locationOf[machine] as number);
  standing.inLocation[location]!--;
  if (standing.inLocation[location] === 0) standing.spreadOver[s]!--;
}

function join(ground: Ground, standing: Standing, p: number, machine: number): void {
  const { machines, neighbourhoods, locations, neighbourhoodOf, locationOf } = ground;
  const s = ground.serviceOf[p] as number;
  standing.slot[p] = (standing.crew[machine] as number[]).push(p) - 1;
  standing.onMachine[s * machines + machine]!++;
  standing.inNeighbourhood[s * neighbourhoods + (neighbourhoodOf[machine] as number)]!++;
  const location = s * locations + (locationOf[machine] as number);
  if (standing.inLocation[location] === 0) standing.spreadOver[s]!++;
  standing.inLocation[location]!++;
}

function countGone(ground: Ground, standing: Standing, p: number, by: number): void {
  const s = ground.serviceOf[p] as number;
  const { gone, goneCounts } = standing;
  const before = standing.mostGone;
  goneCounts[gone[s] as number]!--;
  gone[s]! += by;
  goneCounts[gone[s] as number]!++;
  if ((gone[s] as number) > standing.mostGone) standing.mostGone = gone[s] as number;
  while (standing.mostGone > 0 && goneCounts[standing.mostGone] === 0) standing.mostGone--;
  const delta = ground.serviceMove * (standing.mostGone - before);
  standing.total += delta;
  standing.burden += delta;
}

/** Load and balance cost of a machine anew, from what it has in use, and the price of what is overdrawn. */
function recharge(ground: Ground, standing: Standing, machine: number): void {
  const { resources, loadSign, capacity, safety } = ground;
  const { over, free, price } = standing;
  const base = machine * resources;
  let cost = 0;
  let strain = 0;
  for (let r = 0; r < resources; r++) {
    const load = (loadSign[base + r] as number) * (over[base + r] as number);
    const room = free[base + r] as number;
    if (load > 0) cost += load;
    if (room < 0) strain -= (price[r] as number) * room;
  }
  for (let i = 0; i < ground.balances; i++) {
    const first = base + (ground.first[i] as number);
    const second = base + (ground.second[i] as number);
    const left = (capacity[first] as number) - (safety[first] as number) - (over[first] as number);
    const right = (capacity[second] as number) - (safety[second] as number) - (over[second] as number);
    const short = (ground.balanceSign[i] as number) * ((ground.target[i] as number) * left - right);
    if (short > 0) cost += short;
  }
  standing.total += cost - (standing.cost[machine] as number);
  standing.burden += cost + strain - (standing.charge[machine] as number);
  standing.cost[machine] = cost;
  standing.charge[machine] = cost + strain;
}
