// What may come next at a place of a text: completion. It must not know any name that the text defines.
import type { TokenType } from "chevrotain";
import { isNewline, isWordCode } from "./characters.ts";
import { Cutter } from "./cut.ts";
import { Problems } from "./problems.ts";
import { Scanner } from "./scan.ts";
import * as t from "./tokens.ts";
import { newWalker } from "./walk.ts";

/**
 * What may stand at `offset`, in the order of the grammar: words and symbols as they are written (`where`, `->`), kinds of leaves in angle
 * brackets (`<name>`, `<duration>`). A word that the offset stands at the end of is taken to be still unfinished. Nothing is expected
 * inside a comment or a string, or after what is wrong already.
 */
export function expected(text: string, offset: number): string[] {
  const before = text.slice(0, unfinishedWord(text, offset));
  const problems = new Problems("");
  const scanner = new Scanner(before, problems);
  const cutter = new Cutter(scanner, problems);
  let tokens: readonly t.Token[] = [];
  for (let cut = cutter.next(); cut !== undefined; cut = cutter.next()) tokens = cut.tokens;
  if (isInComment(scanner, before) || isInString(tokens, before)) return [];
  const walker = newWalker();
  const start = walker.begin();
  let walk = start;
  for (const token of tokens) {
    const next = walker.advance(walk, token.tokenType);
    if (next === undefined) return [];
    walk = next;
  }
  const types = walk.steps.map((step) => step.type);
  if (walk.complete) types.push(...start.steps.map((step) => step.type));
  return [...new Set(types.flatMap(written))];
}

/** Where the word at `offset` begins; `offset` itself if there is none. */
function unfinishedWord(text: string, offset: number): number {
  let i = Math.max(0, Math.min(offset, text.length));
  while (i > 0 && (isWordCode(text.charCodeAt(i - 1)) || "-./$".includes(text.charAt(i - 1)))) i--;
  return text.startsWith("->", i) || text.startsWith("..", i) || text.startsWith("//", i) ? offset : i;
}

function isInComment(scanner: Scanner, text: string): boolean {
  const last = scanner.comments.at(-1);
  return last !== undefined && !hasNewline(text, last.span.end);
}

function isInString(tokens: readonly t.Token[], text: string): boolean {
  const last = tokens.at(-1);
  return last !== undefined && last.faulty && last.tokenType === t.Text && !hasNewline(text, last.endOffset + 1);
}

function hasNewline(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) if (isNewline(text.charCodeAt(i))) return true;
  return false;
}

const comparisons = ["!=", "<", "<=", ">", ">="];

function written(type: TokenType): readonly string[] {
  if (type === t.CompareSign) return comparisons;
  const label = type.LABEL ?? type.name;
  if (label.startsWith("`")) return [label.slice(1, -1)];
  return [`<${type === t.Count ? "count" : label.replace(/^an? /, "").replace(" in quotes", "")}>`];
}
