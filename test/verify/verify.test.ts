// Each promise of LANGUAGE.md, kept and broken once: the checker accepts the one and names the other.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import type { Ir } from "../../compiler/index.ts";
import { objectiveOf, verifyPlacement, type VerifyOptions } from "../../planner/verify/index.ts";
import {
  allow,
  cluster,
  feature,
  forbid,
  GiB,
  irOf,
  labelIs,
  link,
  pool,
  resource,
  run,
  span,
  workload,
} from "../kit/ir.ts";
import { largePlan } from "./large.ts";

type Rows = Readonly<Record<string, Readonly<Record<string, number>>>>;

const rulesBroken = (ir: Ir, placed: Rows, before: Rows = {}, options: VerifyOptions = {}) => [
  ...new Set(verifyPlacement(ir, before, placed, options).map((violation) => violation.rule)),
];

const general = (count = 2, cpu = 4000) => [pool("general", count, { cpu, memory: 16 * GiB })];
const sites = [
  cluster("paris", general(), { labels: { region: "west", zone: "p" } }),
  cluster("lyon", general(), { labels: { region: "west", zone: "l" } }),
  cluster("oslo", general(), { labels: { region: "north", zone: "o" } }),
];
const a = workload("core/a", { demand: { cpu: 1000 } });
const b = workload("core/b", { demand: { cpu: 1000 } });
const base = { clusters: sites, workloads: [a, b] };
const divided = (total: number, clusters?: number) =>
  ({ kind: "divided", total, ...(clusters === undefined ? {} : { clusters }) }) as const;

/** One program with a placement that keeps it and one that breaks exactly the rule. */
interface Case {
  readonly rule: string;
  readonly ir: Ir;
  readonly kept: Rows;
  readonly broken: Rows;
  readonly before?: Rows;
  readonly options?: VerifyOptions;
}

const on = (...clusters: string[]) => Object.fromEntries(clusters.map((name) => [name, 1]));
const only = (ir: Partial<Ir>): Ir => irOf({ ...base, ...ir });

const cases: Case[] = [
  {
    rule: "count",
    ir: only({ runs: [run(a)] }),
    kept: { "core/a": on("paris") },
    broken: { "core/a": on("paris", "lyon") },
  },
  {
    rule: "count",
    ir: only({ runs: [run(a, { spreading: divided(3) })] }),
    kept: { "core/a": { paris: 2, oslo: 1 } },
    broken: { "core/a": { paris: 2 } },
  },
  {
    rule: "count",
    ir: only({ runs: [run(a, { spreading: divided(3, 2) })] }),
    kept: { "core/a": { paris: 2, oslo: 1 } },
    broken: { "core/a": { paris: 3 } },
  },
  {
    rule: "count",
    ir: only({ runs: [run(a, { copySize: 2 })] }),
    kept: { "core/a": { paris: 2 } },
    broken: { "core/a": { paris: 1 } },
  },
  {
    rule: "count",
    ir: only({ runs: [run(a, { optional: true })] }),
    kept: { "core/a": {} },
    broken: { "core/a": on("paris", "oslo") },
  },
  {
    rule: "each",
    ir: only({ runs: [run(a, { spreading: { kind: "each" }, where: [labelIs("region", "west")] })] }),
    kept: { "core/a": on("paris", "lyon") },
    broken: { "core/a": on("paris") },
  },
  {
    rule: "where",
    ir: only({ runs: [run(a, { where: [labelIs("region", "north")] })] }),
    kept: { "core/a": on("oslo") },
    broken: { "core/a": on("paris") },
  },
  {
    rule: "on",
    ir: only({ runs: [run(a, { on: [["paris", "lyon"]] })] }),
    kept: { "core/a": on("lyon") },
    broken: { "core/a": on("oslo") },
  },
  {
    rule: "forbid",
    ir: only({ runs: [run(a)], forbids: [forbid([a], labelIs("region", "north"))] }),
    kept: { "core/a": on("lyon") },
    broken: { "core/a": on("oslo") },
  },
  {
    rule: "spread",
    ir: only({ runs: [run(a, { spreading: divided(4), spread: [{ key: "zone", span: span() }] })] }),
    kept: { "core/a": { paris: 2, lyon: 1, oslo: 1 } },
    broken: { "core/a": { paris: 2, lyon: 2 } },
  },
  {
    rule: "spread",
    ir: only({ runs: [run(a, { spreading: divided(4), spread: [{ key: "region", max: 3, span: span() }] })] }),
    kept: { "core/a": { paris: 2, lyon: 1, oslo: 1 } },
    broken: { "core/a": { paris: 2, lyon: 2 } },
  },
  {
    rule: "near",
    ir: irOf({
      ...base,
      fleet: { links: [link("paris", "lyon", 6000), link("lyon", "oslo", 6000)] },
      runs: [run(a, { near: [{ workloads: ["core/b"], microseconds: 10_000, span: span() }] }), run(b)],
    }),
    kept: { "core/a": on("lyon"), "core/b": on("oslo") },
    broken: { "core/a": on("paris"), "core/b": on("oslo") },
  },
  {
    // A direct link counts as it is, also when a detour is shorter.
    rule: "near",
    ir: irOf({
      ...base,
      fleet: { links: [link("paris", "oslo", 30_000), link("paris", "lyon", 4000), link("lyon", "oslo", 4000)] },
      runs: [run(a, { near: [{ workloads: ["core/b"], microseconds: 10_000, span: span() }] }), run(b)],
    }),
    kept: { "core/a": on("lyon"), "core/b": on("oslo") },
    broken: { "core/a": on("paris"), "core/b": on("oslo") },
  },
  {
    rule: "with",
    ir: only({ runs: [run(a, { with: [{ workload: "core/b", span: span() }] }), run(b)] }),
    kept: { "core/a": on("oslo"), "core/b": on("oslo") },
    broken: { "core/a": on("paris"), "core/b": on("oslo") },
  },
  {
    rule: "apart",
    ir: only({ runs: [run(a, { apart: [{ workload: "core/b", key: "region", span: span() }] }), run(b)] }),
    kept: { "core/a": on("lyon"), "core/b": on("oslo") },
    broken: { "core/a": on("lyon"), "core/b": on("paris") },
  },
  {
    rule: "together",
    ir: only({
      runs: [run(a), run(b)],
      together: [{ workloads: ["core/a", "core/b"], because: "claim data", span: span() }],
    }),
    kept: { "core/a": on("lyon"), "core/b": on("lyon") },
    broken: { "core/a": on("lyon"), "core/b": on("paris") },
  },
  {
    rule: "connectivity",
    ir: irOf({ ...base, fleet: { connectivity: "none" }, runs: [run(a), run(b)], traffic: [allow(a, b)] }),
    kept: { "core/a": on("lyon"), "core/b": on("lyon") },
    broken: { "core/a": on("lyon"), "core/b": on("paris") },
  },
  {
    rule: "claim",
    ir: irOf({ ...base, workloads: [workload("core/a", { claims: ["core/data"] })], runs: [run(a)] }),
    before: { "core/a": on("paris") },
    kept: { "core/a": on("paris") },
    broken: { "core/a": on("lyon") },
  },
  {
    rule: "shares",
    ir: only({
      runs: [
        run(a, {
          spreading: divided(8),
          shares: {
            shares: [
              { cluster: "paris", weight: 3 },
              { cluster: "lyon", weight: 1 },
            ],
            span: span(),
          },
        }),
      ],
    }),
    kept: { "core/a": { paris: 6, lyon: 2 } },
    broken: { "core/a": { paris: 5, lyon: 3 } },
  },
  {
    rule: "choices",
    ir: only({ runs: [run(a, { spreading: divided(9), choices: { choices: [["paris"], ["lyon"]], span: span() } })] }),
    kept: { "core/a": { paris: 8, lyon: 1 } },
    broken: { "core/a": { paris: 7, lyon: 2 } },
  },
  {
    // No fail-back by itself: what already runs on the later choice stays.
    rule: "choices",
    ir: only({ runs: [run(a, { spreading: divided(2), choices: { choices: [["paris"], ["lyon"]], span: span() } })] }),
    before: { "core/a": { lyon: 1 } },
    kept: { "core/a": { paris: 1, lyon: 1 } },
    broken: { "core/a": { lyon: 2 } },
  },
  {
    rule: "survive",
    ir: only({
      runs: [run(a, { spreading: divided(4), survive: { count: 1, unit: "cluster", keeping: 2, span: span() } })],
    }),
    kept: { "core/a": { paris: 2, lyon: 2 } },
    broken: { "core/a": { paris: 3, lyon: 1 } },
  },
  {
    // After the loss of paris its four come to lyon, which holds eight: one pod of b there is one too many.
    rule: "survive",
    ir: only({
      runs: [
        run(a, {
          spreading: divided(8),
          on: [["paris", "lyon"]],
          survive: { count: 1, unit: "cluster", keeping: 1, span: span() },
        }),
        run(b, { spreading: divided(2), on: [["lyon", "oslo"]] }),
      ],
    }),
    kept: { "core/a": { paris: 4, lyon: 4 }, "core/b": { oslo: 2 } },
    broken: { "core/a": { paris: 4, lyon: 4 }, "core/b": { oslo: 1, lyon: 1 } },
  },
  {
    rule: "packing",
    ir: irOf({ ...base, runs: [run(a, { demand: { cpu: 3000, pods: 1 }, spreading: divided(3) })] }),
    kept: { "core/a": { paris: 2, lyon: 1 } },
    broken: { "core/a": { paris: 3 } },
  },
  {
    rule: "packing",
    ir: irOf({
      ...base,
      workloads: [workload("core/a", { pod: { hostPorts: [{ port: 80, protocol: "TCP", ip: "" }] } })],
      runs: [run(a, { spreading: divided(3) })],
    }),
    kept: { "core/a": { paris: 2, lyon: 1 } },
    broken: { "core/a": { paris: 3 } },
  },
];

describe("the checker", () => {
  it.each(cases.map((c, index) => ({ ...c, name: `${c.rule} (${index})` })))(
    "$name",
    ({ rule, ir, kept, broken, before, options }) => {
      expect(rulesBroken(ir, kept, before, options)).toEqual([]);
      expect(rulesBroken(ir, broken, before, options)).toEqual([rule]);
    },
  );

  it("refuses a taint that nobody tolerates, an owner who does not accept, and a node that is too small", () => {
    const taint = { key: "accel-only", value: "", effect: "NoSchedule" } as const;
    const tainted = cluster("paris", [pool("accel", 1, { cpu: 4000 }, { taints: [taint] })]);
    expect(rulesBroken(irOf({ ...base, clusters: [tainted], runs: [run(a)] }), { "core/a": on("paris") })).toEqual([
      "forbid",
    ]);
    const tolerant = run(a, { tolerates: [{ taint: "accel-only", span: span() }] });
    expect(rulesBroken(irOf({ ...base, clusters: [tainted], runs: [tolerant] }), { "core/a": on("paris") })).toEqual(
      [],
    );
    const picky = cluster("paris", general(), { accepts: labelIs("tier", "gold") });
    expect(rulesBroken(irOf({ ...base, clusters: [picky], runs: [run(a)] }), { "core/a": on("paris") })).toEqual([
      "accepts",
    ]);
    const large = run(a, { demand: { cpu: 4001, pods: 1 } });
    expect(rulesBroken(only({ runs: [large] }), { "core/a": on("paris") })).toEqual(["room"]);
    const reserved = irOf({ ...base, fleet: { reserve: 0.1 }, runs: [run(a, { demand: { cpu: 3601, pods: 1 } })] });
    expect(rulesBroken(reserved, { "core/a": on("paris") })).toEqual(["room"]);
  });

  it("asks of one pool all that is said of nodes", () => {
    const pools = [
      pool("gpu", 1, { cpu: 2000, "nvidia.com/gpu": 1 }),
      pool("fast", 1, { cpu: 4000 }, { features: ["dpdk"] }),
    ];
    const ir = (conditions: Parameters<typeof run>[1]) =>
      irOf({ ...base, clusters: [cluster("paris", pools)], runs: [run(a, conditions)] });
    expect(rulesBroken(ir({ where: [feature("dpdk", "node")] }), { "core/a": on("paris") })).toEqual([]);
    const both = [feature("dpdk", "node"), resource("nvidia.com/gpu", ">=", 1)];
    expect(rulesBroken(ir({ where: both }), { "core/a": on("paris") })).toEqual(["where"]);
  });

  it("believes a right assignment to nodes and no wrong one", () => {
    const ir = only({ runs: [run(a, { demand: { cpu: 3000, pods: 1 }, spreading: divided(2) })] });
    const nodes = (first: number, second: number) => ({
      nodes: { paris: { "general/0": { "core/a": first }, "general/1": { "core/a": second } } },
    });
    expect(rulesBroken(ir, { "core/a": { paris: 2 } }, {}, nodes(1, 1))).toEqual([]);
    expect(rulesBroken(ir, { "core/a": { paris: 2 } }, {}, nodes(2, 0))).toEqual(["packing-undecided"]);
    expect(rulesBroken(ir, { "core/a": { paris: 2 } }, {}, nodes(1, 0))).toEqual(["packing-undecided"]);
  });

  it("counts a DaemonSet on every node that admits it", () => {
    const agent = workload("core/agent", { kind: "DaemonSet", demand: { cpu: 1500 } });
    const ir = irOf({ ...base, workloads: [agent, a], runs: [run(agent), run(a, { spreading: divided(4) })] });
    expect(rulesBroken(ir, { "core/agent": on("paris"), "core/a": { paris: 4 } })).toEqual([]);
    const five = { ...ir, runs: [run(agent), run(a, { spreading: divided(5) })] };
    expect(rulesBroken(five, { "core/agent": on("paris"), "core/a": { paris: 5 } })).toEqual(["packing"]);
  });

  it("takes lost clusters as without nodes, and does not ask for copies there", () => {
    const each = only({ runs: [run(a, { spreading: { kind: "each" }, where: [labelIs("region", "west")] })] });
    expect(rulesBroken(each, { "core/a": on("paris") }, {}, { without: ["lyon"] })).toEqual([]);
    expect(rulesBroken(each, { "core/a": on("paris", "lyon") }, {}, { without: ["lyon"] })).toContain("where");
  });

  it("says what it does not know", () => {
    expect(rulesBroken(only({ runs: [] }), { "core/a": on("paris") })).toEqual(["unknown-name"]);
    expect(rulesBroken(only({ runs: [run(a)] }), { "core/a": { rome: 1 } })).toEqual(["unknown-name"]);
  });
});

describe("a large plan", () => {
  // 1.7 s on two quiet cores; the bound is for cores that others use too.
  it("of 1,000 clusters and 2,000 workloads is checked in seconds", { timeout: 60_000 }, () => {
    const { ir, placed } = largePlan(1000, 2000);
    const before = performance.now();
    expect(verifyPlacement(ir, {}, placed)).toEqual([]);
    expect(performance.now() - before).toBeLessThan(12_000);
    const wrong = { ...placed, "core/w7": { c0: 9 } };
    expect(rulesBroken(ir, wrong)).toEqual(["count"]);
  });
});

describe("the objectives", () => {
  const priced = [
    cluster("paris", general(), { prices: { cpu: 0.04, memory: 0.01 } }),
    cluster("lyon", general(), { prices: { cpu: 0.02 }, labels: { green: "yes" } }),
  ];
  const heavy = workload("core/h", { demand: { cpu: 2000, memory: 4 * GiB } });
  const ir = irOf({
    clusters: priced,
    fleet: { links: [link("paris", "lyon", 6000)] },
    workloads: [heavy, b],
    runs: [
      run(heavy, { spreading: divided(3), prefer: [{ condition: labelIs("green", "yes"), weight: 5, span: span() }] }),
      run(b, { optional: true, priority: 2 }),
    ],
    traffic: [allow(heavy, b), allow(heavy, b)],
    minimize: [{ name: "cost", span: span() }],
  });
  const before = { "core/h": { lyon: 3, rome: 1 } };

  it("are computed term by term, in their order", () => {
    const values = objectiveOf(ir, before, { "core/h": { paris: 2, lyon: 1 }, "core/b": { lyon: 1 } });
    expect(values.map(({ name }) => name)).toEqual(["unplaced", "cost", "moves", "preference", "latency", "imbalance"]);
    expect(values.map(({ value }) => Number(value.toFixed(9)))).toEqual([0, 2 * 0.12 + 0.04 + 0.02, 3, 10, 12, 0.5]);
  });

  it("count what stays out, and take what is nowhere as further than any path", () => {
    const values = objectiveOf(ir, before, { "core/h": { lyon: 3 } });
    expect(values.find(({ name }) => name === "unplaced")?.value).toBe(1);
    expect(values.find(({ name }) => name === "latency")?.value).toBeCloseTo(3 * 6.001);
  });

  it("are compared with what is claimed", () => {
    const placed = { "core/h": { lyon: 3 }, "core/b": { lyon: 1 } };
    const claimed = objectiveOf(ir, before, placed);
    expect(rulesBroken(ir, placed, before, { objective: claimed })).toEqual([]);
    const wrong = claimed.map((term) => (term.name === "cost" ? { ...term, value: term.value - 0.01 } : term));
    expect(rulesBroken(ir, placed, before, { objective: wrong })).toEqual(["objective"]);
  });
});
