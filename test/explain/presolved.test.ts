// What presolving takes away or decides as one, explanations still speak of: they ask the program, not what was left of it.
import { describe, expect, it } from "vitest";
import { explainImpossible, why } from "../../planner/explain/index.ts";
import { place } from "../../planner/place.ts";
import { presolve } from "../../planner/presolve/index.ts";
import { reasonsOf } from "../../planner/reasons.ts";
import { cluster, GiB, irOf, pool, run, workload } from "../kit/ir.ts";

const now = () => performance.now();
const options = { gap: 0, timeLimit: 20_000, seed: 1, solver: "auto", now, stopped: () => false };
const node = { cpu: 8000, memory: 32 * GiB };

describe("what does not fit beside a DaemonSet", () => {
  const agent = workload("core/agent", { perNode: true, demand: { cpu: 1000 } });
  const web = workload("core/web", { demand: { cpu: 8000 } });
  const clusters = [cluster("paris", [pool("a", 3, node)]), cluster("lyon", [pool("a", 2, node)])];
  const ir = irOf({
    clusters,
    workloads: [agent, web],
    runs: [run(agent, { spreading: { kind: "each" } }), run(web)],
  });

  it("is impossible before anything is solved, and told with both intents", async () => {
    const outcome = await place(ir, {}, options);
    expect(outcome.status).toBe("infeasible");
    expect(presolve(outcome.problem)).toBe("impossible");
    const [said] = await explainImpossible(ir, {}, { now });
    const words = [said?.message, ...(said?.related ?? []).map(({ message }) => message)].join("\n");
    expect(words).toContain("run web");
    expect(words).toContain("run agent on each");
  });

  it("still has the other clusters to compare with", async () => {
    const roomy = cluster("nice", [pool("a", 1, { cpu: 16_000, memory: 32 * GiB })]);
    const more = { ...ir, fleet: { ...ir.fleet, clusters: [...clusters, roomy] } };
    const outcome = await place(more, {}, options);
    expect(outcome.placed["core/web"]).toEqual({ nice: 1 });
    const report = await why(more, {}, outcome, web.id, now);
    expect(report.clusters.map((entry) => `${entry.cluster} ${entry.verdict}`)).toEqual([
      "nice chosen",
      "paris conflicts",
      "lyon conflicts",
    ]);
    const paris = report.clusters.find((entry) => entry.cluster === "paris");
    expect(paris?.verdict === "conflicts" ? paris.because.map(({ text }) => text).join() : "").toContain(
      "run agent on each",
    );
  });
});

describe("workloads that are decided as one", () => {
  const priced = (name: string, cpu: number) => cluster(name, [pool("a", 1, node)], { prices: { cpu } });
  const apps = ["a", "b", "c"].map((name) => workload(`core/${name}`, { demand: { cpu: 2000 } }));
  const ir = irOf({
    clusters: [priced("paris", 0.04), priced("lyon", 0.02)],
    workloads: apps,
    runs: apps.map((app, i) => run(app, { spreading: { kind: "divided", total: 1 + i } })),
  });

  it("each have their places, their reasons and their alternatives", async () => {
    const outcome = await place(ir, {}, options);
    const found = presolve(outcome.problem);
    expect(found === "impossible" ? [] : found.parts[0]!.workloads.map(({ members }) => members.length)).toEqual([3]);
    expect(outcome.status).toBe("optimal");
    const totals = apps.map(({ id }) => Object.values(outcome.placed[id] ?? {}).reduce((sum, n) => sum + n, 0));
    expect(totals).toEqual([1, 2, 3]);
    const on = (name: string) => apps.reduce((sum, { id }) => sum + (outcome.placed[id]?.[name] ?? 0), 0);
    expect([on("lyon"), on("paris")]).toEqual([4, 2]);
    expect(new Set(reasonsOf(outcome.problem, outcome.placement!).map((reason) => reason.workload)).size).toBe(3);
    const report = await why(ir, {}, outcome, "core/a", now);
    expect(report.clusters.map(({ cluster: name }) => name).sort()).toEqual(["lyon", "paris"]);
    expect(report.clusters.every(({ verdict }) => verdict !== "unknown")).toBe(true);
  });

  it("keep what runs, whoever comes first", async () => {
    const before = { "core/b": { paris: 2 }, "core/a": { lyon: 1 } };
    const outcome = await place(ir, before, options);
    expect(outcome.placed["core/b"]).toEqual({ paris: 2 });
    expect(outcome.placed["core/a"]).toEqual({ lyon: 1 });
    expect(outcome.placed["core/c"]).toEqual({ lyon: 3 });
  });
});
