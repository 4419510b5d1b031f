// Solves a named problem with Placet's planner in a process of its own and prints what it finds, a line of JSON each:
// `node solve-problem.ts NAME GAP SECONDS`. Seconds are CPU seconds of the process. It must not know what is good.
import { solveProblem } from "../../../planner/index.ts";
import { problemNamed } from "../instances/named.ts";
import { columnsOf } from "../peers/model.ts";
import type { SolveLine } from "./solve-line.ts";

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const [name = "", gap = "0", seconds = "30"] = process.argv.slice(2);
const problem = problemNamed(name);
const began = cpu();
const wall = performance.now();
const at = (): number => (cpu() - began) / 1000;
const print = (line: SolveLine): void => console.log(JSON.stringify(line));

const solution = await solveProblem(problem, {
  gap: Number(gap),
  timeLimit: Number(seconds) * 1000,
  seed: 1,
  solver: "auto",
  now: cpu,
  stopped: () => false,
  onProgress: ({ incumbent = null, bound = null }) => print({ kind: "found", at: at(), value: incumbent, bound }),
});
const answer = "objective" in solution ? solution : undefined;
const term = answer?.objective.find((entry) => entry.name === "cost");
const x = answer === undefined ? [] : columnsOf(problem, answer.placement);
print({
  kind: "done",
  at: at(),
  wall: (performance.now() - wall) / 1000,
  status: solution.status,
  value: term?.value ?? null,
  bound: term?.bound ?? null,
  memory: process.resourceUsage().maxRSS / 1024,
  x: x.flatMap((count, j) => (count === 0 ? [] : [j, count])),
});
