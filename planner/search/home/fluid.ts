// How much of what may stay out fits on one cluster, as if nodes of a pool were one: a linear program over workloads and pools. Its value is
// a bound on what can be placed; its answer is where to begin. It must not know single nodes.
import type { Problem, ProblemWorkload, SolveOptions } from "../../problem.ts";
import { highs } from "../../solver/highs.ts";
import type { Model, Row } from "../../solver/model.ts";

export interface FluidGround {
  readonly problem: Problem;
  /** Pools of the cluster. */
  readonly pools: readonly number[];
  /** By workload: replicas when nothing is left out, and the pools that take them (none: it is elsewhere). */
  readonly wanted: readonly number[];
  readonly poolsOf: readonly (readonly number[])[];
  /** Replicas in force by workload. */
  readonly before: readonly number[];
}

export interface Fluid {
  /** By priority, as `classes`: replicas that can be placed at most, those of more important ones placed as far as they can be. */
  readonly most: readonly number[];
  /** Replicas by workload, and by workload and pool, whole or not. */
  readonly amounts: Float64Array;
  readonly shares: readonly { readonly workload: number; readonly pool: number; readonly amount: number }[];
}

/** Of two equal answers, the one that keeps more of what runs: all of it together counts less than one replica. */
const KEEPING = 0.1;

/**
 * @param room free amounts by pool (as `pools`) and resource.
 * @param classes priorities of what may stay out, the most important first.
 * Undefined when what must run does not fit, or when time is up.
 */
export async function fluid(
  ground: FluidGround,
  room: readonly (readonly number[])[],
  classes: readonly number[],
  options: SolveOptions,
): Promise<Fluid | undefined> {
  const columns = columnsOf(ground);
  const rows = [...wantedRows(ground, columns), ...roomRows(ground, columns, room)];
  const all = Math.max(
    1,
    ground.wanted.reduce((a, b) => a + b, 0),
  );
  const most: number[] = [];
  let values: readonly number[] | undefined;
  for (const priority of classes.length > 0 ? classes : [0]) {
    const counted = columns.flatMap(({ workload }, j) => {
      const { optional, priority: own } = ground.problem.workloads[workload] as ProblemWorkload;
      return optional && own === priority ? [j] : [];
    });
    const worth = counted.map((j) => (columns[j]?.kept === true ? -1 - KEEPING / all : -1));
    const model: Model = {
      lower: columns.map(() => 0),
      upper: columns.map(({ upper }) => upper),
      integer: columns.map(() => false),
      rows,
      objective: { columns: counted, coefficients: worth, constant: 0 },
    };
    const { timeLimit, seed, now, stopped } = options;
    const found = await highs.solve(model, { timeLimit, seed, now, stopped, gap: 0 });
    if (!("values" in found) || found.status !== "optimal") return undefined;
    values = found.values;
    most.push(-found.value);
    const placed = counted.reduce((sum, j) => sum + (found.values[j] as number), 0);
    const held = { columns: counted, coefficients: counted.map(() => 1), constant: 0, upper: Infinity };
    if (counted.length > 0) rows.push({ ...held, lower: placed - 1e-6 * Math.max(1, placed) });
  }
  const amounts = new Float64Array(ground.wanted.length);
  const shares = columns.flatMap(({ workload, pool }, j) => {
    const amount = values?.[j] as number;
    amounts[workload] = (amounts[workload] as number) + amount;
    return amount > 0 ? [{ workload, pool, amount }] : [];
  });
  return { most, amounts, shares };
}

interface Column {
  readonly workload: number;
  /** The place of its pool; of what is on every node, −1. */
  readonly pool: number;
  readonly upper: number;
  /** Replicas that run already: a column of their own. */
  readonly kept: boolean;
}

function columnsOf({ problem, pools, wanted, poolsOf, before }: FluidGround): readonly Column[] {
  return problem.workloads.flatMap((workload, w) => {
    const own = poolsOf[w] as readonly number[];
    if (own.length === 0 || wanted[w] === 0) return [];
    if (workload.perNode) return [{ workload: w, pool: -1, upper: 1, kept: false }];
    return own.flatMap((p): Column[] => {
      const { shape, count } = problem.pools[p] as Problem["pools"][number];
      const onOne = workload.demand.reduce(
        (most, amount, r) => (amount > 0 ? Math.min(most, Math.floor((shape[r] as number) / amount)) : most),
        workload.perNodeMost,
      );
      const column = { workload: w, pool: pools.indexOf(p), upper: Math.min(wanted[w] as number, onOne * count) };
      return [{ ...column, kept: false }, ...((before[w] as number) > 0 ? [{ ...column, kept: true }] : [])];
    });
  });
}

/** No more of a workload than there is; all of it where nothing may stay out; no more kept than runs. */
function wantedRows({ problem, wanted, before }: FluidGround, columns: readonly Column[]): readonly Row[] {
  const own = new Map<number, number[]>();
  const kept = new Map<number, number[]>();
  columns.forEach((column, j) => {
    for (const lists of column.kept ? [own, kept] : [own])
      lists.set(column.workload, [...(lists.get(column.workload) ?? []), j]);
  });
  const row = (list: readonly number[], lower: number, upper: number): Row => ({
    columns: list,
    coefficients: list.map(() => 1),
    constant: 0,
    lower,
    upper,
  });
  return [
    ...[...own].map(([w, list]) => {
      const all = wanted[w] as number;
      return row(list, problem.workloads[w]?.optional === true ? -Infinity : all, all);
    }),
    ...[...kept].map(([w, list]) => row(list, -Infinity, before[w] as number)),
  ];
}

/** Pool by pool and resource by resource, in shares of one node: numbers that solvers bear. */
function roomRows(
  { problem, pools, poolsOf }: FluidGround,
  columns: readonly Column[],
  room: readonly (readonly number[])[],
): readonly Row[] {
  return pools.flatMap((p, at) => {
    const { shape, count } = problem.pools[p] as Problem["pools"][number];
    const here = columns.flatMap(({ workload, pool }, j) => {
      const everywhere = pool < 0 && (poolsOf[workload] as readonly number[]).includes(p);
      return pool === at || everywhere ? [{ j, workload, times: everywhere ? count : 1 }] : [];
    });
    return problem.resources.flatMap((_, r): Row[] => {
      const unit = Math.max(1, shape[r] as number);
      const taking = here.flatMap(({ j, workload, times }) => {
        const amount = problem.workloads[workload]?.demand[r] as number;
        return amount > 0 ? [{ j, share: (amount * times) / unit }] : [];
      });
      const free = Math.max(0, room[at]?.[r] as number) / unit;
      const most = taking.reduce((sum, { j, share }) => sum + share * (columns[j] as Column).upper, 0);
      if (most <= free) return []; // whatever comes, there is room for it
      return [
        {
          columns: taking.map(({ j }) => j),
          coefficients: taking.map(({ share }) => share),
          constant: 0,
          lower: -Infinity,
          upper: free,
        },
      ];
    });
  });
}
