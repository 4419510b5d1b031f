// A problem of single copies as what may be put into which cluster: every cluster (or pool) a sack with its own rows. For bounds that keep those rows and
// all whole numbers, and price only that everything is somewhere once. It must not know how such a bound is found, nor rules.
import type { Problem, ProblemWorkload } from "../../problem.ts";
import { rowName } from "../rows.ts";
import type { Arcs } from "../arcs.ts";
import type { Compact } from "../compact.ts";

/** Options are numbered through all items (workloads); `optionStart` has one more entry at the end. */
export interface Sacks {
  readonly items: number;
  readonly optionStart: Int32Array;
  /** By option. */
  readonly itemOf: Int32Array;
  /** By option; `sacks` is where there is always room, nowhere among it. */
  readonly sack: Int32Array;
  readonly cost: Float64Array;
  /** By option: the candidate, or −1 for nowhere. */
  readonly candidate: Int32Array;
  readonly sacks: number;
  /** Most rows of one sack; every sack has so many, those that are none have room without end. */
  readonly rows: number;
  /** [option × rows + row]. */
  readonly weight: Float64Array;
  /** [sack × rows + row]. */
  readonly capacity: Float64Array;
  /** [sack × rows + row]: how much the row counts where all rows of a sack are taken as one. */
  readonly share: Float64Array;
  /** What the objective is when nothing is placed. */
  readonly constant: number;
}

/** Rows of a sack and options of all at most: beyond that other bounds do more in the same time. */
const LIMIT = { rows: 16, options: 40_000 };

/**
 * The options of every workload that `keeps` has not ruled out (by candidate), or undefined where the problem is not of that kind: no rules, and
 * one step of each workload.
 */
export function sacksOf(compact: Compact, arcs: Arcs, prices: Float64Array, keeps: Uint8Array): Sacks | undefined {
  if (!isPlain(compact, arcs)) return undefined;
  const local = rowsOfSacks(compact);
  if (local === undefined) return undefined;
  const options: { item: number; slot: number; cost: number; candidate: number }[] = [];
  const optionStart = new Int32Array(compact.workloads + 1);
  for (let w = 0; w < compact.workloads; w++) {
    const step = compact.step[w] as number;
    for (let a = arcs.start[w] as number; a < (arcs.start[w + 1] as number); a++) {
      const candidate = arcs.candidate[a] as number;
      if (keeps[candidate] !== 1) continue;
      const cost = (arcs.cost[a] as number) * step;
      const end = compact.slotStart[candidate + 1] as number;
      for (let slot = compact.slotStart[candidate] as number; slot < end; slot++)
        if ((compact.room[slot] as number) >= step) options.push({ item: w, slot, cost, candidate });
    }
    if (arcs.optional[w] === 1) options.push({ item: w, slot: -1, cost: 0, candidate: -1 });
    optionStart[w + 1] = options.length;
  }
  if (options.length > LIMIT.options) return undefined;
  const { rows } = local;
  const weight = new Float64Array(options.length * rows);
  options.forEach(({ slot, item }, o) => {
    if (slot < 0) return;
    for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
      const at = local.at[compact.entryRow[e] as number] as number;
      if (at >= 0) weight[o * rows + at] = (compact.step[item] as number) * (compact.entryAmount[e] as number);
    }
  });
  return {
    items: compact.workloads,
    optionStart,
    itemOf: Int32Array.from(options, ({ item }) => item),
    sack: Int32Array.from(options, ({ slot }) => (slot < 0 ? local.sacks : (local.sackOf[slot] as number))),
    cost: Float64Array.from(options, ({ cost }) => cost),
    candidate: Int32Array.from(options, ({ candidate }) => candidate),
    sacks: local.sacks,
    rows,
    weight,
    capacity: local.capacity,
    share: local.share(prices),
    constant: arcs.constant,
  };
}

/** The same without the options that are marked 0. */
export function fewer(given: Sacks, keeps: Uint8Array): Sacks {
  const kept = [...keeps.keys()].filter((o) => keeps[o] === 1);
  const optionStart = new Int32Array(given.items + 1);
  for (const o of kept) {
    const item = given.itemOf[o] as number;
    optionStart[item + 1] = (optionStart[item + 1] as number) + 1;
  }
  for (let i = 0; i < given.items; i++)
    optionStart[i + 1] = (optionStart[i + 1] as number) + (optionStart[i] as number);
  const weight = new Float64Array(kept.length * given.rows);
  kept.forEach((o, n) => weight.set(given.weight.subarray(o * given.rows, (o + 1) * given.rows), n * given.rows));
  return {
    ...given,
    optionStart,
    itemOf: Int32Array.from(kept, (o) => given.itemOf[o] as number),
    sack: Int32Array.from(kept, (o) => given.sack[o] as number),
    cost: Float64Array.from(kept, (o) => given.cost[o] as number),
    candidate: Int32Array.from(kept, (o) => given.candidate[o] as number),
    weight,
  };
}

/** One step of each workload, and nothing that binds several of them but room. */
function isPlain(compact: Compact, arcs: Arcs): boolean {
  const { problem, slotStart } = compact;
  if (!comesOnce(problem)) return false;
  if (arcs.joint.clusters > 0 || arcs.joint.imbalance || arcs.joint.atMost !== undefined) return false;
  if (compact.touchy.some((is) => is === 1)) return false;
  for (let w = 0; w < compact.workloads; w++) {
    const [first, last] = [arcs.start[w] as number, arcs.start[w + 1] as number];
    for (let a = first; a < last; a++) {
      const c = arcs.candidate[a] as number;
      if (arcs.most[a] !== compact.step[w] || (a > first && c === arcs.candidate[a - 1])) return false;
      // A copy of several replicas may be divided over pools.
      if ((compact.step[w] as number) > 1 && (slotStart[c + 1] as number) - (slotStart[c] as number) !== 1)
        return false;
    }
  }
  return true;
}

/** Whether every workload is one whole copy or one replica, without rules or latencies. */
export const comesOnce = ({ workloads, rules, latencies }: Problem): boolean =>
  rules.length === 0 &&
  latencies.length === 0 &&
  workloads.every((workload) => !workload.perNode && stepsOf(workload) === 1);

function stepsOf({ counting }: ProblemWorkload): number {
  if (counting.kind === "divided") return counting.total;
  return counting.kind === "copies" ? counting.clusters : counting.required.length;
}

/** Sacks are what shares rows. What whole copies on one node keep anyway is left out. Undefined when one has too many rows. */
function rowsOfSacks(compact: Compact) {
  const { problem, candidateOf, entryStart, entryRow, capacity: room } = compact;
  const parent = Int32Array.from(room, (_, row) => row);
  const find = (row: number): number => {
    let top = row;
    while (parent[top] !== top) top = parent[top] as number;
    for (let next = row; parent[next] !== top;) [next, parent[next]] = [parent[next] as number, top];
    return top;
  };
  const isLeftOut = Uint8Array.from(room, (_, row) => {
    const name = rowName(compact, row);
    return name.kind === "parts" && problem.pools[name.pool]?.count === 1 ? 1 : 0;
  });
  const firstOf = new Int32Array(candidateOf.length).fill(-1);
  for (let slot = 0; slot < candidateOf.length; slot++)
    for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++) {
      const row = entryRow[e] as number;
      if (isLeftOut[row] === 1) continue;
      if ((firstOf[slot] as number) < 0) firstOf[slot] = row;
      else parent[find(row)] = find(firstOf[slot] as number);
    }
  const own: number[][] = [];
  const number = new Map<number, number>();
  const at = new Int32Array(room.length).fill(-1);
  for (let row = 0; row < room.length; row++) {
    if (isLeftOut[row] === 1) continue;
    const top = find(row);
    const sack = number.get(top) ?? own.push([]) - 1;
    number.set(top, sack);
    at[row] = (own[sack] as number[]).push(row) - 1;
  }
  const rows = Math.max(1, ...own.map((list) => list.length));
  if (rows > LIMIT.rows) return undefined;
  const capacity = new Float64Array(own.length * rows).fill(Infinity);
  own.forEach((list, s) => list.forEach((row, r) => (capacity[s * rows + r] = room[row] as number)));
  return {
    sacks: own.length,
    rows,
    at,
    capacity,
    /** By slot; what takes of no row has room without end. */
    sackOf: firstOf.map((row) => (row < 0 ? own.length : (number.get(find(row)) as number))),
    /** Prices; where a sack has none, every row counts by its room. */
    share: (prices: Float64Array): Float64Array => {
      const share = new Float64Array(own.length * rows);
      own.forEach((list, s) => {
        const priced = list.some((row) => (prices[row] as number) > 0);
        list.forEach((row, r) => {
          share[s * rows + r] = priced ? (prices[row] as number) : 1 / Math.max(1e-9, room[row] as number);
        });
      });
      return share;
    },
  };
}
