// Node certificates of placements, held by the checker that shares no code with what makes them.
import { describe, expect, it } from "vitest";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { cluster, irOf, pool, run, workload } from "../kit/ir.ts";

const GiB = 2 ** 30;

async function full(pods: number) {
  const site = cluster("paris", [
    pool("small", 3, { cpu: 4000, memory: 16 * GiB }),
    pool("large", 2, { cpu: 16_000, memory: 64 * GiB }),
  ]);
  const workloads = [
    workload("a/big", { demand: { cpu: 6000, memory: 8 * GiB }, replicas: 4 }),
    workload("a/small", { demand: { cpu: 1000, memory: 4 * GiB }, replicas: pods }),
  ];
  const ir = irOf({ clusters: [site], workloads, runs: workloads.map((w) => run(w)) });
  const options = { gap: 0, timeLimit: 10_000, seed: 1, solver: "auto", now: () => 0, stopped: () => false };
  return { ir, outcome: await place(ir, {}, options) };
}

describe("a node certificate", () => {
  it("spares the checker every step of its own search", async () => {
    const { ir, outcome } = await full(20);
    const nodes = assignNodes(ir, buildProblem(ir, {}).value, outcome.placement!, outcome.order);
    const pods = Object.values(nodes["paris"]!).reduce((sum, here) => sum + (here["a/big"] ?? 0), 0);
    expect(pods).toBe(4);
    const of = (given: typeof nodes | undefined) =>
      verifyPlacement(ir, {}, outcome.placed, { steps: 0, ...(given === undefined ? {} : { nodes: given }) });
    expect(of(nodes).map(({ rule }) => rule)).toEqual([]);
    const [first = ""] = Object.keys(nodes["paris"]!);
    const wrong = { paris: { ...nodes["paris"], [first]: { "a/big": 3 } } };
    expect(of(wrong).map(({ rule }) => rule)).not.toEqual([]);
  });
});
