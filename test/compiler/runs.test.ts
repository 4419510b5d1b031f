// What one replica is promised, and how `run`s add up, against the definitions; and the compiler's options.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import type { Fleet } from "../../compiler/index.ts";

const SEED = 3;
const FLEET = "cluster paris { region = eu nodes n x2 { cpu 64 memory 256Gi gpu 4 } }";
const errorsOf = (text: string) =>
  compile(["a.intent"], memoryHost({ "a.intent": text })).diagnostics.filter((d) => d.severity === "error");

describe("demand", () => {
  it("is the largest of the manifest, of needs, and of the bounds that must hold", () => {
    const amount = fc.integer({ min: 1, max: 40 });
    const bound = fc.record({ operator: fc.constantFrom(">=", ">", "=", "<=", "<", "!="), amount });
    fc.assert(
      fc.property(
        amount,
        fc.array(amount, { maxLength: 2 }),
        fc.array(bound, { maxLength: 3 }),
        fc.array(bound, { maxLength: 2 }),
        (own, needs, bounds, tested) => {
          const where = [
            ...bounds.map((b) => `cpu ${b.operator} ${b.amount}`),
            ...tested.map((b) => `(cpu ${b.operator} ${b.amount} or region = eu)`),
          ];
          const clauses = [
            ...(where.length === 0 ? [] : [`where ${where.join(" and ")}`]),
            ...needs.map((n) => `needs cpu ${n}`),
          ];
          const text = `${FLEET} app core { workload amf { image "a" cpu ${own} } } run amf ${clauses.join(" ")}`;
          const run = compile(["a.intent"], memoryHost({ "a.intent": text })).value.runs[0];
          const least = bounds.flatMap((b) =>
            b.operator === ">=" || b.operator === "="
              ? [b.amount * 1000]
              : b.operator === ">"
                ? [b.amount * 1000 + 1]
                : [],
          );
          const promised = Math.max(own * 1000, ...needs.map((n) => n * 1000), ...least);
          expect(run?.demand["cpu"]).toBe(promised);
          expect(run?.reservations.map((r) => [r.resource, r.amount, r.container])).toEqual(
            promised > own * 1000 ? [["cpu", promised, "amf"]] : [],
          );
        },
      ),
      { numRuns: 200, seed: SEED },
    );
  });
});

describe("several runs", () => {
  it("mean what one run with all their clauses means", () => {
    const clauses = [
      "where region = eu",
      "where cpu >= 4",
      "on 2 clusters",
      "spread across region max 4",
      "near smf within 5ms",
      "near udr",
      "with udr",
      "apart from smf by region",
      "needs memory 2Gi",
      "survive 1 cluster",
      "optional",
      "priority 4",
      "prefer region = eu weight 2",
      "tolerates busy",
    ];
    const program = (runs: readonly string[]) =>
      compile(
        ["a.intent"],
        memoryHost({
          "a.intent": `${FLEET} cluster lyon { region = eu nodes n { cpu 8 memory 8Gi taint busy } } app core { workload amf { image "a" } workload smf { image "a" } workload udr { image "a" } } run smf run udr ${runs.join(" ")}`,
        }),
      );
    const plain = (text: ReturnType<typeof program>) =>
      JSON.stringify(text.value.runs[0], (key, value: unknown) =>
        key === "span" || key === "spans" ? undefined : value,
      );
    fc.assert(
      fc.property(fc.subarray(clauses), fc.constantFrom("", "x6"), (chosen, count) => {
        const one = program([`run amf ${count} ${chosen.join(" ")}`]);
        const many = program([`run amf ${count}`, ...chosen.map((c) => `run amf ${c}`)]);
        expect(one.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
        expect(plain(many)).toBe(plain(one));
      }),
      { numRuns: 100, seed: SEED },
    );
  });
});

describe("the compiler", () => {
  const app = 'app core { workload amf { image "a" } }';

  it("takes directories and files, below the root only", () => {
    const files = {
      "p/a.intent": `${FLEET} ${app}`,
      "p/b.intent": "run amf",
      "p/sub/c.intent": "run nothing",
      "q.intent": 'use "p"',
    };
    for (const entry of [["p"], ["p/a.intent", "p/b.intent"], ["q.intent"], ["./p/", "q.intent"]]) {
      const { value, diagnostics } = compile(entry, memoryHost(files));
      expect(diagnostics).toEqual([]);
      expect(value.runs.map((r) => r.workload)).toEqual(["core/amf"]);
    }
    expect(compile(["../p"], memoryHost(files)).diagnostics.map((d) => d.code)).toContain("compiler/file-outside");
    expect(compile(["nowhere"], memoryHost(files)).diagnostics.map((d) => d.code)).toContain("compiler/file-missing");
  });

  it("takes a live fleet in place of the written one, and resolves groups anew", () => {
    const span = { file: "", start: 0, end: 0 };
    const fleet: Fleet = {
      clusters: [
        {
          name: "live",
          labels: { region: "eu" },
          features: ["edge"],
          prices: {},
          pools: [{ name: "n", count: 1, shape: { cpu: 1000, pods: 110 }, labels: {}, features: [], taints: [], span }],
          networks: [],
          podRanges: [],
          apiAddresses: [],
          span,
        },
      ],
      groups: [],
      links: [],
      connectivity: "none",
      reserve: 0,
      resourceNames: {},
      featureLabels: {},
      dns: [],
    };
    const files = { "a.intent": `${FLEET} ${app} group west where edge run amf on west fleet { reserve 5% }` };
    const { value, diagnostics } = compile(["a.intent"], memoryHost(files), { fleet });
    expect(diagnostics).toEqual([]);
    expect(value.fleet.clusters.map((c) => c.name)).toEqual(["live"]);
    expect(value.fleet.groups).toMatchObject([{ name: "west", clusters: ["live"] }]);
    expect(value.fleet.reserve).toBe(0.05);
    expect(value.runs[0]?.on).toMatchObject([{ clusters: ["live"] }]);
  });

  it("says one mistake, not its echoes", () => {
    expect(
      errorsOf(`${FLEET} app core { workload amf { image "a" port sbi } } run amf allow amf -> smf`).map((d) => d.code),
    ).toEqual(["grammar/unexpected"]);
    expect(errorsOf(`${FLEET} app core { manifests "missing.yaml" } run amf near smf`).map((d) => d.code)).toEqual([
      "source/file-not-read",
    ]);
  });
});
