// Gives a model as JSON to a peer that runs in Node and prints what it finds, a line of JSON each:
// `node solve-model.ts MODEL.json highs-wasm|javascript-lp-solver SECONDS`. It must not know what is good.
import { readFileSync } from "node:fs";
import type { SolverAPI } from "javascript-lp-solver";
import { solvers } from "../../../planner/index.ts";
import type { Model } from "../peers/model.ts";
import type { SolveLine } from "./solve-line.ts";

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

interface Found {
  readonly status: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly values: readonly number[];
}

const [path = "", peer = "", limit = "30"] = process.argv.slice(2);
const model = JSON.parse(readFileSync(path, "utf8")) as Model;
const milliseconds = Number(limit) * 1000;
const print = (line: SolveLine): void => console.log(JSON.stringify(line));
const began = cpu();
const wall = performance.now();
const at = (): number => (cpu() - began) / 1000;
const found = peer === "highs-wasm" ? await byHighs() : await byJavascript();
print({
  kind: "done",
  at: at(),
  wall: (performance.now() - wall) / 1000,
  status: found.status,
  value: found.value,
  bound: found.bound,
  memory: process.resourceUsage().maxRSS / 1024,
  x: found.values.flatMap((count, j) => (count === 0 ? [] : [j, count])),
});

/** Row r of the model: its columns and coefficients. */
function entries(r: number): { columns: number[]; coefficients: number[] } {
  const [from, to] = [model.start[r] as number, model.start[r + 1] as number];
  return { columns: model.index.slice(from, to), coefficients: model.value.slice(from, to) };
}

async function byHighs(): Promise<Found> {
  const highs = solvers.find(({ name }) => name === "highs");
  if (highs === undefined) throw new Error("there is no solver highs");
  const rows = model.low.map((low, r) => ({
    ...entries(r),
    constant: 0,
    lower: low ?? -Infinity,
    upper: model.high[r] ?? Infinity,
  }));
  const solved = await highs.solve(
    {
      lower: model.upper.map(() => 0),
      upper: model.upper,
      integer: model.upper.map(() => true),
      rows,
      objective: { columns: model.upper.map((_, j) => j), coefficients: model.cost, constant: 0 },
    },
    {
      // HiGHS measures the wall, where a busy machine gives it less than it is due: the interrupt counts its CPU time.
      timeLimit: 4 * milliseconds,
      gap: 0,
      seed: 1,
      now: cpu,
      stopped: () => cpu() - began >= milliseconds,
      onProgress: (value, bound) => print({ kind: "found", at: at(), value: value ?? null, bound: bound ?? null }),
    },
  );
  if ("values" in solved) return { ...solved, values: solved.values };
  return { status: solved.status, value: null, bound: "bound" in solved ? solved.bound : null, values: [] };
}

/** It has no bound to show, and no integer point when its time is up: then `feasible` is a fractional point. */
async function byJavascript(): Promise<Found> {
  const solver = (await import("javascript-lp-solver")).default as unknown as SolverAPI;
  const constraints: Record<string, { min?: number; max?: number; equal?: number }> = {};
  const variables: Record<string, Record<string, number>> = {};
  const ints: Record<string, 1> = {};
  model.upper.forEach((upper, j) => {
    variables[`x${j}`] = { cost: model.cost[j] as number, [`u${j}`]: 1 };
    constraints[`u${j}`] = { max: upper };
    ints[`x${j}`] = 1;
  });
  model.low.forEach((low, r) => {
    const high = model.high[r] ?? null;
    constraints[`r${r}`] =
      low !== null && low === high
        ? { equal: low }
        : { ...(low === null ? {} : { min: low }), ...(high === null ? {} : { max: high }) };
    const { columns, coefficients } = entries(r);
    columns.forEach((j, i) => ((variables[`x${j}`] as Record<string, number>)[`r${r}`] = coefficients[i] as number));
  });
  const solved = solver.Solve({
    optimize: "cost",
    opType: "min",
    constraints,
    variables,
    ints,
    options: { timeout: milliseconds },
  });
  const answer = new Map(Object.entries(solved as object));
  const values = model.upper.map((_, j) => (answer.get(`x${j}`) as number | undefined) ?? 0);
  if (answer.get("feasible") !== true) return { status: "unknown", value: null, bound: null, values: [] };
  const ended = at() * 1000 < milliseconds;
  const value = answer.get("result") as number;
  return { status: ended ? "optimal" : "feasible", value, bound: ended ? value : null, values };
}
