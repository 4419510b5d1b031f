// What is said of the impossible is true and no larger than it must be, proposals help, and reasons for each cluster are those that there
// are: checked on small programs by the brute force.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import type { Ir } from "../../compiler/index.ts";
import { explainImpossible, place, priceOfIntents, renderWhy, why } from "../../planner/index.ts";
import { findConflict } from "../../planner/explain/conflict.ts";
import { withOnly } from "../../planner/explain/intents.ts";
import { bruteForce, type Before } from "../oracles/brute-force.ts";
import { cluster, feature, irOf, labelIs, link, pool, resource, run, span, workload } from "../kit/ir.ts";
import { compiled, toTheProof } from "../properties/judged.ts";
import { crowd } from "./crowd.ts";

const now = () => performance.now();
const asking = (before: Before) => ({ before, without: [], now, until: now() + 10_000 });

const impossibleSeeds = Array.from({ length: 60 }, (_, seed) => seed)
  .map((seed) => ({ seed, ...compiled(seed) }))
  .filter(({ ir, program }) => bruteForce(ir, program.before).kind === "impossible");

describe("a conflict", () => {
  it.each(impossibleSeeds.map(({ seed, ir, program }) => ({ seed, ir, before: program.before })))(
    "of program $seed is one, and without any of its intents it is none",
    async ({ ir, before }) => {
      const conflict = await findConflict(ir, asking(before));
      const keys = conflict?.intents.map(({ key }) => key) ?? [];
      const kindOf = (kept: readonly string[]) => bruteForce(withOnly(ir, new Set(kept)), before).kind;
      expect(kindOf(keys)).toBe("impossible");
      for (const key of keys) expect(kindOf(keys.filter((other) => other !== key)), `without ${key}`).toBe("best");
    },
  );

  it("is the smallest there is on small programs", async () => {
    const [a, b] = [workload("core/a", { demand: { cpu: 1000 } }), workload("core/b", { demand: { cpu: 1000 } })];
    const sites = [
      cluster("paris", [pool("p", 1, { cpu: 4000 })], { labels: { zone: "z1" } }),
      cluster("lyon", [pool("p", 1, { cpu: 4000 })]),
    ];
    // Five intents conflict around `with` and `apart`; the two bounds alone are a smaller conflict of one workload.
    const runs = [
      run(a, { with: [{ workload: b.id, span: span() }], apart: [{ workload: b.id, key: "cluster", span: span() }] }),
      run(b, { on: [["paris"]], where: [labelIs("zone", "z9")] }),
    ];
    const conflict = await findConflict(irOf({ clusters: sites, workloads: [a, b], runs }), asking({}));
    expect(conflict?.proof).toBe("smallest");
    expect(conflict?.intents.map(({ text }) => text)).toEqual(["run b", "run b where zone = z9"]);
  });

  it("is found among 200 workloads on 40 clusters", async () => {
    const large = crowd(40, 200);
    const far = large.with({
      "core/w20": (own) => ({ ...own, where: [{ condition: labelIs("region", "r1"), span: span() }] }),
      "core/w21": (own) => ({
        ...own,
        where: [{ condition: labelIs("region", "r2"), span: span() }],
        near: [{ workloads: ["core/w20"], microseconds: 500, span: span() }],
      }),
    });
    const conflict = await findConflict(far, asking({}));
    expect(conflict?.intents.map(({ text }) => text)).toEqual([
      "run w20",
      "run w20 where region = r1",
      "run w21",
      "run w21 where region = r2",
      "run w21 near w20 within 0.5ms",
    ]);
  });
});

const upf = workload("core/upf", { demand: { cpu: 500 } });
const bound = resource("cpu", ">=", 8000);
const edge = (name: string, cpu: number, more = {}) => cluster(name, [pool("general", 2, { cpu })], more);

describe("the impossible is explained", () => {
  const tooLarge = irOf({
    clusters: [edge("edge-1", 4000), edge("edge-2", 6000), edge("lyon", 16_000, { labels: { closed: "yes" } })],
    workloads: [upf],
    runs: [
      run(upf, {
        where: [bound, labelIs("closed", "no")].slice(0, 1),
        on: [["edge-1", "edge-2"]],
        demand: { cpu: 8000, pods: 1 },
        reservations: [{ resource: "cpu", amount: 8000, span: "span" in bound ? bound.span : span() }],
      }),
    ],
  });

  it("with the arithmetic, what is against each cluster, and the smallest change", async () => {
    const [said] = await explainImpossible(tooLarge, {}, { now });
    expect(said?.code).toBe("planner/no-cluster-fits");
    expect(said?.message).toContain("needs 8 cpu; the largest free node is 6, on `edge-2`");
    expect(said?.message).toContain("`lyon`: run upf on edge-1, edge-2");
    expect(said?.help).toMatch(/^it would be possible with `cpu >= 8` → `cpu >= 6` for upf/);
    expect(said?.related?.length).toBeGreaterThan(0);
  });

  it("by counts: more copies than clusters, more replicas than room, a cluster that `each` means", async () => {
    const clusters = [edge("paris", 1000), edge("lyon", 1000)];
    const code = async (changes: Parameters<typeof run>[1], more: Partial<Ir> = {}) => {
      const ir = irOf({ clusters, workloads: [upf], runs: [run(upf, changes)], ...more });
      const [said] = await explainImpossible(ir, {}, { now });
      return `${said?.code}: ${said?.message} — ${said?.help}`;
    };
    expect(await code({ spreading: { kind: "copies", clusters: 3 } })).toMatch(
      /^planner\/too-few-clusters: .*`on 2 clusters`/,
    );
    expect(await code({ spreading: { kind: "divided", total: 9 } })).toMatch(
      /^planner\/too-little-room: .* asks for 9 and there is room for 8 .*`x8`/,
    );
    const forbids = [{ workloads: [upf.id], condition: { kind: "always" } as const, clusters: ["lyon"], span: span() }];
    expect(await code({ spreading: { kind: "each" } }, { forbids })).toMatch(
      /^planner\/each-ruled-out: .*must run on `lyon`.*without `forbid upf on lyon`/,
    );
  });

  it("with proposals that are true", async () => {
    const others = [workload("core/a", { demand: { cpu: 3000 } }), workload("core/b", { demand: { cpu: 3000 } })];
    const runs = [
      run(others[0]!, { spreading: { kind: "divided", total: 3 } }),
      run(others[1]!, { spreading: { kind: "divided", total: 2 } }),
    ];
    const ir = irOf({ clusters: [edge("paris", 4000), edge("lyon", 4000)], workloads: others, runs });
    const [said] = await explainImpossible(ir, {}, { now });
    expect(said?.code).toBe("planner/conflict");
    expect(said?.help).toContain("`run a x3` → `x2`");
    expect(
      bruteForce({ ...ir, runs: [run(others[0]!, { spreading: { kind: "divided", total: 2 } }), runs[1]!] }, {}).kind,
    ).toBe("best");
    expect(said?.help).toContain("one more node in `general` of `paris`");
  });
});

describe("why a workload is where it is", () => {
  const priced = (name: string, cpu: number, more = {}) => edge(name, 4000, { prices: { cpu }, ...more });
  const amf = workload("core/amf", { demand: { cpu: 1000 } });
  const ir = irOf({
    clusters: [
      priced("paris", 0.04),
      priced("lyon", 0.02),
      priced("nice", 0.02, { features: ["closed"] }),
      priced("oslo", 0.02),
    ],
    workloads: [upf, amf],
    fleet: { links: [link("paris", "lyon", 6000)] },
    runs: [
      run(upf, { near: [{ workloads: [amf.id], microseconds: 10_000, span: span() }] }),
      run(amf, { on: [["paris", "lyon"]], where: [{ kind: "not", operand: feature("closed"), span: span() }] }),
    ],
  });

  it("is told for every cluster", async () => {
    const outcome = await place(ir, {}, toTheProof());
    const report = await why(ir, {}, outcome, amf.id, now);
    expect(report.clusters.map(({ cluster, verdict }) => `${cluster} ${verdict}`)).toEqual([
      "lyon chosen",
      "paris worse",
      "nice ruled-out",
      "oslo ruled-out",
    ]);
    const paris = report.clusters.find(({ cluster }) => cluster === "paris");
    expect(paris).toMatchObject({ verdict: "worse", term: "cost", exact: true });
    expect(paris?.verdict === "worse" ? paris.difference : 0).toBeCloseTo(0.02);
    const text = renderWhy(report, { width: 80, paint: (_, words) => words });
    expect(text).toContain("amf runs on lyon");
    expect(text).toContain("paris: 0.02 more cost");
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("also where a cluster is taken to be lost", async () => {
    const without = ["lyon"];
    const outcome = await place(ir, {}, { ...toTheProof(), without });
    const report = await why(ir, {}, outcome, amf.id, now, { without });
    expect(report.clusters.map(({ cluster, verdict }) => `${cluster} ${verdict}`)).toEqual([
      "paris chosen",
      "lyon ruled-out",
      "nice ruled-out",
      "oslo ruled-out",
    ]);
    const alone = { ...ir, runs: [run(amf, { on: [["lyon"]] })], workloads: [amf] };
    const lost = await place(alone, {}, { ...toTheProof(), without });
    const told = await why(alone, {}, lost, amf.id, now, { without });
    const lyon = told.clusters.find(({ cluster }) => cluster === "lyon");
    expect(lyon?.verdict === "ruled-out" ? lyon.because.map(({ text }) => text).join() : "").toContain(
      "taken to be lost",
    );
  });

  it("names the intents that would conflict", async () => {
    const outcome = await place(ir, {}, toTheProof());
    const report = await why(ir, {}, outcome, upf.id, now);
    const oslo = report.clusters.find(({ cluster }) => cluster === "oslo");
    expect(oslo?.verdict).toBe("conflicts");
    expect(oslo?.verdict === "conflicts" ? oslo.because.map(({ text }) => text) : []).toContain(
      "run upf near amf within 10ms",
    );
  });

  it("agrees with planning anew, also where only the neighbourhood is asked", async () => {
    const large = crowd(12, 40);
    const outcome = await place(large.ir, {}, { ...toTheProof(), gap: 0.001, timeLimit: 10_000 });
    const report = await why(large.ir, {}, outcome, "core/w3", now, { budget: 20_000 });
    for (const entry of report.clusters) {
      if (entry.verdict !== "worse") continue;
      expect(entry.exact).toBe(false);
      expect(entry.difference).toBeGreaterThan(0);
    }
    expect(report.clusters.filter(({ verdict }) => verdict === "chosen").length).toBeGreaterThan(0);
  });

  it("and what each intent costs", async () => {
    const dear = irOf({
      clusters: [priced("paris", 0.04), priced("lyon", 0.02)],
      workloads: [amf],
      runs: [run(amf, { on: [["paris"]] })],
    });
    const { prices, unpriced } = await priceOfIntents(dear, {}, await place(dear, {}, toTheProof()), now);
    expect(prices.map(({ text }) => text)).toEqual(["run amf on paris"]);
    expect(prices[0]?.gains[0]).toMatchObject({ name: "cost" });
    expect(prices[0]?.gains[0]?.gain).toBeCloseTo(0.02);
    expect(unpriced).toBe(0);
    // Without any time nothing is known, which is not the same as costing nothing.
    const hurried = await priceOfIntents(dear, {}, await place(dear, {}, toTheProof()), now, { budget: 0 });
    expect(hurried).toEqual({ prices: [], unpriced: 1 });
  });
});
