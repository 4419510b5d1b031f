// How diagnostics look: safe for terminals whatever the text holds, within the width, with the right words underlined; and as JSON.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diagnosticJson, renderDiagnostic } from "../../compiler/index.ts";
import { safe, widthOf } from "../../compiler/screen-text.ts";
import { lineAndColumn } from "../../grammar/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";

const SEED = 7;
/** Controls but the line break, and marks that turn the direction of text. */
const STEERS = /[^\P{Cc}\n]|[\u202A-\u202E]/u;
const COLOR = new RegExp(String.raw`${"\u001B"}\[[0-9;]*m`, "g");
const at = (text: string, words: string, from = 0) => {
  const start = text.indexOf(words, from);
  return { file: "a.intent", start, end: start + words.length };
};

function show(
  text: string,
  diagnostic: Partial<Diagnostic>,
  options: { color?: boolean; width?: number } = {},
): string {
  const whole: Diagnostic = { code: "compiler/test", severity: "error", message: "wrong", ...diagnostic };
  return renderDiagnostic(whole, (f) => (f === "a.intent" ? text : undefined), { color: false, ...options });
}

describe("a diagnostic as text", () => {
  it("underlines the words, tells related places and the help", () => {
    const text = "run amf\nrun  amff where gpu\n";
    expect(
      show(text, {
        span: at(text, "amff"),
        related: [{ message: "beside", span: at(text, "amf") }],
        help: "did you mean `amf`?",
      }),
    ).toBe(
      [
        "error: wrong [compiler/test]",
        "  a.intent:2:6",
        "  2 | run  amff where gpu",
        "    |      ^^^^",
        "  beside: a.intent:1:5",
        "  1 | run amf",
        "    |     ^^^",
        "  help: did you mean `amf`?",
        "",
      ].join("\n"),
    );
  });

  it("has no place when there is none, and only the file when its text is gone", () => {
    expect(show("", {})).toBe("error: wrong [compiler/test]\n");
    expect(show("", { span: { file: "gone.yaml", start: 5, end: 9 } })).toBe(
      "error: wrong [compiler/test]\n  gone.yaml\n",
    );
  });

  it("cuts long lines around the words", () => {
    const text = `${"x".repeat(500)} amff ${"y".repeat(500)}`;
    const lines = show(text, { span: at(text, "amff") }, { width: 60 }).split("\n");
    expect(lines[2]).toMatch(/^ {2}1 \| …x+ amff y+…$/);
    expect(lines[2]?.indexOf("amff")).toBe(lines[3]?.indexOf("^^^^"));
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(60);
  });

  it("counts wide characters as they look", () => {
    const text = "run 東京 amff";
    const [, , source = "", marks = ""] = show(text, { span: at(text, "amff") }).split("\n");
    expect(widthOf(source.slice(0, source.indexOf("amff")))).toBe(marks.indexOf("^"));
  });

  it("shows what could steer a terminal, and never sends it", () => {
    const text = 'run "a\u001B[31m\u202E\u0007\u009B"';
    const shown = show(text, { message: text, span: { file: "a.intent", start: 4, end: text.length }, help: text });
    expect(shown).not.toMatch(STEERS);
    expect(shown).toContain("a\u241B[31m\uFFFD\u2407\uFFFD");
  });

  it("is safe and within its width on any text", () => {
    const anything = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(anything, fc.nat(320), fc.nat(320), fc.integer({ min: 40, max: 120 }), (text, a, b, width) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const shown = show(text, { message: "wrong", span: { file: "a.intent", start, end } }, { width });
        expect(shown).not.toMatch(STEERS);
        for (const line of shown.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(2 * width);
        expect(shown).toContain("^");
      }),
      { numRuns: 400, seed: SEED },
    );
  });

  it("wraps long messages", () => {
    const lines = show("", { message: "word ".repeat(60).trim() }, { width: 50 })
      .trimEnd()
      .split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(Math.max(...lines.map((l) => l.length))).toBeLessThanOrEqual(50);
    expect(lines.join(" ").replaceAll(/\s+/g, " ")).toBe(`error: ${"word ".repeat(60)}[compiler/test]`);
  });

  it("is the same text in colours", () => {
    const text = "run amff";
    const colored = show(text, { span: at(text, "amff"), help: "no" }, { color: true });
    expect(colored).toContain("\u001B[1;31merror:\u001B[0m");
    expect(colored.replaceAll(COLOR, "")).toBe(show(text, { span: at(text, "amff"), help: "no" }));
  });

  it("leaves line breaks to texts that have them", () => {
    expect(safe("a\r\nb\tc", true)).toBe("a\nb c");
    expect(safe("a\nb")).toBe("a\u240Ab");
  });
});

describe("a diagnostic as JSON", () => {
  it("has the names of the contract", () => {
    const text = "run amf\nrun amff";
    const diagnostic: Diagnostic = {
      code: "compiler/x",
      severity: "warning",
      message: "m",
      help: "h",
      span: at(text, "amff"),
      related: [{ message: "r", span: at(text, "amf") }],
    };
    expect(diagnosticJson(diagnostic, () => text)).toEqual({
      code: "compiler/x",
      severity: "warning",
      message: "m",
      help: "h",
      file: "a.intent",
      start: { line: 2, column: 5 },
      end: { line: 2, column: 9 },
      related: [{ message: "r", file: "a.intent", start: { line: 1, column: 5 }, end: { line: 1, column: 8 } }],
    });
    expect(diagnosticJson({ code: "c/x", severity: "hint", message: "m" }, () => text)).toEqual({
      code: "c/x",
      severity: "hint",
      message: "m",
      related: [],
    });
  });

  it("counts lines and columns as the grammar does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r", "\r\n", "é"), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.nat(35), (source, offset) => {
        const { line, column } = lineAndColumn(source, offset);
        const inside = source[offset - 1] === "\r" && source[offset] === "\n";
        const start = diagnosticJson(
          { code: "c/x", severity: "hint", message: "", span: { file: "f", start: offset, end: offset } },
          () => source,
        ).start;
        expect(inside ? start?.line : start).toEqual(inside ? line : { line, column });
      }),
      { numRuns: 500, seed: SEED },
    );
  });
});
