// Prices for room that prove a bound: a subgradient ascent with Polyak's steps, deflected by the step before (Camerini, Fratta, Maffioli,
// Mathematical Programming Study 3, 1975), whose averaged answers come close to the linear optimum (as in the volume algorithm of Barahona and
// Anbil, 2000). It must not know workloads or rules; it decides by counting steps, never by a clock.
import type { Arcs } from "./arcs.ts";
import { tiesOf } from "./bound/links.ts";
import type { Compact } from "./compact.ts";
import { newRelaxed } from "./relaxed.ts";

export interface Ascent {
  /** By row: the price of one unit of its capacity; after those of `Compact` come the ties (`bound/links.ts`) and shares. */
  readonly prices: Float64Array;
  /** Proven by these prices. */
  readonly bound: number;
  /** By arc: replicas, averaged over the last passes; close to the linear optimum. */
  readonly average: Float64Array;
}

export interface AscentOptions {
  readonly steps: number;
  /** About what can be reached: only steps are measured by it. */
  readonly upper: number;
  readonly from?: Float64Array;
  readonly stopped: () => boolean;
}

/** Passes between those over all pairs, at first and later; only those prove anything. */
const WIDE = { early: 6, until: 60, later: 25 };
/** Steps without a better bound, after which they get shorter, and by how much. */
const PATIENCE = 6;
const SHORTER = 0.7;
/** How much of the last direction is kept, and of the average an answer takes at least. */
const KEPT = 0.3;
const BLEND = 0.05;

export function ascend(compact: Compact, arcs: Arcs, options: AscentOptions): Ascent {
  const relaxed = newRelaxed(compact, arcs);
  const { scale, capacity, simplex } = relaxed.rows;
  const rows = capacity.length;
  const price = Float64Array.from({ length: rows }, (_, row) => Math.max(0, options.from?.[row] ?? 0));
  const best = Float64Array.from(price);
  const over = new Float64Array(rows);
  const direction = new Float64Array(rows);
  const mean = newMean(arcs.candidate.length);
  let proof = Float64Array.from(price);
  let [bound, value, length, poor] = [-Infinity, -Infinity, 1, 0];
  const prove = (at: Float64Array): number => {
    const found = relaxed.pass(at, true);
    if (found > bound) [bound, proof] = [found, Float64Array.from(at)];
    return found;
  };
  for (let step = 0; step < options.steps && !options.stopped(); step++) {
    const wide = step % (step < WIDE.until ? WIDE.early : WIDE.later) === 0;
    const found = wide ? prove(price) : relaxed.pass(price, false);
    if (found === Infinity) break;
    mean.blend(relaxed.chosen, relaxed.amount, relaxed.count(), Math.max(BLEND, 1 / (step + 1)));
    relaxed.excess(over);
    if (found > value) {
      value = found;
      best.set(price);
      poor = 0;
    } else if (++poor >= PATIENCE) {
      length *= SHORTER;
      poor = 0;
    }
    let size = 0;
    for (let row = 0; row < rows; row++) {
      const to = (over[row] as number) + KEPT * (direction[row] as number);
      direction[row] = to;
      if (to > 0 || (price[row] as number) > 0) size += to * to;
    }
    const hope = Math.min(options.upper, bound + Math.max(0.05 * Math.abs(bound), (options.upper - bound) / 2) + 1e-9);
    const far = size < 1e-18 ? 0 : (length * Math.max(0, hope - found)) / size;
    if (far === 0) break;
    for (let row = 0; row < rows; row++)
      price[row] = Math.max(0, (price[row] as number) + (far * (direction[row] as number)) / (scale[row] as number));
    if (simplex < rows) ontoSimplex(price.subarray(simplex));
  }
  prove(best);
  return { prices: proof, bound, average: mean.read() };
}

/** Prices of nothing, by row: those of `Compact`, then those of its ties. */
export const newPrices = (compact: Compact): Float64Array =>
  new Float64Array(compact.capacity.length + tiesOf(compact).capacity.length);

/** The nearest point whose entries are none below zero and together one. */
export function ontoSimplex(values: Float64Array): void {
  const sorted = values.toSorted().reverse();
  let [sum, shift] = [0, 0];
  for (let k = 0; k < sorted.length; k++) {
    sum += sorted[k] as number;
    const next = (sum - 1) / (k + 1);
    if (next >= (sorted[k] as number)) break;
    shift = next;
  }
  for (let k = 0; k < values.length; k++) values[k] = Math.max(0, (values[k] as number) - shift);
}

/** A running average that only touches what is chosen: one factor stands before all of it. */
function newMean(size: number) {
  const held = new Float64Array(size);
  let factor = 1;
  return {
    blend: (chosen: Int32Array, amount: Int32Array, count: number, share: number): void => {
      if (share >= 1) held.fill(0);
      factor = share >= 1 ? 1 : factor * (1 - share);
      if (factor < 1e-100) {
        for (let a = 0; a < size; a++) held[a] = (held[a] as number) * factor;
        factor = 1;
      }
      for (let k = 0; k < count; k++) {
        const a = chosen[k] as number;
        held[a] = (held[a] as number) + (share * (amount[a] as number)) / factor;
      }
    },
    read: (): Float64Array => held.map((value) => value * factor),
  };
}
