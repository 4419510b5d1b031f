// How good the planner's search is and how fast: the large fleet, a replan after a loss, and generalized assignment beside HiGHS in the same
// run. Every answer is counted again here. It must not know how the search works.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { solveProblem, type Problem } from "../../planner/index.ts";
import { readAssignment } from "../search/assignment.ts";
import { afterLoss, checkedCost, isThere, largeFleet, problemOf } from "./instances/large-fleet.ts";

interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
}

/** Milliseconds of this process's own CPU: on a machine that others use too, seconds on the wall say nothing. */
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function solved(problem: Problem, solver: string, gap: number, timeLimit: number) {
  const started = cpu();
  const wall = performance.now();
  const reached: { at: number; gap: number }[] = [];
  const solution = await solveProblem(problem, {
    gap,
    timeLimit,
    seed: 1,
    solver,
    now: cpu,
    stopped: () => false,
    onProgress: (progress) => progress.gap !== undefined && reached.push({ at: cpu() - started, gap: progress.gap }),
  });
  return { solution, reached, seconds: (cpu() - started) / 1000, wall: (performance.now() - wall) / 1000 };
}

async function fleet(clusters: number, workloads: number): Promise<Measure[]> {
  const of = largeFleet(clusters, workloads, 1, 100);
  const problem = problemOf(of);
  const replicas = of.replicas.reduce((a, b) => a + b, 0);
  const name = `search: ${replicas.toLocaleString("en")} replicas on ${clusters.toLocaleString("en")} clusters`;
  const { solution, reached, wall } = await solved(problem, "auto", 0, 30_000);
  if (!("objective" in solution)) throw new Error(`${name}: ${solution.status}`);
  const term = solution.objective.find((entry) => entry.name === "cost");
  if (term === undefined || checkedCost(of, problem, solution.placement) !== term.value)
    throw new Error(`${name}: the cost is not ${term?.value}`);
  const at = (gap: number): number => (reached.find((entry) => entry.gap <= gap)?.at ?? Infinity) / 1000;
  const lost = 7;
  const loss = afterLoss(problem, solution.placement, lost);
  const again = await solved(loss.problem, "auto", 0.01, 30_000);
  if (!("objective" in again.solution)) throw new Error(`${name}, after a loss: ${again.solution.status}`);
  checkedCost(of, loss.problem, again.solution.placement, lost);
  const moves = again.solution.objective[0]?.value ?? Infinity;
  const memory = process.memoryUsage().rss / 2 ** 20;
  return [
    { name: `${name}, proven within 1 % after`, value: at(0.01), unit: "CPU s" },
    { name: `${name}, proven within 0.5 % after`, value: at(0.005), unit: "CPU s" },
    {
      name: `${name}, gap at 30 CPU s`,
      value: 100 * solution.gap,
      unit: "%",
      peer: { name: "HiGHS native, 124 s (measured before)", value: 6.8 },
    },
    { name: `${name}, seconds on the wall for that`, value: wall, unit: "s" },
    { name: `${name}, memory`, value: memory, unit: "MiB" },
    { name: `${name}, replan after losing a cluster`, value: again.seconds, unit: "CPU s" },
    { name: `${name}, moves of that`, value: moves, unit: "replicas", peer: { name: "evicted", value: loss.evicted } },
  ];
}

/** Value over the known optimum, ours beside HiGHS alone, after the same CPU time. */
async function assignments(names: readonly string[], timeLimit: number): Promise<Measure[]> {
  const folder = join(import.meta.dirname, "../../../shared/instances/gap");
  const known = new Map(
    readFileSync(join(folder, "values.csv"), "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(","))
      .map((cells) => [cells[0] as string, Number(cells[7])]),
  );
  const measures: Measure[] = [];
  for (const name of names) {
    const problem = readAssignment(readFileSync(join(folder, name), "utf8"));
    const best = known.get(name) as number;
    const over = async (solver: string): Promise<number> => {
      const { solution } = await solved(problem, solver, 0, timeLimit);
      if (!("objective" in solution)) return Infinity;
      const { value = Infinity, bound = 0 } = solution.objective[0] ?? {};
      if (value < best || bound > best + 1e-6 || recount(problem, solution.placement) !== value)
        throw new Error(`${name}: ${value} with bound ${bound} can not be, the best is ${best}`);
      return (100 * (value - best)) / best;
    };
    const own = await over("auto");
    measures.push({
      name: `search: ${name}, above the best known after ${timeLimit / 1000} CPU s`,
      value: own,
      unit: "%",
      peer: { name: "HiGHS alone", value: await over("highs") },
    });
  }
  return measures;
}

/** What an assignment costs, or NaN when an agent has too much to do. */
function recount(problem: Problem, placement: readonly (readonly number[])[]): number {
  const used = problem.clusters.map(() => 0);
  let sum = 0;
  problem.workloads.forEach(({ candidates, demand }, w) =>
    candidates.forEach(({ cluster, cost }, i) => {
      const count = placement[w]?.[i] ?? 0;
      sum += count * cost;
      used[cluster] = (used[cluster] as number) + count * (demand[cluster] as number);
    }),
  );
  return used.every((amount, c) => amount <= (problem.pools[c]?.shape[c] ?? 0)) ? sum : NaN;
}

export async function bench(): Promise<Measure[]> {
  if (!isThere() || !existsSync(join(import.meta.dirname, "../../../shared/instances/gap"))) {
    console.log("  skipped: ../shared/instances is not there");
    return [];
  }
  const names = [
    "chu1997/a20200",
    "chu1997/b20200",
    "chu1997/c10100",
    "chu1997/c10200",
    "chu1997/d10100",
    "yagiura2004/e10100",
  ];
  return [...(await fleet(1000, 2000)), ...(await assignments(names, 10_000))];
}
