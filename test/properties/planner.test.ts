// The planner against the brute force: on random programs, text to placement, the same optimum or the same impossibility, and an answer
// that the checker accepts. `PLACET_SEEDS=1000-5000` runs these seeds instead.
import { describe, expect, it } from "vitest";
import { judge } from "./judged.ts";

const [first, last] = (process.env["PLACET_SEEDS"] ?? "0-399").split("-").map(Number) as [number, number];
const BATCH = 50;
const batches = Array.from({ length: Math.ceil((last - first + 1) / BATCH) }, (_, i) => first + i * BATCH);

async function complaints(from: number, to: number, solver: string): Promise<string[]> {
  const wrong: string[] = [];
  for (let seed = from; seed <= to; seed++) {
    const complaint = await judge(seed, solver);
    if (complaint !== undefined) wrong.push(complaint);
  }
  return wrong;
}

describe("the planner agrees with the brute force", () => {
  it.each(batches)("on the programs from seed %i", { timeout: 300_000 }, async (from) => {
    expect(await complaints(from, Math.min(from + BATCH - 1, last), "auto")).toEqual([]);
  });

  it.each(["highs", "javascript-lp-solver"])("when %s solves", { timeout: 300_000 }, async (solver) => {
    expect(await complaints(10_000, 10_059, solver)).toEqual([]);
  });

  // The search alone may stop before its proof, and must then say so; it is never wrong about what is possible, nor about a value.
  it("when search solves, but for proofs that it leaves open", { timeout: 300_000 }, async () => {
    const found = await complaints(10_000, 10_059, "search");
    expect(found.filter((complaint) => !complaint.endsWith("ended with feasible"))).toEqual([]);
    expect(found.length).toBeLessThan(30);
  });
});
