// `survive` against brute force over every loss: in exact models, all losses at once and one after the other, and in the search, whose
// every answer must bring back after each loss all that it takes.
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { verifyPlacement, type Problem } from "../../planner/index.ts";
import { replicasOf } from "../../planner/outcome.ts";
import type { AfterLoss, Placement } from "../../planner/problem.ts";
import { search } from "../../planner/search/search.ts";
import { lossesOf } from "../../planner/solver/losses.ts";
import { solveProblem as solveExactly } from "../../planner/solver/solve.ts";
import { bruteForce, compare } from "../oracles/brute-force.ts";
import { dice } from "../oracles/dice.ts";
import { survivors } from "./survivors.ts";

const options = {
  gap: 0,
  timeLimit: 20_000,
  seed: 1,
  solver: "auto",
  now: () => performance.now(),
  stopped: () => false,
};
const nothing = { cuts: [], limits: [], floors: [] };
const SMALL = { clusters: 4, workloads: 3, replicas: 3, room: 2 };

type SurviveRule = Extract<Problem["rules"][number], { readonly kind: "survive" }>;
const rulesIn = ({ rules }: Problem): readonly SurviveRule[] => rules.filter((rule) => rule.kind === "survive");
const speaksOf = ({ groups, count }: SurviveRule, lost: ReadonlySet<number>): boolean =>
  groups.filter((group) => group.some((cluster) => lost.has(cluster))).length <= count;

describe("the losses that are looked at", () => {
  it.each([
    ["all of them", Infinity],
    ["bundles of places", 3],
  ])("cover every other, %s", (_, most) => {
    let cases = 0;
    for (let seed = 0; seed < 60; seed++) {
      const problem = buildProblem(survivors(seed, { ...SMALL, clusters: 5 }), {}).value;
      const losses = lossesOf(problem, most).map(({ lost, rules }) => ({ lost: new Set(lost), rules: new Set(rules) }));
      for (let set = 1; set < 2 ** 5; set++) {
        const lost = new Set([0, 1, 2, 3, 4].filter((c) => (set >> c) % 2 === 1));
        const bound = rulesIn(problem).filter((rule) => speaksOf(rule, lost));
        if (bound.length === 0) continue;
        cases++;
        const covered = losses.some(
          (loss) => lost.isSubsetOf(loss.lost) && bound.every((rule) => loss.rules.has(rule)),
        );
        expect(covered, `seed ${seed}, loss of ${[...lost].join()}`).toBe(true);
      }
      if (most === Infinity)
        for (const { lost, rules } of losses)
          for (const rule of rules) expect(speaksOf(rule, lost), `seed ${seed}`).toBe(true);
    }
    expect(cases).toBeGreaterThan(300);
  });
});

describe("exact models", () => {
  it("equal brute force over every loss, all at once and one after the other", { timeout: 120_000 }, async () => {
    let [possible, impossible] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const ir = survivors(seed, SMALL);
      const truth = bruteForce(ir, {}, 200_000);
      if (truth.kind === "too-large") continue;
      const { value: problem } = buildProblem(ir, {});
      for (const together of [Infinity, 0]) {
        const found = await solveExactly(problem, options, nothing, together);
        const said = "objective" in found ? found.objective.map(({ value }) => value) : found.status;
        if (truth.kind === "impossible") expect(said, `seed ${seed}`).toBe("infeasible");
        else {
          const best = truth.vector.filter((_, i) => truth.names[i] !== "choices");
          expect(typeof said === "string" ? said : compare(said, best), `seed ${seed}: ${said} not ${best}`).toBe(0);
          if ("placement" in found) expect(unkept(problem, found.placement, found.situations ?? [])).toEqual([]);
        }
      }
      if (truth.kind === "best") possible++;
      else impossible++;
    }
    expect(possible).toBeGreaterThan(20);
    expect(impossible).toBeGreaterThan(5);
  });
});

describe("the search", () => {
  it("keeps every promise on small programs, and is mostly the best", { timeout: 120_000 }, async () => {
    let [solved, best, possible] = [0, 0, 0];
    for (let seed = 200; seed < 240; seed++) {
      const ir = survivors(seed, SMALL);
      const truth = bruteForce(ir, {}, 200_000);
      if (truth.kind === "too-large") continue;
      const { value: problem } = buildProblem(ir, {});
      if (rulesIn(problem).length === 0) continue;
      if (truth.kind === "best") possible++;
      const found = (await search(problem, { ...options, solver: "search" }, nothing))?.solution;
      if (found === undefined || !("objective" in found)) continue;
      solved++;
      expect(truth.kind, `seed ${seed}: placed what can not be`).toBe("best");
      if (truth.kind !== "best") continue;
      expect(verifyPlacement(ir, {}, replicasOf(problem, found.placement), { proven: false }), `seed ${seed}`).toEqual(
        [],
      );
      expect(unkept(problem, found.placement, found.situations ?? []), `seed ${seed}`).toEqual([]);
      const values = truth.vector.filter((_, i) => truth.names[i] !== "choices");
      const mine = found.objective.map(({ value }) => value);
      const bounds = found.objective.map(({ bound }) => bound);
      expect(compare(mine, values), `seed ${seed}`).toBeGreaterThanOrEqual(0);
      expect(compare(bounds, values), `seed ${seed}`).toBeLessThanOrEqual(0);
      if (compare(mine, values) === 0) best++;
    }
    expect(solved).toBeGreaterThan(0.6 * possible);
    expect(best).toBeGreaterThan(0.5 * solved);
  });

  it("comes near the exact answer where there are more losses than one would try", { timeout: 120_000 }, async () => {
    let [solved, possible, above] = [0, 0, 0];
    for (let seed = 0; seed < 8; seed++) {
      const ir = survivors(seed, { clusters: 8, workloads: 12, replicas: 8, room: 1.6 });
      const { value: problem } = buildProblem(ir, {});
      const exact = await solveExactly(problem, { ...options, gap: 0.01, timeLimit: 8_000 }, nothing);
      if (!("objective" in exact)) continue;
      possible++;
      const found = (await search(problem, { ...options, gap: 0.005 }, nothing))?.solution;
      if (found === undefined || !("objective" in found)) continue;
      solved++;
      const violations = verifyPlacement(ir, {}, replicasOf(problem, found.placement), { proven: false });
      expect(violations, `seed ${seed}`).toEqual([]);
      expect(unkept(problem, found.placement, found.situations ?? []), `seed ${seed}`).toEqual([]);
      above += costOf(found.objective) / costOf(exact.objective) - 1;
    }
    expect(solved).toBeGreaterThan(0.7 * possible);
    expect(above / solved).toBeLessThan(0.08);
  });

  it("makes way, and spreads what survives, where room is short", async () => {
    // Of four clusters of 8 the cheapest two would take everything; losing one of them leaves room only where nothing else is.
    let solved = 0;
    for (let seed = 400; seed < 440; seed++) {
      const roll = dice(seed);
      const ir = survivors(seed, { clusters: 6, workloads: 6, replicas: 6, room: 1.3 + roll.between(0, 3) / 10 });
      const { value: problem } = buildProblem(ir, {});
      if (rulesIn(problem).length === 0) continue;
      const found = (await search(problem, { ...options, gap: 0.1 }, nothing))?.solution;
      if (found === undefined || !("objective" in found)) continue;
      solved++;
      expect(unkept(problem, found.placement, found.situations ?? []), `seed ${seed}`).toEqual([]);
    }
    expect(solved).toBeGreaterThan(15);
  });
});

const costOf = (objective: readonly { readonly name: string; readonly value: number }[]): number =>
  objective.find(({ name }) => name === "cost")?.value ?? 0;

/** What is wrong with what comes back, counted from the problem alone; of clusters of one node each. */
function unkept(problem: Problem, placement: Placement, situations: readonly AfterLoss[]): readonly string[] {
  const wrong: string[] = [];
  for (const loss of lossesOf(problem)) {
    const lost = new Set(loss.lost);
    const bound = new Set(loss.rules.map(({ workload }) => workload));
    const taken = (w: number): number =>
      (placement[w] ?? []).reduce(
        (sum, n, i) => sum + (lost.has(problem.workloads[w]?.candidates[i]?.cluster as number) ? n : 0),
        0,
      );
    const told = situations.find((situation) => situation.lost.join() === loss.lost.join());
    const back = (told?.back ?? []).filter(({ workload }) => bound.has(workload));
    for (const w of bound) {
      const came = back.reduce((sum, { workload, replicas }) => sum + (workload === w ? replicas : 0), 0);
      if (came !== taken(w)) wrong.push(`${came} instead of ${taken(w)} of w${w} come back after ${loss.lost.join()}`);
    }
    for (const [at, cluster] of problem.clusters.entries()) {
      if (lost.has(at)) continue;
      const here = problem.workloads.reduce((sum, { candidates, demand }, w) => {
        const i = candidates.findIndex((candidate) => candidate.cluster === at);
        const came = back.reduce(
          (own, { workload, candidate, replicas }) => own + (workload === w && candidate === i ? replicas : 0),
          0,
        );
        return sum + ((placement[w]?.[i] ?? 0) + came) * (demand[0] as number);
      }, 0);
      const room = problem.pools[cluster.pools[0] as number]?.shape[0] as number;
      if (here > room) wrong.push(`${here} on ${cluster.name} of ${room} after ${loss.lost.join()}`);
    }
  }
  return wrong;
}
