// What is told of prices is true: whatever each intent really costs, as the brute force finds it, lies between what is shown to be gained and
// what is said to be the most.
import { describe, expect, it } from "vitest";
import { place, priceOfIntents, stepClock, type IntentPrices, type PlaceOutcome } from "../../planner/index.ts";
import { placementIn } from "../../planner/as-placed.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { atMost } from "../../planner/explain/at-most.ts";
import { returnsOf } from "../../planner/explain/elsewhere.ts";
import { intentsOf, withOnly } from "../../planner/explain/intents.ts";
import { newMarginal, newResettling } from "../../planner/search/index.ts";
import { pricesText } from "../../runtime/cli/view/prices-text.ts";
import { bruteForce, compare } from "../oracles/brute-force.ts";
import { span } from "../kit/ir.ts";
import { crowd } from "./crowd.ts";
import { compiled, toTheProof } from "../properties/judged.ts";

const now = () => performance.now();
const close = 1e-6;

/** Values of the best placement, by objective; undefined when there is none, or when nobody tried them all. */
function best(ir: Parameters<typeof bruteForce>[0], before: Parameters<typeof bruteForce>[1]) {
  const truth = bruteForce(ir, before);
  return truth.kind === "best" ? truth.vector.filter((_, t) => truth.names[t] !== "choices") : undefined;
}

/** The first objective on which values differ from the plan's, and by how much they are better. */
function firstChange({ objective }: PlaceOutcome, values: readonly number[]) {
  const at = objective.findIndex(({ value }, t) => Math.abs(value - values[t]!) > close * Math.max(1, Math.abs(value)));
  return at < 0 ? undefined : { at, gain: objective[at]!.value - values[at]! };
}

const plans = await Promise.all(
  Array.from({ length: 90 }, (_, seed) => seed).map(async (seed) => {
    const { ir, program } = compiled(seed);
    const outcome = await place(ir, program.before, { ...toTheProof(), proves: true });
    return { seed, ir, before: program.before, outcome };
  }),
);
const possible = plans.filter(({ outcome }) => outcome.status === "optimal");

describe("what an intent costs", () => {
  const priced = possible.map(({ seed, ir, before, outcome }) => {
    const all = intentsOf(ir, before);
    const asked = all.filter(({ kind }) => kind !== "run");
    const programs = asked.map((intent) => {
      const program = withOnly(ir, new Set(all.flatMap(({ key }) => (key === intent.key ? [] : [key]))));
      const values = best(program, before);
      return { intent, program, values, change: values === undefined ? undefined : firstChange(outcome, values) };
    });
    return { seed, ir, before, outcome, all, asked, programs };
  });

  it("is never more than the prices of the plan allow", () => {
    let [nothing, bounded, useful] = [0, 0, 0];
    for (const { seed, ir, before, outcome, all, asked, programs } of priced) {
      const marginal = newMarginal(outcome.problem, outcome.placement!, outcome.proof!);
      const asking = { before, without: [], now, until: now() + 60_000 };
      const bounds = atMost(ir, outcome.problem, all, asked, marginal, asking);
      expect(bounds.size).toBe(asked.length);
      for (const { intent, values, change } of programs) {
        const bound = bounds.get(intent.key)!;
        if (values === undefined || bound.kind === "unknown") continue;
        const words = `seed ${seed}: ${intent.text} ${JSON.stringify([bound, change, values])}`;
        if (bound.kind === "nothing") {
          nothing++;
          expect(change?.gain ?? 0, words).toBeLessThanOrEqual(0);
          continue;
        }
        bounded++;
        const at = outcome.objective.findIndex(({ name }) => name === bound.name);
        if (change === undefined || change.gain <= 0) continue;
        useful++;
        expect(change.at, words).toBeGreaterThanOrEqual(at);
        if (change.at === at) expect(change.gain, words).toBeLessThanOrEqual(bound.most + close);
      }
    }
    expect(nothing).toBeGreaterThan(20);
    expect(bounded).toBeGreaterThan(20);
    expect(useful).toBeGreaterThan(5);
  });

  it("is never less than what is found by moving its workloads", () => {
    let moved = 0;
    for (const { seed, before, outcome, programs } of priced)
      for (const { intent, program, values } of programs) {
        const { value: problem } = buildProblem(program, before);
        const placement = placementIn(problem, outcome.placed);
        if (values === undefined || placement === undefined || problem.rules.some(({ kind }) => kind === "survive"))
          continue;
        const own = intent.workloads.map((id) => problem.workloads.findIndex((workload) => workload.id === id));
        const found = newResettling(program, problem, placement)?.anew(own);
        if (found === undefined) continue;
        moved++;
        expect(compare(values, found), `seed ${seed}: ${intent.text}`).toBeLessThanOrEqual(0);
      }
    expect(moved).toBeGreaterThan(40);
  });

  it("is told exactly where there is time, and never wrongly where there is little", { timeout: 120_000 }, async () => {
    for (const budget of [20, 4000])
      for (const { seed, ir, before, outcome, programs } of priced.slice(0, 30)) {
        const told: IntentPrices = await priceOfIntents(ir, before, outcome, stepClock(), { budget });
        if (told.unpriced > 0) expect(told.prices.length + told.unpriced).toBeLessThanOrEqual(programs.length);
        for (const { intent, values, change } of programs) {
          if (values === undefined) continue;
          const words = `seed ${seed}: ${intent.text}`;
          const gain = Math.max(0, change?.gain ?? 0);
          const entry = told.prices.find(({ span, text }) => span === intent.span && text === intent.text);
          if (entry === undefined) {
            if (told.unpriced === 0) expect(gain, words).toBe(0);
            continue;
          }
          const [first] = entry.gains;
          if (entry.exact) expect(first?.gain, words).toBeCloseTo(gain, 5);
          else if (first !== undefined && change !== undefined)
            expect(first.gain, words).toBeLessThanOrEqual(gain + close);
        }
        expect(pricesText(told)).not.toBe("");
      }
  });
});

describe("one step of a workload elsewhere", () => {
  it("costs no less than the prices say, and no more than it does beside the rest", async () => {
    let [dearer, tried] = [0, 0];
    const roomy = [3, 4].flatMap((clusters) => [4, 5].map((workloads) => crowd(clusters, workloads).ir));
    const programs = [
      ...possible.map(({ seed, ir, before }) => ({ seed, ir, before })),
      ...roomy.map((ir, i) => ({ seed: 1000 + i, ir, before: {} })),
    ];
    for (const { seed, ir: own, before } of programs) {
      const ir = { ...own, minimize: [{ name: "cost" as const, span: span() }] };
      const outcome = await place(ir, before, { ...toTheProof(), proves: true });
      if (outcome.status !== "optimal") continue;
      const { problem, placement } = outcome;
      const marginal = newMarginal(problem, placement!, outcome.proof!);
      const resettling = newResettling(ir, problem, placement!, returnsOf(outcome));
      const surviving = new Set(problem.rules.flatMap((rule) => (rule.kind === "survive" ? [rule.workload] : [])));
      for (const [w, { id, counting, candidates, optional }] of problem.workloads.entries()) {
        if (counting.kind !== "copies" || counting.clusters !== 1 || optional) continue;
        for (const [i, { cluster }] of candidates.entries()) {
          if ((placement![w]?.[i] ?? 0) > 0) continue;
          const there = [problem.clusters[cluster]!.name];
          const runs = ir.runs.map((run) =>
            run.workload === id ? { ...run, on: [...run.on, { clusters: there, span: run.spreading.span }] } : run,
          );
          const values = best({ ...ir, runs }, before);
          const words = `seed ${seed}: ${id} on ${there.join()}`;
          const found = resettling?.onto(w, i);
          if (typeof found === "object" && !surviving.has(w)) {
            tried++;
            expect(values, words).toBeDefined();
            if (!ir.runs.some(({ choices }) => choices !== undefined))
              expect(compare(values!, found), words).toBeLessThanOrEqual(0);
          }
          if (values === undefined) continue;
          const change = firstChange(outcome, values);
          marginal.losses(w, i).forEach((loss, t) => {
            if (change !== undefined && t > change.at) return;
            dearer += Number(loss > close);
            expect(loss, words).toBeLessThanOrEqual(t === change?.at ? -change.gain + close : close);
          });
        }
      }
    }
    expect(dearer).toBeGreaterThan(10);
    expect(tried).toBeGreaterThan(20);
  });
});
