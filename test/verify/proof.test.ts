// The checker of proofs: it adds up what the planner claims on random programs, and catches what was tampered with.
import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { place, verifyProof } from "../../planner/index.ts";
import type { PlaceOutcome, PlacedReplicas, TermProof } from "../../planner/index.ts";
import type { Ir } from "../../compiler/index.ts";
import { dice } from "../oracles/dice.ts";
import { randomIr } from "../planner/random-ir.ts";

const options = {
  gap: 0,
  timeLimit: 20_000,
  seed: 1,
  solver: "auto",
  now: () => performance.now(),
  stopped: () => false,
  proves: true,
};

interface Proven {
  readonly seed: number;
  readonly ir: Ir;
  readonly before: PlacedReplicas;
  readonly outcome: PlaceOutcome;
  readonly proof: readonly TermProof[];
}

async function proven(from: number, count: number, solver = "auto"): Promise<readonly Proven[]> {
  const found: Proven[] = [];
  for (let seed = from; seed < from + count; seed++) {
    const { ir, before } = randomIr(seed);
    const outcome = await place(ir, before, { ...options, solver });
    if (outcome.proof !== undefined) found.push({ seed, ir, before, outcome, proof: outcome.proof });
  }
  return found;
}

const checked = ({ ir, before, outcome }: Proven, proof: readonly TermProof[]) =>
  verifyProof(ir, before, outcome.placed, proof);

/** Everything that has a price, wherever it stands. */
const scaled = ({ prices, ...term }: TermProof, factor: (n: number) => number): TermProof => {
  let n = 0;
  const lists = Object.entries(prices).map(([kind, list]) => [
    kind,
    (list as readonly { readonly price: number }[]).map((entry) => ({ ...entry, price: entry.price * factor(n++) })),
  ]);
  return { ...term, prices: Object.fromEntries(lists) };
};

describe("the proof of a plan", { timeout: 120_000 }, () => {
  it("is added up again from the program alone, on random programs", async () => {
    const all = [...(await proven(0, 160)), ...(await proven(300, 60, "search"))];
    const by = { prices: 0, trivial: 0, exhaustion: 0 };
    let equal = 0;
    for (const one of all) {
      expect(one.proof.map(({ name }) => name)).toEqual(one.outcome.objective.map(({ name }) => name));
      const checks = checked(one, one.proof);
      for (const [t, check] of checks.entries()) {
        expect(check.complaints, `seed ${one.seed} ${check.name}`).toEqual([]);
        if (Math.abs(check.proven - one.proof[t]!.priced) < 1e-6) equal++;
        expect(check.bound).toBe(one.outcome.objective[t]!.bound);
        by[check.by]++;
      }
    }
    expect(all.length).toBeGreaterThan(60);
    // The checker knows a little more of what has to leave in any case; of prices, both say the same.
    expect(equal).toBeGreaterThan(0.95 * (by.prices + by.trivial + by.exhaustion));
    expect(by.prices).toBeGreaterThan(10);
    expect(by.exhaustion).toBeGreaterThan(20);
    expect(by.trivial).toBeGreaterThan(150);
  });

  it("catches what was tampered with", async () => {
    const all = await proven(0, 160);
    const roll = dice(5);
    // Other prices, or none, may prove as much: then nothing is wrong with them.
    const mayProve = new Set(["dearer", "without prices"]);
    const caught: Record<string, { tried: number; caught: number }> = {};
    const attempt = (fault: string, one: Proven, at: number, wrong: readonly TermProof[]): void => {
      const own = (caught[fault] ??= { tried: 0, caught: 0 });
      own.tried++;
      if (checked(one, wrong).some(({ holds }) => !holds)) own.caught++;
      else if (!mayProve.has(fault)) expect.fail(`${fault}: seed ${one.seed}, ${one.proof[at]!.name}`);
    };
    for (const one of all) {
      const checks = checked(one, one.proof);
      for (const [t, term] of one.proof.entries()) {
        const replaced = (other: TermProof) => one.proof.map((entry, i) => (i === t ? other : entry));
        const step = Math.max(1, Math.abs(term.bound)) * 0.01;
        attempt("more is claimed of the prices", one, t, replaced({ ...term, priced: checks[t]!.proven + step }));
        if (term.by !== "exhaustion")
          attempt("a higher bound", one, t, replaced({ ...term, bound: term.bound + Math.max(1.001, step) }));
        if (term.by === "prices") {
          attempt("a price below zero", one, t, replaced(scaled(term, (n) => (n === 0 ? -1 : 1))));
          attempt("dearer", one, t, replaced(scaled(term, () => 1 + roll.between(2, 9))));
          attempt("without prices", one, t, replaced({ ...term, prices: {}, given: [] }));
        }
        const next = one.proof[t + 1];
        if (next !== undefined)
          attempt(
            "terms in another order",
            one,
            t,
            one.proof.map((entry, i) => (i === t ? next : i === t + 1 ? term : entry)),
          );
        const later = { term: t, name: term.name, weight: 1 };
        attempt("held by itself", one, t, replaced({ ...term, given: [later], prices: { ...term.prices } }));
      }
    }
    for (const fault of mayProve) expect(caught[fault]!.caught).toBeGreaterThan(0.8 * caught[fault]!.tried);
    expect(Object.keys(caught)).toHaveLength(7);
  });

  it("refuses prices for what the program does not ask", async () => {
    const [one] = (await proven(0, 20)).filter(({ proof }) => proof.length > 0);
    const [term] = one!.proof;
    const strange: readonly TermProof["prices"][] = [
      { room: [{ cluster: "atlantis", pool: "p", resource: "cpu", price: 1 }] },
      { near: [{ workload: "app/w0", to: ["app/nobody"], cluster: "c0", price: 1 }] },
      { latency: [{ workload: "app/w0", to: ["app/nobody"], cluster: "c0", price: 1 }] },
      { apart: [{ workloads: ["app/w0", "app/nobody"], clusters: ["c0"], price: 1 }] },
      { share: [{ cluster: "c0", resource: "cpu", price: 1 }] },
    ];
    for (const prices of strange) {
      const [check] = checked(one!, [{ ...term!, prices }]);
      expect(check!.holds, JSON.stringify(prices)).toBe(false);
    }
  });
});
