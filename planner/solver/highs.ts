// HiGHS (WebAssembly) behind the solver port. The only file that imports it; it is loaded when first asked. It is given no point to start
// from: version 1.15 called a given point with imbalance 1 optimal where, without it, it found 0.75.
import type { Highs } from "highs";
import { countsSteps, worked } from "../clock.ts";
import { checkPoint, valueOf } from "./model.ts";
import type { Model, ModelOptions, ModelSolution, Solver } from "./model.ts";
import { scaleOf } from "./draft.ts";

export const highs: Solver = {
  name: "highs",
  async solve(model, options) {
    const instance = await load();
    try {
      return run(instance, model, options);
    } catch (failure) {
      // A WebAssembly instance that ran out of memory or trapped is no longer usable: the next solve gets a new one.
      loading = undefined;
      if (failure instanceof Error && /RuntimeError|RangeError/.test(failure.name))
        return { status: "unknown", bound: -Infinity };
      throw failure;
    }
  },
};

let loading: Promise<Highs> | undefined;

function load(): Promise<Highs> {
  // Its types describe the CommonJS build, where the loader is one `default` deeper than in the module that Node gives us.
  loading ??= import("highs").then((module) => (module.default as unknown as typeof module.default.default)());
  return loading;
}

function run(instance: Highs, model: Model, options: ModelOptions): ModelSolution {
  const scale = scaleOf(model.objective.coefficients);
  const whole = isWhole(model, scale);
  const effort = effortOf(model, options);
  return instance.withModel(modelData(instance, model, scale), (solving): ModelSolution => {
    solving.options.set({
      output_flag: false,
      random_seed: options.seed % 2147483647,
      ...(effort.counted || options.timeLimit === Infinity
        ? {}
        : { time_limit: Math.max(0.01, options.timeLimit / 1000) }),
      mip_rel_gap: options.gap,
      ...(options.nodes === undefined ? {} : { mip_max_nodes: options.nodes }),
      mip_abs_gap: whole ? 0.999 : 1e-9,
      mip_feasibility_tolerance: 1e-7,
      primal_feasibility_tolerance: 1e-7,
    });
    const { callbackType, modelStatus } = instance.constants;
    const stop = (event: { readonly interrupt: () => void }): undefined => {
      if (options.stopped()) event.interrupt();
    };
    solving.run({
      [callbackType.simplexInterrupt]: stop,
      [callbackType.ipmInterrupt]: stop,
      [callbackType.mipInterrupt](event) {
        const { mip_total_lp_iterations: iterations, mip_node_count: nodes } = event.data;
        if (effort.isSpent(Number(iterations ?? 0), Number(nodes ?? 0)) || options.stopped()) event.interrupt();
        return undefined;
      },
      [callbackType.mipImprovingSolution]({ data }) {
        const { mip_dual_bound: bound, objective_function_value: value, mip_solution: values } = data;
        options.onProgress?.(finite(value, scale, model), finite(bound, scale, model), values);
        return undefined;
      },
      [callbackType.mipLogging](event) {
        const { mip_primal_bound: incumbent, mip_dual_bound: bound } = event.data;
        options.onProgress?.(finite(incumbent, scale, model), finite(bound, scale, model));
        return undefined;
      },
    });
    effort.isSpent(Number(solving.info.get("simplex_iteration_count")), Number(solving.info.get("mip_node_count")));
    const status = solving.getModelStatus();
    if (status === modelStatus.infeasible) return { status: "infeasible" };
    const point = solving.info.get("primal_solution_status") === 2 ? solving.getSolution().colValue : undefined;
    // Without columns it calls every model optimal: whether its rows hold, which then are constants, is for us to say.
    const empty = model.lower.length === 0;
    const values = empty ? checkPoint(model, []) : point === undefined ? undefined : checkPoint(model, [...point]);
    if (empty && values === undefined) return { status: "infeasible" };
    const bound = boundOf(solving.info.get("mip_dual_bound"), model, scale, whole);
    if (values === undefined) return { status: "unknown", bound };
    const value = valueOf(model.objective, values);
    const optimal = status === modelStatus.optimal && options.gap === 0;
    return {
      status: optimal || value <= bound ? "optimal" : "feasible",
      values,
      value,
      bound: optimal ? value : Math.min(bound, value),
    };
  });
}

/** What HiGHS does takes about so many milliseconds: once, for a pivot, for a branch; and for each entry of the matrix. */
const ONCE = { flat: 2, entry: 2e-3 };
const PIVOT = { flat: 0.6, entry: 5e-5 };
const BRANCH = { flat: 0.3, entry: 1e-4 };

/** How much of its budget a solve has used, counted in pivots and branches: HiGHS does the same ones on every machine. */
function effortOf({ rows }: Model, { now, timeLimit }: ModelOptions) {
  const entries = rows.reduce((sum, row) => sum + row.columns.length, 0);
  const cost = ({ flat, entry }: typeof ONCE, times = 1): number => times * (flat + entry * entries);
  const counted = countsSteps(now);
  let spent = 0;
  return {
    counted,
    /** Tells the clock what was done since, and says whether that is all that was granted. */
    isSpent: (pivots: number, branches: number): boolean => {
      const done = cost(ONCE) + cost(PIVOT, Math.max(0, pivots)) + cost(BRANCH, Math.max(0, branches));
      if (done > spent) worked(now, done - spent);
      spent = Math.max(spent, done);
      return counted && spent >= timeLimit;
    },
  };
}

const finite = (value: number | undefined, scale: number, model: Model): number | undefined =>
  value === undefined || Math.abs(value) > 1e29 ? undefined : value * scale + model.objective.constant;

/** Whether the scaled objective takes only whole values. */
const isWhole = (model: Model, scale: number): boolean =>
  model.objective.columns.every(
    (index, i) =>
      model.integer[index] === true && Number.isInteger((model.objective.coefficients[i] as number) / scale),
  );

function boundOf(raw: number | bigint, model: Model, scale: number, whole: boolean): number {
  const bound = Number(raw);
  if (!Number.isFinite(bound) || Math.abs(bound) > 1e29) return -Infinity;
  return (whole ? Math.ceil(bound - 1e-6) : bound) * scale + model.objective.constant;
}

function modelData(instance: Highs, model: Model, scale: number) {
  const cost = new Float64Array(model.lower.length);
  model.objective.columns.forEach((index, i) => (cost[index] = (model.objective.coefficients[i] as number) / scale));
  const starts = new Int32Array(model.rows.length + 1);
  model.rows.forEach((row, i) => (starts[i + 1] = (starts[i] as number) + row.columns.length));
  const entries = starts[model.rows.length] as number;
  const indices = new Int32Array(entries);
  const values = new Float64Array(entries);
  let next = 0;
  for (const row of model.rows)
    for (let i = 0; i < row.columns.length; i++, next++) {
      indices[next] = row.columns[i] as number;
      values[next] = row.coefficients[i] as number;
    }
  const { integer, continuous } = instance.constants.variableType;
  return {
    numCols: model.lower.length,
    numRows: model.rows.length,
    colCost: cost,
    colLower: Float64Array.from(model.lower),
    colUpper: Float64Array.from(model.upper),
    rowLower: Float64Array.from(model.rows, (row) => row.lower),
    rowUpper: Float64Array.from(model.rows, (row) => row.upper),
    matrix: {
      format: "csr" as const,
      numCols: model.lower.length,
      numRows: model.rows.length,
      starts,
      indices,
      values,
    },
    integrality: model.integer.map((is) => (is ? integer : continuous)),
  };
}
