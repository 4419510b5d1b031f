// The checker of proofs on large programs with every clause: at prices that an ascent found, planner and checker add up the same. What is
// placed is only what the bound would have, so that nothing has to be searched.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem, verifyProof } from "../../planner/index.ts";
import { replicasOf } from "../../planner/outcome.ts";
import { valuesOf } from "../../planner/presolve/index.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import { ascend } from "../../planner/search/bound.ts";
import { certify } from "../../planner/search/certify.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { dualOf } from "../../planner/search/proof.ts";
import { newRelaxed } from "../../planner/search/relaxed.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { intentFleet, type Clause } from "../bench/instances/intent-fleet.ts";

const programs: readonly (readonly Clause[])[] = [
  [],
  ["spread", "spread-max", "near", "with", "apart", "prefer", "optional", "tolerates"],
  ["latency", "near", "each", "copies", "together"],
  ["imbalance", "shares", "then", "apart", "copies"],
  ["clusters", "spread", "with", "shares"],
];

/** A program, what its bound would place, and the proof of that. */
function proofOf(clauses: readonly Clause[]) {
  const text = intentFleet({ clusters: 80, workloads: 200, seed: 3, replicas: 30 }, new Set(clauses));
  const ir = compile(["main.intent"], memoryHost({ "main.intent": text }), {}).value;
  const problem = buildProblem(ir, {}).value;
  const compact = compactOf(problem);
  const weighed = weigh(compact);
  const arcs = arcsOf(compact, summed(compact, weighed, weighed.terms.length));
  const relaxed = newRelaxed(compact, arcs);
  const alone = relaxed.pass(new Float64Array(relaxed.rows.capacity.length), true);
  const { prices } = ascend(compact, arcs, { steps: 60, upper: 1.4 * alone, stopped: () => false });
  relaxed.pass(prices, true);
  const on = new Int32Array(compact.most.length);
  relaxed.chosen.subarray(0, relaxed.count()).forEach((a) => {
    const c = arcs.candidate[a]!;
    on[c] = on[c]! + relaxed.amount[a]!;
  });
  const placement = problem.workloads.map((_, w) => [
    ...on.subarray(compact.candidateStart[w], compact.candidateStart[w + 1]),
  ]);
  const values = valuesOf(problem, placement);
  // Nothing is that bad: so every term is worth prices.
  const objective = problem.objectives.map(({ name }, t) => ({ name, value: 2 * values[t]! + 1, bound: -Infinity }));
  const duals = [dualOf({ compact, weighed, prices })];
  const { proof } = certify(problem, { placement, objective, duals, exhausted: false });
  return { ir, placed: replicasOf(problem, placement), proof };
}

describe("large proofs", { timeout: 120_000 }, () => {
  it.each(programs.map((clauses) => [clauses.join(", ") || "no clause", clauses] as const))(
    "come to the same for planner and checker: %s",
    (_, clauses) => {
      const { ir, placed, proof } = proofOf(clauses);
      const started = performance.now();
      const checks = verifyProof(ir, {}, placed, proof);
      expect(performance.now() - started).toBeLessThan(20_000);
      checks.forEach(({ name, proven }, t) => {
        const { priced, given } = proof[t]!;
        const size = given.reduce((sum, { weight }) => Math.max(sum, weight), Math.abs(priced));
        expect(Math.abs(proven - priced), name).toBeLessThan(1e-6 * Math.max(1, size));
      });
      expect(proof.some(({ prices }) => Object.keys(prices).length > 0)).toBe(true);
    },
  );
});
