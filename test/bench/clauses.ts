// From text to plan: replicas decided a second at 100 clusters, and what each clause of the language costs, beside the same program without it: with
// one node a cluster, where only rules are hard, and with many, where packing is too. `npm run bench clauses` takes two to six minutes on an idle machine: 54
// programs, of which the solver gets six seconds each; `--long`, at 1,000 clusters, up to an hour. One size and some clauses:
// `node test/bench/clauses.ts 1000x2000 "spread near" SECONDS`. It must not know how programs are planned.
import { planText, type Outcome } from "./plan-text.ts";
import { clauses, intentFleet, type Clause } from "./instances/intent-fleet.ts";
import { shown, type BenchOptions, type Report, type Table } from "./report.ts";

/** Goals of ../shared/reference/planning.md: 1 % proven, no clause dearer than this many times the plain program. */
const GAP = 0.01;
/** What a hundred clusters of many nodes are measured to: packing keeps what is left of them from 1 % for longer than anyone waits for a table. */
const PACKED_GAP = 0.02;
const NOT_DEARER_THAN = 3;
const REPLICAS_A_SECOND = 20_000;
/** The share of nodes that is needed where all clauses meet: with no more nodes than one needs, there is no placement. */
const FILL_FOR_ALL = 0.5;
/** The same on few clusters, where shares of them leave some with more than they take; and on many. */
const FILL = { few: 0.8, many: 0.9 };
const MANY = 300;

interface Size {
  readonly clusters: number;
  readonly workloads: number;
  readonly replicas: number;
  /** CPU seconds that the solver gets. */
  readonly seconds: number;
}

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  const small = { clusters: 100, workloads: 2000, replicas: 100, seconds: effort * 30 };
  const speed = await planned(small, [], "one");
  const nodes = await planned(small, [], "many");
  const size = long
    ? { clusters: 1000, workloads: 2000, replicas: 100, seconds: effort * 30 }
    : { clusters: 100, workloads: 200, replicas: 100, seconds: effort * 6 };
  const priced = await clauseTable(size, ["", ...clauses, clauses.join(",")]);
  const rate = ({ done }: Outcome): number => (done?.replicas ?? 0) / (done?.at ?? Infinity);
  const peer = { name: "the goal", value: REPLICAS_A_SECOND };
  const name = "text to plan at 100 clusters × 2,000 workloads";
  return {
    figures: [
      { name: `${name}, one node a cluster`, value: rate(speed), unit: "replicas/CPU s", peer },
      { name: `${name}, many nodes`, value: rate(nodes), unit: "replicas/CPU s", peer },
    ],
    tables: [priced.table],
    notes: [
      ...[speed, nodes].flatMap(({ trouble }) => (trouble === undefined ? [] : [`${name}: ${trouble}`])),
      ...priced.notes,
    ],
  };
}

type Cell = string | number | undefined;

async function clauseTable(size: Size, programs: readonly string[]): Promise<{ table: Table; notes: string[] }> {
  const notes: string[] = [];
  const rows: Cell[][] = [];
  const plain = { one: Infinity, many: Infinity };
  for (const asked of programs) {
    const name = asked === "" ? "none" : asked.includes(",") ? "all of them" : asked;
    const row: Cell[] = [name];
    for (const nodes of ["one", "many"] as const) {
      const { seconds, done, trouble } = await planned(
        size,
        asked.split(","),
        nodes,
        nodes === "many" ? PACKED_GAP : GAP,
      );
      if (asked === "") plain[nodes] = seconds;
      const ratio = seconds / plain[nodes];
      const gap = done === undefined ? "no plan" : `${shown(100 * done.gap)} %`;
      row.push(seconds, Number.isNaN(ratio) ? undefined : ratio, gap, done?.memory);
      console.log(
        `  ${name.padEnd(14)} ${nodes.padEnd(5)} ${shown(seconds)} s, ratio ${shown(ratio)}, ${gap} ${trouble ?? ""}`,
      );
      if (trouble !== undefined) notes.push(`${name}, ${nodes === "one" ? "one node" : "many nodes"}: ${trouble}`);
    }
    rows.push(row);
  }
  const table: Table = {
    title: `What each clause costs, ${size.clusters.toLocaleString("en")} clusters × ${size.workloads.toLocaleString("en")} workloads`,
    about: `Each clause is on a tenth of the workloads; once with one node a cluster, where nothing is to be packed, once with many. Seconds are CPU seconds from text to a plan within 1 % proven (many nodes: 2 %), with objects and diff; the solver may take ${size.seconds}. All at once have more nodes: ${FILL_FOR_ALL} of them are needed by demand alone, of the others ${size.clusters < MANY ? FILL.few : FILL.many}. The goal: no ratio above ${NOT_DEARER_THAN}.`,
    columns: ["clause", "one node: s to 1 %", "ratio", "gap", "MiB", "many nodes: s to 2 %", "ratio", "gap", "MiB"],
    rows,
  };
  return { table, notes };
}

function planned(
  { clusters, workloads, replicas, seconds }: Size,
  asked: readonly string[],
  nodes: "one" | "many",
  gap = GAP,
): Promise<Outcome> {
  const words = new Set(asked.filter((word): word is Clause => (clauses as readonly string[]).includes(word)));
  const fill = words.size > 1 ? FILL_FOR_ALL : clusters < MANY ? FILL.few : FILL.many;
  return planText(intentFleet({ clusters, workloads, seed: 1, replicas, nodes, fill }, words), {
    gap,
    seconds,
  });
}

if (process.argv[1] === import.meta.filename) {
  const [clusters = 100, workloads = 200] = (process.argv[2] ?? "100x200").split("x").map(Number);
  const asked = process.argv[3];
  const programs = asked === undefined ? ["", ...clauses, clauses.join(",")] : ["", ...asked.split(" ")];
  const seconds = Number(process.argv[4] ?? 20);
  const { notes } = await clauseTable({ clusters, workloads, replicas: 100, seconds }, programs);
  console.log(notes.join("\n"));
}
