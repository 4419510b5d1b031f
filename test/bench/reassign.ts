// Machine reassignment (ROADEF/EURO challenge 2012) of ../shared/instances: Placet beside the challenge's winner and the published bounds, every
// answer checked. It must not know how anyone searches.
import { check, type Rebalanced } from "../../planner/rebalance/index.ts";
import { runChild } from "./children/run-child.ts";
import { reassignmentNamed, reassignmentsAreThere } from "./instances/machine-reassignment.ts";
import type { BenchOptions, Report } from "./report.ts";

/** What S41 reached in 300 s on two cores of 2009; of a1_1 and a1_3 the optimum. */
const reachedBefore: Readonly<Record<string, number>> = {
  a1_1: 44306501,
  a1_3: 583005719,
  b_01: 3353533859,
  b_02: 1015569276,
  b_03: 157091678,
  b_04: 4677962661,
};
const few = ["a1_1", "a1_3", "b_01", "b_02", "b_03", "b_04"];
const all = [...[1, 2, 3, 4, 5].flatMap((i) => [`a1_${i}`, `a2_${i}`]), "b_01", "b_02", "b_03", "b_04"].sort();
/** CPU seconds for an instance: the goal's minute, less for the small ones, whose best is found at once. */
const secondsFor = (name: string): number => (name.startsWith("b") ? 60 : 10);

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  if (!reassignmentsAreThere())
    return { notes: ["not measured: ../shared/instances/machine-reassignment is not there"] };
  const notes: string[] = [];
  const rows: (string | number | undefined)[][] = [];
  for (const name of long ? all : few) {
    const seconds = effort * secondsFor(name);
    const { reassignment, bound, initial } = reassignmentNamed(name);
    const ended = await runChild<Line>("reassign.ts", [name, `${seconds}`], 10 * seconds + 120);
    const done = ended.lines.find((line) => line.kind === "done");
    if (done?.kind !== "done") {
      notes.push(`${name}: ${ended.ended}, without an answer: ${ended.errors.slice(-300)}`);
      continue;
    }
    const { total, broken } = check(reassignment, done.assignment);
    if (broken.length > 0) notes.push(`${name}: the answer does not hold: ${broken.slice(0, 3).join("; ")}`);
    if (total !== done.total) notes.push(`${name}: it said ${done.total}, counted again it is ${total}`);
    if (done.bound > total) notes.push(`${name}: claims a bound of ${done.bound}, above its own ${total}`);
    const known = reachedBefore[name];
    const best = Math.max(bound, done.bound);
    const row = [initial, total, known, known && (100 * (total - known)) / known, best, (100 * (total - best)) / total];
    rows.push([name, ...row]);
    console.log(`  ${name}: ${row.join(" | ")}`);
  }
  return {
    tables: [
      {
        title: `Machine reassignment, ${effort * secondsFor("b")} s each (a: ${effort * secondsFor("a")} s)`,
        about:
          "One thread. Costs; beside them what the winner of the challenge (S41) reached in 300 s on a machine of 2009 (of a1_1 and a1_3 the optimum), and how far above that and above the best bound Placet is.",
        columns: ["instance", "at first", "Placet", "S41", "above S41, %", "bound", "gap, %"],
        rows,
      },
    ],
    notes,
  };
}

type Line =
  | { readonly kind: "better"; readonly at: number; readonly total: number }
  | ({ readonly kind: "done"; readonly at: number } & Rebalanced);
