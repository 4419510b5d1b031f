// How close to the best, how soon: large fleets of ../shared/instances given to Placet and to the peers in one run. It must not know how
// anyone searches.
import { contest, type Answer, type Contest, type Contestant } from "./contest.ts";
import { areThere } from "./instances/named.ts";
import type { BenchOptions, Plot, Report, Table } from "./report.ts";

interface Instance {
  readonly title: string;
  readonly name: string;
  /** CPU seconds of each. */
  readonly seconds: Partial<Record<Contestant, number>>;
}

const same = (seconds: number): Instance["seconds"] => ({ Placet: seconds, HiGHS: seconds, "CP-SAT": seconds });

function instances(long: boolean): readonly Instance[] {
  const short = long ? 60 : 15;
  const peers = long ? 120 : 30;
  return [
    {
      title: "40 clusters × 200 workloads",
      name: "fleet 40 200 1 100",
      seconds: { ...same(short), "HiGHS WebAssembly": short, "javascript-lp-solver": short },
    },
    {
      title: "100 clusters × 500 workloads",
      name: "fleet 100 500 1 100",
      seconds: { ...same(short), "HiGHS WebAssembly": short },
    },
    {
      title: "1,000 clusters × 2,000 workloads, 100 thousand replicas",
      name: "fleet 1000 2000 1 100",
      seconds: { Placet: long ? 120 : 30, HiGHS: peers, "CP-SAT": peers },
    },
    {
      title: "1,000 clusters × 2,000 workloads, 1 million replicas",
      name: "fleet 1000 2000 1 1000",
      seconds: { Placet: 60, HiGHS: long ? 120 : 0, "CP-SAT": long ? 120 : 0 },
    },
  ];
}

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  if (!areThere()) return { notes: ["not measured: ../shared/instances is not there"] };
  const tables: Table[] = [];
  const plots: Plot[] = [];
  const notes: string[] = [];
  for (const { title, name, seconds } of instances(long)) {
    const found = await contest(
      name,
      Object.fromEntries(Object.entries(seconds).map(([who, limit]) => [who, effort * limit])),
    );
    tables.push(tableOf(title, found));
    if (found.answers.length > 1) plots.push(plotOf(title, name, found));
    notes.push(...found.absent.map((who) => `${title}: without ${who}`), ...troubles(title, found));
  }
  return { tables, plots, notes: [...new Set(notes)] };
}

/** What is wrong: an answer that does not hold, or a bound that another's answer is below. */
export function troubles(title: string, { answers }: Contest): readonly string[] {
  const best = Math.min(...answers.map(({ value = Infinity }) => value));
  return answers.flatMap(({ who, trouble, bound = -Infinity }) => [
    ...(trouble === undefined ? [] : [`${title}: ${who}: ${trouble}`]),
    ...(bound > best + 1e-6 * Math.abs(best)
      ? [`${title}: ${who} claims a bound of ${bound}, and ${best} was found`]
      : []),
  ]);
}

function tableOf(title: string, { answers, columns }: Contest): Table {
  const bound = Math.max(...answers.map((answer) => answer.bound ?? -Infinity));
  const best = Math.min(...answers.map(({ value = Infinity }) => value));
  const percent = (value: number | undefined, than: number): string | undefined =>
    value === undefined || !Number.isFinite(than) ? undefined : `${(100 * Math.abs(1 - than / value)).toFixed(3)} %`;
  return {
    title,
    about: `${columns.toLocaleString("en")} columns. Seconds are CPU seconds for each thread that a solver keeps busy. Its own gap is what a solver proves itself; beside it, how far its answer is from the best bound and from the best answer of this run.`,
    columns: [
      "solver",
      "value",
      "own gap",
      "over the best bound",
      "over the best answer",
      "s to 1 %",
      "s to 0.5 %",
      "s",
      "MiB",
    ],
    rows: answers.map((answer) => [
      answer.who,
      answer.value,
      answer.optimal ? "optimal" : percent(answer.value, answer.bound ?? -Infinity),
      percent(answer.value, bound),
      percent(answer.value, best),
      within(answer, 0.01),
      within(answer, 0.005),
      answer.seconds,
      answer.memory,
    ]),
  };
}

/** CPU seconds until a solver had proven itself this close. */
const within = ({ reached }: Answer, gap: number): number => reached.find((entry) => entry.gap <= gap)?.at ?? Infinity;

function plotOf(title: string, name: string, { answers }: Contest): Plot {
  const lines = answers
    .filter(({ reached }) => reached.length > 0)
    .map(({ who, reached, seconds }) => {
      const last = reached.at(-1) as Answer["reached"][number];
      const points = reached.map(({ at, gap }) => [at, Math.max(gap * 100, 1e-3)] as const);
      return { name: who, points: [...points, [Math.max(seconds, last.at), Math.max(last.gap * 100, 1e-3)] as const] };
    });
  return {
    file: `benchmarks-${name.replaceAll(" ", "-")}`,
    title: `${title}: proven gap over time`,
    x: "CPU seconds",
    y: "gap that the solver proves itself, %",
    lines,
  };
}
