// A sparse integer model in numbers, and the port that every solver stands behind. It must not know workloads, clusters or any solver.
import type { Because } from "../problem.ts";

/** Σ coefficients × columns + constant. */
export interface Linear {
  readonly columns: readonly number[];
  readonly coefficients: readonly number[];
  readonly constant: number;
}

export interface Row extends Linear {
  readonly lower: number;
  readonly upper: number;
  /** Why the row is there; absent for what only links columns to each other. */
  readonly because?: Because;
}

/** Minimise `objective` over integer (or continuous) columns within bounds, subject to rows. Rows' constants are zero. */
export interface Model {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly integer: readonly boolean[];
  readonly rows: readonly Row[];
  readonly objective: Linear;
}

export interface ModelOptions {
  /** Milliseconds that are left, by `now`; Infinity: as long as it takes. */
  readonly timeLimit: number;
  /** Relative gap at which to stop; 0 proves optimality. */
  readonly gap: number;
  readonly seed: number;
  /** Most branches of the search tree; unlike time, the same on every machine. */
  readonly nodes?: number;
  readonly now: () => number;
  readonly stopped: () => boolean;
  /** `values` is a point as the solver has it: within its tolerances, and not checked. */
  readonly onProgress?: (incumbent: number | undefined, bound: number | undefined, values?: ArrayLike<number>) => void;
}

/** `bound` is proven: no feasible point is below it. */
export type ModelSolution =
  | {
      readonly status: "optimal" | "feasible";
      readonly values: readonly number[];
      readonly value: number;
      readonly bound: number;
    }
  | { readonly status: "infeasible" }
  | { readonly status: "unknown"; readonly bound: number };

/** Solves models; answers are believed only after `checkPoint`. `solve` never throws for a well-formed model. */
export interface Solver {
  readonly name: string;
  readonly solve: (model: Model, options: ModelOptions) => Promise<ModelSolution>;
}

/** Value of a linear expression at a point. */
export function valueOf(linear: Linear, values: readonly number[]): number {
  let sum = linear.constant;
  for (let i = 0; i < linear.columns.length; i++)
    sum += (linear.coefficients[i] as number) * (values[linear.columns[i] as number] as number);
  return sum;
}

/**
 * The point with its integers rounded, when that satisfies every bound and row; undefined when it does not. Solvers answer within
 * tolerances, and one of them answers "feasible" with fractions when its time is up.
 */
export function checkPoint(model: Model, values: readonly number[]): readonly number[] | undefined {
  const rounded: number[] = [];
  for (let j = 0; j < model.lower.length; j++) {
    const value = values[j];
    if (value === undefined || Number.isNaN(value)) return undefined;
    const whole = Math.round(value);
    if (model.integer[j] === true && Math.abs(value - whole) > 1e-4) return undefined;
    const taken = model.integer[j] === true ? whole : value;
    const slack = 1e-6 * Math.max(1, Math.abs(taken));
    if (taken < (model.lower[j] as number) - slack || taken > (model.upper[j] as number) + slack) return undefined;
    rounded.push(taken);
  }
  return model.rows.every((row) => satisfied(row, rounded)) ? rounded : undefined;
}

function satisfied(row: Row, values: readonly number[]): boolean {
  let sum = 0;
  let size = 1;
  for (let i = 0; i < row.columns.length; i++) {
    const part = (row.coefficients[i] as number) * (values[row.columns[i] as number] as number);
    sum += part;
    size = Math.max(size, Math.abs(part));
  }
  return sum >= row.lower - 1e-6 * size && sum <= row.upper + 1e-6 * size;
}
