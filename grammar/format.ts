// The canonical form of a file. It sets tokens and comments anew and changes none of them, so nothing can be lost on the way.
// It must not know what a statement means; the tree only tells where statements and entries begin.
import type { Comment, Tree } from "./ast.ts";
import type { Phase } from "./diagnostic.ts";
import { hasErrors } from "./diagnostic.ts";
import { entryStarts } from "./entries.ts";
import { Layout, type Piece } from "./layout.ts";
import { parse } from "./parse.ts";
import { Problems } from "./problems.ts";
import { Scanner } from "./scan.ts";
import type * as t from "./tokens.ts";

/** The canonical form of `text`. With a syntax error the text comes back as it is, with the diagnostics. */
export function format(file: string, text: string): Phase<string> {
  const { value, diagnostics } = parse(file, text);
  return { value: hasErrors(diagnostics) ? text : formatTree(value), diagnostics };
}

/** The canonical form of a text that is known to be right. */
export const formatText = (text: string): string => formatTree(parse("", text).value);

/** The canonical form of a tree that was parsed without an error. */
function formatTree(tree: Tree): string {
  const starts = new Set<number>(tree.statements.map((statement) => statement.span.start));
  const entries = new Set<number>();
  for (const statement of tree.statements) for (const start of entryStarts(statement)) entries.add(start);
  const layout = new Layout();
  let statement: Piece[] = [];
  for (const piece of pieces(tree, entries)) {
    const isBetween = piece.comment && isOutside(tree, piece.start);
    if (statement.length > 0 && (isBetween || starts.has(piece.start))) {
      layout.statement(statement);
      statement = [];
    }
    if (isBetween) layout.comment(piece);
    else statement.push(piece);
  }
  if (statement.length > 0) layout.statement(statement);
  return layout.text();
}

/** Tokens and comments in their order, each with what stood between it and the one before. */
function* pieces(tree: Tree, entries: ReadonlySet<number>): Generator<Piece> {
  const scanner = new Scanner(tree.text, new Problems(tree.file));
  let end = 0;
  let comments = 0;
  const piece = (token: t.Token | undefined, comment: Comment | undefined): Piece => {
    const start = token?.startOffset ?? comment!.span.start;
    const breaks = end === 0 ? 0 : lineBreaks(tree.text, end, start);
    end = token === undefined ? comment!.span.end : token.endOffset + 1;
    const text = token?.image ?? comment!.text;
    return { text, start, comment: token === undefined, breaks, isEntry: entries.has(start) };
  };
  for (let token = scanner.next(); ; token = scanner.next()) {
    while (comments < scanner.comments.length) yield piece(undefined, scanner.comments[comments++]);
    if (token === undefined) return;
    yield piece(token, undefined);
  }
}

/** Whether no statement is around `offset`. Statements are in the order of the text. */
function isOutside(tree: Tree, offset: number): boolean {
  let low = 0;
  let high = tree.statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tree.statements[middle]!.span.end <= offset) low = middle + 1;
    else high = middle;
  }
  const next = tree.statements[low];
  return next === undefined || next.span.start > offset;
}

function lineBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}
