// Minimises one term after the other, each held at its best while the next is minimised. It must not know what the terms mean.
import { ZERO, modelOf, range } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { valueOf } from "./model.ts";
import type { Linear, ModelOptions, ModelSolution, Row, Solver } from "./model.ts";

export interface TermResult {
  readonly value: number;
  /** Proven: no better value exists, given the values of the terms before. */
  readonly bound: number;
}

export type LexicographicSolution =
  | {
      readonly status: "optimal" | "feasible";
      readonly values: readonly number[];
      readonly terms: readonly TermResult[];
    }
  | { readonly status: "infeasible" }
  | { readonly status: "unknown" };

/** As of one model, with the term that is being minimised. */
export type LexicographicOptions = Omit<ModelOptions, "onProgress"> & {
  readonly onProgress?: (term: number, ...told: Parameters<NonNullable<ModelOptions["onProgress"]>>) => void;
};

/**
 * Best point in lexicographic order. A term that is not proven within the time or gap is held at the value that was found; the bounds of
 * later terms are given that value.
 * @param floors proven before, of a problem that allows no less than this one: when all can be reached at once, one solve is enough.
 */
export async function lexicographic(
  draft: Draft,
  terms: readonly Linear[],
  solver: Solver,
  { onProgress, ...options }: LexicographicOptions,
  floors: readonly number[] = [],
): Promise<LexicographicSolution> {
  const started = options.now();
  const solve = (rows: readonly Row[], term: Linear): Promise<ModelSolution> => {
    const left = options.timeLimit - (options.now() - started);
    const t = terms.indexOf(term);
    return solver.solve(modelOf({ ...draft, rows: [...rows] }, term), {
      ...options,
      timeLimit: Math.max(left, 1),
      ...(onProgress === undefined || t < 0 ? {} : { onProgress: (...told) => onProgress(t, ...told) }),
    });
  };
  const known = terms.map((_, t) => floors[t] ?? -Infinity);
  if (known.every((floor) => floor > -Infinity)) {
    const held = [...draft.rows, ...terms.flatMap((term, t) => hold(draft, term, known[t] as number))];
    const found = await solve(held, ZERO);
    if (found.status === "optimal")
      return complete(
        terms,
        found.values,
        "optimal",
        terms.map((term) => valueOf(term, found.values)),
      );
    if (terms.length === 0) return found.status === "infeasible" ? found : { status: "unknown" };
  }
  return inTurn(draft, terms, solve, known);
}

async function inTurn(
  draft: Draft,
  terms: readonly Linear[],
  solve: (rows: readonly Row[], term: Linear) => Promise<ModelSolution>,
  floors: readonly number[],
): Promise<LexicographicSolution> {
  const rows = [...draft.rows];
  const bounds: number[] = [];
  let point: readonly number[] | undefined;
  // Floors speak of each term given the terms before it at their floors: above one of them, the next says nothing.
  let floored = true;
  for (const [t, term] of terms.entries()) {
    const last = t === terms.length - 1;
    const least = Math.max(range(draft, term)[0], floored ? (floors[t] as number) : -Infinity);
    let reached = point === undefined ? Infinity : valueOf(term, point);
    const enough = reached <= least + tolerance(draft, term, least);
    const constant = term.columns.length === 0 && (point !== undefined || !last);
    if (!enough && !constant) {
      const found = await solve(floored ? [...rows, ...atLeastRow(draft, term, least)] : rows, term);
      if (point === undefined && (found.status === "infeasible" || found.status === "unknown"))
        return { status: found.status };
      if ("values" in found && found.value <= reached) point = found.values;
      if (point === undefined) return { status: "unknown" };
      reached = valueOf(term, point);
      bounds.push(
        found.status === "optimal"
          ? reached
          : Math.max(least, Math.min(found.status === "infeasible" ? reached : found.bound, reached)),
      );
    } else bounds.push(constant ? term.constant : reached);
    if (point !== undefined) rows.push(...hold(draft, term, reached));
    floored &&= constant || reached <= least + tolerance(draft, term, least);
  }
  if (point === undefined) return { status: "unknown" };
  const proven = terms.every(
    (term, t) => valueOf(term, point) <= (bounds[t] as number) + tolerance(draft, term, bounds[t] as number),
  );
  return complete(terms, point, proven ? "optimal" : "feasible", bounds);
}

function complete(
  terms: readonly Linear[],
  values: readonly number[],
  status: "optimal" | "feasible",
  bounds: readonly number[],
): LexicographicSolution {
  const results = terms.map((term, t) => ({
    value: valueOf(term, values),
    bound: Math.min(bounds[t] as number, valueOf(term, values)),
  }));
  return { status, values, terms: results };
}

/** The row of a term, scaled to numbers that solvers bear. */
function rowOf(term: Linear, lower: number, upper: number): readonly Row[] {
  if (term.columns.length === 0) return [];
  const largest = term.coefficients.reduce((most, coefficient) => Math.max(most, Math.abs(coefficient)), 0);
  const scale = largest > 1e4 ? largest / 1e4 : 1;
  return [
    {
      columns: term.columns,
      coefficients: term.coefficients.map((coefficient) => coefficient / scale),
      constant: 0,
      lower: (lower - term.constant) / scale,
      upper: (upper - term.constant) / scale,
    },
  ];
}

/** Keeps a term at its value: exactly where values are whole, within a billionth where they are not. */
const hold = (draft: Draft, term: Linear, value: number): readonly Row[] =>
  rowOf(term, -Infinity, value + tolerance(draft, term, value));

const atLeastRow = (draft: Draft, term: Linear, value: number): readonly Row[] =>
  value === -Infinity ? [] : rowOf(term, value - tolerance(draft, term, value), Infinity);

function tolerance(draft: Draft, term: Linear, value: number): number {
  const whole = term.columns.every(
    (index, i) => draft.integer[index] === true && Number.isInteger(term.coefficients[i]),
  );
  return whole ? 0.5 : 1e-9 * Math.max(1, Math.abs(value));
}
