// The TUI's reducer: keys and events in, states and commands out.
import { expect, test } from "vitest";
import { commandOf, initialState, reduce, rows, type TuiState } from "../../runtime/tui/state.ts";
import { shown } from "./plan-fixture.ts";

const planned = reduce(initialState("examples/5g-core"), { type: "planned", shown });

const press = (state: TuiState, ...keys: readonly string[]): TuiState =>
  keys.reduce((s, key) => reduce(s, { type: "key", key }), state);

test("tabs turn both ways and by number", () => {
  expect(press(planned, "right").tab).toBe("workloads");
  expect(press(planned, "left").tab).toBe("apply");
  expect(press(planned, "4").tab).toBe("diagnostics");
});

test("the selection stays inside the list", () => {
  expect(press(planned, "up").selected.clusters).toBe(0);
  expect(press(planned, "down", "down", "down").selected.clusters).toBe(1);
  expect(press(planned, "2", "G").selected.workloads).toBe(2);
});

test("search narrows the list, and escape widens it again", () => {
  const searching = press(planned, "2", "/", "u", "p", "f");
  expect(rows(searching).map((r) => r.key)).toEqual(["core/upf"]);
  expect(commandOf(searching, "q")).toBeUndefined();
  expect(rows(press(searching, "enter", "escape"))).toHaveLength(3);
});

test("enter asks why of the selected workload, once", () => {
  const selected = press(planned, "2", "down");
  expect(commandOf(selected, "enter")).toEqual({ why: "core/smf" });
  const asking = reduce(selected, { type: "why", workload: "core/smf", lines: "asking" });
  expect(commandOf(asking, "enter")).toBeUndefined();
});

test("apply needs a question and a yes", () => {
  const asked = press(planned, "a");
  expect(asked.confirming).toBe(true);
  expect(commandOf(planned, "a")).toBeUndefined();
  expect(commandOf(asked, "n")).toBeUndefined();
  expect(commandOf(asked, "y")).toBe("apply");
  expect(press(asked, "y").tab).toBe("apply");
  expect(press(asked, "n").tab).toBe("clusters");
});

test("a plan that changes nothing can not be applied", () => {
  const nothing = reduce(planned, { type: "planned", shown: { ...shown, plan: { ...shown.plan!, changes: [] } } });
  expect(press(nothing, "a").confirming).toBe(false);
});

test("events of an apply add up for each cluster", () => {
  const object = { cluster: "lyon", apiVersion: "apps/v1", kind: "Deployment", namespace: "core", name: "smf" };
  const events = [
    { type: "apply-started", clusters: ["paris", "lyon"], changes: 3 },
    { type: "change-done", object, action: "create" },
    { type: "change-failed", object: { ...object, name: "upf" }, action: "create", reason: "quota exceeded" },
    { type: "cluster-done", cluster: "lyon", outcome: "failed" },
  ] as const;
  const state = events.reduce((s, event) => reduce(s, { type: "event", event }), planned);
  expect(state.apply?.clusters.find((c) => c.cluster === "lyon")).toMatchObject({
    total: 2,
    done: 1,
    failed: 1,
    outcome: "failed",
  });
  expect(state.apply?.failures).toEqual(["lyon: Deployment upf: quota exceeded"]);
  expect(commandOf(state, "r")).toBeUndefined();
});

test("a plan with errors opens its diagnostics", () => {
  const failed = { ...shown, plan: { ...shown.plan!, placements: [] } };
  expect(reduce(initialState("x"), { type: "planned", shown: failed }).tab).toBe("diagnostics");
});

test("while it plans, `s` stops with the best so far and `r` begins nothing new; afterwards it is the other way round", () => {
  const planning = reduce(planned, { type: "phase", phase: "deciding: within 2 %" });
  expect(commandOf(planning, "s")).toBe("stop");
  expect(commandOf(planning, "r")).toBeUndefined();
  expect(commandOf(planned, "s")).toBeUndefined();
  expect(commandOf(planned, "r")).toBe("replan");
});
