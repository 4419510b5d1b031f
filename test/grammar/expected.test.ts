// What may come next, at the `|` of a text.
import { describe, expect, it } from "vitest";
import { expected, lineAndColumn, parse } from "../../grammar/index.ts";
import { IntentParser } from "../../grammar/parser.ts";
import * as t from "../../grammar/tokens.ts";
import { corpus } from "./corpus.ts";

const at = (text: string): string[] => expected(text.replace("|", ""), text.indexOf("|"));

describe("what may come next", () => {
  it("is every statement where one may begin", () => {
    const words = [...t.wordTypes].filter(([, type]) => t.isStatementWord(type)).map(([text]) => text);
    expect(at("|")).toEqual(words);
    expect(at("run upf where gpu\n|")).toEqual(expect.arrayContaining(words.filter((text) => text !== "cluster")));
  });

  it.each([
    ["run |", ["app", "<name>"]],
    ["run up|", ["app", "<name>"]],
    ["fleet { |", ["connectivity", "reserve", "resource", "feature", "dns", "}"]],
    ["cluster a { |", ["context", "cost", "nodes", "networks", "pods", "api", "accepts", "<name>", "}"]],
    ["cluster a { nodes n x2 { cpu |", ["=", "<quantity>", "taint", "<name>", "}"]],
    ["allow a |", [",", "except", "->", "<->"]],
    ["allow a ->|", ["anywhere", "internet", "kubernetes", "<address>", "pods", "app", "<name>"]],
    ["run a near b within |", ["<duration>"]],
    ["use |", ["<path>"]],
    ["link a |", ["<->"]],
    ["run a where b |c", ["=", "!=", "<", "<=", ">", ">=", "not", "in", "and", "or"]],
    ["expect all |", ["placed"]],
    ["start a after b |", [",", "except", "<name>"]],
  ])("%s", (text, words) => {
    expect(at(text).slice(0, words.length)).toEqual(words);
  });

  it("has clauses of a statement that could end, and then the next statements", () => {
    const after = at("run upf |");
    for (const text of ["where", "on", "near", "survive", "tolerates", "<count>", ",", "except", "run", "allow"]) {
      expect(after).toContain(text);
    }
    expect(after).not.toContain("{");
  });

  it("is nothing in a comment, in a string, or after what is wrong", () => {
    expect(at("run a // th|")).toEqual([]);
    expect(at('use "fle|')).toEqual([]);
    expect(at("run a b c |")).toEqual([]);
    expect(at("run a // there\n|").length).toBeGreaterThan(0);
  });

  it("agrees with the parser: what comes next in the corpus was expected there", () => {
    // A reserved word is a name only before a comparison, which is not written yet.
    for (const text of Object.values(corpus)
      .flat()
      .filter((line) => !line.includes("on in ("))) {
      const words = [...text.matchAll(/(?<=^|\s)[a-z]+(?=\s)/g)];
      for (const word of words) {
        const next = expected(text, word.index);
        expect({ text, word: word[0], any: next.includes(word[0]) || next.some((n) => n.startsWith("<")) }).toEqual({
          text,
          word: word[0],
          any: true,
        });
      }
    }
  });
});

describe("the grammar itself", () => {
  it("passes Chevrotain's validations, which are skipped when the program runs", () => {
    expect(() => new IntentParser(false)).not.toThrow();
  });

  it("reads again after an error, and other files in between", () => {
    expect(parse("a", "run x x").diagnostics).toHaveLength(1);
    expect(parse("d", "run x").value.statements).toMatchObject([{ target: { span: { file: "d", start: 4, end: 5 } } }]);
    expect(parse("b", "run x").value.statements[0]!.span.file).toBe("b");
    expect(parse("c", "run x").value.statements[0]!.span.file).toBe("c");
  });
});

describe("lines and columns", () => {
  it.each([
    ["", 0, 1, 1],
    ["abc", 2, 1, 3],
    ["a\nb", 2, 2, 1],
    ["a\r\nb", 3, 2, 1],
    ["a\r\nb", 2, 1, 3],
    ["a\rb", 2, 2, 1],
    ["a\n\n", 3, 3, 1],
    ["abc", 99, 1, 4],
    ["abc", -1, 1, 1],
  ])("%j at %i", (text, offset, line, column) => {
    expect(lineAndColumn(text, offset)).toEqual({ line, column });
  });
});
