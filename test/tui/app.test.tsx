// The TUI as a person sees it, at 80 and at 120 columns, through its own reducer.
import { render } from "ink-testing-library";
import { expect, test } from "vitest";
import { App } from "../../runtime/tui/app.tsx";
import { initialState, reduce, type TuiState } from "../../runtime/tui/state.ts";
import { shown } from "./plan-fixture.ts";

const planned = reduce(initialState("examples/5g-core"), { type: "planned", shown });
const press = (state: TuiState, ...keys: readonly string[]): TuiState =>
  keys.reduce((s, key) => reduce(s, { type: "key", key }), state);

const frame = (state: TuiState, columns: number): string =>
  render(<App state={state} size={{ columns, rows: 23 }} />).lastFrame() ?? "";

for (const columns of [80, 120]) {
  test(`clusters with how full they are, at ${columns} columns`, () => {
    const text = frame(planned, columns);
    expect(text).toContain("paris");
    expect(text).toMatch(/cpu ▇{8} +95 %/);
    expect(text).toContain("latency 12.5 ms");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(text.split("\n").length).toBeLessThanOrEqual(23);
  });

  test(`a workload and why it is there, at ${columns} columns`, () => {
    const text = frame(press(planned, "2", "G"), columns);
    expect(text).toContain("1× on lyon");
    expect(text.replaceAll(/\s+/g, " ")).toMatch(/leaves only/);
  });
}

test("the lists are virtual: a thousand clusters draw one screen", () => {
  const clusters = Array.from({ length: 1000 }, (_, i) => `edge-${i}`);
  const many = press(reduce(planned, { type: "planned", shown: { ...shown, clusters } }), "G");
  const text = frame(many, 80);
  expect(text).toContain("edge-999");
  expect(text).not.toContain("edge-500");
});

test("control characters of cluster data never reach the terminal", () => {
  const evil = reduce(planned, { type: "planned", shown: { ...shown, clusters: ["par\u001b[31mis"] } });
  expect(frame(evil, 80)).not.toContain("\u001b[31mis");
});

test("what the solver has so far is seen, first how close it is", () => {
  const phase = "deciding: within 0.40 %, at least 14.87/h, cost 14.93/h";
  const solving = reduce(initialState("examples/5g-core"), { type: "phase", phase });
  const text = frame(solving, 80);
  expect(text.split("\n")[0]).toContain("deciding: within 0.40 %");
  expect(text.replaceAll(/[\s│]+/g, " ")).toContain("cost 14.93/h");
  expect(text).toContain("s stop here");
});
