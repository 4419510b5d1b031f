// Minimises one term after the other, each held at its best while the next is minimised. It must not know what the terms mean.
import { modelOf, range } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { valueOf } from "./model.ts";
import type { Linear, ModelOptions, Row, Solver } from "./model.ts";

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

/**
 * Best point in lexicographic order. A term whose value is not proven stops the search: bounds of later terms would speak of another
 * problem, so they are what the columns' bounds alone say.
 */
export async function lexicographic(
  draft: Draft,
  terms: readonly Linear[],
  solver: Solver,
  options: ModelOptions,
): Promise<LexicographicSolution> {
  const started = options.now();
  const rows = [...draft.rows];
  const results: TermResult[] = [];
  let point: readonly number[] | undefined;
  let proven = true;
  let solved = false;
  const asked = terms.length === 0 ? [{ columns: [], coefficients: [], constant: 0 }] : terms;
  for (const term of asked) {
    const [least] = range(draft, term);
    const reached = point === undefined ? Infinity : valueOf(term, point);
    if (solved && (!proven || reached <= least + tolerance(draft, term, least))) {
      results.push({ value: reached, bound: proven ? reached : least });
      if (proven) hold(rows, draft, term, reached);
      continue;
    }
    const left = options.timeLimit - (options.now() - started);
    const found = await solver.solve(modelOf({ ...draft, rows }, term), {
      ...options,
      timeLimit: Math.max(left, 1),
    });
    if (found.status === "infeasible" && !solved) return found;
    if (found.status === "infeasible" || found.status === "unknown") {
      if (!solved || point === undefined) return { status: "unknown" };
      proven = false;
      results.push({
        value: reached,
        bound: found.status === "unknown" ? Math.max(least, Math.min(found.bound, reached)) : least,
      });
      continue;
    }
    point = found.value <= reached || !solved ? found.values : point;
    solved = true;
    const value = valueOf(term, point as readonly number[]);
    proven = found.status === "optimal";
    results.push({ value, bound: proven ? value : Math.max(least, Math.min(found.bound, value)) });
    if (proven) hold(rows, draft, term, value);
  }
  if (point === undefined) return { status: "unknown" };
  return { status: proven ? "optimal" : "feasible", values: point, terms: terms.length === 0 ? [] : results };
}

/** Keeps a term at its value: exactly where values are whole, within a billionth where they are not. */
function hold(rows: Row[], draft: Draft, term: Linear, value: number): void {
  if (term.columns.length === 0) return;
  const largest = term.coefficients.reduce((most, coefficient) => Math.max(most, Math.abs(coefficient)), 0);
  const scale = largest > 1e4 ? largest / 1e4 : 1;
  rows.push({
    columns: term.columns,
    coefficients: term.coefficients.map((coefficient) => coefficient / scale),
    constant: 0,
    lower: -Infinity,
    upper: (value - term.constant + tolerance(draft, term, value)) / scale,
  });
}

function tolerance(draft: Draft, term: Linear, value: number): number {
  const whole = term.columns.every(
    (index, i) => draft.integer[index] === true && Number.isInteger(term.coefficients[i]),
  );
  return whole ? 0.5 : 1e-9 * Math.max(1, Math.abs(value));
}
