// Alibaba's GPU trace of ../shared/instances, from text: planned at once, confirmed node by node by the checker, and no fewer pods than simple
// packers place. Skipped, and said so, where the trace is not there.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { largestFirst, packedBy, readTrace, traceIsThere, traceProgram } from "../bench/instances/trace.ts";

const absent = !traceIsThere();
if (absent) console.warn("SKIPPED: ../shared/instances/alibaba-gpu is not there");

/** CPU seconds of the solver that are given; about three are used, and machines that run tests are busy. */
const SECONDS = 12;

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

describe.skipIf(absent)("Alibaba's trace", () => {
  it.each([
    ["default", 0],
    ["gpuspec33", 261 + 15],
    ["cpu050", 0],
  ] as const)("%s", { timeout: 300_000 }, async (name, mostOut) => {
    const trace = readTrace(name);
    const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": traceProgram(trace) }), { set: {} });
    const started = cpuSeconds();
    const options = { gap: 0, timeLimit: Infinity, seed: 1, solver: "auto", now: () => 0, stopped: () => false };
    const outcome = await place(ir, {}, options);
    expect(cpuSeconds() - started).toBeLessThan(SECONDS);
    const out = outcome.objective.find((term) => term.name === "unplaced")!;
    const simple = (["first-fit", "best-fit"] as const).map((kind) =>
      Math.max(packedBy(kind, trace), packedBy(kind, largestFirst(trace))),
    );
    const placed = trace.pods.length - out.value;
    expect(placed).toBeGreaterThanOrEqual(Math.max(...simple));
    expect(out.value).toBeLessThanOrEqual(mostOut);
    expect(outcome.status).toBe(mostOut === 0 ? "optimal" : "feasible");
    expect(outcome.diagnostics).toEqual([]);
    const nodes = assignNodes(ir, buildProblem(ir, {}).value, outcome.placement!, outcome.order);
    const pods = Object.values(nodes["openb"]!).flatMap((here) => Object.values(here));
    expect(pods.reduce((a, b) => a + b, 0)).toBe(placed);
    const { objective } = outcome;
    const proven = outcome.status === "optimal";
    expect(verifyPlacement(ir, {}, outcome.placed, { steps: 0, nodes, objective, proven })).toEqual([]);
  });
});
