// The symbols of the language, and those that people bring from other languages, each with what is meant here instead.
// It must not know where a symbol may stand.
import type { TokenType } from "chevrotain";
import { isNewline, isSpace, isWordCode } from "./characters.ts";
import type { Diagnostic, Span } from "./diagnostic.ts";
import { shown, syntax } from "./diagnostics.ts";
import * as t from "./tokens.ts";

/** What stands at a place of the text. Without a type it is dropped after its problem is reported. */
export interface Found {
  readonly type?: TokenType;
  readonly end: number;
  readonly problem?: (span: Span, found: string) => Diagnostic;
}

// Longer ones first: the first that fits is taken.
const symbols: readonly (readonly [string, TokenType])[] = [
  ["<->", t.BothWays],
  ["->", t.Arrow],
  ["..", t.Range],
  ["!=", t.NotEquals],
  ["<=", t.LessEquals],
  [">=", t.GreaterEquals],
  ["<", t.Less],
  [">", t.Greater],
  ["=", t.Equals],
  ["{", t.OpenBrace],
  ["}", t.CloseBrace],
  ["(", t.OpenParen],
  [")", t.CloseParen],
  ["[", t.OpenBracket],
  ["]", t.CloseBracket],
  [",", t.Comma],
];

/** What was written, the token that is meant (none: it is left out), what replaces it (none: unsure), and what the message says. */
const foreign: readonly (readonly [string, TokenType | undefined, string | undefined, string])[] = [
  ["===", t.Equals, "=", "equality is `=`"],
  ["!==", t.NotEquals, "!=", "inequality is `!=`"],
  ["==", t.Equals, "=", "equality is `=`"],
  ["=>", t.Junk, undefined, "at least is `>=`, and an arrow is `->`"],
  ["=<", t.LessEquals, "<=", "at most is `<=`"],
  ["<>", t.NotEquals, "!=", "inequality is `!=`"],
  [":=", t.Equals, "=", "a value is given with `=`"],
  ["&&", t.word.and, "and", "conditions are joined with `and`"],
  ["||", t.word.or, "or", "alternatives are joined with `or`"],
  ["<-->", t.BothWays, "<->", "both ways is `<->`"],
  ["-->", t.Arrow, "->", "an arrow is `->`"],
  ["...", t.Range, "..", "a range is `..`"],
  ["&", t.word.and, "and", "conditions are joined with `and`"],
  ["|", t.word.or, "or", "alternatives are joined with `or`"],
  ["!", t.word.not, "not ", "negation is `not`"],
  [":", t.Equals, " =", "a value is given with `=`"],
  [";", undefined, "", "a statement needs no end"],
  ["\u2192", t.Arrow, "->", "an arrow is `->`"],
  ["\u2194", t.BothWays, "<->", "both ways is `<->`"],
  ["\u2265", t.GreaterEquals, ">=", "at least is `>=`"],
  ["\u2264", t.LessEquals, "<=", "at most is `<=`"],
  ["\u2260", t.NotEquals, "!=", "inequality is `!=`"],
];

const byFirst = <R extends readonly [string, ...unknown[]]>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> =>
  Map.groupBy(rows, (row) => row[0].charAt(0));
const symbolsBy = byFirst(symbols);
const foreignBy = byFirst([...foreign].sort((x, y) => y[0].length - x[0].length));

/** The symbol at `start`, ours or a foreign one, or undefined. */
export function scanSymbol(text: string, start: number): Found | undefined {
  const first = text.charAt(start);
  const ours = symbolsBy.get(first)?.find(([image]) => text.startsWith(image, start));
  const theirs = foreignBy.get(first)?.find(([image]) => text.startsWith(image, start));
  if (theirs !== undefined && theirs[0].length > (ours?.[0].length ?? 0)) {
    const [image, type, meant, why] = theirs;
    return { ...(type === undefined ? {} : { type }), end: start + image.length, problem: replaced(meant, why) };
  }
  if (ours !== undefined) return { type: ours[1], end: start + ours[0].length };
  if (first === "#") return foreignComment(text, start);
  if (text.startsWith("/*", start)) return blockComment(text, start);
  if (first === "'" || first === "\u2018" || first === "\u201c") return foreignString(text, start, first);
  return undefined;
}

const replaced = (meant: string | undefined, why: string) => (span: Span, found: string) =>
  syntax["wrong-symbol"](
    span,
    [found, why],
    meant === undefined
      ? {}
      : {
          fix: {
            title: meant === "" ? `remove \`${found}\`` : `write \`${meant.trim()}\``,
            edits: [{ span, text: meant }],
          },
        },
  );

function foreignComment(text: string, start: number): Found {
  let end = start;
  while (end < text.length && !isNewline(text.charCodeAt(end))) end++;
  return {
    end,
    problem: (span) =>
      syntax["wrong-symbol"]({ ...span, end: start + 1 }, ["#", "a comment begins with `//`"], {
        fix: { title: "write `//`", edits: [{ span: { ...span, end: start + 1 }, text: "//" }] },
      }),
  };
}

function blockComment(text: string, start: number): Found {
  const close = text.indexOf("*/", start + 2);
  return {
    end: close < 0 ? text.length : close + 2,
    problem: (span) =>
      syntax["wrong-symbol"]({ ...span, end: start + 2 }, ["/*", "a comment begins with `//`"], {
        help: "begin each line of the comment with `//`",
      }),
  };
}

/** Strings in other quotes are read as strings, so that only the quotes are wrong. */
function foreignString(text: string, start: number, quote: string): Found {
  const closers = quote === "'" ? "'" : "\u2019\u201d";
  let end = start + 1;
  while (end < text.length && !isNewline(text.charCodeAt(end)) && !closers.includes(text.charAt(end))) end++;
  if (!closers.includes(text.charAt(end)) || text.charAt(end) === "") return scanJunk(text, start);
  return {
    type: t.Text,
    end: end + 1,
    problem: (span, found) =>
      syntax["wrong-symbol"](span, [found, 'text is quoted with `"`'], {
        fix: { title: 'quote with `"`', edits: [{ span, text: JSON.stringify(found.slice(1, -1)) }] },
      }),
  };
}

/** A run of characters that mean nothing; one token, so that it is one error. */
export function scanJunk(text: string, start: number): Found {
  let end = start + 1;
  while (end < text.length && isJunk(text, end)) end++;
  return { type: t.Junk, end, problem: (span, found) => syntax["wrong-character"](span, [shown(found)]) };
}

function isJunk(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (isWordCode(code) || isSpace(code) || isNewline(code)) return false;
  const c = text.charAt(at);
  return !symbolsBy.has(c) && !foreignBy.has(c) && !'"$#/'.includes(c);
}
