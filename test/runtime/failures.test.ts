// What happens when something is lost: every answer that says that all comes back is asked of the independent checker, loss by loss.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { failureCases, place, stepClock, verifyPlacement, type PlacedReplicas } from "../../planner/index.ts";
import { failureLines } from "../../runtime/cli/view/failures-text.ts";
import { intentFleet } from "../bench/instances/intent-fleet.ts";

const planned = async (seed: number, clusters: number) => {
  const text = intentFleet(
    { clusters, workloads: 2 * clusters, seed, replicas: 8 },
    new Set(["spread", "apart", "near", "survive"]),
  );
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  const options = { gap: 0.05, timeLimit: Infinity, budget: 8_000, seed, solver: "auto", now: stepClock() };
  const outcome = await place(ir, {}, { ...options, stopped: () => false });
  return { ir, outcome };
};

/** What runs where after a loss: what stayed, and what came. */
function after(
  placed: PlacedReplicas,
  lost: readonly string[],
  evacuated: readonly {
    readonly app: string;
    readonly workload: string;
    readonly to: string;
    readonly replicas: number;
  }[],
): PlacedReplicas {
  const found: Record<string, Record<string, number>> = {};
  for (const [id, own] of Object.entries(placed))
    found[id] = Object.fromEntries(Object.entries(own).filter(([cluster]) => !lost.includes(cluster)));
  for (const { app, workload, to, replicas } of evacuated) {
    const own = (found[`${app}/${workload}`] ??= {});
    own[to] = (own[to] ?? 0) + replicas;
  }
  return found;
}

describe("what happens when something is lost", () => {
  it("is told of every cluster, and stands for the checker", { timeout: 120_000 }, async () => {
    let [whole, moved] = [0, 0];
    for (const [seed, clusters] of [
      [1, 40],
      [2, 30],
    ] as const) {
      const { ir, outcome } = await planned(seed, clusters);
      expect(outcome.placement, `seed ${seed}`).toBeDefined();
      const { placed, comesBack } = outcome;
      const asked = { seed: 1, solver: "auto", now: stepClock(), stopped: () => false, comesBack };
      const cases = await failureCases(ir, placed, asked);
      const used = new Set(Object.values(placed).flatMap((own) => Object.keys(own)));
      expect(cases.filter(({ clusters }) => clusters.length === 1)).toHaveLength(used.size);
      const program = { ...ir, runs: ir.runs.map(({ survive: _, ...run }) => run) };
      for (const { lost, clusters, status, evacuated, alsoMoved, gone } of cases) {
        if (status !== "feasible" || alsoMoved > 0) continue;
        whole++;
        moved += evacuated.length;
        expect(gone, lost).toEqual([]);
        const now = after(placed, clusters, evacuated);
        const broken = verifyPlacement(program, placed, now, { proven: false, without: clusters });
        expect(broken.filter(({ rule }) => rule !== "packing-undecided").map(({ message }) => message)).toEqual([]);
      }
    }
    expect(whole).toBeGreaterThan(20);
    expect(moved).toBeGreaterThan(100);
  });

  it("says once what many workloads have no place for", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const text = [
      "cluster paris { nodes n x4 { cpu 8 memory 32Gi } }",
      "cluster lyon { nodes n x4 { cpu 8 memory 32Gi } }",
      "app shop {",
      ...names.map((name) => `workload ${name} { image "registry.example/w:1" cpu 1 memory 1Gi }`),
      "}",
      ...names.map((name, i) =>
        i < 10 ? `run ${name} on paris` : i < 11 ? `run ${name} on 2 clusters` : `run ${name}`,
      ),
    ].join("\n");
    const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
    const { placed } = await place(
      ir,
      {},
      { gap: 0, timeLimit: Infinity, seed: 1, solver: "auto", now: stepClock(), stopped: () => false },
    );
    const told: string[] = [];
    const onCase = (done: number, all: number): void => void told.push(`${done} of ${all}`);
    const cases = await failureCases(ir, placed, {
      seed: 1,
      solver: "auto",
      now: stepClock(),
      stopped: () => false,
      onCase,
    });
    const of = (lost: string) => cases.find((one) => one.lost === lost);
    expect(of("paris")).toMatchObject({ status: "infeasible" });
    expect(of("paris")?.problems).toEqual([
      `no cluster is left for ${names
        .slice(0, 8)
        .map((name) => `\`${name}\` (\`run ${name} on paris\`)`)
        .join(", ")} and 2 more`,
      "too few clusters are left for `w10` (1 of 2)",
    ]);
    expect(of("lyon")?.problems).toEqual(["too few clusters are left for `w10` (1 of 2)"]);
    expect(told).toEqual(cases.map((_, i) => `${i + 1} of ${cases.length}`));
  });

  it("is shown in the width that there is", async () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ app: "a", workload: `workload-${i}`, to: "b", replicas: 2 }));
    const none = { alsoMoved: 0, unplaced: [], gone: [], stuck: [], unruly: [], problems: [] };
    const stuck = [{ app: "a", workload: "w", replicas: 3 }];
    const cases = [
      { lost: "paris", clusters: ["paris"], status: "feasible" as const, ...none, evacuated: many },
      { lost: "zone z", clusters: ["lyon"], status: "unknown" as const, ...none, evacuated: [], stuck },
    ];
    for (const width of [80, 120]) {
      const lines = failureLines(cases, { width, full: false, paint: (_, text) => text });
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      expect(lines[0]).toMatch(/2 losses; not everything comes back after 1 of them: zone z/);
      expect(lines.join("\n")).toContain("no place was found for: 3× w");
    }
  });
});
