// The linear rows of a problem over its slots: pools by resource, what nodes hold of large pods, host ports, limits and cuts. It must not
// know objectives, counting, or rules that are not linear.
import type { Problem, ProblemPool, ProblemWorkload } from "../problem.ts";
import type { Limit } from "../solver/learnt.ts";
import type { Compact } from "./compact.ts";

type Shape = Pick<
  Compact,
  "problem" | "candidateStart" | "workloadOf" | "cluster" | "most" | "slotStart" | "candidateOf" | "room"
> & {
  /** By slot; −1: every pool of the candidate. */
  readonly poolOf: Int32Array;
};

type Rows = Pick<Compact, "entryStart" | "entryRow" | "entryAmount" | "capacity" | "rowScale" | "touchy">;

/** Nodes cut into at most so many parts (see `wholeParts`). */
const PARTS = 5;

/** Rows that some placement could break, and what each slot takes of them. */
export function newRows(shape: Shape, limits: readonly Limit[]): Rows {
  const found = collect(shape, limits);
  const kept = keptRows(shape, found);
  const entryStart = new Int32Array(found.start.length);
  let next = 0;
  for (let slot = 0; slot + 1 < found.start.length; slot++) {
    for (let e = found.start[slot] as number; e < (found.start[slot + 1] as number); e++) {
      const row = kept.number[found.row[e] as number] as number;
      if (row < 0) continue;
      found.row[next] = row;
      found.amount[next] = found.amount[e] as number;
      next++;
    }
    entryStart[slot + 1] = next;
  }
  const { capacity, rowScale, touchy } = kept;
  return {
    entryStart,
    entryRow: found.row.slice(0, next),
    entryAmount: found.amount.slice(0, next),
    capacity,
    rowScale,
    touchy,
  };
}

interface Found {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly amount: Float64Array;
  readonly bounds: number[];
  /** Rows that say something the others do not. */
  readonly telling: Set<number>;
}

function collect(shape: Shape, limits: readonly Limit[]): Found {
  const { problem } = shape;
  const resources = problem.resources.length;
  const partRows = problem.pools.length * resources;
  const bounds: number[] = problem.pools.flatMap(({ shape: free, count }) => free.map((amount) => amount * count));
  const telling = new Set<number>(bounds.keys());
  for (const pool of problem.pools)
    for (let r = 0; r < resources; r++)
      for (let parts = 2; parts <= PARTS; parts++) bounds.push((parts - 1) * pool.count);
  const extra = extraRows(problem, limits, bounds, telling);
  let row = new Int32Array(4 * shape.candidateOf.length + 16);
  let amount = new Float64Array(row.length);
  let size = 0;
  const emit = (at: number, value: number): void => {
    if (value === 0) return;
    if (size === row.length) [row, amount] = [grown(row), grown(amount)];
    row[size] = at;
    amount[size++] = value;
  };
  const start = new Int32Array(shape.candidateOf.length + 1);
  const free = Float64Array.from(problem.pools.flatMap((pool) => [...pool.shape]));
  const singles = problem.pools.map((_, p): readonly number[] => [p]);
  const plain = extra === undefined;
  for (let slot = 0; slot < shape.candidateOf.length; slot++) {
    const candidate = shape.candidateOf[slot] as number;
    const w = shape.workloadOf[candidate] as number;
    const { demand: demands, perNode, candidates } = problem.workloads[w] as ProblemWorkload;
    const pool = shape.poolOf[slot] as number;
    const pools =
      pool < 0
        ? (candidates[candidate - (shape.candidateStart[w] as number)]?.pools ?? [])
        : (singles[pool] as readonly number[]);
    for (const p of pools) {
      const pods = perNode ? (problem.pools[p] as ProblemPool).count : 1;
      for (let r = 0; r < resources; r++) {
        const demand = demands[r] as number;
        if (demand === 0) continue;
        const node = free[p * resources + r] as number;
        emit(p * resources + r, demand * pods);
        if (demand * PARTS <= node) continue;
        for (let parts = 2; parts <= PARTS; parts++) {
          const whole = wholeParts(demand, node, parts);
          const at = partRows + (p * resources + r) * (PARTS - 1) + parts - 2;
          if (whole * node > demand * (parts - 1)) telling.add(at);
          emit(at, whole * pods);
        }
      }
    }
    if (!plain) extra(w, shape.cluster[candidate] as number, pools, emit);
    start[slot + 1] = size;
  }
  return { start, row, amount, bounds, telling };
}

/** A copy with twice the room. */
function grown<T extends Int32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (size: number) => T)(2 * array.length);
  larger.set(array);
  return larger;
}

/**
 * How many whole parts of a node, cut into `parts`, a pod takes for sure: ⌈parts × demand / node⌉ − 1; pods of one node take at most
 * parts − 1 together (Chvátal's rounding).
 */
const wholeParts = (demand: number, node: number, parts: number): number =>
  node === 0 ? 0 : Math.ceil((parts * demand) / node - 1e-9) - 1;

type Extra = (
  w: number,
  cluster: number,
  pools: readonly number[],
  emit: (row: number, amount: number) => void,
) => void;

/** Host ports, limits and cuts get rows of their own, made when they are met. */
function extraRows(
  problem: Problem,
  limits: readonly Limit[],
  bounds: number[],
  telling: Set<number>,
): Extra | undefined {
  const asked = problem.workloads.some(({ hostPorts }) => hostPorts.length > 0);
  if (!asked && limits.length === 0 && problem.rules.every((rule) => rule.kind !== "cut")) return undefined;
  const add = (bound: number): number => {
    telling.add(bounds.length);
    bounds.push(bound);
    return bounds.length - 1;
  };
  const ports = new Map<string, number>();
  const limited = limits.map((limit) => ({ ...limit, row: add(limit.most) }));
  const cuts = new Map<string, { row: number; coefficient: number }[]>();
  for (const rule of problem.rules) {
    if (rule.kind !== "cut") continue;
    const row = add(rule.most);
    for (const { workload, cluster, coefficient } of rule.terms) {
      const key = `${workload} ${cluster}`;
      cuts.set(key, [...(cuts.get(key) ?? []), { row, coefficient }]);
    }
  }
  return (w, cluster, pools, emit) => {
    const { hostPorts, perNode, demand } = problem.workloads[w] as ProblemWorkload;
    const nodes = (p: number): number => problem.pools[p]?.count ?? 0;
    for (const port of hostPorts)
      for (const p of pools) {
        const key = `${p} ${port}`;
        const row = ports.get(key) ?? add(nodes(p));
        ports.set(key, row);
        emit(row, perNode ? nodes(p) : 1);
      }
    for (const limit of limited)
      if (limit.cluster === cluster)
        emit(
          limit.row,
          (demand[limit.resource] as number) * (perNode ? pools.reduce((sum, p) => sum + nodes(p), 0) : 1),
        );
    if (cuts.size > 0) for (const { row, coefficient } of cuts.get(`${w} ${cluster}`) ?? []) emit(row, coefficient);
  };
}

/** Numbers the rows that may bind: the most that all slots could take is above the bound. */
function keptRows(shape: Shape, { start, row, amount, bounds, telling }: Found) {
  const high = new Float64Array(bounds.length);
  const low = new Float64Array(bounds.length);
  const largest = new Float64Array(bounds.length);
  for (let slot = 0; slot < shape.candidateOf.length; slot++) {
    const replicas = Math.min(shape.room[slot] as number, shape.most[shape.candidateOf[slot] as number] as number);
    for (let e = start[slot] as number; e < (start[slot + 1] as number); e++) {
      const at = row[e] as number;
      const value = amount[e] as number;
      if (value > 0) high[at] = (high[at] as number) + value * replicas;
      else low[at] = (low[at] as number) + value * replicas;
      largest[at] = Math.max(largest[at] as number, Math.abs(value));
    }
  }
  const number = new Int32Array(bounds.length).fill(-1);
  const capacity: number[] = [];
  const scale: number[] = [];
  const touchy: number[] = [];
  bounds.forEach((bound, at) => {
    if (!telling.has(at) || (high[at] as number) <= bound) return;
    number[at] = capacity.length;
    capacity.push(bound);
    scale.push(Math.max(Math.abs(bound), largest[at] as number));
    touchy.push((low[at] as number) < 0 ? 1 : 0);
  });
  return {
    number,
    capacity: Float64Array.from(capacity),
    rowScale: Float64Array.from(scale),
    touchy: Uint8Array.from(touchy),
  };
}
