// How long a plan may take and what is said when that was too short, as its users meet it; and that planning again changes nothing.
import { expect, test } from "vitest";
import { tightProgram } from "../kit/tight.ts";
import { workplace } from "./kit.ts";

interface PlanJson {
  readonly status: string;
  readonly gap: number;
  readonly placements: readonly unknown[];
  readonly changes: readonly { readonly action: string }[];
  readonly diagnostics: readonly { readonly code: string; readonly severity: string; readonly help?: string }[];
}

const json = (text: string): PlanJson => JSON.parse(text) as PlanJson;
const changed = ({ changes }: PlanJson) => changes.filter(({ action }) => action !== "none");

test("the same input gives the same bytes, and planning again after apply changes nothing though nothing is proven", async () => {
  const { run } = workplace({ "main.intent": tightProgram(5, 30, 2) });
  const [first, second] = [await run("plan", "--json", "--gap", "4%"), await run("plan", "--json", "--gap", "4%")];
  expect(second.out).toBe(first.out);
  const planned = json(first.out);
  expect(planned).toMatchObject({ status: "feasible" });
  expect(planned.gap).toBeGreaterThan(0.02);
  expect((await run("apply", "--yes", "--gap", "4%")).code).toBe(0);
  const again = json((await run("plan", "--json", "--seed", "7")).out);
  expect(changed(again)).toEqual([]);
  expect(again.placements).toEqual(planned.placements);
  expect(again.gap).toBeLessThanOrEqual(planned.gap + 1e-9);
  // Only who asks for a smaller gap than it was proven to have asks for another plan.
  const better = json((await run("plan", "--json", "--gap", "2%")).out);
  expect(changed(better).length).toBeGreaterThan(0);
}, 240_000);

test("planning again after apply changes nothing where the plan is proven", async () => {
  const { run } = workplace({ "main.intent": tightProgram(3, 6, 5, 0.6) });
  const planned = json((await run("plan", "--json")).out);
  expect(planned.status).toBe("optimal");
  expect((await run("apply", "--yes")).code).toBe(0);
  const again = json((await run("plan", "--json")).out);
  expect(again.status).toBe("optimal");
  expect(changed(again)).toEqual([]);
}, 60_000);

test("no answer in time is exit 6, with what would help, as text and as JSON", async () => {
  const { run } = workplace({ "main.intent": tightProgram(12, 100, 1, 0.9995) });
  const text = await run("plan", "--time-limit", "1ms");
  expect(text.code).toBe(6);
  expect(text.out).toBe("");
  expect(text.err).toContain("planner/no-answer");
  expect(text.err).toMatch(/within 1\s+ms:\s+100\s+workloads\s+on\s+12\s+clusters\s+\([\d,]+\s+places\)/);
  expect(text.err).toContain("--time-limit 1m");
  const machine = await run("plan", "--time-limit", "1ms", "--json");
  expect(machine.code).toBe(6);
  expect(json(machine.out)).toMatchObject({ status: "unknown", placements: [], changes: [] });
  expect(json(machine.out).diagnostics).toMatchObject([{ code: "planner/no-answer", severity: "error" }]);
  expect(json(machine.out).diagnostics[0]?.help).toContain("more time");
}, 60_000);

test("a solver, a gap, a time limit and a seed that are none are named", async () => {
  const { run } = workplace("hello");
  for (const [option, value, wanted] of [
    ["--solver", "gurobi", "auto, javascript-lp-solver, highs, search"],
    ["--gap", "lots", "write a percentage, as 1%"],
    ["--time-limit", "10", "write a duration, as 30s or 5m"],
    ["--seed", "-1", "write a whole number"],
  ] as const) {
    const { code, err } = await run("plan", option, value);
    expect(code, option).toBe(1);
    expect(err).toContain(wanted);
    expect(err).toContain(value);
  }
});
