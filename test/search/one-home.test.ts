// Crowded single clusters: what stays out is little, what is promised stands on single nodes, and the bound is none too high.
import { describe, expect, it } from "vitest";
import type { Ir } from "../../compiler/index.ts";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import type { PlaceOutcome } from "../../planner/index.ts";
import { cluster, GiB, irOf, pool, run, workload } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

const options = { gap: 0, timeLimit: Infinity, seed: 1, solver: "auto", now: () => 0, stopped: () => false };

interface Crowd {
  readonly seed: number;
  /** Of what there is, the share that everything together asks for. */
  readonly full: number;
  readonly optional: boolean;
  readonly copies?: boolean;
}

/** About 500 pods on 40 nodes of three shapes, one of which some pods must have. */
function crowded({ seed, full, optional, copies = false }: Crowd): Ir {
  const roll = dice(seed);
  const site = cluster("site", [
    pool("plain", 20, { cpu: 32_000, memory: 128 * GiB }),
    pool("wide", 10, { cpu: 64_000, memory: 512 * GiB }),
    pool("gpu", 10, { cpu: 48_000, memory: 256 * GiB, "example.com/gpu": 8000 }),
  ]);
  const drawn = Array.from({ length: 30 }, (_, k) => ({
    cpu: 250 * roll.between(1, 24),
    memory: roll.between(1, 24) * GiB,
    gpu: k > 2 && roll.chance(0.3) ? roll.pick([250, 500, 1000, 4000, 8000]) : 0,
    count: roll.between(8, 26),
    must: k < 3 || !optional,
    priority: roll.between(0, 2),
  }));
  const asked = drawn.reduce((sum, { cpu, count }) => sum + cpu * count, 0);
  const scale = (full * 1_760_000) / asked;
  const workloads = drawn.map(({ cpu, memory, gpu, count }, k) =>
    workload(`a/w${k}`, {
      demand: { cpu: Math.ceil(cpu * scale), memory, ...(gpu > 0 ? { "example.com/gpu": gpu } : {}) },
      replicas: copies && k % 5 === 4 ? 3 : count,
    }),
  );
  const agent = workload("a/agent", { kind: "DaemonSet", demand: { cpu: 100, memory: GiB } });
  const runs = workloads.map((w, k) =>
    run(w, {
      optional: drawn[k]!.must === false,
      priority: drawn[k]!.priority,
      ...(copies && k % 5 === 4 ? {} : { spreading: { kind: "divided", total: drawn[k]!.count } }),
    }),
  );
  return irOf({ clusters: [site], workloads: [...workloads, agent], runs: [...runs, run(agent)] });
}

const unplaced = ({ objective }: PlaceOutcome) => objective.filter(({ name }) => name === "unplaced");

/** What the checker says of it, asked to look at the certificate and nothing else. */
function complaints(ir: Ir, { placement, placed, order, objective, status }: PlaceOutcome) {
  const nodes = assignNodes(ir, buildProblem(ir, {}).value, placement!, order);
  expect(Object.keys(nodes)).toEqual(["site"]);
  return verifyPlacement(ir, {}, placed, { steps: 0, nodes, objective, proven: status === "optimal" });
}

describe("a crowded cluster", () => {
  it("takes all that its nodes take, and that is proven best", async () => {
    for (let seed = 0; seed < 4; seed++) {
      const ir = crowded({ seed, full: 0.7, optional: seed % 2 === 0 });
      const outcome = await place(ir, {}, options);
      if (outcome.status === "infeasible") continue; // of GPUs there may be too few
      const all = unplaced(outcome).every(({ value }) => value === 0);
      expect(outcome.status === "optimal").toBe(all);
      expect(complaints(ir, outcome), `seed ${seed}`).toEqual([]);
    }
  });

  it("leaves out little more than rows alone force out, the least important", async () => {
    for (let seed = 10; seed < 16; seed++) {
      const ir = crowded({ seed, full: 1.1, optional: true, copies: seed % 2 === 0 });
      const outcome = await place(ir, {}, options);
      expect(outcome.status, `seed ${seed}`).toBe("feasible");
      expect(complaints(ir, outcome), `seed ${seed}`).toEqual([]);

      const [first] = unplaced(outcome);
      const rows = await place(ir, {}, { ...options, solver: "highs", gap: 0, budget: 3000 });
      const least = rows.objective.find(({ name }) => name === "unplaced");
      if (rows.status === "optimal") expect(first!.bound).toBeLessThanOrEqual(least!.value);
      expect(first!.bound).toBeLessThanOrEqual(first!.value);
      const all = unplaced(outcome).reduce((sum, { value }) => sum + value, 0);
      expect(all, `seed ${seed}`).toBeLessThan(0.35 * 30 * 17);
      expect(first!.value - first!.bound, `seed ${seed}`).toBeLessThanOrEqual(12);
    }
  });
});
