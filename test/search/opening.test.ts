// Clusters that every placement uses, and what is proven of the cost once the number of clusters is given: held against an exact solver, and added
// up again by the checker.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem, place, verifyProof } from "../../planner/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import { ascend } from "../../planner/search/bound.ts";
import { beginning } from "../../planner/search/bound/beginning.ts";
import { neededOf } from "../../planner/search/bound/needed.ts";
import { clusterOfRows, newOpening } from "../../planner/search/bound/opening.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { primalDual } from "../../planner/search/primal-dual.ts";
import { newRelaxed } from "../../planner/search/relaxed.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { dice } from "../oracles/dice.ts";
import { intentFleet, type Clause } from "../bench/instances/intent-fleet.ts";

function programOf(clusters: number, workloads: number, seed: number, asked: readonly Clause[]) {
  const size = { clusters, workloads, seed, replicas: 6, nodes: "one", fill: 0.5 } as const;
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": intentFleet(size, new Set(asked)) }));
  return { ir, problem: buildProblem(ir, {}).value };
}

const options = (timeLimit: number) => ({
  gap: 0,
  timeLimit,
  seed: 1,
  now: stepClock(),
  stopped: () => false,
  proves: true,
});

describe("clusters that every placement uses", () => {
  it("are those that an exact solver can not do without", async () => {
    let [needed, all] = [0, 0];
    for (let seed = 1; seed <= 3; seed++) {
      const { problem } = programOf(8, 10, seed, ["clusters", "each", "shares", "spread"]);
      const counted = neededOf(compactOf(problem));
      for (const [cluster, is] of counted.entries()) {
        const closed = problem.workloads.map((workload) => ({
          ...workload,
          candidates: workload.candidates.filter((candidate) => candidate.cluster !== cluster),
        }));
        const least = { ...problem, workloads: closed, objectives: [] };
        all++;
        if (is === 0) continue;
        needed++;
        const { status } = await solveExactly(least, { ...options(Infinity), solver: "highs", nodes: 2_000 });
        expect(status, `seed ${seed}, cluster ${cluster}`).toBe("infeasible");
      }
    }
    expect(needed).toBeGreaterThan(3);
    expect(needed).toBeLessThan(all);
  }, 60_000);

  it("count in the bound, whatever their room is worth, and the checker counts them too", async () => {
    const { ir, problem } = programOf(40, 30, 1, ["clusters", "each"]);
    const needed = neededOf(compactOf(problem)).reduce((sum, is) => sum + is, 0);
    const outcome = await place(ir, {}, { ...options(500), solver: "search" });
    const [clusters] = outcome.objective;
    expect(needed).toBeGreaterThan(6);
    expect(clusters?.bound).toBeGreaterThanOrEqual(needed);
    for (const { name, complaints } of verifyProof(ir, {}, outcome.placed, outcome.proof ?? []))
      expect(complaints, name).toEqual([]);
  }, 60_000);
});

describe("what the room of so many clusters is worth", () => {
  it("is that of the worthiest, with those that every placement uses: as trying every choice of them tells", () => {
    let held = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const { problem } = programOf(8, 6, seed, ["each"]);
      const compact = compactOf(problem);
      const needed = neededOf(compact);
      const { joint } = summed(compact, weigh(compact), 0);
      const clusterOf = clusterOfRows(compact);
      const roll = dice(seed);
      const prices = Float64Array.from(compact.capacity, () => (roll.chance(0.7) ? roll.between(1, 1000) / 1e9 : 0));
      const paid = problem.clusters.map((_, cluster) =>
        compact.capacity.reduce((sum, all, row) => (clusterOf[row] === cluster ? sum + prices[row]! * all : sum), 0),
      );
      const shared = compact.capacity.reduce(
        (sum, all, row) => (clusterOf[row]! < 0 ? sum + prices[row]! * all : sum),
        0,
      );
      const least = needed.reduce((sum, is) => sum + is, 0);
      for (let most = least; most <= problem.clusters.length; most++) {
        let dearest = 0;
        for (let chosen = 0; chosen < 2 ** paid.length; chosen++) {
          const used = paid.filter((_, c) => (chosen >> c) & 1);
          const whole = needed.every((is, c) => is === 0 || ((chosen >> c) & 1) === 1);
          if (whole && used.length <= most)
            dearest = Math.max(
              dearest,
              used.reduce((sum, value) => sum + value, 0),
            );
        }
        const opening = newOpening(compact, { ...joint, clusters: 0, mostClusters: most });
        expect(opening.worth(prices), `seed ${seed}, ${most}`).toBeCloseTo(-shared - dearest, 9);
        // Charged what makes just as many worth using, it comes to the same.
        const weight = opening.price(prices);
        const charged = newOpening(compact, { ...joint, clusters: weight, mostClusters: undefined });
        expect(charged.worth(prices) - most * weight, `seed ${seed}, ${most}`).toBeCloseTo(-shared - dearest, 9);
        held++;
      }
    }
    expect(held).toBeGreaterThan(12);
  });
});

describe("the cost, given how many clusters are in use", () => {
  it("is bounded near the best and never above it, and the checker adds the same up", async () => {
    let [near, all] = [0, 0];
    for (let seed = 1; seed <= 6; seed++) {
      const { ir, problem } = programOf(12, 16, seed, seed % 2 === 0 ? ["clusters"] : ["clusters", "each"]);
      const both = { ...problem, objectives: problem.objectives.slice(0, 2) };
      const exact = await solveExactly(both, { ...options(Infinity), solver: "highs", nodes: 2_000 });
      const outcome = await place(ir, {}, { ...options(200), solver: "search" });
      for (const { name, complaints } of verifyProof(ir, {}, outcome.placed, outcome.proof ?? []))
        expect(complaints, `seed ${seed}: ${name}`).toEqual([]);
      const [clusters, cost] = outcome.objective;
      if (exact.status !== "optimal" || clusters?.value !== exact.objective[0]?.value) continue;
      all++;
      const best = exact.objective[1]!.value;
      expect(cost!.bound, `seed ${seed}`).toBeLessThanOrEqual(best + 1e-6 * best);
      if (cost!.bound > 0.93 * best) near++;
    }
    expect(all).toBeGreaterThan(2);
    expect(near).toBeGreaterThan(all / 2);
  }, 120_000);

  it("is bounded by more than its own linear optimum, in which every cluster may be used", () => {
    const { problem } = programOf(60, 120, 1, ["clusters"]);
    const compact = compactOf(problem);
    const weighed = weigh(compact);
    const sum = summed(compact, weighed, weighed.terms.length);
    const factor = weighed.terms.find(({ objective }) => problem.objectives[objective ?? -1]?.name === "cost")!.factor;
    const counting = arcsOf(compact, { ...sum, cost: sum.cost.map(() => 0), joint: { ...sum.joint, clusters: 1 } });
    const from = beginning(compact, counting);
    const few = 1 + Math.ceil(ascend(compact, counting, { steps: 60, upper: 60, from, stopped: () => false }).bound);
    const bounds = [undefined, few].map((mostClusters) => {
      const arcs = arcsOf(compact, { ...sum, joint: { ...sum.joint, mostClusters } });
      const begun = ascend(compact, arcs, { steps: 30, upper: 2000 * factor, stopped: () => false });
      const going = { iterations: 2000, phases: 4, enough: 0.001, from: begun, now: stepClock(), stopped: () => false };
      const linear = primalDual(compact, arcs, going);
      const used = [...(linear.opened ?? [])].reduce((all, share) => all + share, 0);
      expect(used).toBeLessThanOrEqual(few + 1e-3);
      return newRelaxed(compact, arcs).pass(linear.prices.slice(0, begun.prices.length), true) / factor;
    });
    expect(bounds[1]).toBeGreaterThan(1.02 * bounds[0]!);
  }, 60_000);
});
