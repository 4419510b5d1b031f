// Conditions against their meaning in LANGUAGE.md, written here a second time over the fleet as data: random fleets, random conditions,
// and the clusters of `group … where` must agree.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptsWorkload, compareLabel, compareVersions, compile, memoryHost } from "../../compiler/index.ts";

const SEED = 4711;

interface Pool {
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly amounts: Readonly<Record<"cpu" | "memory" | "gpu", number>>;
}

interface Site {
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly pools: readonly Pool[];
}

type Test =
  | { readonly is: "and" | "or"; readonly of: readonly Test[] }
  | { readonly is: "not"; readonly of: Test }
  | { readonly is: "word"; readonly word: string }
  | { readonly is: "compare"; readonly key: string; readonly operator: string; readonly value: string }
  | { readonly is: "in"; readonly key: string; readonly values: readonly string[]; readonly negated: boolean };

const REGIONS = ["north", "south", "west"];
const VERSIONS = ["1.9", "1.30", "1.30.2", "v1.31.0", "1.30.2-gke.7"];
const RANKS = ["1", "2", "10", "2.5"];
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const labels = (of: Readonly<Record<string, readonly string[]>>) =>
  fc
    .record(Object.fromEntries(Object.entries(of).map(([key, values]) => [key, optional(fc.constantFrom(...values))])))
    .map((found) => Object.fromEntries(Object.entries(found).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))));

const pool: fc.Arbitrary<Pool> = fc.record({
  labels: labels({ disk: ["ssd", "hdd"] }),
  features: fc.subarray(["dpdk", "numa"]),
  amounts: fc.record({ cpu: fc.constantFrom(2, 8, 16), memory: fc.constantFrom(4, 16), gpu: fc.constantFrom(0, 1, 2) }),
});
const site: fc.Arbitrary<Site> = fc.record({
  labels: labels({ region: REGIONS, version: VERSIONS, rank: RANKS }),
  features: fc.subarray(["edge", "sriov"]),
  pools: fc.array(pool, { minLength: 1, maxLength: 3 }),
});
const test: fc.Arbitrary<Test> = fc.letrec<{ test: Test }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom("edge", "sriov", "dpdk", "numa", "gpu").map((word): Test => ({ is: "word", word })),
    fc
      .tuple(
        fc.constantFrom("cpu", "memory", "gpu"),
        fc.constantFrom("=", "!=", "<", "<=", ">", ">="),
        fc.constantFrom("1", "8", "16"),
      )
      .map(([key, operator, value]): Test => ({
        is: "compare",
        key,
        operator,
        value: key === "memory" ? `${value}Gi` : value,
      })),
    fc
      .tuple(fc.constantFrom("=", "!=", "<", "<=", ">", ">="), fc.constantFrom(...VERSIONS))
      .map(([operator, value]): Test => ({ is: "compare", key: "version", operator, value })),
    fc
      .tuple(fc.constantFrom("=", "!=", "<", "<=", ">", ">="), fc.constantFrom(...RANKS))
      .map(([operator, value]): Test => ({ is: "compare", key: "rank", operator, value })),
    fc
      .tuple(fc.constantFrom("=", "!="), fc.constantFrom(...REGIONS))
      .map(([operator, value]): Test => ({ is: "compare", key: "region", operator, value })),
    fc
      .tuple(fc.constantFrom("region", "disk"), fc.subarray([...REGIONS, "ssd"], { minLength: 1 }), fc.boolean())
      .map(([key, values, negated]): Test => ({ is: "in", key, values, negated })),
    tie("test").map((of): Test => ({ is: "not", of })),
    fc
      .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("test"), { minLength: 2, maxLength: 3 }))
      .map(([is, of]): Test => ({ is, of })),
  ),
})).test;

function write(t: Test): string {
  switch (t.is) {
    case "word":
      return t.word;
    case "compare":
      return `${t.key} ${t.operator} ${t.value}`;
    case "in":
      return `${t.key} ${t.negated ? "not in" : "in"} (${t.values.join(", ")})`;
    case "not":
      return `not (${write(t.of)})`;
    default:
      return t.of.map((o) => `(${write(o)})`).join(` ${t.is} `);
  }
}

/** The meaning: `node-level` words ask one pool, all others the cluster; what a label lacks compares with nothing. */
function means(t: Test, at: Site, on: Pool): boolean {
  switch (t.is) {
    case "and":
      return t.of.every((o) => means(o, at, on));
    case "or":
      return t.of.some((o) => means(o, at, on));
    case "not":
      return !means(t.of, at, on);
    case "word":
      return t.word === "gpu" ? on.amounts.gpu >= 1 : at.features.includes(t.word) || on.features.includes(t.word);
    case "in": {
      const value = { ...at.labels, ...on.labels }[t.key];
      return value !== undefined && t.values.includes(value) !== t.negated;
    }
    case "compare": {
      const operators: Readonly<Record<string, (d: number) => boolean>> = {
        "=": (d) => d === 0,
        "!=": (d) => d !== 0,
        "<": (d) => d < 0,
        "<=": (d) => d <= 0,
        ">": (d) => d > 0,
        ">=": (d) => d >= 0,
      };
      const compares = operators[t.operator] ?? (() => false);
      if (t.key === "cpu" || t.key === "memory" || t.key === "gpu")
        return compares(on.amounts[t.key] - Number.parseInt(t.value));
      const value = at.labels[t.key];
      if (value === undefined) return false;
      if (t.key === "version") return compares(asVersion(value) - asVersion(t.value));
      return t.key === "rank" ? compares(Number(value) - Number(t.value)) : compares(value === t.value ? 0 : 1);
    }
  }
}

/** The versions of this test in their order. */
const asVersion = (text: string): number => ["1.9", "1.30", "1.30.2", "1.30.2-gke.7", "v1.31.0"].indexOf(text);

function fleetText(sites: readonly Site[]): string {
  const block = (l: Readonly<Record<string, string>>, f: readonly string[]) =>
    [...Object.entries(l).map(([k, v]) => `${k} = "${v}"`), ...f].join(" ");
  // One cluster has every word, so that each condition speaks of words that the fleet knows.
  const all =
    'cluster all { region = "north" version = "1.30.2" rank = 1 edge sriov nodes n { cpu 1 memory 1Gi gpu 1 disk = ssd dpdk numa } }';
  return [
    all,
    ...sites.map(
      (s, i) =>
        `cluster c${i} { ${block(s.labels, s.features)} ${s.pools.map((p, j) => `nodes p${j} { cpu ${p.amounts.cpu} memory ${p.amounts.memory}Gi gpu ${p.amounts.gpu} ${block(p.labels, p.features)} }`).join(" ")} }`,
    ),
  ].join("\n");
}

describe("a condition", () => {
  it("chooses the clusters that it means", () => {
    fc.assert(
      fc.property(
        fc.array(site, { minLength: 1, maxLength: 6 }),
        fc.array(test, { minLength: 1, maxLength: 5 }),
        (sites, tests) => {
          const text = `${fleetText(sites)}\n${tests.map((t, i) => `group g${i} where ${write(t)}`).join("\n")}`;
          const { value, diagnostics } = compile(["a.intent"], memoryHost({ "a.intent": text }));
          expect(diagnostics.filter((d) => d.severity === "error")).toEqual([]);
          for (const [i, t] of tests.entries()) {
            const expected = sites.flatMap((s, at) => (s.pools.some((p) => means(t, s, p)) ? [`c${at}`] : []));
            const group = value.fleet.groups.find((g) => g.name === `g${i}`);
            expect([write(t), group?.clusters.filter((c) => c !== "all")]).toEqual([write(t), expected]);
          }
        },
      ),
      { numRuns: 200, seed: SEED },
    );
  });
});

describe("a label", () => {
  it.each([
    ["1.9", "1.30", -1],
    ["v1.30", "1.30.0", 0],
    ["1.30.2-gke.100", "1.30.2", 1],
    ["1.30.2+k3s1", "1.30.3", -1],
    ["2", "10", -1],
  ])("as a version: %s against %s", (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
    expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
  });

  it("that is no number has no order with one", () => {
    expect(compareLabel("many", ">=", "3", "number")).toBe(false);
    expect(compareLabel("many", "<", "3", "number")).toBe(false);
    expect(compareLabel("many", "!=", "3", "number")).toBe(true);
  });
});

describe("accepts", () => {
  const text =
    'cluster c { nodes n { cpu 1 } accepts where (trusted or tier = gold) and not kind = StatefulSet } app core { workload a { image "i" trusted } workload b { image "i" tier = gold } workload d { image "i" tier = iron } }';
  const { value, diagnostics } = compile(["a.intent"], memoryHost({ "a.intent": text }));

  it("asks what workloads say of themselves", () => {
    expect(diagnostics.filter((d) => d.severity === "error")).toEqual([]);
    const accepts = value.fleet.clusters[0]?.accepts ?? { kind: "always" };
    expect(value.workloads.map((w) => [w.name, acceptsWorkload(accepts, w)])).toEqual([
      ["a", true],
      ["b", true],
      ["d", false],
    ]);
  });
});
