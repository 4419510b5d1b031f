// Any text at all: reading never throws, ends soon, and points only into the text. Seeds are fixed.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expected, format, lineAndColumn, parse } from "../../grammar/index.ts";
import { wordTypes } from "../../grammar/tokens.ts";
import { corpus } from "./corpus.ts";

const seed = 20261123;
const lines = Object.values(corpus).flat();

const bytes = fc
  .uint8Array({ maxLength: 200 })
  .map((raw) => new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(raw));
const anyText = fc.string({ unit: "binary", maxLength: 120 });
const soup = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...wordTypes.keys()) },
      { weight: 2, arbitrary: fc.constantFrom("{", "}", "(", ")", "[", "]", ",", "=", "->", "<->", "..", ">=", "!=") },
      {
        weight: 2,
        arbitrary: fc.constantFrom("amf", "x6", "5gc", "16Gi", "10ms", "-1", "70%", '"s"', "$p", "$cluster.k"),
      },
      fc.constantFrom(
        "\n",
        "//c\n",
        '"open',
        ":",
        ";",
        "!",
        "&&",
        "==",
        "#",
        "$",
        "\u0000",
        "é",
        "'x'",
        "/*",
        "x$",
        "...",
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(" "));

/** Right programs, cut and joined wrongly. */
const mutated = fc
  .tuple(
    fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 5 }),
    fc.array(
      fc.tuple(
        fc.nat({ max: 400 }),
        fc.nat({ max: 6 }),
        fc.constantFrom("", "{", "}", "(", '"', " run ", "\n", ";", "\r"),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([texts, cuts]) =>
    cuts.reduce((text, [at, length, by]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + by + text.slice(from + length);
    }, texts.join("\n")),
  );

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Every node of a tree that has a place, with the place of the node around it. */
function* places(value: unknown, around: Place): Generator<{ node: object; span: Place; around: Place }> {
  if (typeof value !== "object" || value === null) return;
  const { span = around } = value as { span?: Place };
  if ("span" in value) yield { node: value, span, around };
  for (const [key, inner] of Object.entries(value)) if (key !== "span") yield* places(inner, span);
}

const isInside = (inner: Place, outer: Place): boolean =>
  outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end;

/** Whether a word's text stands at its place: but for its quotes, its `$`, the `x` of a count, and the end of a plural. */
function standsThere(text: string, node: object, { start, end }: Place): boolean {
  if (!("form" in node && "text" in node && typeof node.text === "string") || node.form === "string") return true;
  const there = text.slice(start, end);
  return there.includes(node.text) && there.length - node.text.length <= "$cluster.".length;
}

function holds(text: string): void {
  const { value, diagnostics } = parse("f.intent", text);
  const whole = { start: 0, end: text.length };
  for (const { node, span, around } of places([value.statements, value.comments], whole)) {
    const found = { text, node, inside: isInside(span, around), there: standsThere(text, node, span) };
    expect(found).toMatchObject({ inside: true, there: true });
  }
  for (const { node, span } of places(diagnostics, whole)) {
    expect({ text, node, inside: isInside(span, whole) }).toMatchObject({ inside: true });
  }
  expect(diagnostics.length).toBeLessThanOrEqual(101);
  for (const d of diagnostics) {
    expect(d.code).toMatch(/^grammar\/[a-z-]+$/);
    // Said only where the parser refuses what the productions allow.
    expect(d.message).not.toContain("something else");
    // oxlint-disable-next-line no-control-regex -- what must not reach a terminal
    expect(d.message + (d.help ?? "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
  const formatted = format("f.intent", text);
  const again = diagnostics.length > 0 ? text : format("f.intent", formatted.value).value;
  expect(formatted.value).toBe(again);
}

describe("reading never throws and points into the text", () => {
  it.each([
    ["bytes", bytes, 300],
    ["any characters", anyText, 300],
    ["a soup of tokens", soup, 500],
    ["right programs that were cut up", mutated, 500],
  ] as const)("%s", (_, texts, numRuns) => {
    fc.assert(fc.property(texts, holds), { seed, numRuns });
  });

  it("finds what may come next at any place of any text", () => {
    fc.assert(
      fc.property(fc.oneof(soup, mutated), fc.nat({ max: 200 }), (text, offset) => {
        expect(Array.isArray(expected(text, offset))).toBe(true);
        const { line, column } = lineAndColumn(text, offset);
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
      }),
      { seed, numRuns: 150 },
    );
  });
});

describe("no text takes long", () => {
  const many = 200_000;
  it.each([
    ["an open string", `use "${"a".repeat(many)}`],
    ["a long word", `run ${"a-".repeat(many / 2)}b`],
    ["a word of dashes", `run a${"-".repeat(many)}`],
    ["a long number", `param a = ${"9".repeat(many)}`],
    ["dots", `scale a 1${".".repeat(many)}2`],
    ["colons", ":".repeat(many)],
    ["hexadecimal and colons", "a:".repeat(many / 2)],
    ["letters of another alphabet", `run ${"é".repeat(many)}`],
    ["open parentheses", `run a where ${"(".repeat(many)}`],
    ["closing braces", "}".repeat(many)],
    ["open and closed braces", "{}".repeat(many / 2)],
    ["not", `run a where ${"not ".repeat(many / 4)}b`],
    ["a long condition", `run a where ${"b and ".repeat(many / 6)}c`],
    ["a long list", `move ${"a, ".repeat(many / 3)}b`],
    ["a long wrong list", `move ${"a, ".repeat(many / 3)}`],
    ["a large block that is never closed", `cluster a {\n${"b = c\n".repeat(many / 6)}`],
    ["a large wrong block", `cluster a {\n${"b = c\n".repeat(many / 6)} = }`],
    ["dollars", "$".repeat(many)],
    ["quotes", '"'.repeat(many)],
    ["backslashes", `use "${"\\".repeat(many)}"`],
    ["slashes", "/*".repeat(many / 2)],
    ["nul", "\u0000".repeat(many)],
    ["comments", "//\n".repeat(many / 3)],
    ["lone surrogates", "\ud800".repeat(many)],
  ])("%s", (_, text) => {
    const start = process.cpuUsage();
    const { diagnostics } = parse("f.intent", text);
    const { user, system } = process.cpuUsage(start);
    expect(diagnostics.length).toBeLessThanOrEqual(101);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
