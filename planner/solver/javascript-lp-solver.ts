// javascript-lp-solver behind the solver port. The only file that imports it. Stopped by its time limit it answers `feasible` with
// fractions, so an answer is a point to check and never a proof unless it ran to its end. It looks at the clock only between branches,
// and its first phase can pivot in a circle for ever (seen on sixteen columns): so its pivots are counted, and it is stopped by that.
import type { Model as Lp, SolverAPI } from "javascript-lp-solver";
import { worked } from "../clock.ts";
import { checkPoint, valueOf } from "./model.ts";
import type { Model, ModelOptions, ModelSolution, Solver } from "./model.ts";

export const javascriptLpSolver: Solver = {
  name: "javascript-lp-solver",
  async solve(model, options) {
    if (model.lower.length > MOST_COLUMNS || model.rows.length > MOST_ROWS || options.stopped()) return unknown;
    // Its types describe the CommonJS build, where the solver is one `default` deeper than in the module that Node gives us.
    const solver = (await import("javascript-lp-solver")).default as unknown as SolverAPI;
    countPivots(solver);
    const deadline = options.now() + Math.max(1, options.timeLimit);
    budget = { pivots: MOST_PIVOTS, over: () => options.stopped() || options.now() > deadline };
    try {
      const answer = solver.Solve({ ...lpOf(model), options: { tolerance: 0 } });
      return reading(model, answer as Answer, budget.pivots >= 0);
    } catch (failure) {
      if (failure === OUT_OF_PIVOTS) return unknown;
      throw failure;
    } finally {
      worked(options.now, 1 + (MOST_PIVOTS - Math.max(0, budget.pivots)) * PIVOT);
      budget = undefined;
    }
  },
};

const MOST_COLUMNS = 80;
const MOST_ROWS = 140;
const MOST_PIVOTS = 10_000;
/** Milliseconds that one of them takes. */
const PIVOT = 0.02;

const OUT_OF_PIVOTS = new Error("out of pivots");
let budget: { pivots: number; readonly over: ModelOptions["stopped"] } | undefined;
let counted = false;

/** Makes every pivot of every tableau count against the budget of the solve that is under way; it runs without a break, so there is one. */
function countPivots(solver: SolverAPI): void {
  if (counted) return;
  counted = true;
  const tableau = (solver as unknown as { readonly Tableau: { readonly prototype: Tableau } }).Tableau.prototype;
  const pivot = tableau.pivot;
  tableau.pivot = function (this: Tableau, row: number, column: number) {
    if (budget !== undefined && (--budget.pivots < 0 || (budget.pivots % 256 === 0 && budget.over()))) {
      budget.pivots = -1;
      throw OUT_OF_PIVOTS;
    }
    pivot.call(this, row, column);
  };
}

interface Tableau {
  pivot: (row: number, column: number) => void;
}

interface Answer {
  readonly feasible?: boolean;
  readonly bounded?: boolean;
  readonly [column: string]: unknown;
}

function reading(model: Model, answer: Answer, finished: boolean): ModelSolution {
  if (answer.feasible !== true) return finished && answer.feasible === false ? { status: "infeasible" } : unknown;
  const values = checkPoint(
    model,
    model.lower.map((lower, j) => ((answer[name(j)] as number | undefined) ?? 0) + lower),
  );
  if (values === undefined || answer.bounded === false) return unknown;
  const value = valueOf(model.objective, values);
  return { status: finished ? "optimal" : "feasible", values, value, bound: finished ? value : -Infinity };
}

const unknown: ModelSolution = { status: "unknown", bound: -Infinity };

const name = (column: number): string => `x${column}`;

/** Its variables start at zero: columns are shifted by their lower bounds, and upper bounds become rows. */
function lpOf(model: Model): Lp {
  const constraints: Record<string, { min?: number; max?: number; equal?: number }> = {};
  const variables: Record<string, Record<string, number>> = {};
  const ints: Record<string, 1> = {};
  model.lower.forEach((lower, j) => {
    const upper = (model.upper[j] as number) - lower;
    variables[name(j)] = { cost: 0 };
    if (model.integer[j] === true) ints[name(j)] = 1;
    if (upper === Infinity) return;
    constraints[`u${j}`] = { max: upper };
    (variables[name(j)] as Record<string, number>)[`u${j}`] = 1;
  });
  model.rows.forEach((row, i) => {
    let shift = 0;
    row.columns.forEach((index, k) => {
      const coefficient = row.coefficients[k] as number;
      shift += coefficient * (model.lower[index] as number);
      (variables[name(index)] as Record<string, number>)[`r${i}`] = coefficient;
    });
    constraints[`r${i}`] =
      row.lower === row.upper
        ? { equal: row.lower - shift }
        : {
            ...(row.lower === -Infinity ? {} : { min: row.lower - shift }),
            ...(row.upper === Infinity ? {} : { max: row.upper - shift }),
          };
  });
  model.objective.columns.forEach((index, k) => {
    (variables[name(index)] as Record<string, number>)["cost"] = model.objective.coefficients[k] as number;
  });
  return { optimize: "cost", opType: "min", constraints, variables, ints };
}
