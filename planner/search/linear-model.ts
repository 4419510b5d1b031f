// The linear problem of a few good columns: shares of workloads on rows that are shares of their capacity. It must not know how it is solved.
import type { Arcs } from "./arcs.ts";
import { tiesOf } from "./bound/links.ts";
import { clusterOfRows } from "./bound/opening.ts";
import { neededOf } from "./bound/needed.ts";
import { newPricing } from "./bound/pricing.ts";
import { shapesOf } from "./bound/shapes.ts";
import type { Compact } from "./compact.ts";
import { linearRules } from "./linear-rules.ts";
import { numbered, select } from "./relaxed.ts";

/** Columns of each workload: the cheapest at the prices of the phase, so that they could carry it several times over, and some others. */
const COLUMNS = 20;
const OVER = 4;
const OTHERS = 28;
/** Shares of a workload that count as used when columns are chosen. */
const TRACE = 0.01;

export interface NearlyLinear {
  /** By row, then by tie: the price of one unit of its capacity. */
  readonly prices: Float64Array;
  /** By arc: replicas. */
  readonly average: Float64Array;
  /** By cluster: how much of it is in use, where only so many may be. */
  readonly opened?: Float64Array | undefined;
}

/** Columns are shares of what a workload wants; rows are shares of their capacity; costs are usually about one. */
export interface Model {
  readonly columns: number;
  readonly rows: number;
  readonly workloads: number;
  /** By workload: its first column; where only so many clusters may be used, these come last, as if they were one more workload's. */
  readonly start: Int32Array;
  readonly optional: Uint8Array;
  /** By column: its arc; of clusters, numbers after those of arcs. */
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
  /** By row: right-hand side, and what one of it is in units that prices are for. */
  readonly most: Float64Array;
  readonly rowScale: Float64Array;
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
  const key = reducedBy(compact, arcs, from.prices);
  const rules = linearRules(compact, arcs, key);
  const kept = kernel(compact, arcs, key, from.average, rules.complete);
  const list: { arc: number; slot: number; place: number }[] = [];
  const doors = doorsOf(compact, arcs);
  const groups = compact.workloads + (doors === undefined ? 0 : 1);
  const start = new Int32Array(groups + 1);
  for (let w = 0; w < compact.workloads; w++) {
    for (const a of kept[w] as Int32Array) {
      const c = arcs.candidate[a] as number;
      for (let slot = compact.slotStart[c] as number; slot < (compact.slotStart[c + 1] as number); slot++)
        for (const place of rules.places(w, a)) list.push({ arc: a, slot, place });
    }
    start[w + 1] = list.length;
  }
  for (const cluster of doors?.clusters ?? []) list.push({ arc: arcs.candidate.length + cluster, slot: -1, place: -1 });
  start[groups] = list.length;
  const columns = list.length;
  const rows = compact.capacity.length + rules.most.length;
  const arc = Int32Array.from(list, (column) => column.arc);
  const unit = new Float64Array(columns);
  const cost = new Float64Array(columns);
  const upper = new Float64Array(columns);
  const room = new Float64Array(groups);
  const entryStart = new Int32Array(columns + 1);
  const entryRow: number[] = [];
  const entry: number[] = [];
  const tau = new Float64Array(columns);
  const sigma = new Float64Array(rows);
  for (let w = 0; w < groups; w++)
    for (let j = start[w] as number; j < (start[w + 1] as number); j++) {
      const a = arc[j] as number;
      const { slot, place } = list[j] as (typeof list)[0];
      if (slot < 0) {
        // What a cluster in use gives to its rows.
        unit[j] = 1;
        upper[j] = 1;
        const own = doors?.rowsOf[a - arcs.candidate.length] ?? [];
        for (const row of own) {
          const value = (compact.capacity[row] as number) / (compact.rowScale[row] as number);
          entryRow.push(row);
          entry.push(-value);
          sigma[row] = (sigma[row] as number) + value;
        }
        tau[j] = own.length === 0 ? 1 : 1 / own.length;
        entryStart[j + 1] = entry.length;
        continue;
      }
      const total = Math.max(1, arcs.total[w] as number);
      unit[j] = total;
      cost[j] = ((arcs.cost[a] as number) + rules.way(w, a, place)) * total;
      upper[j] = Math.min(1, Math.min(arcs.most[a] as number, compact.room[slot] as number) / total);
      room[w] = Math.min(1, (room[w] as number) + (upper[j] as number));
      let size = 0;
      const add = (row: number, amount: number): void => {
        const value = amount * total;
        entryRow.push(row);
        entry.push(value);
        size += Math.abs(value);
        sigma[row] = (sigma[row] as number) + Math.abs(value);
      };
      for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
        const row = compact.entryRow[e] as number;
        add(row, (compact.entryAmount[e] as number) / (compact.rowScale[row] as number));
      }
      rules.entries(w, a, place, add);
      tau[j] = size === 0 ? 1 : 1 / size;
      entryStart[j + 1] = entry.length;
    }
  const scale = usual(cost);
  const most = new Float64Array(rows);
  const rowScale = new Float64Array(rows);
  most.set(rules.most, compact.capacity.length);
  rowScale.set(rules.scale, compact.capacity.length);
  compact.capacity.forEach((capacity, row) => {
    rowScale[row] = compact.rowScale[row] as number;
    most[row] = doors?.given[row] === 1 ? 0 : capacity / (compact.rowScale[row] as number);
  });
  if (doors !== undefined) room[compact.workloads] = doors.many;
  return {
    columns,
    rows,
    workloads: compact.workloads,
    start,
    optional: doors === undefined ? arcs.optional : Uint8Array.from([...arcs.optional, 1]),
    arc,
    unit,
    cost: cost.map((value) => value / scale),
    upper,
    room,
    entryStart,
    entryRow: Int32Array.from(entryRow),
    entry: Float64Array.from(entry),
    most,
    rowScale,
    tau,
    sigma: sigma.map((size) => (size === 0 ? 1 : 1 / size)),
    scale,
    complete: kept.every((own, w) => own.length === (arcs.start[w + 1] as number) - (arcs.start[w] as number)),
  };
}

/** Clusters that may be used beside those that must be, where only so many may: how many, and which rows their use gives all of their room. */
function doorsOf(compact: Compact, { joint: { mostClusters } }: Arcs) {
  if (mostClusters === undefined) return undefined;
  const needed = neededOf(compact);
  const clusters = [...needed.keys()].filter((cluster) => needed[cluster] === 0);
  const rowsOf: number[][] = Array.from(needed, () => []);
  const given = Uint8Array.from(clusterOfRows(compact), (cluster, row) => {
    if (cluster < 0 || needed[cluster] === 1) return 0;
    rowsOf[cluster]?.push(row);
    return 1;
  });
  return { clusters, rowsOf, given, many: Math.max(0, mostClusters - needed.length + clusters.length) };
}

/** What a column costs usually: those of few workloads that outweigh all others do not count. */
function usual(cost: Float64Array): number {
  const sizes = cost.map(Math.abs).filter((size) => size > 0);
  return sizes.sort()[sizes.length >> 1] ?? 1;
}

/** By arc: what one replica costs at these prices. */
function reducedBy(compact: Compact, arcs: Arcs, prices: Float64Array): Float64Array {
  const pricing = newPricing(compact, arcs);
  const all = new Float64Array(pricing.capacity.length);
  all.set(prices.subarray(0, all.length));
  pricing.set(all);
  const key = new Float64Array(arcs.candidate.length);
  const list = numbered(key.length);
  for (let w = 0; w < compact.workloads; w++)
    pricing.reduce(w, list, arcs.start[w] as number, arcs.start[w + 1] as number, key);
  return key;
}

/**
 * Arcs of each workload that may be worth it: what is used, the cheapest, and every so-manieth, so that what is full has a way out; and what rules
 * need beside those.
 */
function kernel(
  compact: Compact,
  arcs: Arcs,
  key: Float64Array,
  average: Float64Array,
  complete: (kept: readonly Set<number>[]) => void,
): readonly Int32Array[] {
  const all = numbered(key.length);
  const kept = Array.from({ length: compact.workloads }, (_, w) => {
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
  if (!speaks(compact)) return kept;
  const sets = kept.map((own) => new Set(own));
  complete(sets);
  return sets.map((own, w) => (own.size === kept[w]?.length ? (kept[w] as Int32Array) : Int32Array.from(own).sort()));
}

const speaks = (compact: Compact): boolean =>
  tiesOf(compact).links.length > 0 || shapesOf(compact).some((shape) => shape !== undefined);
