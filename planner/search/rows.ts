// The linear rows of a problem over its slots: pools by resource, what nodes hold of large pods, host ports, limits and cuts. It must not
// know objectives, counting, or rules that are not linear.
import { columnsOf } from "../columns.ts";
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

type Rows = Pick<
  Compact,
  "entryStart" | "entryRow" | "entryAmount" | "capacity" | "rowScale" | "touchy" | "rowOrigin" | "ports"
>;

/** Nodes cut into at most so many parts (see `wholeParts`). */
const PARTS = 5;

/** Rows that some placement could break, and what each slot takes of them. */
export function newRows(shape: Shape, limits: readonly Limit[]): Rows {
  const found = collect(shape, limits);
  const kept = keptRows(shape, found);
  const { start, row, amount } = found;
  const entryStart = new Int32Array(start.length);
  let next = 0;
  for (let slot = 0; slot + 1 < start.length; slot++) {
    const end = start[slot + 1] as number;
    for (let e = start[slot] as number; e < end; e++) {
      const number = kept.number[row[e] as number] as number;
      if (number < 0) continue;
      row[next] = number;
      amount[next++] = amount[e] as number;
    }
    entryStart[slot + 1] = next;
  }
  const { capacity, rowScale, touchy, rowOrigin } = kept;
  const entries = { entryStart, entryRow: row.slice(0, next), entryAmount: amount.slice(0, next) };
  return { ...entries, capacity, rowScale, touchy, rowOrigin, ports: found.ports };
}

interface Found {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly amount: Float64Array;
  readonly bounds: readonly number[];
  /** By row: 1 where it says something the others do not. */
  readonly telling: readonly number[];
  readonly ports: Compact["ports"];
}

/** What a row is about, as far as people know it by name; `limit` and `cut` are ours. */
export type RowName =
  | { readonly kind: "room"; readonly pool: number; readonly resource: number }
  | { readonly kind: "parts"; readonly pool: number; readonly resource: number; readonly parts: number }
  | { readonly kind: "port"; readonly pool: number; readonly port: string }
  | { readonly kind: "other" };

/** The number, among all rows that could be, of the first limit that was learnt. */
export const limitsFrom = ({ pools, resources }: Problem): number => pools.length * resources.length * PARTS;

export function rowName({ problem, rowOrigin, ports }: Compact, row: number): RowName {
  const resources = problem.resources.length;
  const rooms = problem.pools.length * resources;
  const at = rowOrigin[row] as number;
  if (at < rooms) return { kind: "room", pool: Math.floor(at / resources), resource: at % resources };
  const part = at - rooms;
  if (part < rooms * (PARTS - 1)) {
    const of = Math.floor(part / (PARTS - 1));
    const parts = (part % (PARTS - 1)) + 2;
    return { kind: "parts", pool: Math.floor(of / resources), resource: of % resources, parts };
  }
  const port = ports.get(at);
  return port === undefined ? { kind: "other" } : { kind: "port", ...port };
}

/** What the slots take, in arrays that grow. */
interface Taken {
  row: Int32Array;
  amount: Float64Array;
  size: number;
}

/** Room for so many entries more. */
function reserve(taken: Taken, entries: number): void {
  if (taken.size + entries <= taken.row.length) return;
  const size = 2 * taken.row.length + entries;
  const { row, amount } = taken;
  taken.row = new Int32Array(size);
  taken.row.set(row);
  taken.amount = new Float64Array(size);
  taken.amount.set(amount);
}

function collect(shape: Shape, limits: readonly Limit[]): Found {
  const { problem, candidateStart, slotStart, poolOf } = shape;
  const bounds: number[] = problem.pools.flatMap(({ shape: free, count }) => free.map((amount) => amount * count));
  const telling: number[] = bounds.map(() => 1);
  const rowsOfPools = poolRows(problem, bounds, telling);
  const ports = new Map<number, { pool: number; port: string }>();
  const extra = extraRows(problem, limits, bounds, telling, ports);
  const slots = shape.candidateOf.length;
  const first = slots * (1 + problem.resources.length);
  const taken: Taken = { row: new Int32Array(first), amount: new Float64Array(first), size: 0 };
  const emit = (at: number, value: number): void => {
    if (value === 0) return;
    reserve(taken, 1);
    taken.row[taken.size] = at;
    taken.amount[taken.size++] = value;
  };
  const start = new Int32Array(slots + 1);
  for (let w = 0; w < problem.workloads.length; w++) {
    const workload = problem.workloads[w] as ProblemWorkload;
    const take = rowsOfPools(workload);
    const columns = columnsOf(workload);
    const firstOf = candidateStart[w] as number;
    for (let candidate = firstOf; candidate < (candidateStart[w + 1] as number); candidate++) {
      for (let slot = slotStart[candidate] as number; slot < (slotStart[candidate + 1] as number); slot++) {
        const pool = poolOf[slot] as number;
        if (pool >= 0) take(pool, 1, taken);
        if (pool < 0 || extra !== undefined) {
          const pools = pool < 0 ? (columns.pools[candidate - firstOf] as readonly number[]) : [pool];
          if (pool < 0) for (const p of pools) take(p, (problem.pools[p] as ProblemPool).count, taken);
          extra?.(w, shape.cluster[candidate] as number, pools, emit);
        }
        start[slot + 1] = taken.size;
      }
    }
  }
  return { start, row: taken.row, amount: taken.amount, bounds, telling, ports };
}

/** Rows of pools by resource, and of their nodes cut into parts: makes, for one workload, what its pods take of a pool's rows. */
function poolRows(problem: Problem, bounds: number[], telling: number[]) {
  const resources = problem.resources.length;
  const partRows = bounds.length;
  for (const { count } of problem.pools)
    for (let r = 0; r < resources; r++)
      for (let parts = 2; parts <= PARTS; parts++) {
        bounds.push((parts - 1) * count);
        telling.push(0);
      }
  const free = Float64Array.from(problem.pools.flatMap((pool) => [...pool.shape]));
  return ({ demand: demands }: ProblemWorkload) => {
    const asked = Int32Array.from([...demands.keys()].filter((r) => demands[r] !== 0));
    return (p: number, pods: number, taken: Taken): void => {
      reserve(taken, asked.length * PARTS);
      for (let k = 0; k < asked.length; k++) {
        const r = asked[k] as number;
        const demand = demands[r] as number;
        taken.row[taken.size] = p * resources + r;
        taken.amount[taken.size++] = demand * pods;
        const node = free[p * resources + r] as number;
        if (demand * PARTS <= node) continue;
        for (let parts = 2; parts <= PARTS; parts++) {
          const whole = wholeParts(demand, node, parts);
          if (whole === 0) continue;
          const at = partRows + (p * resources + r) * (PARTS - 1) + parts - 2;
          if (whole * node > demand * (parts - 1)) telling[at] = 1;
          taken.row[taken.size] = at;
          taken.amount[taken.size++] = whole * pods;
        }
      }
    };
  };
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
  telling: number[],
  named: Map<number, { pool: number; port: string }>,
): Extra | undefined {
  const asked = problem.workloads.some(({ hostPorts }) => hostPorts.length > 0);
  if (!asked && limits.length === 0 && problem.rules.every((rule) => rule.kind !== "cut")) return undefined;
  const add = (bound: number): number => {
    telling.push(1);
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
        named.set(row, { pool: p, port });
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
      const size = value < 0 ? -value : value;
      if (size > (largest[at] as number)) largest[at] = size;
    }
  }
  const number = new Int32Array(bounds.length).fill(-1);
  const capacity: number[] = [];
  const scale: number[] = [];
  const touchy: number[] = [];
  const origin: number[] = [];
  bounds.forEach((bound, at) => {
    if (telling[at] === 0 || (high[at] as number) <= bound) return;
    number[at] = capacity.length;
    capacity.push(bound);
    origin.push(at);
    scale.push(Math.max(Math.abs(bound), largest[at] as number));
    touchy.push((low[at] as number) < 0 ? 1 : 0);
  });
  return {
    number,
    capacity: Float64Array.from(capacity),
    rowScale: Float64Array.from(scale),
    touchy: Uint8Array.from(touchy),
    rowOrigin: Int32Array.from(origin),
  };
}
