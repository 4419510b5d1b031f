// What becomes of what rules bind and of those who pay their way when single nodes refuse some of it: single replicas go where rules allow, and both
// sides of a way meet again.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { newPrices } from "../../planner/search/bound.ts";
import { approach } from "../../planner/search/ruled/approach.ts";
import { newCharges } from "../../planner/search/ruled/charges.ts";
import { newBonds, newSteps, shift } from "../../planner/search/ruled/index.ts";
import { rankedBy } from "../../planner/search/start.ts";
import { newState } from "../../planner/search/state.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";

const nodes = "nodes all x1 { cpu 8 memory 64Gi }";

function groundOf(lines: readonly string[], on: Readonly<Record<string, Readonly<Record<string, number>>>>) {
  const { value: ir, diagnostics } = compile(["main.intent"], memoryHost({ "main.intent": lines.join("\n") }));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const problem = buildProblem(ir, {}).value;
  const compact = compactOf(problem);
  const state = newState(compact);
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const bonds = newBonds(compact);
  const at = (workload: string, cluster: string): number => {
    const w = problem.workloads.findIndex(({ id }) => id === `a/${workload}`);
    return bonds.at(
      w,
      problem.clusters.findIndex(({ name }) => name === cluster),
    );
  };
  for (const [workload, places] of Object.entries(on))
    for (const [cluster, replicas] of Object.entries(places)) state.add(at(workload, cluster), replicas);
  const targets = new Set(problem.latencies.flatMap(({ to }) => to));
  const improver = { roomFor: (to: number, wish: number) => state.room(to, wish), squeeze: () => Infinity };
  const charges = newCharges(state, weighed, weights);
  const steps = newSteps(state, bonds, targets);
  const prices = newPrices(compact);
  const ranked = rankedBy(compact, weights.cost, prices);
  const keeps = { targets };
  const here = (workload: string, cluster: string): number => state.on[at(workload, cluster)]!;
  return { state, weights, bonds, at, here, improver, charges, steps, prices, ranked, keeps, keeping: undefined };
}

const regions = ["c0", "c1", "c2", "c3"].map(
  (name, c) => `cluster ${name} { region = r${c >> 1} cost cpu 0.0${c + 1} ${nodes} }`,
);

describe("a replica that a node refuses", () => {
  const spread = [
    ...regions,
    'app a { workload web { image "x:1" cpu 2 memory 1Gi } workload big { image "x:1" cpu 7 memory 1Gi } }',
    "run web x4 spread across region",
    "run big x1",
    "minimize cost",
  ];

  it("goes where its rules allow it, and no further", () => {
    const ground = groundOf(spread, { web: { c0: 2, c2: 2 }, big: { c3: 1 } });
    expect(shift(ground, ground.at("web", "c0"), 1)).toBe(true);
    expect(["c0", "c1", "c2", "c3"].map((name) => ground.here("web", name))).toEqual([1, 1, 2, 0]);
  });

  it("stays, and all is as it was, where there is no such place", () => {
    const ground = groundOf(spread, { web: { c0: 2, c2: 2 }, big: { c1: 1 } });
    expect(shift(ground, ground.at("web", "c0"), 1)).toBe(false);
    expect(["c0", "c1", "c2", "c3"].map((name) => ground.here("web", name))).toEqual([2, 0, 2, 0]);
  });

  it("does not go alone where others pay their way to it", () => {
    const ground = groundOf(spread, { web: { c0: 2, c2: 2 }, big: { c3: 1 } });
    ground.keeps.targets.add(0).add(1);
    expect(shift(ground, ground.at("web", "c0"), 1)).toBe(false);
  });
});

describe("those who pay their way and what they speak with", () => {
  const speaking = [
    ...regions,
    "link c0 <-> c1 5ms",
    "link c0 <-> c2 9ms",
    'app a { workload web { image "x:1" cpu 2 memory 1Gi } workload db { image "x:1" cpu 3 memory 1Gi port sql 5432 } workload big { image "x:1" cpu 7 memory 1Gi } }',
    "run web x1 on c1, c2",
    "run db x2 on c0, c2",
    "run big x1",
    "allow web -> db on sql",
    "minimize latency, cost",
  ];

  it("meet where both can be, though neither gains by a step of its own", () => {
    const ground = groundOf(speaking, { web: { c1: 1 }, db: { c0: 2 }, big: { c3: 1 } });
    ground.charges.charge(ground.state.compact.workloadOf[ground.at("web", "c1")]!);
    expect(approach(ground, () => false)).toBeGreaterThan(0);
    expect([ground.here("web", "c1"), ground.here("web", "c2")]).toEqual([0, 1]);
    expect([ground.here("db", "c0"), ground.here("db", "c2")]).toEqual([1, 1]);
    expect(ground.state.holds()).toBe(true);
  });

  it("stay as they are where they can not", () => {
    const ground = groundOf(speaking, { web: { c1: 1 }, db: { c0: 2 }, big: { c2: 1 } });
    ground.charges.charge(ground.state.compact.workloadOf[ground.at("web", "c1")]!);
    expect(approach(ground, () => false)).toBe(0);
    expect([ground.here("web", "c1"), ground.here("db", "c0")]).toEqual([1, 2]);
  });
});
