// From words to numbers: who may go where and why not, what `each` means, what costs and distances are, what stays where its data is.
import { describe, expect, it } from "vitest";
import type { Ir } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import type { Problem } from "../../planner/problem.ts";
import {
  GiB,
  allow,
  cluster,
  feature,
  forbid,
  irOf,
  labelIs,
  link,
  not,
  pool,
  resource,
  run,
  span,
  workload,
} from "../kit/ir.ts";

const built = (ir: Ir, before = {}, without: readonly string[] = []): Problem =>
  buildProblem(ir, before, { without }).value;

const names = (problem: Problem, w = 0): readonly (string | undefined)[] =>
  problem.workloads[w]!.candidates.map((candidate) => problem.clusters[candidate.cluster]!.name);

const reasons = (problem: Problem, name: string, w = 0): readonly string[] =>
  problem.ruledOut
    .filter((entry) => entry.workload === w && entry.clusters.some((c) => problem.clusters[c]!.name === name))
    .flatMap((entry) => entry.because.map((because) => because.text));

const node = { cpu: 8000, memory: 32 * GiB };
const upf = workload("core/upf", { demand: { cpu: 2000, memory: 4 * GiB } });

describe("candidates", () => {
  it("are where one pool satisfies all node-level conditions at once", () => {
    const split = cluster("split", [
      pool("a", 1, node, { features: ["dpdk"] }),
      pool("b", 1, node, { labels: { disk: "ssd" } }),
    ]);
    const both = cluster("both", [
      pool("a", 1, node),
      pool("b", 2, node, { features: ["dpdk"], labels: { disk: "ssd" } }),
    ]);
    const where = [feature("dpdk", "node"), labelIs("disk", "ssd", "node")];
    const problem = built(irOf({ clusters: [split, both], workloads: [upf], runs: [run(upf, { where })] }));
    expect(names(problem)).toEqual(["both"]);
    expect(problem.workloads[0]!.candidates[0]!.pools.map((p) => problem.pools[p]!.name)).toEqual(["b"]);
    expect(reasons(problem, "split")).toEqual(["run upf where dpdk", "run upf where disk = ssd"]);
  });

  it("are ruled out by every word that rules them out", () => {
    const tainted = cluster("tainted", [
      pool("a", 1, node, { taints: [{ key: "only", value: "", effect: "NoSchedule" }] }),
    ]);
    const small = cluster("small", [pool("a", 9, { cpu: 1000, memory: GiB })]);
    const picky = cluster("picky", [pool("a", 1, node)], { accepts: labelIs("tier", "gold") });
    const banned = cluster("banned", [pool("a", 1, node)], { labels: { region: "us" } });
    const bare = cluster("bare", []);
    const good = cluster("good", [pool("a", 1, node)], { labels: { region: "eu" } });
    const ir = irOf({
      clusters: [tainted, small, picky, banned, bare, good],
      workloads: [upf],
      runs: [run(upf)],
      forbids: [forbid([upf], labelIs("region", "us"))],
    });
    const problem = built(ir);
    expect(names(problem)).toEqual(["good"]);
    expect(reasons(problem, "tainted")).toEqual(["upf does not tolerate the taints of the nodes"]);
    expect(reasons(problem, "small")).toEqual(["upf needs 2 cpu, 4Gi memory", "cluster small has 9 nodes"]);
    expect(reasons(problem, "picky")).toEqual(["picky accepts where tier = gold"]);
    expect(reasons(problem, "banned")).toEqual(["forbid upf where region = us"]);
    expect(reasons(problem, "bare")).toEqual(["cluster bare has no nodes"]);
    expect(names(built(ir, {}, ["good"]))).toEqual([]);
  });

  it("know how many fit by nodes, not by sums", () => {
    const clusters = [
      cluster("a", [pool("p", 3, { cpu: 5000, memory: 64 * GiB }), pool("q", 1, { cpu: 1999, memory: 64 * GiB })]),
    ];
    expect(built(irOf({ clusters, workloads: [upf], runs: [run(upf)] })).workloads[0]!.candidates[0]!.most).toBe(6);
    const apart = workload("core/upf", {
      demand: { cpu: 2000 },
      pod: {
        podAntiAffinity: [
          {
            selector: [{ key: "app", operator: "In", values: ["upf"] }],
            namespaces: ["core"],
            topologyKey: "kubernetes.io/hostname",
          },
        ],
      },
    });
    expect(built(irOf({ clusters, workloads: [apart], runs: [run(apart)] })).workloads[0]!.candidates[0]!.most).toBe(3);
  });

  it("count a DaemonSet out where one of its nodes is too small", () => {
    const log = workload("core/log", { kind: "DaemonSet", demand: { cpu: 500 } });
    const clusters = [
      cluster("even", [pool("a", 2, node), pool("b", 3, node)], { prices: { cpu: 1 } }),
      cluster("odd", [pool("a", 2, node), pool("b", 1, { cpu: 400 })]),
    ];
    const problem = built(irOf({ clusters, workloads: [log], runs: [run(log)] }));
    expect(names(problem)).toEqual(["even"]);
    expect(problem.workloads[0]!.candidates[0]).toMatchObject({ most: 1, cost: 2.5 });
  });

  it("take the reserve off every node, and leave a single piece usable", () => {
    const gpu = cluster("a", [pool("p", 1, { cpu: 10_000, memory: 10 * GiB, "nvidia.com/gpu": 1 })]);
    const train = workload("ml/train", { demand: { cpu: 9000, "nvidia.com/gpu": 1 } });
    const ir = irOf({ clusters: [gpu], workloads: [train], runs: [run(train)], fleet: { reserve: 0.1 } });
    const problem = built(ir);
    expect(Object.fromEntries(problem.resources.map((name, r) => [name, problem.pools[0]!.shape[r]]))).toEqual({
      cpu: 9000,
      "nvidia.com/gpu": 1,
      pods: 99,
    });
    expect(names(problem)).toEqual(["a"]);
  });

  it("cost what they ask for, in whole units", () => {
    const priced = cluster("a", [pool("p", 1, node)], { prices: { cpu: 0.04, memory: 0.01 } });
    const problem = built(irOf({ clusters: [priced], workloads: [upf], runs: [run(upf)] }));
    expect(problem.workloads[0]!.candidates[0]!.cost).toBeCloseTo(2 * 0.04 + 4 * 0.01, 12);
  });

  it("miss what is preferred where no pool of theirs has it", () => {
    const clusters = [
      cluster("fast", [pool("a", 1, node), pool("b", 1, node, { features: ["nvme"] })]),
      cluster("slow", [pool("a", 1, node)]),
    ];
    const prefer = [{ condition: feature("nvme", "node"), weight: 5, span: span() }];
    const problem = built(irOf({ clusters, workloads: [upf], runs: [run(upf, { prefer })] }));
    expect(problem.workloads[0]!.candidates.map((candidate) => candidate.preference)).toEqual([0, 5]);
  });
});

describe("`on each`", () => {
  const clusters = ["a", "b", "c"].map((name, i) =>
    cluster(name, [pool("p", 1, i === 1 ? { cpu: 100 } : node)], { features: i < 2 ? ["edge"] : [] }),
  );
  const each = { spreading: { kind: "each" as const } };

  it("means every cluster that matches, whether or not there is room", () => {
    const problem = built(
      irOf({ clusters, workloads: [upf], runs: [run(upf, { ...each, where: [feature("edge")] })] }),
    );
    expect(problem.workloads[0]!.counting).toEqual({ kind: "each", size: 1, required: [0, 1] });
    expect(names(problem)).toEqual(["a"]);
  });

  it("is not narrowed by what is forbidden", () => {
    const forbids = [forbid([upf], feature("edge"))];
    const problem = built(irOf({ clusters, workloads: [upf], runs: [run(upf, each)], forbids }));
    expect(problem.workloads[0]!.counting).toMatchObject({ required: [0, 1, 2] });
    expect(names(problem)).toEqual(["c"]);
  });

  it("takes clusters by name as they are named", () => {
    const eachOf = { clusters: ["c", "a"], span: span() };
    const runs = [run(upf, { ...each, eachOf, where: [feature("edge")] })];
    expect(built(irOf({ clusters, workloads: [upf], runs })).workloads[0]!.counting).toMatchObject({
      required: [0, 2],
    });
  });

  it("says when it matches nothing", () => {
    const runs = [run(upf, { ...each, where: [not(resource("cpu", ">=", 1))] })];
    const { diagnostics } = buildProblem(irOf({ clusters, workloads: [upf], runs }), {});
    expect(diagnostics.map((d) => d.code)).toEqual(["planner/each-matches-nothing"]);
  });

  it("does not mean a cluster that is lost", () => {
    const ir = irOf({ clusters, workloads: [upf], runs: [run(upf, { ...each, where: [feature("edge")] })] });
    expect(built(ir, {}, ["a"]).workloads[0]!.counting).toMatchObject({ required: [1] });
  });
});

describe("what holds data", () => {
  const clusters = ["a", "b", "c"].map((name) => cluster(name, [pool("p", 1, node)]));
  const db = workload("core/db", { kind: "StatefulSet", claims: ["core/data"], demand: { cpu: 100 } });
  const before = { "core/db": { b: 1 } };

  it("stays, and says so of every other cluster", () => {
    const problem = built(irOf({ clusters, workloads: [db], runs: [run(db)] }), before);
    expect(names(problem)).toEqual(["b"]);
    expect(reasons(problem, "a")).toEqual(["db holds data on b and moves only when told: move db"]);
  });

  it("moves when told, and when it never ran may go anywhere", () => {
    const moves = [{ workload: "core/db", span: span() }];
    expect(names(built(irOf({ clusters, workloads: [db], runs: [run(db)], moves }), before))).toEqual(["a", "b", "c"]);
    expect(names(built(irOf({ clusters, workloads: [db], runs: [run(db)] })))).toEqual(["a", "b", "c"]);
  });

  it("lets new copies come while the old ones stay", () => {
    const problem = built(
      irOf({ clusters, workloads: [db], runs: [run(db, { spreading: { kind: "copies", clusters: 2 } })] }),
      before,
    );
    expect(names(problem)).toEqual(["a", "b", "c"]);
    const cuts = problem.rules.filter((rule) => rule.kind === "cut");
    expect(cuts.map((rule) => rule.terms.map((t) => [t.cluster, t.coefficient]))).toEqual([
      [
        [0, 1],
        [1, -1],
      ],
      [
        [2, 1],
        [1, -1],
      ],
    ]);
  });
});

describe("distances", () => {
  const clusters = ["a", "b", "c", "d"].map((name) => cluster(name, [pool("p", 1, node)]));
  const amf = workload("core/amf", { demand: { cpu: 100 } });

  it("are a link's own latency, else the shortest path, else far", () => {
    const links = [link("a", "b", 2000), link("b", "c", 3000), link("a", "c", 9000)];
    const ir = irOf({
      clusters,
      workloads: [upf, amf],
      runs: [run(upf), run(amf)],
      traffic: [allow(amf, upf)],
      fleet: { links },
    });
    const problem = built(ir);
    expect(problem.distance[0]).toEqual([0, 2000, 9000, problem.far]);
    expect(problem.far).toBe(9001);
    expect(problem.latencies).toEqual([{ from: 1, to: [0] }]);
  });

  it("are not worked out when nobody asks", () => {
    expect(built(irOf({ clusters, workloads: [upf], runs: [run(upf)] })).distance).toEqual([]);
  });

  it("confine what talks without connectivity, but not over a secondary network", () => {
    const traffic = [allow(amf, upf), allow(upf, amf, { over: "n4net" })];
    const ir = irOf({
      clusters,
      workloads: [upf, amf],
      runs: [run(upf), run(amf)],
      traffic,
      fleet: { connectivity: "none" },
    });
    const rules = built(ir).rules;
    expect(rules.map((rule) => rule.kind === "near" && [rule.workload, rule.of, rule.reach[2]])).toEqual([
      [1, [0], [2]],
    ]);
  });
});

describe("objectives", () => {
  it("begin with what stays out, then what is named, then the rest", () => {
    const clusters = [cluster("a", [pool("p", 1, node)])];
    const other = workload("core/b", {});
    const ir = irOf({
      clusters,
      workloads: [upf, other],
      runs: [run(upf, { optional: true, priority: -1 }), run(other, { optional: true, priority: 3 })],
      minimize: [
        { name: "clusters", span: span() },
        { name: "cost", span: span() },
      ],
    });
    expect(
      built(ir).objectives.map((term) => ("priority" in term ? `${term.name} ${term.priority}` : term.name)),
    ).toEqual(["unplaced 3", "unplaced -1", "clusters", "cost", "moves", "preference", "latency", "imbalance"]);
  });
});

describe("a large program", () => {
  it("is built in the time that a person does not notice", () => {
    const stores = Array.from({ length: 400 }, (_, i) =>
      cluster(`store-${i}`, [pool("p", 2, node)], {
        labels: { region: `r${i % 8}`, zone: `z${i % 20}` },
        features: ["store"],
      }),
    );
    const apps = Array.from({ length: 400 }, (_, i) => workload(`shop/w${i}`, { demand: { cpu: 100 + i } }));
    const runs = apps.map((w, i) => run(w, { where: [labelIs("region", `r${i % 8}`), feature("store")] }));
    const started = process.cpuUsage().user;
    const problem = built(irOf({ clusters: stores, workloads: apps, runs }));
    expect((process.cpuUsage().user - started) / 1000).toBeLessThan(4000);
    expect(problem.workloads.reduce((sum, w) => sum + w.candidates.length, 0)).toBe(400 * 50);
    expect(problem.ruledOut.reduce((sum, { clusters }) => sum + clusters.length, 0)).toBe(400 * 350);
  });
});
