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

/** Every span at any depth of a tree. */
function* spans(value: unknown): Generator<{ start: number; end: number }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "span") yield inner as { start: number; end: number };
    else yield* spans(inner);
  }
}

function holds(text: string): void {
  const { value, diagnostics } = parse("f.intent", text);
  for (const { start, end } of spans([value.statements, value.comments, diagnostics])) {
    expect({ text, start, end, inside: 0 <= start && start <= end && end <= text.length }).toMatchObject({
      inside: true,
    });
  }
  expect(diagnostics.length).toBeLessThanOrEqual(101);
  for (const d of diagnostics) {
    expect(d.code).toMatch(/^grammar\/[a-z-]+$/);
    // oxlint-disable-next-line no-control-regex -- what must not reach a terminal
    expect(d.message + (d.help ?? "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
  const formatted = format("f.intent", text);
  const again = diagnostics.length > 0 ? text : format("f.intent", formatted.value).value;
  expect(formatted.value).toBe(again);
}

describe("reading never throws and points into the text", () => {
  it.each([
    ["bytes", bytes, 600],
    ["any characters", anyText, 600],
    ["a soup of tokens", soup, 1200],
    ["right programs that were cut up", mutated, 1200],
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
      { seed, numRuns: 500 },
    );
  });
});

describe("no text takes long", () => {
  const million = 1_000_000;
  it.each([
    ["an open string", `use "${"a".repeat(million)}`],
    ["a long word", `run ${"a-".repeat(million / 2)}b`],
    ["a word of dashes", `run a${"-".repeat(million)}`],
    ["a long number", `param a = ${"9".repeat(million)}`],
    ["dots", `scale a 1${".".repeat(million)}2`],
    ["colons", ":".repeat(million)],
    ["hexadecimal and colons", "a:".repeat(million / 2)],
    ["letters of another alphabet", `run ${"é".repeat(million)}`],
    ["open parentheses", `run a where ${"(".repeat(million)}`],
    ["closing braces", "}".repeat(million)],
    ["open and closed braces", "{}".repeat(million / 2)],
    ["not", `run a where ${"not ".repeat(million / 4)}b`],
    ["a long condition", `run a where ${"b and ".repeat(million / 6)}c`],
    ["a long list", `move ${"a, ".repeat(million / 3)}b`],
    ["a long wrong list", `move ${"a, ".repeat(million / 3)}`],
    ["a large block that is never closed", `cluster a {\n${"b = c\n".repeat(million / 6)}`],
    ["a large wrong block", `cluster a {\n${"b = c\n".repeat(million / 6)} = }`],
    ["dollars", "$".repeat(million)],
    ["quotes", '"'.repeat(million)],
    ["backslashes", `use "${"\\".repeat(million)}"`],
    ["slashes", "/*".repeat(million / 2)],
    ["nul", "\u0000".repeat(million)],
    ["comments", "//\n".repeat(million / 3)],
    ["lone surrogates", "\ud800".repeat(million)],
  ])("%s", (_, text) => {
    const start = process.cpuUsage();
    const { diagnostics } = parse("f.intent", text);
    const { user, system } = process.cpuUsage(start);
    expect(diagnostics.length).toBeLessThanOrEqual(101);
    expect((user + system) / 1000).toBeLessThan(6000);
  });
});
