// Rules that contradict each other are found before anything is searched for: never where there is a placement, and wherever a few where-abouts
// say so.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import type { Problem } from "../../planner/index.ts";
import { contradicts } from "../../planner/presolve/index.ts";
import { solveProblem } from "../../planner/solver/solve.ts";
import { beside } from "../bench/instances/beside-fleet.ts";
import { intentFleet } from "../bench/instances/intent-fleet.ts";
import { randomProgram } from "../oracles/random-program.ts";
import { randomIr } from "../planner/random-ir.ts";

const options = { gap: 0, timeLimit: 60_000, seed: 1, solver: "highs", now: () => 0, stopped: () => false };

const program = (seed: number): Problem => {
  const { files, before } = randomProgram(seed);
  return buildProblem(compile(["main.intent"], memoryHost(files)).value, before).value;
};
const small = (seed: number): Problem => {
  const { ir, before } = randomIr(seed);
  return buildProblem(ir, before).value;
};

const fleet = intentFleet({ clusters: 20, workloads: 40, seed: 1, replicas: 8 }, new Set(["near", "with", "apart"]));
const said = (more: string): { readonly impossible: boolean } => {
  const text = `${fleet}${beside}\n${more}`;
  const { value, diagnostics } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return contradicts(buildProblem(value, {}).value);
};

describe("rules of their own", () => {
  it.each([
    ["random programs", program, 0],
    ["random programs, further on", program, 20_000],
    ["small fleets", small, 0],
    ["small fleets, further on", small, 343],
  ])("contradict each other in %s only where there is no placement, and in most of these", async (_, make, first) => {
    let [found, impossible] = [0, 0];
    const wrong: number[] = [];
    for (let seed = first; seed < first + 150; seed++) {
      const problem = make(seed);
      const { status } = await solveProblem({ ...problem, objectives: [], latencies: [] }, options);
      const { impossible: own } = contradicts(problem);
      if (own) found++;
      if (status === "infeasible") impossible++;
      if (own && status !== "infeasible") wrong.push(seed);
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(impossible / 2);
  });

  it.each([
    ["with and apart", "run a x3 with b\nrun b x4\nrun a apart from b by region"],
    ["with by way of another, and apart", "run a x3 with b\nrun b x4 with c\nrun a apart from c by region\nrun c x2"],
    ["more replicas than regions", "run c x12 spread across region max 1"],
    ["more copies than regions", "run a on 3 clusters where region in (r1, r2) spread across region max 1"],
    ["nearer than there is a path", "run a on lone\nrun b on away\nrun a near b within 20ms"],
    ["three apart in two regions", three("apart from b by region", "apart from c by region", "apart from a by region")],
    ["no room to come back to", "run a x12 where region = r1 survive 4 zones keeping 6"],
    ["more to be kept than a loss leaves", "run a x8 on lone, away survive 1 cluster keeping 8"],
    ["more places lost than there are", "run a x3 on lone, away survive 2 clusters"],
    ["a share beyond the room", "run a x30 on lone weight 2, away weight 1"],
  ])("contradict each other: %s", (_, more) => {
    expect(said(more).impossible).toBe(true);
  });

  it.each([
    ["with and apart from another", "run a x3 with b\nrun b x4\nrun a apart from c by region\nrun c x2"],
    ["as many replicas as regions", "run c x10 spread across region max 1"],
    ["two apart in two regions", "run a x2 on lone, away\nrun b x2 on lone, away\nrun a apart from b by region"],
    ["as much kept as a loss leaves", "run a x8 on lone, away survive 1 cluster keeping 4"],
    ["copies that come back where none is", "run a x2 on 2 clusters where region in (r1) survive 1 cluster"],
    ["what need not run", "run a x3 with b optional\nrun b x4\nrun a apart from b by region"],
  ])("do not contradict each other: %s", (_, more) => {
    expect(said(more).impossible).toBe(false);
  });
});

function three(...clauses: readonly string[]): string {
  return ["a", "b", "c"].map((name, i) => `run ${name} x2 where region in (r0, r1) ${clauses[i]}`).join("\n");
}
