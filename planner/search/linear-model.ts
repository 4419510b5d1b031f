// The linear problem of a few good columns: shares of workloads on rows that are shares of their capacity. It must not know how it is solved.
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import { numbered, select } from "./relaxed.ts";
import { priceOf } from "./start.ts";

/** Columns of each workload: the cheapest at the prices of the phase, so that they could carry it several times over, and some others. */
const COLUMNS = 20;
const OVER = 4;
const OTHERS = 28;
/** Shares of a workload that count as used when columns are chosen. */
const TRACE = 0.01;

export interface NearlyLinear {
  /** By row: the price of one unit of its capacity. */
  readonly prices: Float64Array;
  /** By arc: replicas. */
  readonly average: Float64Array;
}

/** Columns are shares of what a workload wants; rows are shares of their capacity; costs have a mean of one. */
export interface Model {
  readonly columns: number;
  readonly rows: number;
  /** By workload: its first column. */
  readonly start: Int32Array;
  readonly optional: Uint8Array;
  readonly arc: Int32Array;
  /** Replicas that a column of one stands for. */
  readonly unit: Float64Array;
  readonly cost: Float64Array;
  readonly upper: Float64Array;
  /** By workload: the share of it that all of its columns could carry, at most one. */
  readonly room: Float64Array;
  readonly entryStart: Int32Array;
  readonly entryRow: Int32Array;
  readonly entry: Float64Array;
  /** By row: right-hand side. */
  readonly most: Float64Array;
  readonly tau: Float64Array;
  readonly sigma: Float64Array;
  readonly scale: number;
  /** By workload: what each of its columns had to beat in the last step; where the next one begins to look. */
  readonly threshold: Float64Array;
  /** Whether no column was left out. */
  readonly complete: boolean;
}

/** The linear problem over the columns that may be worth it. */
export function linearModel(compact: Compact, arcs: Arcs, from: NearlyLinear): Omit<Model, "threshold"> {
  const kept = kernel(compact, arcs, from);
  const list: { arc: number; slot: number }[] = [];
  const start = new Int32Array(compact.workloads + 1);
  for (let w = 0; w < compact.workloads; w++) {
    for (const a of kept[w] as Int32Array) {
      const c = arcs.candidate[a] as number;
      for (let slot = compact.slotStart[c] as number; slot < (compact.slotStart[c + 1] as number); slot++)
        list.push({ arc: a, slot });
    }
    start[w + 1] = list.length;
  }
  const columns = list.length;
  const rows = compact.capacity.length;
  const arc = Int32Array.from(list, (column) => column.arc);
  const unit = new Float64Array(columns);
  const cost = new Float64Array(columns);
  const upper = new Float64Array(columns);
  const room = new Float64Array(compact.workloads);
  const entryStart = new Int32Array(columns + 1);
  const entryRow: number[] = [];
  const entry: number[] = [];
  const tau = new Float64Array(columns);
  const sigma = new Float64Array(rows);
  for (let w = 0; w < compact.workloads; w++)
    for (let j = start[w] as number; j < (start[w + 1] as number); j++) {
      const a = arc[j] as number;
      const slot = (list[j] as (typeof list)[0]).slot;
      const total = Math.max(1, arcs.total[w] as number);
      unit[j] = total;
      cost[j] = (arcs.cost[a] as number) * total;
      upper[j] = Math.min(1, Math.min(arcs.most[a] as number, compact.room[slot] as number) / total);
      room[w] = Math.min(1, (room[w] as number) + (upper[j] as number));
      let size = 0;
      for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
        const row = compact.entryRow[e] as number;
        const value = ((compact.entryAmount[e] as number) * total) / (compact.rowScale[row] as number);
        entryRow.push(row);
        entry.push(value);
        size += Math.abs(value);
        sigma[row] = (sigma[row] as number) + Math.abs(value);
      }
      tau[j] = size === 0 ? 1 : 1 / size;
      entryStart[j + 1] = entry.length;
    }
  const mean = cost.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, columns);
  const scale = mean === 0 ? 1 : mean;
  return {
    columns,
    rows,
    start,
    optional: arcs.optional,
    arc,
    unit,
    cost: cost.map((value) => value / scale),
    upper,
    room,
    entryStart,
    entryRow: Int32Array.from(entryRow),
    entry: Float64Array.from(entry),
    most: Float64Array.from(compact.capacity, (capacity, row) => capacity / (compact.rowScale[row] as number)),
    tau,
    sigma: sigma.map((size) => (size === 0 ? 1 : 1 / size)),
    scale,
    complete: kept.every((own, w) => own.length === (arcs.start[w + 1] as number) - (arcs.start[w] as number)),
  };
}

/** Arcs of each workload that may be worth it: what is used, the cheapest, and every so-manieth, so that what is full has a way out. */
function kernel(compact: Compact, arcs: Arcs, { prices, average }: NearlyLinear): readonly Int32Array[] {
  const key = new Float64Array(arcs.candidate.length);
  for (let a = 0; a < key.length; a++)
    key[a] = (arcs.cost[a] as number) + priceOf(compact, prices, arcs.candidate[a] as number);
  const all = numbered(key.length);
  return Array.from({ length: compact.workloads }, (_, w) => {
    const own = all.subarray(arcs.start[w], arcs.start[w + 1]);
    for (let few = COLUMNS; few + OTHERS < own.length; few *= 2) {
      select(own, key, few);
      let room = 0;
      for (let k = 0; k < few; k++) room += arcs.most[own[k] as number] as number;
      if (room < OVER * (arcs.total[w] as number)) continue;
      const every = Math.ceil((own.length - few) / OTHERS);
      return own
        .filter(
          (a, k) => k < few || (k - few) % every === 0 || (average[a] as number) > TRACE * (arcs.total[w] as number),
        )
        .sort();
    }
    return own.slice().sort();
  });
}
