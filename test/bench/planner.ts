// How long it takes to build problems, to solve small and middling ones exactly, and to pack nodes. The large ones are in search.ts.
import { performance } from "node:perf_hooks";
import type { Ir } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { pack } from "../../planner/nodes/pack.ts";
import type { BoardNode, PodKind } from "../../planner/nodes/board.ts";
import { place } from "../../planner/place.ts";
import {
  GiB,
  allow,
  cluster,
  feature,
  irOf,
  labelIs,
  link,
  noConstraints,
  pool,
  run,
  span,
  workload,
} from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";
import type { Report } from "./report.ts";

export async function bench(): Promise<Report> {
  const large = wide(1000, 2000);
  const small = tight(3, 4);
  await planned(small, "highs"); // loads the four megabytes
  const figures = [
    {
      name: "problem of 1,000 clusters × 2,000 workloads built",
      value: best(3, () => buildProblem(large, {})),
      unit: "ms",
    },
    {
      name: "retail: 804 clusters, 8 workloads, planned to the proof",
      value: await planned(retail(), "auto"),
      unit: "ms",
    },
    {
      name: "3 clusters, 4 workloads, planned to the proof by highs",
      value: await planned(small, "highs"),
      unit: "ms",
      peer: { name: "javascript-lp-solver", value: await planned(small, "javascript-lp-solver") },
    },
    { name: "5 clusters, 20 workloads, planned to the proof", value: await planned(tight(5, 20), "auto"), unit: "ms" },
    { name: "2,000 pods of 40 kinds packed on 200 nodes, 90 % full", value: best(2, packLarge), unit: "ms" },
  ];
  return { figures };
}

function best(runs: number, action: () => unknown): number {
  let least = Infinity;
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    action();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

async function planned(ir: Ir, solver: string): Promise<number> {
  const started = performance.now();
  await place(
    ir,
    {},
    { gap: 0, timeLimit: 60_000, seed: 1, solver, now: () => performance.now(), stopped: () => false },
  );
  return performance.now() - started;
}

/** Many clusters, many divided workloads, a condition on each. */
function wide(sites: number, count: number): Ir {
  const roll = dice(1);
  const clusters = Array.from({ length: sites }, (_, i) =>
    cluster(
      `c${i}`,
      [pool("a", roll.between(2, 20), { cpu: 1000 * roll.between(8, 64), memory: GiB * roll.between(16, 256) })],
      {
        labels: { region: `r${i % 10}`, zone: `z${i % 40}` },
        features: roll.chance(0.5) ? ["edge"] : [],
      },
    ),
  );
  const workloads = Array.from({ length: count }, (_, i) =>
    workload(`app/w${i}`, { demand: { cpu: 1000 * roll.between(1, 16), memory: GiB * roll.between(1, 64) } }),
  );
  const runs = workloads.map((w) =>
    run(w, {
      spreading: { kind: "divided", total: roll.between(1, 100) },
      where: [roll.chance(0.7) ? labelIs("region", `r${roll.between(0, 9)}`) : feature("edge")],
    }),
  );
  const links = clusters.slice(1).map((c, i) => link(clusters[i]!.name, c.name, 1000 * roll.between(1, 10)));
  const traffic = workloads.slice(1, 200).map((w, i) => allow(w, workloads[i]!));
  return irOf({ clusters, workloads, runs, traffic, fleet: { links } });
}

/** Few clusters whose cheapest are filled to the brim. */
function tight(sites: number, count: number): Ir {
  const roll = dice(7);
  const clusters = Array.from({ length: sites }, (_, i) =>
    cluster(
      `c${i}`,
      [
        pool("n", roll.between(3, 8), { cpu: 16_000, memory: 64 * GiB }),
        pool("m", 2, { cpu: 32_000, memory: 64 * GiB }),
      ],
      {
        labels: { zone: `z${i % 3}` },
        features: i % 2 === 0 ? ["edge"] : [],
        prices: { cpu: roll.between(3, 6) / 100 },
      },
    ),
  );
  const workloads = Array.from({ length: count }, (_, i) =>
    workload(`a/w${i}`, {
      demand: { cpu: 500 * roll.between(1, 12), memory: GiB * roll.between(1, 12) },
      replicas: roll.between(1, 3),
    }),
  );
  const runs = workloads.map((w) =>
    run(w, {
      ...(roll.chance(0.5) ? { spreading: { kind: "divided" as const, total: roll.between(2, 8) } } : {}),
      ...(roll.chance(0.2) ? { spread: [{ key: "zone", span: span() }] } : {}),
    }),
  );
  const links = clusters.slice(1).map((c, i) => link(clusters[i]!.name, c.name, 1000 * roll.between(1, 9)));
  const traffic = workloads
    .slice(1)
    .filter(() => roll.chance(0.5))
    .map((w) => allow(w, roll.pick(workloads)));
  return irOf({ clusters, workloads, runs, traffic, fleet: { links } });
}

/** 800 stores with a copy of four workloads each, and four core sites. */
function retail(): Ir {
  const roll = dice(1);
  const stores = Array.from({ length: 800 }, (_, i) =>
    cluster(`store-${i}`, [pool("n", roll.between(1, 3), { cpu: 4000, memory: 16 * GiB })], {
      features: ["store"],
      prices: { cpu: 0.05 },
    }),
  );
  const cores = Array.from({ length: 4 }, (_, i) =>
    cluster(`core-${i}`, [pool("n", 6, { cpu: 32_000, memory: 128 * GiB })], {
      features: ["core"],
      prices: { cpu: 0.03 },
    }),
  );
  const local = ["pos", "cache", "sync", "kiosk"].map((name) =>
    workload(`shop/${name}`, { demand: { cpu: 300, memory: GiB } }),
  );
  const central = ["db", "api", "report", "train"].map((name) =>
    workload(`shop/${name}`, { demand: { cpu: 2000, memory: 4 * GiB } }),
  );
  const links = [
    ...stores.map((c, i) => link(c.name, `core-${i % 4}`, 1000 * roll.between(2, 12))),
    ...[0, 1, 2].map((i) => link(`core-${i}`, `core-${i + 1}`, 9000)),
  ];
  return irOf({
    clusters: [...stores, ...cores],
    workloads: [...local, ...central],
    runs: [
      ...local.map((w) => run(w, { spreading: { kind: "each" }, where: [feature("store")] })),
      ...central.map((w, i) =>
        run(w, {
          spreading: i === 1 ? { kind: "divided", total: 12 } : { kind: "copies", clusters: 2 },
          where: [feature("core")],
        }),
      ),
    ],
    traffic: [allow(local[0]!, central[1]!), allow(central[1]!, central[0]!)],
    fleet: { links },
  });
}

function packLarge(): void {
  const roll = dice(3);
  const pools = new Set([0]);
  const kinds = Array.from({ length: 40 }, (_, i): PodKind => ({
    id: `a/w${i}`,
    namespace: "a",
    labels: { app: `w${i}` },
    demand: [100 * roll.between(1, 30), roll.between(1, 30)],
    pools,
    spreadPools: pools,
    toleratedPools: pools,
    perNode: false,
    count: 50,
    pod: noConstraints,
  }));
  const need = kinds.reduce((sum, kind) => sum + kind.demand[0]! * kind.count, 0);
  const nodes = Array.from({ length: 200 }, (): BoardNode => ({
    pool: 0,
    labels: {},
    shape: [Math.ceil(need / 180), 240],
  }));
  if (pack(kinds, nodes, 100_000) !== "packed") throw new Error("the pods of the benchmark no longer fit");
}
