// A few clusters decided anew by an integer model made straight from the rows: what is on them and bound by nothing else goes where it
// costs least, all at once. It must not know rules, or which clusters are worth it.
import type { ModelOptions, Row, Solver } from "../solver/model.ts";
import type { Weights } from "./arcs.ts";
import type { State } from "./state.ts";

export interface Ground {
  readonly state: State;
  readonly weights: Weights;
  readonly free: (w: number) => boolean;
  /** Clusters of which packing taught something: they are left as they are. */
  readonly packed: (cluster: number) => boolean;
  /** By candidate: 0 where no better answer has anything. */
  readonly worthwhile: Uint8Array;
  readonly solver: Solver;
}

interface Column {
  readonly slot: number;
  readonly candidate: number;
  readonly step: number;
}

/** Returns what was gained; 0 when nothing better was found. */
export async function decideClusters(
  ground: Ground,
  clusters: readonly number[],
  options: ModelOptions,
): Promise<number> {
  const { state, weights, solver } = ground;
  const columns = columnsOf(ground, clusters);
  if (columns.length < 2) return 0;
  const { rows, start } = rowsOf(state, columns);
  const cost = columns.map(({ candidate, step }) => step * costOf(weights, state, candidate, step));
  const model = {
    lower: columns.map(() => 0),
    upper: columns.map(({ slot, candidate, step }) =>
      Math.floor(Math.min(state.compact.room[slot] as number, state.compact.most[candidate] as number) / step),
    ),
    integer: columns.map(() => true),
    rows,
    objective: { columns: columns.map((_, j) => j), coefficients: cost, constant: 0 },
  };
  const now = start.reduce((sum, steps, j) => sum + steps * (cost[j] as number), 0);
  const found = await solver.solve(model, options);
  if (found.status !== "optimal" && found.status !== "feasible") return 0;
  const gained = now - found.value;
  if (gained <= 1e-9 * Math.max(1, Math.abs(now))) return 0;
  for (const { candidate } of columns) state.remove(candidate, state.on[candidate] as number);
  columns.forEach(({ candidate, step }, j) => state.add(candidate, Math.round(found.values[j] as number) * step));
  return gained;
}

/** Replicas that are kept are worth more; beyond them a candidate is a place like any other. */
function costOf({ cost, kept, reward }: Weights, { compact }: State, candidate: number, step: number): number {
  const keeps = Math.min(kept[candidate] as number, compact.most[candidate] as number);
  return (cost[candidate] as number) - (step > 1 ? (keeps * (reward[candidate] as number)) / step : 0);
}

function columnsOf({ state, free, weights, packed, worthwhile }: Ground, all: readonly number[]): readonly Column[] {
  const { compact, on } = state;
  const clusters = all.filter((cluster) => !packed(cluster));
  const inside = new Set(clusters);
  const workloads = new Set<number>();
  for (const at of clusters)
    for (let k = state.clusterStart[at] as number; k < (state.clusterStart[at + 1] as number); k++) {
      const candidate = state.clusterCandidates[k] as number;
      const w = compact.workloadOf[candidate] as number;
      if ((on[candidate] as number) > 0 && free(w) && !isMixed(state, weights, w)) workloads.add(w);
    }
  return [...workloads]
    .sort((a, b) => a - b)
    .flatMap((w) => {
      const own: Column[] = [];
      for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++)
        if (
          inside.has(compact.cluster[c] as number) &&
          (compact.most[c] as number) > 0 &&
          (worthwhile[c] === 1 || (on[c] as number) > 0)
        )
          own.push({ slot: compact.slotStart[c] as number, candidate: c, step: compact.step[w] as number });
      return own;
    });
}

/** Of several pools, or kept in part: one column for a candidate would not say what it is worth. */
function isMixed({ compact }: State, { kept, reward }: Weights, w: number): boolean {
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
    if ((compact.slotStart[c + 1] as number) - (compact.slotStart[c] as number) !== 1) return true;
    if ((kept[c] as number) > 0 && (reward[c] as number) > 0 && compact.step[w] === 1) return true;
  }
  return false;
}

function rowsOf({ compact, on, used, capacity }: State, columns: readonly Column[]) {
  const start = columns.map(({ candidate, step }) => (on[candidate] as number) / step);
  const totals = new Map<number, { columns: number[]; sum: number }>();
  const loads = new Map<number, { columns: number[]; coefficients: number[]; own: number }>();
  columns.forEach(({ slot, candidate, step }, j) => {
    const w = compact.workloadOf[candidate] as number;
    const total = totals.get(w) ?? { columns: [], sum: 0 };
    total.columns.push(j);
    total.sum += start[j] as number;
    totals.set(w, total);
    for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
      const row = compact.entryRow[e] as number;
      const load = loads.get(row) ?? { columns: [], coefficients: [], own: 0 };
      load.columns.push(j);
      load.coefficients.push((compact.entryAmount[e] as number) * step);
      load.own += (compact.entryAmount[e] as number) * step * (start[j] as number);
      loads.set(row, load);
    }
  });
  const rows: Row[] = [
    ...[...totals.values()].map(({ columns: own, sum }) => ({
      columns: own,
      coefficients: own.map(() => 1),
      constant: 0,
      lower: sum,
      upper: sum,
    })),
    ...[...loads].map(([row, { columns: own, coefficients, own: carried }]) => ({
      columns: own,
      coefficients,
      constant: 0,
      lower: -Infinity,
      upper: (capacity[row] as number) - (used[row] as number) + carried,
    })),
  ];
  return { rows, start };
}
