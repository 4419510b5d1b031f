// How soon people are told: the smallest conflict of an impossible program, why workloads are where they are, what each intent costs, and what
// happens after each loss. It must not know how explanations are found.
import { compile, memoryHost, type Ir } from "../../compiler/index.ts";
import { explainImpossible, failureCases, place, priceOfIntents, stepClock, why } from "../../planner/index.ts";
import { beside } from "./instances/beside-fleet.ts";
import { intentFleet, type Clause } from "./instances/intent-fleet.ts";
import type { BenchOptions, Report, Table } from "./report.ts";

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Contradictions that are added to a program that has a placement. */
const contradictions: readonly { readonly name: string; readonly text: string }[] = [
  { name: "no cluster may run it", text: "forbid w11 where cpu >= 1" },
  { name: "one workload with another and apart from it", text: "run w12 with w22\nrun w12 apart from w22 by region" },
  {
    name: "with by way of another, and apart",
    text: "run a x3 with b\nrun b x4 with c\nrun a apart from c by region\nrun c x2",
  },
  {
    name: "three apart in two regions",
    text: ["b", "c", "a"]
      .map((other, i) => `run ${"abc"[i]} x2 where region in (r0, r1) apart from ${other} by region`)
      .join("\n"),
  },
  { name: "more replicas than regions", text: "run c x12 spread across region max 1" },
  { name: "three on a cluster that holds two", text: "run a x6 on lone\nrun b x6 on lone\nrun c x6 on lone" },
  { name: "nearer than there is a path", text: "run a on lone\nrun b on away\nrun a near b within 20ms\nrun c" },
  {
    name: "a loss that leaves too little",
    text: "run a x8 on lone, away survive 1 cluster keeping 8\nrun b x8 on lone, away\nrun c x12 on lone, away",
  },
];

export async function bench({ long }: BenchOptions): Promise<Report> {
  const small = { clusters: 40, workloads: 200 };
  const large = { clusters: 100, workloads: 500 };
  const tables = [await conflicts(small, 1), await conflicts(large, 5)];
  for (const nodes of ["many", "one"] as const)
    for (const clauses of [[], ["spread", "near", "apart"]] as const)
      tables.push(await reasons({ ...large, nodes }, clauses, long ? 20 : 5));
  return { tables };
}

interface Asked {
  readonly clusters: number;
  readonly workloads: number;
  readonly nodes?: "one" | "many";
}

async function conflicts(size: Asked, goal: number): Promise<Table> {
  const text = intentFleet({ ...size, seed: 1, replicas: 20 }, new Set<Clause>(["near"]));
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
      placing.value.placement !== undefined
        ? ["it has a placement"]
        : told.value.map(({ code, message }) => `${code}: ${message.slice(0, 160)}`);
    rows.push([name, placing.seconds, told.seconds, `${placing.value.status}; ${said[0] ?? "nothing was said"}`]);
    console.log(`  ${rows.at(-1)?.join(" | ")}`);
  }
  return {
    title: `Conflicts at ${size.clusters} clusters × ${size.workloads} workloads`,
    about: `CPU seconds until no placement is proven, and until the smallest set of intents that conflict is told. The goal for the latter: ${goal} s.`,
    columns: ["contradiction", "s to no", "s to why not", "what is said"],
    rows,
  };
}

async function reasons(size: Asked, clauses: readonly Clause[], count: number): Promise<Table> {
  const text = intentFleet({ ...size, seed: 1, replicas: 20 }, new Set(clauses));
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  // As people plan: the default budget of steps, with the prices that prove the plan.
  const options = { gap: 0.02, timeLimit: Infinity, seed: 1, solver: "auto", now: cpu, stopped: () => false };
  const planned = await seconds(() => place(ir, {}, { ...options, proves: true }));
  const outcome = planned.value;
  const gap = `${outcome.status}, ${(100 * outcome.gap).toFixed(2)} %`;
  const rows: (string | number | undefined)[][] = [["planned", planned.seconds, undefined, gap]];
  const row = (what: string, took: number, said: string): void => {
    rows.push([what, took, took / planned.seconds, said]);
    console.log(`  ${what} | ${took.toFixed(2)} | ${said}`);
  };
  const counted = (words: readonly string[]): string =>
    [...Map.groupBy(words, (word) => word)].map(([word, all]) => `${all.length} ${word}`).join(", ");
  for (let i = 0; i < count && outcome.placement !== undefined; i++) {
    const id = `shop/w${i * 21}`;
    const { seconds: took, value } = await seconds(() => why(ir, {}, outcome, id, stepClock()));
    row(`why ${id}`, took, counted(value.clusters.map(({ verdict }) => verdict)));
  }
  if (outcome.placement !== undefined) {
    const { seconds: took, value } = await seconds(() => priceOfIntents(ir, {}, outcome, stepClock()));
    const kinds = value.prices.map(({ gains, exact }) => (exact ? "exact" : gains.length > 0 ? "between" : "at most"));
    row("all prices", took, `${counted(kinds)}, ${value.unpriced} unknown`);
    const { placed: where, comesBack } = outcome;
    const asked = { seed: 1, solver: "auto", now: stepClock(), stopped: () => false, comesBack };
    const losses = await seconds(() => failureCases(ir, where, asked));
    const ends = losses.value.map(({ status, stuck }) => (stuck.length > 0 ? "with some that found no place" : status));
    row("every loss", losses.seconds, counted(ends));
  }
  const nodes = size.nodes === "one" ? "one node a pool" : "many nodes";
  const named = clauses.length === 0 ? "no clauses" : clauses.join(", ");
  return {
    title: `Why, prices and losses, ${size.clusters} clusters × ${size.workloads} workloads, ${nodes}, ${named}`,
    about:
      "CPU seconds to explain one workload of a plan on every cluster (the goal: 3 s), to price every intent (5 s), and to say what happens after the loss of each cluster and each zone (15 s).",
    columns: ["what", "s", "ratio to planning", "what is said"],
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
