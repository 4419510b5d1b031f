// Planning again after a cluster is lost, from the plan in force, at 100 thousand replicas: seconds, moves and gap, beside planning anew. It must
// not know how the planner keeps what runs.
import { solveProblem, type Problem } from "../../planner/index.ts";
import { afterLoss, checkedCost, largeFleet, problemOf } from "./instances/large-fleet.ts";
import { areThere } from "./instances/named.ts";
import type { BenchOptions, Report } from "./report.ts";

const GAP = 0.01;
/** No cluster is lost. */
const NONE = -1;
/** Of the evicted replicas, and no more, may move. */
const MOVES = 1.2;

export async function bench({ long }: BenchOptions): Promise<Report> {
  if (!areThere()) return { notes: ["not measured: ../shared/instances is not there"] };
  const fleet = largeFleet(1000, 2000, 1, 100);
  const problem = problemOf(fleet);
  const first = await solved(problem);
  checkedCost(fleet, problem, first.solution.placement);
  const notes: string[] = [];
  const rows: (string | number | undefined)[][] = [
    ["planned anew", first.seconds, undefined, undefined, undefined, percent(first)],
  ];
  for (const lost of long ? [NONE, 7, 100, 333, 500, 999] : [NONE, 7, 500]) {
    const loss = afterLoss(problem, first.solution.placement, lost);
    const again = await solved(loss.problem);
    checkedCost(fleet, loss.problem, again.solution.placement, lost);
    const moves = again.solution.objective.find(({ name }) => name === "moves")?.value ?? NaN;
    if (moves > MOVES * loss.evicted)
      notes.push(`c${lost}: ${moves} moves are more than ${MOVES} × ${loss.evicted} evicted`);
    rows.push([
      lost === NONE ? "nothing changed" : `without c${lost}`,
      again.seconds,
      again.seconds / first.seconds,
      moves,
      loss.evicted,
      percent(again),
    ]);
  }
  return {
    tables: [
      {
        title: "Planning again after losing a cluster: 1,000 clusters, 100 thousand replicas",
        about: `CPU seconds of the process, from the problem to a plan within ${100 * GAP} % of the best. The goal: half a second, and at most ${MOVES} moves for each evicted replica.`,
        columns: ["plan", "s", "ratio to anew", "moves", "evicted", "gap"],
        rows,
      },
    ],
    notes,
  };
}

type Solved = Awaited<ReturnType<typeof solved>>;

const percent = ({ solution }: Solved): string => `${(100 * solution.gap).toFixed(2)} %`;

async function solved(problem: Problem) {
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const started = cpu();
  const options = { gap: GAP, timeLimit: 60_000, seed: 1, solver: "auto", now: cpu, stopped: () => false };
  const solution = await solveProblem(problem, options);
  if (!("objective" in solution)) throw new Error(`the large fleet is ${solution.status}`);
  return { solution, seconds: (cpu() - started) / 1000 };
}
