// Printing then reading is the identity, and the canonical form is its own canonical form, on random programs of every statement.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format, parse, print, type Statement } from "../../grammar/index.ts";
import { Problems } from "../../grammar/problems.ts";
import { Scanner } from "../../grammar/scan.ts";
import { program, statements } from "./random-statements.ts";
import { withoutSpans } from "./without-spans.ts";

const seed = 20261123;

function read(text: string): readonly Statement[] {
  const { value, diagnostics } = parse("p.intent", text);
  expect({ text, diagnostics }).toEqual({ text, diagnostics: [] });
  return value.statements;
}

describe("reading what was printed gives the same statements", () => {
  it.each(Object.entries(statements))("%s", (_, statement) => {
    fc.assert(
      fc.property(statement, (one) => {
        expect(withoutSpans(read(print([one])))).toEqual(withoutSpans([one]));
      }),
      { seed, numRuns: 30 },
    );
  });

  it("programs of any statements", () => {
    fc.assert(
      fc.property(program, (all) => {
        expect(withoutSpans(read(print(all)))).toEqual(withoutSpans(all));
      }),
      { seed, numRuns: 150 },
    );
  });
});

/** The same program with other white space, comments in any gap, and other line ends. */
const untidy = fc
  .tuple(program, fc.infiniteStream(fc.nat({ max: 11 })), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([all, draws, newline]) => {
    let text = "";
    let comments = 0;
    const scanner = new Scanner(print(all), new Problems(""));
    for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
      const draw = draws.next().value;
      if (draw < 2) text += ` // comment ${comments++} { " } \t${newline}`;
      else if (draw === 2) text += `${newline}${newline}//${comments++}${newline}${newline}${newline}`;
      else if (draw === 3) text += newline;
      else if (draw === 4) text += newline.repeat(3);
      else text += draw < 8 ? " " : "\t  ";
      text += token.image;
    }
    return { text, comments };
  });

describe("the canonical form", () => {
  it("has the same statements and the same comments, in the same order", () => {
    fc.assert(
      fc.property(untidy, ({ text, comments }) => {
        const before = parse("p.intent", text);
        const after = parse("p.intent", format("p.intent", text).value);
        expect(before.diagnostics).toEqual([]);
        expect(after.diagnostics).toEqual([]);
        expect(withoutSpans(after.value.statements)).toEqual(withoutSpans(before.value.statements));
        expect(after.value.comments.map((c) => c.text)).toEqual(before.value.comments.map((c) => c.text));
        expect(before.value.comments).toHaveLength(comments);
      }),
      { seed, numRuns: 200 },
    );
  });

  it("is its own canonical form", () => {
    fc.assert(
      fc.property(untidy, ({ text }) => {
        const once = format("p.intent", text).value;
        expect(format("p.intent", once).value).toBe(once);
      }),
      { seed, numRuns: 200 },
    );
  });

  it("has no white space at the end of a line, at most one blank line, and ends with one line break", () => {
    fc.assert(
      fc.property(untidy, ({ text }) => {
        const once = format("p.intent", text).value;
        expect(once).not.toMatch(/[ \t]\n|\n\n\n|\r|^\n|\n\n$|[^\n]$/);
      }),
      { seed, numRuns: 100 },
    );
  });
});
