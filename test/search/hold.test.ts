// Planning again from what runs: holding all of it first changes no answer of what moves least, and says rightly when it is the best.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { verifyPlacement, type Problem } from "../../planner/index.ts";
import { place } from "../../planner/place.ts";
import { replicasOf } from "../../planner/outcome.ts";
import { valuesOf } from "../../planner/presolve/index.ts";
import { keepRunning } from "../../planner/search/hold.ts";
import { solveParts } from "../../planner/search/solve-problem.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { GiB, cluster, irOf, pool, run, workload } from "../kit/ir.ts";
import { randomIr } from "../planner/random-ir.ts";

const options = {
  gap: 0,
  timeLimit: 60_000,
  seed: 1,
  solver: "auto",
  now: () => performance.now(),
  stopped: () => false,
};
/** `PLACET_HOLD=200` begins with another program. */
const FIRST = Number(process.env["PLACET_HOLD"] ?? 0);
const nothing = { cuts: [], limits: [], floors: [] };

/** What is planned for one program runs; then some of it is lost, and the first workload wants one replica more. */
async function changed(seed: number): Promise<{ readonly complaint: string | undefined; readonly final: boolean }> {
  const { ir } = randomIr(seed);
  const plain = { ...ir, minimize: [] };
  const first = buildProblem(plain, {}).value;
  const planned = await solveExactly(first, options);
  const before = "placement" in planned ? replicasOf(first, planned.placement) : {};
  const lost = seed % 3 === 0 ? [] : [plain.fleet.clusters[seed % plain.fleet.clusters.length]?.name ?? ""];
  const [changing, ...others] = plain.runs;
  const grown =
    seed % 2 === 0 && changing?.spreading.kind === "divided"
      ? [{ ...changing, spreading: { ...changing.spreading, total: changing.spreading.total + 1 } }, ...others]
      : plain.runs;
  const asked = { ...plain, runs: grown };
  const problem = buildProblem(asked, before, { without: lost }).value;
  const kept = await keepRunning(problem, options, nothing, solveParts);
  if (kept === undefined) return { complaint: undefined, final: false };
  const placed = replicasOf(problem, kept.solution.placement);
  const broken = verifyPlacement(asked, before, placed, { proven: false, without: lost }).filter(
    ({ rule }) => !rule.startsWith("packing"),
  );
  if (broken.length > 0) return { complaint: broken[0]?.message, final: kept.final };
  return { complaint: (await against(problem, kept)) ?? "", final: kept.final };
}

type Kept = NonNullable<Awaited<ReturnType<typeof keepRunning>>>;

/** Beside what an exact solver finds without holding anything. */
async function against(problem: Problem, { solution, final }: Kept): Promise<string | undefined> {
  const exact = await solveExactly(problem, options);
  if (!("objective" in exact)) return `placed what is ${exact.status}`;
  const values = valuesOf(problem, solution.placement);
  for (const [t, { name, value, bound }] of solution.objective.entries()) {
    const best = exact.objective[t]?.value as number;
    const close = (a: number): boolean => Math.abs(a - best) <= 1e-6 * Math.max(1, Math.abs(best));
    if (Math.abs(value - (values[t] as number)) > 1e-6) return `${name} is said to be ${value} and is ${values[t]}`;
    if (bound > best && !close(bound)) return `${name} is proven to ${bound}, and ${best} can be`;
    if (final && solution.status === "optimal" && !close(value)) return `${name} is ${value} instead of ${best}`;
    if (!close(value)) return value < best ? `${name} is ${value}, better than ${best}` : undefined;
  }
  return undefined;
}

describe("holding what runs", () => {
  it("finds what is best, or says that it may not be, on random changes", { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    let [kept, best] = [0, 0];
    for (let seed = FIRST; seed < FIRST + 200; seed++) {
      const { complaint, final } = await changed(seed);
      if (complaint !== undefined) kept++;
      if (final) best++;
      if (complaint) wrong.push(`seed ${seed}: ${complaint}`);
    }
    expect(wrong).toEqual([]);
    expect(kept).toBeGreaterThan(40);
    expect(best).toBeGreaterThan(30);
  });

  it(
    "moves what is evicted and nothing else, and nothing at all when nothing changed",
    { timeout: 60_000 },
    async () => {
      const ir = nodesOf(20);
      const asked = { ...options, timeLimit: Infinity, gap: 0.05 };
      const first = await place(ir, {}, asked);
      const size = first.problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0);
      expect(size).toBeGreaterThan(600);
      const again = await place(ir, first.placed, asked);
      expect(JSON.stringify(again.placed)).toBe(JSON.stringify(first.placed));
      expect(again.objective.map(({ value, bound }) => value - bound)).toEqual([0, 0, 0, 0, 0]);
      const evicted = Object.values(first.placed).reduce((sum, on) => sum + (on["c0"] ?? 0), 0);
      const lost = await place(ir, first.placed, { ...asked, without: ["c0"] });
      expect(evicted).toBeGreaterThan(0);
      expect(lost.objective[0]).toEqual({ name: "moves", value: evicted, bound: evicted });
      for (const [id, on] of Object.entries(first.placed))
        for (const [name, replicas] of Object.entries(on))
          if (name !== "c0") expect(lost.placed[id]?.[name] ?? 0).toBeGreaterThanOrEqual(replicas);
      expect(verifyPlacement(ir, first.placed, lost.placed, { proven: true, without: ["c0"] })).toEqual([]);
    },
  );

  it("moves little more than what is evicted where cheap clusters are full", { timeout: 60_000 }, async () => {
    const ir = nodesOf(8);
    const asked = { ...options, timeLimit: Infinity, gap: 0.05 };
    const first = await place(ir, {}, asked);
    const evicted = Object.values(first.placed).reduce((sum, on) => sum + (on["c0"] ?? 0), 0);
    const lost = await place(ir, first.placed, { ...asked, without: ["c0"] });
    expect(evicted).toBeGreaterThan(0);
    expect(lost.objective[0]?.value).toBeGreaterThanOrEqual(evicted);
    expect(lost.objective[0]?.value).toBeLessThanOrEqual(1.2 * evicted);
    expect(verifyPlacement(ir, first.placed, lost.placed, { proven: true, without: ["c0"] })).toEqual([]);
  });
});

/** Twelve clusters of so many nodes, sixty workloads: whole copies and divided ones. The three cheapest clusters take all of them where they have 20. */
function nodesOf(many: number) {
  const clusters = Array.from({ length: 12 }, (_, i) =>
    cluster(`c${i}`, [pool("p", many, { cpu: 16_000, memory: 64 * GiB })], { prices: { cpu: 0.01 * (1 + (i % 5)) } }),
  );
  const workloads = Array.from({ length: 60 }, (_, i) =>
    workload(`a/w${i}`, { demand: { cpu: 700 + 371 * (i % 11), memory: GiB * (1 + (i % 7)) }, replicas: 1 + (i % 3) }),
  );
  const runs = workloads.map((w, i) =>
    run(w, i % 2 === 0 ? { spreading: { kind: "divided", total: 3 + (i % 5) } } : {}),
  );
  return irOf({ clusters, workloads, runs });
}
