// From text to plan: replicas decided a second at 100 clusters, and what each clause of the language costs at full size. `npm run bench intents`;
// one size and some clauses: `npm run bench intents 1000x2000 spread,near`. It must not know how programs are planned.
import { planText, type Outcome } from "./plan-text.ts";
import { clauses, intentFleet, type Clause } from "./instances/intent-fleet.ts";
import { shown, type BenchOptions, type Report, type Table } from "./report.ts";

/** Goals of ../shared/reference/planning.md: 1 % proven, no clause dearer than this many times the plain program. */
const GAP = 0.01;
const NOT_DEARER_THAN = 3;
const REPLICAS_A_SECOND = 20_000;

interface Size {
  readonly clusters: number;
  readonly workloads: number;
  readonly replicas: number;
  /** CPU seconds that the solver gets. */
  readonly seconds: number;
}

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  const small = { clusters: 100, workloads: 2000, replicas: 100, seconds: effort * 30 };
  const speed = await planned(small, []);
  const size = long
    ? { clusters: 1000, workloads: 2000, replicas: 100, seconds: effort * 60 }
    : { clusters: 300, workloads: 600, replicas: 100, seconds: effort * 15 };
  const priced = await clauseTable(size, ["", ...clauses, clauses.join(",")]);
  return {
    figures: [
      {
        name: "text to plan at 100 clusters × 2,000 workloads",
        value: (speed.done?.replicas ?? 0) / (speed.done?.at ?? Infinity),
        unit: "replicas/CPU s",
        peer: { name: "the goal", value: REPLICAS_A_SECOND },
      },
    ],
    tables: [priced.table],
    notes: [
      ...(speed.trouble === undefined ? [] : [`100 clusters × 2,000 workloads: ${speed.trouble}`]),
      ...priced.notes,
    ],
  };
}

async function clauseTable(size: Size, programs: readonly string[]): Promise<{ table: Table; notes: string[] }> {
  const notes: string[] = [];
  const rows: (string | number | undefined)[][] = [];
  let plain = Infinity;
  for (const asked of programs) {
    const name = asked === "" ? "none" : asked.includes(",") ? "all of them" : asked;
    const { seconds, solved, done, trouble } = await planned(size, asked.split(","));
    if (asked === "") plain = seconds;
    const ratio = seconds / plain;
    const gap = done === undefined ? undefined : `${shown(100 * done.gap)} %`;
    rows.push([
      name,
      seconds,
      solved,
      Number.isNaN(ratio) ? undefined : ratio,
      gap,
      done?.status,
      done?.objects,
      done?.memory,
    ]);
    console.log(
      `  ${name.padEnd(14)} ${shown(seconds)} s, ratio ${shown(ratio)}, ${gap ?? "no plan"} ${trouble ?? ""}`,
    );
    if (trouble !== undefined) notes.push(`${name}: ${trouble}`);
  }
  const table: Table = {
    title: `What each clause costs, ${size.clusters.toLocaleString("en")} clusters × ${size.workloads.toLocaleString("en")} workloads`,
    about: `Each clause is on a tenth of the workloads. Seconds are CPU seconds from text to a plan within 1 % proven, with objects and diff; the solver may take ${size.seconds}. The goal: no ratio above ${NOT_DEARER_THAN}.`,
    columns: ["clause", "s to a plan within 1 %", "of it placing", "ratio to none", "gap", "status", "objects", "MiB"],
    rows,
  };
  return { table, notes };
}

function planned({ clusters, workloads, replicas, seconds }: Size, asked: readonly string[]): Promise<Outcome> {
  const words = new Set(asked.filter((word): word is Clause => (clauses as readonly string[]).includes(word)));
  return planText(intentFleet({ clusters, workloads, seed: 1, replicas }, words), { gap: GAP, seconds });
}

if (process.argv[1] === import.meta.filename) {
  const [clusters = 100, workloads = 200] = (process.argv[2] ?? "100x200").split("x").map(Number);
  const asked = process.argv[3];
  const programs = asked === undefined ? ["", ...clauses, clauses.join(",")] : ["", ...asked.split(" ")];
  const seconds = Number(process.argv[4] ?? 20);
  const { notes } = await clauseTable({ clusters, workloads, replicas: 100, seconds }, programs);
  console.log(notes.join("\n"));
}
