// A reassignment as flat arrays, for a search that tries millions of moves. What is here never changes while searching. It must not know
// where anything runs at the moment.
import type { Reassignment } from "./reassignment.ts";

/** Costs are whole numbers held in doubles; every sum stays below 2^53 (`newGround` throws a RangeError otherwise). */
export interface Ground {
  readonly resources: number;
  readonly machines: number;
  readonly services: number;
  readonly processes: number;
  readonly neighbourhoods: number;
  readonly locations: number;
  /** By machine × resource. */
  readonly capacity: Float64Array;
  readonly safety: Float64Array;
  readonly transient: Uint8Array;
  readonly loadWeight: Float64Array;
  /**
   * Load and balance cost are counted as what can still be gained of them: where all together use more than is safe, max(0, x) = x + max(0, −x) and the
   * sum of the x is the same wherever everything runs, so that only what is safe but not used is counted. Every term stays ≥ 0 and is small where
   * a machine is as good as can be: a move that is not worth making shows after the first resources. By machine × resource: the load weight, negative where what
   * is not used is counted; by balance the weight, likewise.
   */
  readonly loadSign: Float64Array;
  readonly balanceSign: Float64Array;
  /** What is left out by that, over all machines. */
  readonly sure: number;
  readonly neighbourhoodOf: Int32Array;
  readonly locationOf: Int32Array;
  readonly spread: Int32Array;
  readonly dependsOn: Lists;
  /** Services that depend on each. */
  readonly dependents: Lists;
  readonly members: Lists;
  readonly serviceOf: Int32Array;
  /** By process × resource. */
  readonly need: Float64Array;
  readonly home: Int32Array;
  /** Weighted cost of a process being away from home, by process. */
  readonly away: Float64Array;
  /** Weighted transient needs of each process: what it holds at home while it is away. */
  readonly held: Float64Array;
  /** Weighted needs of each process, and all of them, the largest first. */
  readonly size: Float64Array;
  readonly bySize: Int32Array;
  /** Weighted cost of going from home to a machine, by machine × machine. */
  readonly travel: Float64Array;
  readonly serviceMove: number;
  readonly balances: number;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly target: Float64Array;
  readonly balanceWeight: Float64Array;
}

/** Lists of numbers, one after another: those of i are `items[start[i]]` to before `items[start[i + 1]]`. */
export interface Lists {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

export function newGround(reassignment: Reassignment): Ground {
  const { resources, machines, services, processes, balances, travel, weights } = reassignment;
  const { loadSign, balanceSign, sure } = signs(reassignment);
  const { held, size, bySize } = sizes(reassignment);
  const ground: Ground = {
    held,
    size,
    bySize,
    loadSign,
    balanceSign,
    sure,
    resources: resources.length,
    machines: machines.length,
    services: services.length,
    processes: processes.length,
    neighbourhoods: 1 + most(machines.map(({ neighbourhood }) => neighbourhood)),
    locations: 1 + most(machines.map(({ location }) => location)),
    capacity: Float64Array.from(machines.flatMap(({ capacity }) => capacity)),
    safety: Float64Array.from(machines.flatMap(({ safety }) => safety)),
    transient: Uint8Array.from(resources, ({ transient }) => (transient ? 1 : 0)),
    loadWeight: Float64Array.from(resources, ({ loadWeight }) => loadWeight),
    neighbourhoodOf: Int32Array.from(machines, ({ neighbourhood }) => neighbourhood),
    locationOf: Int32Array.from(machines, ({ location }) => location),
    spread: Int32Array.from(services, ({ spread }) => spread),
    dependsOn: lists(services.map(({ dependsOn }) => distinct(dependsOn))),
    dependents: lists(inverse(services.map(({ dependsOn }) => distinct(dependsOn)))),
    members: lists(membersOf(reassignment)),
    serviceOf: Int32Array.from(processes, ({ service }) => service),
    need: Float64Array.from(processes.flatMap(({ needs }) => needs)),
    home: Int32Array.from(processes, ({ machine }) => machine),
    away: Float64Array.from(processes, ({ moveCost }) => weights.processMove * moveCost),
    travel: Float64Array.from(travel.flatMap((row) => row.map((cost) => weights.machineMove * cost))),
    serviceMove: weights.serviceMove,
    balances: balances.length,
    first: Int32Array.from(balances, ({ first }) => first),
    second: Int32Array.from(balances, ({ second }) => second),
    target: Float64Array.from(balances, ({ target }) => target),
    balanceWeight: Float64Array.from(balances, ({ weight }) => weight),
  };
  if (!(largest(ground) < 2 ** 53))
    throw new RangeError("the costs of this reassignment exceed what a double counts exactly");
  return ground;
}

function sizes({ resources, processes }: Reassignment): Pick<Ground, "held" | "size" | "bySize"> {
  const weighted = (needs: readonly number[], counts: (r: number) => boolean): number =>
    needs.reduce((sum, need, r) => sum + (counts(r) ? need * (resources[r]?.loadWeight ?? 0) : 0), 0);
  const size = Float64Array.from(processes, ({ needs }) => weighted(needs, () => true));
  return {
    size,
    held: Float64Array.from(processes, ({ needs }) => weighted(needs, (r) => resources[r]?.transient === true)),
    bySize: Int32Array.from(processes.keys()).sort((p, q) => (size[q] as number) - (size[p] as number) || p - q),
  };
}

/** Of which terms what is sure is left out. */
function signs({
  resources,
  machines,
  processes,
  balances,
}: Reassignment): Pick<Ground, "loadSign" | "balanceSign" | "sure"> {
  const sum = (amounts: readonly (readonly number[])[], r: number): number =>
    amounts.reduce((total, row) => total + (row[r] as number), 0);
  const [capacities, safeties] = [machines.map(({ capacity }) => capacity), machines.map(({ safety }) => safety)];
  const needs = processes.map((own) => own.needs);
  const beyond = resources.map(({ loadWeight }, r) => loadWeight * (sum(needs, r) - sum(safeties, r)));
  const free = resources.map((_, r) => sum(capacities, r) - sum(needs, r));
  const short = balances.map(
    ({ first, second, target, weight }) => weight * (target * (free[first] as number) - (free[second] as number)),
  );
  return {
    loadSign: Float64Array.from(
      machines.flatMap(() =>
        resources.map(({ loadWeight }, r) => ((beyond[r] as number) > 0 ? -loadWeight : loadWeight)),
      ),
    ),
    balanceSign: Float64Array.from(balances, ({ weight }, i) => ((short[i] as number) > 0 ? -weight : weight)),
    sure: [...beyond, ...short].reduce((total, amount) => total + Math.max(0, amount), 0),
  };
}

/** An upper bound of every cost: all room used and no room used at once, everything moved as far as can be. */
function largest(ground: Ground): number {
  const { resources, machines, processes, capacity, loadWeight, balances, first, target, balanceWeight } = ground;
  let sum = ground.serviceMove * processes + most(ground.travel) * processes;
  for (let p = 0; p < processes; p++) sum += ground.away[p] as number;
  for (let m = 0; m < machines; m++) {
    for (let r = 0; r < resources; r++) sum += (loadWeight[r] as number) * (capacity[m * resources + r] as number);
    for (let i = 0; i < balances; i++) {
      const room = capacity[m * resources + (first[i] as number)] as number;
      sum += (balanceWeight[i] as number) * (target[i] as number) * room;
    }
  }
  return sum;
}

function membersOf({ services, processes }: Reassignment): number[][] {
  const members: number[][] = services.map(() => []);
  processes.forEach(({ service }, p) => members[service]?.push(p));
  return members;
}

function inverse(rows: readonly (readonly number[])[]): number[][] {
  const back: number[][] = rows.map(() => []);
  rows.forEach((row, i) => row.forEach((j) => back[j]?.push(i)));
  return back;
}

const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

function lists(rows: readonly (readonly number[])[]): Lists {
  const start = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => (start[i + 1] = (start[i] as number) + row.length));
  return { start, items: Int32Array.from(rows.flat()) };
}

function most(values: ArrayLike<number>): number {
  let result = 0;
  for (let i = 0; i < values.length; i++) result = Math.max(result, values[i] as number);
  return result;
}
