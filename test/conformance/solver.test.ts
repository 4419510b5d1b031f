// One suite for every solver behind the port: the optimum of small models as enumeration finds it, infeasible exactly when nothing is
// feasible, points that satisfy every row, and honest answers when time is short.
import { describe, expect, it } from "vitest";
import { checkPoint, valueOf } from "../../planner/solver/model.ts";
import type { Model, ModelOptions, Row } from "../../planner/solver/model.ts";
import { solvers } from "../../planner/solver/index.ts";
import { dice } from "../oracles/dice.ts";
import type { Dice } from "../oracles/dice.ts";

const options: ModelOptions = {
  timeLimit: 20_000,
  gap: 0,
  seed: 1,
  now: () => performance.now(),
  stopped: () => false,
};

function randomModel(roll: Dice): Model {
  const columns = roll.between(1, 5);
  const lower = Array.from({ length: columns }, () => roll.between(0, 1));
  const rows = Array.from({ length: roll.between(0, 4) }, (): Row => {
    const used = roll.some([...Array(columns).keys()], roll.between(1, columns));
    const bound = roll.between(-3, 12);
    const kind = roll.between(0, 3);
    return {
      columns: used,
      coefficients: used.map(() => roll.pick([-2, -1, 1, 1, 2, 3])),
      constant: 0,
      lower: kind === 0 ? -Infinity : kind === 3 ? bound - 2 : bound,
      upper: kind === 1 ? Infinity : kind === 3 ? bound + 2 : bound,
    };
  });
  return {
    lower,
    upper: lower.map((low) => low + roll.between(0, 3)),
    integer: lower.map(() => true),
    rows,
    objective: {
      columns: [...Array(columns).keys()],
      coefficients: lower.map(() => roll.between(-5, 5) / roll.pick([1, 1, 4])),
      constant: roll.between(0, 2),
    },
  };
}

/** The least value over every whole point; undefined when none is feasible. */
function enumerate(model: Model): number | undefined {
  let best: number | undefined;
  const point: number[] = [];
  const visit = (j: number): void => {
    if (j === model.lower.length) {
      const feasible = model.rows.every((row) => {
        const value = valueOf(row, point);
        return value >= row.lower && value <= row.upper;
      });
      const value = valueOf(model.objective, point);
      if (feasible && (best === undefined || value < best)) best = value;
      return;
    }
    for (let value = model.lower[j]!; value <= model.upper[j]!; value++) {
      point[j] = value;
      visit(j + 1);
    }
  };
  visit(0);
  return best;
}

describe.each(solvers.map((solver) => [solver.name, solver] as const))("%s", (_name, solver) => {
  it("finds the optimum of 300 random models, and says when there is none", async () => {
    let feasible = 0;
    for (let seed = 0; seed < 300; seed++) {
      const model = randomModel(dice(seed));
      const best = enumerate(model);
      const found = await solver.solve(model, options);
      if (best === undefined) {
        expect(found.status, `seed ${seed}`).toBe("infeasible");
        continue;
      }
      feasible++;
      expect(found.status, `seed ${seed}`).toBe("optimal");
      if (found.status !== "optimal") continue;
      expect(found.value, `seed ${seed}`).toBeCloseTo(best, 6);
      expect(found.bound, `seed ${seed}`).toBeCloseTo(best, 6);
      expect(valueOf(model.objective, found.values)).toBeCloseTo(best, 6);
      expect(checkPoint(model, found.values), `seed ${seed}`).toBeDefined();
    }
    expect(feasible).toBeGreaterThan(80);
    expect(feasible).toBeLessThan(290);
  }, 120_000);

  it("takes a row without columns that can not hold for what it is", async () => {
    const row: Row = { columns: [], coefficients: [], constant: 0, lower: 1, upper: Infinity };
    const model: Model = { lower: [0], upper: [1], integer: [true], rows: [row], objective: none };
    expect((await solver.solve(model, options)).status).toBe("infeasible");
  });

  it("calls rows that can not hold impossible where there are no columns at all", async () => {
    const rows = [{ columns: [], coefficients: [], constant: 0, lower: 1, upper: 2 }];
    const model = {
      lower: [],
      upper: [],
      integer: [],
      rows,
      objective: { columns: [], coefficients: [], constant: 0 },
    };
    expect((await solver.solve(model, options)).status).toBe("infeasible");
    const holds = { ...model, rows: rows.map((row) => ({ ...row, lower: 0 })) };
    expect((await solver.solve(holds, options)).status).toBe("optimal");
  });

  it("finds a point when nothing is to be minimised, and when there is nothing to decide", async () => {
    const row: Row = { columns: [0, 1], coefficients: [1, 1], constant: 0, lower: 3, upper: 3 };
    const model: Model = { lower: [0, 0], upper: [2, 2], integer: [true, true], rows: [row], objective: none };
    const found = await solver.solve(model, options);
    expect(found.status).toBe("optimal");
    if (found.status === "optimal") expect(found.values[0]! + found.values[1]!).toBe(3);
    const empty: Model = { lower: [], upper: [], integer: [], rows: [], objective: { ...none, constant: 4 } };
    expect(await solver.solve(empty, options)).toMatchObject({ status: "optimal", value: 4 });
  });

  it("mixes continuous columns with whole ones", async () => {
    // Least t above 3x/4 and 2y/3 with x + y = 3.
    const rows: Row[] = [
      { columns: [0, 1], coefficients: [1, 1], constant: 0, lower: 3, upper: 3 },
      { columns: [0, 2], coefficients: [3, -4], constant: 0, lower: -Infinity, upper: 0 },
      { columns: [1, 2], coefficients: [2, -3], constant: 0, lower: -Infinity, upper: 0 },
    ];
    const objective = { columns: [2], coefficients: [1], constant: 0 };
    const model: Model = { lower: [0, 0, 0], upper: [3, 3, 9], integer: [true, true, false], rows, objective };
    const found = await solver.solve(model, options);
    expect(found.status).toBe("optimal");
    if (found.status === "optimal") expect(found.value).toBeCloseTo(4 / 3, 6);
  });

  it("never claims what it did not find when it has no time", async () => {
    const roll = dice(5);
    const model = assignment(roll, 30, 6);
    const found = await solver.solve(model, { ...options, timeLimit: 30 });
    if (found.status === "feasible" || found.status === "optimal") {
      expect(checkPoint(model, found.values)).toBeDefined();
      expect(found.bound).toBeLessThanOrEqual(found.value + 1e-6);
    } else expect(found.status).toBe("unknown");
  }, 60_000);
});

const none = { columns: [], coefficients: [], constant: 0 };

/** A generalized assignment of jobs to agents, tight enough to need branching. */
function assignment(roll: Dice, jobs: number, agents: number): Model {
  const columns = jobs * agents;
  const rows: Row[] = [];
  for (let j = 0; j < jobs; j++)
    rows.push({
      columns: Array.from({ length: agents }, (_, a) => j * agents + a),
      coefficients: Array<number>(agents).fill(1),
      constant: 0,
      lower: 1,
      upper: 1,
    });
  for (let a = 0; a < agents; a++) {
    const size = Array.from({ length: jobs }, () => roll.between(5, 25));
    const room = Math.floor((size.reduce((x, y) => x + y, 0) / agents) * 0.9);
    rows.push({
      columns: size.map((_, j) => j * agents + a),
      coefficients: size,
      constant: 0,
      lower: -Infinity,
      upper: room,
    });
  }
  return {
    lower: Array<number>(columns).fill(0),
    upper: Array<number>(columns).fill(1),
    integer: Array<boolean>(columns).fill(true),
    rows,
    objective: {
      columns: [...Array(columns).keys()],
      coefficients: Array.from({ length: columns }, () => roll.between(10, 50)),
      constant: 0,
    },
  };
}
