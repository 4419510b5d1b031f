// How a plan is decided: by steps and not by a clock, on a thread that can be stopped, and not anew while nothing has changed.
import { expect, test } from "vitest";
import { compile, type Host, type Ir } from "../../compiler/index.ts";
import { place, verifyPlacement, type PlaceOptions } from "../../planner/index.ts";
import { decide } from "../../runtime/decide.ts";
import type { EngineEvent } from "../../runtime/events.ts";
import { askedOf, decisionDigest, inForceSince } from "../../runtime/in-force.ts";
import type { Observation } from "../../runtime/observe.ts";
import { emptyInventory } from "../../runtime/inventory.ts";
import type { Question } from "../../runtime/solving.ts";
import type { World } from "../../runtime/world.ts";
import { tightProgram } from "../kit/tight.ts";

const file = "main.intent";
const host = (text: string): Host =>
  ({
    read: (path: string) => (path === file ? { ok: true, text } : { ok: false, problem: "missing" }),
    list: () => undefined,
  }) as unknown as Host;

function irOf(text: string): Ir {
  const { value, diagnostics } = compile([file], host(text), { set: {} });
  expect(diagnostics).toEqual([]);
  return value;
}

const middling = irOf(tightProgram(8, 60, 1));
/** So full that nothing has an answer at once. */
const full = irOf(tightProgram(12, 100, 1, 0.9995));

/** A clock on a wall where every look costs this many milliseconds: a busy machine, or a fast one. */
function wall(step: number): () => number {
  let at = 0;
  return () => (at += step);
}

const asked = (now: () => number, more: Partial<PlaceOptions> = {}): PlaceOptions => ({
  gap: 0,
  timeLimit: Infinity,
  seed: 1,
  solver: "auto",
  now,
  stopped: () => false,
  ...more,
});

test("without a time limit the same input gives the same bytes, however fast the clock runs", async () => {
  const answers = await Promise.all(
    [0, 0.01, 100_000].map(async (step) => {
      const { problem: _, ...outcome } = await place(middling, {}, asked(wall(step), { budget: 1_000 }));
      return JSON.stringify(outcome);
    }),
  );
  expect(JSON.parse(answers[0] as string)).toMatchObject({ status: "feasible" });
  expect(answers[1]).toBe(answers[0]);
  expect(answers[2]).toBe(answers[0]);
});

test("more steps give no worse answer and no worse bound", async () => {
  const few = await place(middling, {}, asked(wall(1), { budget: 1_500 }));
  const more = await place(middling, {}, asked(wall(1), { budget: 4_000 }));
  const [a, b] = [few.objective[0], more.objective[0]];
  expect(b?.value).toBeLessThanOrEqual(a?.value ?? 0);
  expect(b?.bound).toBeGreaterThanOrEqual(a?.bound ?? Infinity);
});

test("with a time limit the clock decides", async () => {
  const late = await place(full, {}, asked(wall(100_000), { timeLimit: 1_000, stopped: () => true }));
  expect(late.status).toBe("unknown");
  expect(late.diagnostics.map(({ code }) => code)).toEqual(["planner/no-answer"]);
  expect(late.diagnostics[0]?.message).toContain("within 1 s: 100 workloads on 12 clusters (");
  expect(late.diagnostics[0]?.help).toContain("--time-limit");
});

const question = (ir: Ir, more: Partial<Question> = {}): Question => ({
  ir,
  before: {},
  without: [],
  gap: 0,
  timeLimit: Infinity,
  solver: "auto",
  seed: 1,
  ...more,
});

const worldOf = (signal: AbortSignal): World => ({ clock: () => performance.now(), signal }) as unknown as World;

test("a long solve leaves the main thread free, tells what it has, and is stopped at once with the best so far", async () => {
  const controller = new AbortController();
  const events: EngineEvent[] = [];
  let [beats, stoppedAt] = [0, Infinity];
  const heart = setInterval(() => beats++, 20);
  const stopOnce = (event: EngineEvent): void => {
    events.push(event);
    if (event.type !== "solving" || event.incumbent === undefined || event.bound === undefined || stoppedAt < Infinity)
      return;
    stoppedAt = performance.now();
    controller.abort();
  };
  const { outcome, reasons } = await decide(question(middling), worldOf(controller.signal), stopOnce);
  clearInterval(heart);
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  expect(beats).toBeGreaterThan(5);
  expect(outcome.status).toBe("feasible");
  expect(verifyPlacement(middling, {}, outcome.placed, { proven: false })).toEqual([]);
  expect(reasons.length).toBe(60);
  expect(outcome.objective[0]?.bound).toBeGreaterThan(0);
  expect(outcome.problem.workloads.length).toBe(60);
  expect(events.some((event) => event.type === "solving" && event.term === "cost" && event.bound !== undefined)).toBe(
    true,
  );
}, 60_000);

test("stopped before there is anything: unknown, and what would help", async () => {
  const { outcome, diagnostics } = await decide(question(full), worldOf(AbortSignal.abort()), () => {});
  expect(outcome.status).toBe("unknown");
  expect(diagnostics.map(({ code }) => code)).toEqual(["planner/no-answer"]);
  expect(diagnostics[0]?.message).toContain("before it was stopped");
}, 60_000);

test("a thread and the main thread answer alike", async () => {
  const ir = irOf(tightProgram(21, 20, 3, 0.6));
  const { outcome } = await decide(question(ir, { gap: 0.05 }), worldOf(new AbortController().signal), () => {});
  const { problem: _p, ...here } = await place(ir, {}, asked(wall(1), { gap: 0.05 }));
  const { problem: _q, ...there } = outcome;
  expect(there).toEqual(here);
}, 60_000);

test("nothing has changed when one inventory names the question and where everything is", () => {
  const before = { "shop/w0": { c0: 1 }, "shop/w1": { c1: 1 } };
  const known = (digest: string): Observation => ({
    cluster: "c0",
    target: "directory",
    state: "known",
    placed: {},
    inventoryVersion: "1",
    recovered: 0,
    inventory: { ...emptyInventory("p"), decided: { digest, gap: 0.02 } },
  });
  const text = tightProgram(3, 4, 1);
  const asks = askedOf(irOf(text), []);
  const digest = decisionDigest(asks, before);
  expect(inForceSince([known("another"), known(digest)], asks, before)).toBe(0.02);
  expect(inForceSince([known(digest)], asks, { ...before, "shop/w1": { c2: 1 } })).toBeUndefined();
  // A comment and another image are no other question; a price is.
  expect(askedOf(irOf(`// new\n${text.replaceAll("/w:1", "/w:2")}`), [])).toBe(asks);
  expect(askedOf(irOf(text.replace("cost cpu 0.0", "cost cpu 0.1")), [])).not.toBe(asks);
  expect(askedOf(irOf(text), ["c1"])).not.toBe(asks);
});

test("what runs stays while nothing has changed, and what is better is said", async () => {
  const ir = irOf(tightProgram(5, 24, 2));
  const budget = 1_500;
  const loose = await place(ir, {}, asked(wall(1), { budget, gap: 0.1 }));
  expect(loose.status).toBe("feasible");
  const again = await place(ir, loose.placed, asked(wall(1), { budget, stays: true }));
  expect(again.placed).toEqual(loose.placed);
  const anew = await place(ir, loose.placed, asked(wall(1), { budget }));
  expect(anew.objective[0]?.value).toBeLessThan(loose.objective[0]?.value ?? 0);
  expect(again.objective[0]).toEqual({
    name: "cost",
    value: loose.objective[0]?.value,
    bound: anew.objective[0]?.bound,
  });
  expect(again.diagnostics.map(({ code }) => code)).toEqual(["planner/better-known"]);
}, 60_000);
