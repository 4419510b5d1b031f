// Generalized assignment of ../shared/instances, with the best values that are known: Placet beside HiGHS and CP-SAT in one run. It must not
// know how anyone searches.
import { contest, type Answer, type Contestant } from "./contest.ts";
import { areThere, knownValues } from "./instances/named.ts";
import { troubles } from "./fleet.ts";
import { shown, type BenchOptions, type Report } from "./report.ts";

const few = ["c10200", "c20200", "d10200", "d20100", "d20200"].map((name) => `chu1997/${name}`);
const choice = [...few, "yagiura2004/d20400", "yagiura2004/e10200", "yagiura2004/e20400"];

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  if (!areThere()) return { notes: ["not measured: ../shared/instances is not there"] };
  const known = knownValues();
  const all = [...known.keys()].filter((name) => !name.startsWith("cattrysse")).sort();
  const seconds = effort * (long ? 60 : 10);
  const notes: string[] = [];
  const rows: (string | number | undefined)[][] = [];
  const contestants: readonly Contestant[] = ["Placet", "HiGHS", "CP-SAT"];
  const above: { readonly who: Contestant; readonly isHard: boolean; readonly percent: number }[] = [];
  for (const name of long ? all : choice) {
    const best = known.get(name) as number;
    const found = await contest(`gap ${name}`, Object.fromEntries(contestants.map((who) => [who, seconds])));
    notes.push(
      ...found.absent.map((who) => `without ${who}`),
      ...troubles(name, found),
      ...impossible(name, best, found.answers),
    );
    const cells = contestants.map((who) => {
      const answer = found.answers.find((entry) => entry.who === who);
      if (answer === undefined) return undefined;
      above.push({ who, isHard: /\/[de]/.test(name), percent: over(answer, best) });
      return `${shown(over(answer, best))}${answer.optimal ? ` proven, ${shown(answer.seconds)} s` : ""}`;
    });
    rows.push([name, best, ...cells]);
    console.log(`  ${name}: ${cells.join(" | ")}`);
  }
  const mean = (among: (isHard: boolean) => boolean): readonly (number | undefined)[] =>
    contestants.map((who) => {
      const values = above.filter((each) => each.who === who && among(each.isHard)).map(({ percent }) => percent);
      return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;
    });
  return {
    tables: [
      {
        title: `Generalized assignment, ${seconds} s each`,
        about: "Per cent above the best value that is known; *proven* where the solver proved its answer optimal.",
        columns: ["instance", "best known", ...contestants],
        rows: [
          ...rows,
          ["mean of types D and E", undefined, ...mean((isHard) => isHard)],
          ["mean", undefined, ...mean(() => true)],
        ],
      },
    ],
    notes: [...new Set(notes)],
  };
}

const over = ({ value = Infinity }: Answer, best: number): number => (100 * (value - best)) / best;

/** A bound above the best known value, or a value below a proven optimum, is a bug of whoever claims it (or of the list). */
function impossible(name: string, best: number, answers: readonly Answer[]): readonly string[] {
  return answers.flatMap(({ who, value = Infinity, bound = -Infinity }) => [
    ...(value < best ? [`${name}: ${who} found ${value}, below the best known ${best}`] : []),
    ...(bound > best + 1e-6 ? [`${name}: ${who} claims a bound of ${bound}, above the best known ${best}`] : []),
  ]);
}
