// Node affinity that expansion writes against the conditions it came from: on random clusters and conditions, a node that Kubernetes
// would accept is exactly one of a pool on which the condition is true. The evaluator of node affinity here is written from the
// Kubernetes API reference ("NodeSelectorTerm") and shares no code with the planner.
import { describe, expect, test } from "vitest";
import type { ConditionIr, Ir, KubernetesObject, NodePool, Workload } from "../../compiler/index.ts";
import { expand } from "../../planner/action/index.ts";
import { cluster, feature, forbid, irOf, labelIs, not, pool, resource, run, span, workload } from "../kit/ir.ts";
import { dice, type Dice } from "../oracles/dice.ts";

// ---- Kubernetes' side

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms: readonly { readonly matchExpressions?: readonly Expression[] }[];
    };
  };
}

interface PodSpec {
  readonly affinity?: Affinity;
  readonly tolerations?: readonly { readonly key?: string; readonly operator?: string; readonly effect?: string }[];
  readonly containers: readonly {
    readonly name: string;
    readonly resources?: {
      readonly requests?: Readonly<Record<string, string>>;
      readonly limits?: Readonly<Record<string, string>>;
    };
  }[];
}

const podSpec = (object: KubernetesObject): PodSpec =>
  (object["spec"] as { readonly template: { readonly spec: PodSpec } }).template.spec;

function accepts(affinity: Affinity | undefined, labels: Readonly<Record<string, string>>): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(
    ({ matchExpressions = [] }) => matchExpressions.length > 0 && matchExpressions.every((e) => holds(e, labels)),
  );
}

function holds({ key, operator, values = [] }: Expression, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[key];
  const whole = (text: string | undefined) => (text !== undefined && /^-?\d+$/.test(text) ? BigInt(text) : undefined);
  const [left, right] = [whole(value), whole(values[0])];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return left !== undefined && right !== undefined && left > right;
    case "Lt":
      return left !== undefined && right !== undefined && left < right;
    default:
      throw new Error(`the API server knows no operator ${operator}`);
  }
}

const nodeLabels = (p: NodePool) => ({
  ...p.labels,
  ...Object.fromEntries(p.features.map((f) => [`placet.dev/${f}`, "true"])),
});

// ---- the meaning of conditions, from LANGUAGE.md

function isTrue(c: ConditionIr, region: string | undefined, p: NodePool): boolean {
  switch (c.kind) {
    case "always":
      return true;
    case "and":
      return c.operands.every((o) => isTrue(o, region, p));
    case "or":
      return c.operands.some((o) => isTrue(o, region, p));
    case "not":
      return !isTrue(c.operand, region, p);
    case "feature":
      return p.features.includes(c.name);
    case "resource":
      return compares(c.operator, p.shape[c.resource] ?? 0, c.amount);
    default: {
      const value = c.level === "cluster" ? region : p.labels[c.key];
      if (value === undefined) return false;
      if (c.kind === "label-in") return c.values.includes(value);
      // What is no number is unequal to one that is; neither it nor text has an order.
      if (c.comparesAs !== "number" || Number.isNaN(Number(value)))
        return c.operator === "!=" ? value !== c.value : c.operator === "=" && value === c.value;
      return compares(c.operator, Number(value), Number(c.value));
    }
  }
}

function compares(operator: string, a: number, b: number): boolean {
  if (operator === "=") return a === b;
  if (operator === "!=") return a !== b;
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

// ---- random clusters and conditions

const OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;

function drawPool(d: Dice, index: number): NodePool {
  const labels: Record<string, string> = {};
  if (d.chance(0.7)) labels["size"] = d.pick(["small", "big", "huge"]);
  if (d.chance(0.6)) labels["generation"] = d.pick(["1", "2", "3", "10"]);
  if (d.chance(0.2)) labels["speed"] = d.pick(["2.5", "3", "fast"]);
  const shape = {
    cpu: d.pick([4000, 8000, 16_000]),
    memory: d.pick([8, 16, 32]),
    ...(d.chance(0.4) ? { "nvidia.com/gpu": d.between(1, 2) } : {}),
  };
  const features = d.some(["dpdk", "sriov"], d.between(0, 2));
  return pool(`pool${index}`, d.chance(0.9) ? 2 : 0, shape, { labels, features });
}

function drawCondition(d: Dice, depth: number): ConditionIr {
  if (depth > 0 && d.chance(0.6)) {
    const kind = d.pick(["and", "or", "not"] as const);
    if (kind === "not") return not(drawCondition(d, depth - 1));
    return { kind, operands: [drawCondition(d, depth - 1), drawCondition(d, depth - 1)], span: span() };
  }
  const number = (key: string, value: string): ConditionIr => ({
    kind: "label",
    level: "node",
    key,
    operator: d.pick(OPERATORS),
    value,
    comparesAs: "number",
    span: span(),
  });
  return d.pick<() => ConditionIr>([
    () => feature(d.pick(["dpdk", "sriov"]), "node"),
    () => ({ ...labelIs("size", d.pick(["small", "big"]), "node"), operator: d.pick(OPERATORS) }) as ConditionIr,
    () => ({ kind: "label-in", level: "node", key: "size", values: ["small", "huge"], span: span() }),
    () => number("generation", d.pick(["2", "3", "9"])),
    () => number("speed", d.pick(["2.5", "3"])),
    () => labelIs("region", d.pick(["eu", "us"])),
    () => resource("cpu", d.pick(OPERATORS), d.pick([4000, 8000])),
    () => resource("nvidia.com/gpu", ">=", 1),
  ])();
}

function deployment(spec: object = {}): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "upf", namespace: "core" },
    spec: { selector: {}, template: { metadata: {}, spec: { containers: [{ name: "upf" }], ...spec } } },
  };
}

/** An IR of one app whose one workload is `object`. */
function irWith(base: Ir, of: Workload, object: KubernetesObject): Ir {
  const app = base.apps[0]!;
  const origin = { file: "upf.yaml", span: span() };
  return { ...base, apps: [{ ...app, objects: [{ key: of.object, object, origin, clusterScoped: false }] }] };
}

const of = workload("core/upf");
const only = (ir: Ir) => {
  const { objects, diagnostics } = expand(ir, { "core/upf": { paris: 1 } });
  return { spec: podSpec(objects["paris"]!.find((p) => p.object.kind === "Deployment")!.object), diagnostics };
};

describe("node affinity", () => {
  test("accepts exactly the nodes of the pools on which the conditions are true", () => {
    const seen = { written: 0, alike: 0, mixed: 0 };
    for (let seed = 1; seed <= 3000; seed++) {
      const d = dice(seed);
      const pools = Array.from({ length: d.between(1, 4) }, (_, i) => drawPool(d, i));
      const region = d.pick(["eu", "us", undefined]);
      const labels: Record<string, string> = region === undefined ? {} : { region };
      const where = Array.from({ length: d.between(1, 2) }, () => drawCondition(d, 3));
      const forbidden = d.chance(0.3) ? [drawCondition(d, 1)] : [];
      const elsewhere = [forbid([of], feature("dpdk", "node"), ["lyon"])];
      const ir = irOf({
        clusters: [cluster("paris", pools, { labels }), cluster("lyon", [])],
        workloads: [of],
        runs: [run(of, { where })],
        forbids: [...forbidden.map((c) => forbid([of], c)), ...elsewhere],
      });
      const there = pools.filter((p) => p.count > 0);
      const wanted = there.filter(
        (p) => where.every((c) => isTrue(c, region, p)) && !forbidden.some((c) => isTrue(c, region, p)),
      );
      if (wanted.length === 0) continue; // the planner places nothing there
      const { spec, diagnostics } = only(irWith(ir, of, deployment()));
      const texts = there.map((p) => JSON.stringify(Object.entries(nodeLabels(p)).sort()));
      if (new Set(texts).size < there.length && diagnostics.some((x) => x.code === "action/pools-look-alike")) {
        seen.alike += 1;
        continue;
      }
      const names = (list: readonly NodePool[]) => list.map((p) => p.name);
      expect(diagnostics, `seed ${seed}`).toEqual([]);
      expect(names(there.filter((p) => accepts(spec.affinity, nodeLabels(p)))), `seed ${seed}`).toEqual(names(wanted));
      if (spec.affinity !== undefined) seen.written += 1;
      if (wanted.length < there.length) seen.mixed += 1;
    }
    expect(seen.written).toBeGreaterThan(300);
    expect(seen.mixed).toBeGreaterThan(200);
    expect(seen.alike).toBeGreaterThan(5);
  });

  test("is that of each cluster, and shared by clusters that are alike", () => {
    const either: ConditionIr = {
      kind: "or",
      operands: [
        { kind: "and", operands: [labelIs("region", "eu"), feature("dpdk", "node")], span: span() },
        feature("sriov", "node"),
      ],
      span: span(),
    };
    const pools = [
      pool("a", 1, {}, { features: ["dpdk"] }),
      pool("b", 1, {}, { features: ["sriov"] }),
      pool("c", 1, {}),
    ];
    const small = pool("a", 1, { cpu: 1000 }, { labels: { size: "s" } });
    const big = pool("b", 1, { cpu: 2000 }, { labels: { size: "l" } });
    const [eu, us] = [{ labels: { region: "eu" } }, { labels: { region: "us" } }];
    const clusters = [
      cluster("paris", pools, eu),
      cluster("lyon", pools, eu),
      cluster("ohio", pools, us),
      cluster("nice", pools, eu),
    ];
    const runs = [run(of, { where: [either] })];
    const forbids = [forbid([of], feature("dpdk", "node"), ["nice"])];
    const placed = { "core/upf": { paris: 1, lyon: 1, ohio: 1, nice: 1 } };
    const { objects } = expand(irWith(irOf({ clusters, workloads: [of], runs, forbids }), of, deployment()), placed);
    const chosen = (name: string, from: readonly NodePool[]) => {
      const object = objects[name]!.find((p) => p.object.kind === "Deployment")!.object;
      return from.filter((p) => accepts(podSpec(object).affinity, nodeLabels(p))).map((p) => p.name);
    };
    expect(["paris", "lyon", "ohio", "nice"].map((name) => chosen(name, pools))).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["b"],
      ["b"],
    ]);
    expect(objects["paris"]).toBe(objects["lyon"]);

    const amounts = [cluster("paris", [small, big]), cluster("lyon", [big, pool("c", 1, { cpu: 3000 }), small])];
    const bound = irOf({
      clusters: amounts,
      workloads: [of],
      runs: [run(of, { where: [resource("cpu", ">", 1000)] })],
    });
    const two = expand(irWith(bound, of, deployment()), { "core/upf": { paris: 1, lyon: 1 } });
    const terms = ["paris", "lyon"].map((name) => {
      const { nodeAffinity } = podSpec(two.objects[name]![1]!.object).affinity ?? {};
      return nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchExpressions;
    });
    expect(terms).toEqual([
      [{ key: "size", operator: "In", values: ["l"] }],
      [{ key: "size", operator: "NotIn", values: ["s"] }],
    ]);
  });

  test("a bound that is reserved needs no label: the request keeps the pods off other nodes", () => {
    const pools = [pool("general", 4, { cpu: 16_000 }), pool("accel", 2, { cpu: 32_000, "nvidia.com/gpu": 2 })];
    const gpu = resource("nvidia.com/gpu", ">=", 1);
    const reserved = run(of, {
      where: [gpu],
      demand: { ...of.demand, "nvidia.com/gpu": 1 },
      reservations: [{ resource: "nvidia.com/gpu", amount: 1, span: span() }],
    });
    const ir = irOf({ clusters: [cluster("paris", pools)], workloads: [of], runs: [reserved] });
    const { spec, diagnostics } = only(irWith(ir, of, deployment()));
    expect(diagnostics).toEqual([]);
    expect(spec.affinity).toBeUndefined();
    expect(spec.containers[0]?.resources).toEqual({
      requests: { "nvidia.com/gpu": "1" },
      limits: { "nvidia.com/gpu": "1" },
    });
  });

  test("a DaemonSet's pods are made before their requests are looked at, so a reserved bound needs a label", () => {
    const daemon = workload("core/upf", { kind: "DaemonSet" });
    const pools = [pool("general", 4, { cpu: 16_000 }), pool("accel", 2, { cpu: 32_000, "nvidia.com/gpu": 2 })];
    const runs = [
      run(daemon, { where: [resource("nvidia.com/gpu", ">=", 1)], demand: { pods: 1, "nvidia.com/gpu": 1 } }),
    ];
    const ir = irOf({ clusters: [cluster("paris", pools)], workloads: [daemon], runs });
    const { diagnostics } = expand(irWith(ir, daemon, { ...deployment(), kind: "DaemonSet" }), {
      "core/upf": { paris: 1 },
    });
    expect(diagnostics.map((d) => [d.code, d.message])).toEqual([
      [
        "action/pools-look-alike",
        "on `paris`, `nvidia.com/gpu >= 1` is true of the nodes `accel` and not of `general`, and no label tells them apart",
      ],
    ]);
  });

  test("what the pod requires already stays, each of its terms with each of ours", () => {
    const before = {
      affinity: {
        podAntiAffinity: { kept: true },
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: ["kept"],
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] },
              { matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }] },
            ],
          },
        },
      },
    };
    const either: ConditionIr = {
      kind: "or",
      operands: [feature("dpdk", "node"), feature("sriov", "node")],
      span: span(),
    };
    const pools = [pool("a", 1, {}, { features: ["dpdk"] }), pool("b", 1, {})];
    const ir = irOf({ clusters: [cluster("paris", pools)], workloads: [of], runs: [run(of, { where: [either] })] });
    const { spec } = only(irWith(ir, of, deployment(before)));
    const zone = { key: "zone", operator: "In", values: ["a"] };
    const [dpdk, sriov] = ["dpdk", "sriov"].map((f) => ({ key: `placet.dev/${f}`, operator: "In", values: ["true"] }));
    const fields = before.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1];
    expect(spec.affinity).toEqual({
      podAntiAffinity: { kept: true },
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: ["kept"],
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [zone, dpdk] },
            { matchExpressions: [zone, sriov] },
            { ...fields, matchExpressions: [dpdk] },
            { ...fields, matchExpressions: [sriov] },
          ],
        },
      },
    });
  });

  test("a condition that becomes too many alternatives is refused", () => {
    const or = (i: number): ConditionIr => ({
      kind: "or",
      operands: [feature(`a${i}`, "node"), feature(`b${i}`, "node")],
      span: span(),
    });
    const where = [
      { kind: "and", operands: Array.from({ length: 8 }, (_, i) => or(i)), span: span() } satisfies ConditionIr,
    ];
    const all = Array.from({ length: 8 }, (_, i) => [`a${i}`, `b${i}`]).flat();
    const pools = [pool("a", 1, {}, { features: all }), pool("b", 1, {})];
    const ir = irOf({ clusters: [cluster("paris", pools)], workloads: [of], runs: [run(of, { where })] });
    expect(only(irWith(ir, of, deployment())).diagnostics.map((d) => d.code)).toEqual(["action/condition-too-large"]);
  });

  test("taints are tolerated whatever their value and effect, once", () => {
    const tolerates = [
      { taint: "accel-only", span: span() },
      { taint: "spot", span: span() },
    ];
    const ir = irOf({ clusters: [cluster("paris", [])], workloads: [of], runs: [run(of, { tolerates })] });
    const own = [
      { key: "spot", operator: "Exists" },
      { key: "accel-only", operator: "Equal", value: "x" },
    ];
    expect(only(irWith(ir, of, deployment({ tolerations: own }))).spec.tolerations).toEqual([
      ...own,
      { key: "accel-only", operator: "Exists" },
    ]);
  });
});
