// A model while it is being written: columns and rows are added, like terms merged, rows scaled to numbers that solvers bear. It must
// not know what columns mean.
import type { Because } from "../problem.ts";
import type { Linear, Model, Row } from "./model.ts";

export interface Draft {
  readonly lower: number[];
  readonly upper: number[];
  readonly integer: boolean[];
  readonly rows: Row[];
}

export const newDraft = (): Draft => ({ lower: [], upper: [], integer: [], rows: [] });

export const ZERO: Linear = { columns: [], coefficients: [], constant: 0 };

export const constant = (value: number): Linear => ({ columns: [], coefficients: [], constant: value });

export const column = (index: number, coefficient = 1): Linear => ({
  columns: [index],
  coefficients: [coefficient],
  constant: 0,
});

/** Adds an integer column within bounds. */
export function integerColumn(draft: Draft, lower: number, upper: number): Linear {
  return addColumn(draft, lower, upper, true);
}

export function continuousColumn(draft: Draft, lower: number, upper: number): Linear {
  return addColumn(draft, lower, upper, false);
}

function addColumn(draft: Draft, lower: number, upper: number, integer: boolean): Linear {
  draft.lower.push(lower);
  draft.upper.push(upper);
  draft.integer.push(integer);
  return column(draft.lower.length - 1);
}

/** Σ factor × part, like columns merged and zeros dropped. */
export function sum(parts: readonly (readonly [Linear, number])[]): Linear {
  const merged = new Map<number, number>();
  let total = 0;
  for (const [part, factor] of parts) {
    total += part.constant * factor;
    for (let i = 0; i < part.columns.length; i++) {
      const index = part.columns[i] as number;
      merged.set(index, (merged.get(index) ?? 0) + (part.coefficients[i] as number) * factor);
    }
  }
  const columns: number[] = [];
  const coefficients: number[] = [];
  for (const [index, coefficient] of [...merged].sort(([a], [b]) => a - b)) {
    if (coefficient === 0) continue;
    columns.push(index);
    coefficients.push(coefficient);
  }
  return { columns, coefficients, constant: total };
}

export const plus = (...parts: readonly Linear[]): Linear => sum(parts.map((part) => [part, 1]));

export const minus = (a: Linear, b: Linear): Linear =>
  sum([
    [a, 1],
    [b, -1],
  ]);

export const times = (a: Linear, factor: number): Linear => sum([[a, factor]]);

/** Smallest and largest value of an expression over the columns' bounds. */
export function range(draft: Pick<Draft, "lower" | "upper">, linear: Linear): readonly [number, number] {
  let [low, high] = [linear.constant, linear.constant];
  for (let i = 0; i < linear.columns.length; i++) {
    const index = linear.columns[i] as number;
    const coefficient = linear.coefficients[i] as number;
    const [a, b] = [coefficient * (draft.lower[index] as number), coefficient * (draft.upper[index] as number)];
    low += Math.min(a, b);
    high += Math.max(a, b);
  }
  return [low, high];
}

/** lower ≤ linear ≤ upper. A row that bounds already imply is left out; one that can never hold stays, for its `because`. */
export function restrict(draft: Draft, linear: Linear, lower: number, upper: number, because?: Because): void {
  const [low, high] = range(draft, linear);
  if (low >= lower && high <= upper) return;
  const scale = scaleOf(linear.coefficients);
  draft.rows.push({
    columns: linear.columns,
    coefficients: linear.coefficients.map((coefficient) => coefficient / scale),
    constant: 0,
    lower: (lower - linear.constant) / scale,
    upper: (upper - linear.constant) / scale,
    ...(because === undefined ? {} : { because }),
  });
}

export const atMost = (draft: Draft, linear: Linear, most: number, because?: Because): void =>
  restrict(draft, linear, -Infinity, most, because);

export const atLeast = (draft: Draft, linear: Linear, least: number, because?: Because): void =>
  restrict(draft, linear, least, Infinity, because);

export const equals = (draft: Draft, linear: Linear, value: number, because?: Because): void =>
  restrict(draft, linear, value, value, because);

/** Divisor that keeps integers whole where it can, and the largest coefficient within a million. */
export function scaleOf(coefficients: readonly number[]): number {
  const largest = coefficients.reduce((most, coefficient) => Math.max(most, Math.abs(coefficient)), 0);
  if (largest === 0) return 1;
  const whole = coefficients.every((coefficient) => Number.isInteger(coefficient));
  const divisor = whole ? coefficients.reduce((a, b) => gcd(a, Math.abs(b)), 0) : 1;
  return largest / divisor > 1e6 ? largest / 1e6 : divisor;
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

export const modelOf = (draft: Draft, objective: Linear): Model => ({ ...draft, objective });
