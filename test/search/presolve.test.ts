// Presolving changes no answer: the same optimum as the whole problem solved at once, and placements that are worth what is said.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { toldApart } from "../../planner/presolve/alike.ts";
import { besideDaemons, freeOfDaemons } from "../../planner/presolve/beside.ts";
import { presolve, valuesOf, type Part } from "../../planner/presolve/index.ts";
import { solveProblem } from "../../planner/search/index.ts";
import { solveProblem as solveWhole } from "../../planner/solver/solve.ts";
import type { Problem } from "../../planner/index.ts";
import { cluster, feature, GiB, irOf, not, pool, run, workload } from "../kit/ir.ts";
import { bruteForce } from "../oracles/brute-force.ts";
import { randomIr } from "../planner/random-ir.ts";
import { joined } from "./joined.ts";

const options = {
  gap: 0,
  timeLimit: 60_000,
  seed: 1,
  solver: "auto",
  now: () => performance.now(),
  stopped: () => false,
};

const randomProblem = (seed: number): Problem => {
  const { ir, before } = randomIr(seed);
  return buildProblem(ir, before).value;
};

async function difference(problem: Problem): Promise<string | undefined> {
  const beside = { ...problem, workloads: besideDaemons(problem, freeOfDaemons(problem)) };
  const whole = await solveWhole(beside, options);
  const parts = await solveProblem(problem, options);
  if (whole.status !== parts.status) return `${parts.status} instead of ${whole.status}`;
  if (!("objective" in whole) || !("objective" in parts)) return undefined;
  const values = valuesOf(problem, parts.placement);
  for (const [t, term] of whole.objective.entries()) {
    const own = parts.objective[t];
    if (own?.value === undefined || Math.abs(own.value - term.value) > 1e-6 * Math.max(1, Math.abs(term.value)))
      return `${term.name} is ${own?.value} instead of ${term.value}`;
    if (Math.abs((values[t] as number) - own.value) > 1e-6 * Math.max(1, Math.abs(own.value)))
      return `${term.name} is said to be ${own.value} and is ${values[t]}`;
    if (own.bound > own.value + 1e-9) return `the bound of ${term.name} is above its value`;
    if (Math.abs(own.bound - own.value) > 1e-6) return `${term.name} is proven to ${own.bound} only`;
  }
  return parts.situations?.length === whole.situations?.length ? undefined : "losses are missing";
}

describe("presolving changes no answer", () => {
  it.each([0, 50, 100, 150])("of random problems from seed %i", async (first) => {
    const wrong: string[] = [];
    for (let seed = first; seed < first + 50; seed++) {
      const found = await difference(randomProblem(seed));
      if (found !== undefined) wrong.push(`seed ${seed}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });

  it("of problems that are several in one", async () => {
    const wrong: string[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const found = await difference(joined(randomProblem(1000 + 2 * seed), randomProblem(1001 + 2 * seed)));
      if (found !== undefined) wrong.push(`seed ${seed}: ${found}`);
    }
    expect(wrong).toEqual([]);
  });
});

/**
 * Without rules, on larger clusters, and with up to two workloads more beside most, which differ from it in nothing but how many
 * they are and where they run already.
 */
function withTwins(problem: Problem, seed: number): Problem {
  const fresh = problem.workloads.map((workload) => ({
    ...workload,
    candidates: workload.candidates.map((candidate) => ({ ...candidate, most: 2 * candidate.most })),
  }));
  const twins = fresh.flatMap((workload, w) => {
    const { counting } = workload;
    if (counting.kind === "each") return [];
    return Array.from({ length: (seed + w) % 3 }, (_, k) => ({
      ...workload,
      id: `${workload.id}~${k}`,
      candidates: workload.candidates.map((candidate, i) => ({
        ...candidate,
        before: (seed + i + k) % 4 === 0 ? 1 : 0,
      })),
      counting: counting.kind === "divided" ? { ...counting, total: 1 + ((counting.total + seed + k) % 3) } : counting,
    }));
  });
  return {
    ...problem,
    pools: problem.pools.map((pool) => ({ ...pool, count: 2 * pool.count })),
    workloads: [...fresh, ...twins],
    rules: [],
  };
}

describe("workloads that nothing tells apart", () => {
  it("are decided as one, with the same answer", async () => {
    const wrong: string[] = [];
    let [together, answered] = [0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const problem = withTwins(randomProblem(seed), seed);
      const found = presolve(problem);
      const stands = (part: Part) => part.workloads.some(({ members }) => members.length > 0);
      if (found === "impossible" || !found.parts.some(stands)) continue;
      together++;
      const other = await difference(problem);
      if (other !== undefined) wrong.push(`seed ${seed}: ${other}`);
      if ((await solveProblem(problem, options)).status === "optimal") answered++;
    }
    expect(wrong).toEqual([]);
    expect(together).toBeGreaterThan(20);
    expect(answered).toBeGreaterThan(15);
  });

  it("are told apart again, each with what it wants", () => {
    const members = [
      { index: 4, total: 3, before: [0, 0, 0, 0] },
      { index: 7, total: 2, before: [2, 0, 0, 0] },
      { index: 9, total: 4, before: [1, 2, 0, 0] },
    ];
    expect(toldApart(members, [2, 0, 5, 2])).toEqual([
      [0, 0, 3, 0],
      [2, 0, 0, 0],
      [0, 0, 2, 2],
    ]);
  });
});

describe("DaemonSets that must be there", () => {
  const node = { cpu: 8000, memory: 32 * GiB };
  const agent = workload("core/agent", { perNode: true, demand: { cpu: 1000 } });
  const web = workload("core/web", { demand: { cpu: 4000 } });
  const ir = (optional: boolean) =>
    irOf({
      clusters: [cluster("paris", [pool("a", 3, node)]), cluster("lyon", [pool("a", 1, node, { features: ["gpu"] })])],
      workloads: [agent, web],
      runs: [
        run(agent, { spreading: { kind: "each" }, where: [not(feature("gpu", "node"))], optional }),
        run(web, { spreading: { kind: "divided", total: 5 } }),
      ],
    });
  const most = (optional: boolean): readonly number[] => {
    const problem = buildProblem(ir(optional), {}).value;
    return besideDaemons(problem, freeOfDaemons(problem))[1]!.candidates.map((candidate) => candidate.most);
  };

  it("leave less of their nodes to others", () => {
    expect(most(false)).toEqual([3, 2]);
    expect(most(true)).toEqual([6, 2]);
  });

  it("are in the answer as brute force has it", async () => {
    const solution = await solveProblem(buildProblem(ir(false), {}).value, options);
    expect("placement" in solution ? solution.placement[1] : []).toEqual([3, 2]);
    expect(bruteForce(ir(false), {}).kind).toBe("best");
  });
});

describe("presolving", () => {
  it("tells apart what does not touch", () => {
    let split = 0;
    for (let seed = 0; seed < 40; seed++) {
      const both = joined(randomProblem(1000 + 2 * seed), randomProblem(1001 + 2 * seed));
      const found = presolve(both);
      if (found !== "impossible" && found.parts.every((part) => part.problem.clusters.length < both.clusters.length))
        split++;
    }
    expect(split).toBeGreaterThan(8);
  });
});
