// A problem without rules as integer columns and rows, for peers, and what an answer to it costs, counted again. It must not know who solves.
import type { Placement, Problem } from "../../../planner/index.ts";

/** Columns with an upper bound and a cost each; sparse rows by start, as `reading.py` says. */
export interface Model {
  readonly upper: readonly number[];
  readonly cost: readonly number[];
  readonly start: readonly number[];
  readonly index: readonly number[];
  readonly value: readonly number[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** Every workload placed whole or in replicas, every cluster's nodes taken as one: true of instances whose clusters have one node. */
export function modelOf(problem: Problem): Model {
  if (problem.rules.length > 0 || problem.latencies.length > 0) throw new Error("peers are given no rules");
  const upper: number[] = [];
  const cost: number[] = [];
  const rows: { low: number | null; high: number | null; entries: [column: number, value: number][] }[] = [];
  const room = problem.clusters.map(() => problem.resources.map((): [number, number][] => []));
  for (const { counting, candidates, demand } of problem.workloads) {
    if (counting.kind === "each" || (counting.clusters !== undefined && counting.clusters !== 1))
      throw new Error("peers are given no such counting");
    const size = counting.kind === "copies" ? counting.size : 1;
    const wanted = counting.kind === "copies" ? 1 : counting.total;
    const all: [number, number][] = [];
    for (const candidate of candidates) {
      const column = upper.length;
      upper.push(Math.min(wanted, Math.floor(candidate.most / size)));
      cost.push(candidate.cost * size);
      all.push([column, 1]);
      demand.forEach((amount, r) => amount > 0 && room[candidate.cluster]?.[r]?.push([column, amount * size]));
    }
    rows.push({ low: wanted, high: wanted, entries: all });
  }
  problem.clusters.forEach(({ pools }, c) =>
    problem.resources.forEach((_, r) => {
      const high = pools.reduce(
        (sum, p) => sum + (problem.pools[p]?.count ?? 0) * (problem.pools[p]?.shape[r] ?? 0),
        0,
      );
      const entries = room[c]?.[r] ?? [];
      if (entries.reduce((sum, [column, value]) => sum + value * (upper[column] as number), 0) > high)
        rows.push({ low: null, high, entries });
    }),
  );
  const start = [0];
  for (const { entries } of rows) start.push((start.at(-1) as number) + entries.length);
  return {
    upper,
    cost,
    start,
    index: rows.flatMap(({ entries }) => entries.map(([column]) => column)),
    value: rows.flatMap(({ entries }) => entries.map(([, value]) => value)),
    low: rows.map(({ low }) => low),
    high: rows.map(({ high }) => high),
  };
}

/** The value of each column that a placement means. */
export function columnsOf(problem: Problem, placement: Placement): readonly number[] {
  return problem.workloads.flatMap(({ candidates, counting }, w) =>
    candidates.map((_, i) => (placement[w]?.[i] ?? 0) / (counting.kind === "copies" ? counting.size : 1)),
  );
}

/** What an answer costs; says what is wrong with it instead where a column or a row does not hold. */
export function countAgain(model: Model, x: readonly number[]): number | string {
  const bad = x.findIndex((count, j) => !Number.isInteger(count) || count < 0 || count > (model.upper[j] as number));
  if (x.length !== model.upper.length || bad >= 0) return `column ${bad} is ${x[bad]} of at most ${model.upper[bad]}`;
  for (let r = 0; r < model.low.length; r++) {
    let sum = 0;
    for (let at = model.start[r] as number; at < (model.start[r + 1] as number); at++)
      sum += (model.value[at] as number) * (x[model.index[at] as number] as number);
    if (sum < (model.low[r] ?? -Infinity) || sum > (model.high[r] ?? Infinity)) return `row ${r} is ${sum}`;
  }
  return x.reduce((sum, count, j) => sum + count * (model.cost[j] as number), 0);
}
