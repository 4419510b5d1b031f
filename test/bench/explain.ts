// How soon people are told: the smallest conflict of an impossible program of 40 clusters × 200 workloads, and why workloads are where they are at
// 100 × 500. It must not know how explanations are found.
import { compile, memoryHost, type Ir } from "../../compiler/index.ts";
import { explainImpossible, place, why } from "../../planner/index.ts";
import { intentFleet, type Clause } from "./instances/intent-fleet.ts";
import type { BenchOptions, Report, Table } from "./report.ts";

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Two clusters and three workloads beside the others, for arithmetic that is easy to follow. */
const beside = `
cluster lone { region = r0 zone = z0 nodes n x4 { cpu 8 memory 32Gi } }
cluster away { region = r1 zone = z1 nodes n x4 { cpu 8 memory 32Gi } }
link lone <-> c0 10ms
link away <-> lone 30ms
app more {
  workload a { image "registry.example/a:1" cpu 2 memory 2Gi }
  workload b { image "registry.example/b:1" cpu 2 memory 2Gi }
  workload c { image "registry.example/c:1" cpu 2 memory 2Gi }
}`;

/** Contradictions that are added to a program that has a placement. */
const contradictions: readonly { readonly name: string; readonly text: string }[] = [
  { name: "no cluster may run it", text: "forbid w11 where cpu >= 1" },
  { name: "one workload with another and apart from it", text: "run w12 with w22\nrun w12 apart from w22 by region" },
  { name: "more replicas than regions", text: "run w13 spread across region max 1" },
  { name: "three on a cluster that holds two", text: "run a x6 on lone\nrun b x6 on lone\nrun c x6 on lone" },
  { name: "nearer than there is a path", text: "run a on lone\nrun b on away\nrun a near b within 20ms\nrun c" },
  {
    name: "a loss that leaves too little",
    text: "run a x8 on lone, away survive 1 cluster keeping 8\nrun b x8 on lone, away\nrun c x12 on lone, away",
  },
];

export async function bench({ long }: BenchOptions): Promise<Report> {
  return { tables: [await conflicts(), await reasons(long ? 20 : 5)] };
}

async function conflicts(): Promise<Table> {
  const text = intentFleet({ clusters: 40, workloads: 200, seed: 1, replicas: 20 }, new Set<Clause>(["near"]));
  const rows: (string | number | undefined)[][] = [];
  for (const { name, text: more } of contradictions) {
    const { value: ir, diagnostics } = compile(
      ["main.intent"],
      memoryHost({ "main.intent": `${text}${beside}\n${more}\n` }),
    );
    const wrong = diagnostics.find(({ severity }) => severity === "error");
    if (wrong !== undefined) {
      rows.push([name, undefined, undefined, `${wrong.code}: ${wrong.message.slice(0, 100)}`]);
      continue;
    }
    const placing = await seconds(() => placed(ir, 0.05, 20));
    const told = await seconds(() => explainImpossible(ir, {}, { now: cpu }));
    const said =
      placing.value.status === "infeasible"
        ? told.value.map(({ code, message }) => `${code}: ${message.slice(0, 160)}`)
        : ["it has a placement"];
    rows.push([name, placing.seconds, told.seconds, `${placing.value.status}; ${said[0] ?? "nothing was said"}`]);
    console.log(`  ${rows.at(-1)?.join(" | ")}`);
  }
  return {
    title: "Conflicts at 40 clusters × 200 workloads",
    about:
      "CPU seconds until no placement is proven, and until the smallest set of intents that conflict is told. The goal: one second for the latter.",
    columns: ["contradiction", "s to no", "s to why not", "what is said"],
    rows,
  };
}

async function reasons(count: number): Promise<Table> {
  const text = intentFleet({ clusters: 100, workloads: 500, seed: 1, replicas: 20 }, new Set());
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  const planned = await seconds(() => placed(ir, 0.02, 20));
  const rows: (string | number | undefined)[][] = [["planned", planned.seconds, undefined, planned.value.status]];
  for (let i = 0; i < count && planned.value.placement !== undefined; i++) {
    const id = `shop/w${i * 20}`;
    const { seconds: took, value } = await seconds(() => why(ir, {}, planned.value, id, cpu));
    const verdicts = new Map<string, number>();
    for (const { verdict } of value.clusters) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    rows.push([
      `why ${id}`,
      took,
      took / planned.seconds,
      [...verdicts].map(([verdict, times]) => `${times} ${verdict}`).join(", "),
    ]);
  }
  return {
    title: "Why workloads are where they are, 100 clusters × 500 workloads",
    about: "CPU seconds to explain one workload of a plan on every cluster. The goal: a few seconds.",
    columns: ["what", "s", "ratio to planning", "clusters"],
    rows,
  };
}

const placed = (ir: Ir, gap: number, limit: number) =>
  place(ir, {}, { gap, timeLimit: limit * 1000, seed: 1, solver: "auto", now: cpu, stopped: () => false });

async function seconds<Value>(run: () => Promise<Value>): Promise<{ readonly seconds: number; readonly value: Value }> {
  const started = cpu();
  const value = await run();
  return { seconds: (cpu() - started) / 1000, value };
}
