// Text to tree: the driver of this folder. It must not know what any statement means.
import type { Statement, Tree } from "./ast.ts";
import { Cutter, type Cut } from "./cut.ts";
import type { Phase } from "./diagnostic.ts";
import { syntax } from "./diagnostics.ts";
import { explain, unknownStatement } from "./explain.ts";
import { sharedParser } from "./parser.ts";
import { Problems } from "./problems.ts";
import { Scanner } from "./scan.ts";
import * as t from "./tokens.ts";

/** In MiB of UTF-16 text. */
const largest = 32;

/**
 * Reads one file. There is always a tree; statements with a syntax error are left out of it, and each is reported once. After 100
 * errors the rest of the file is not read, and a last one says so.
 */
export function parse(file: string, text: string): Phase<Tree> {
  const problems = new Problems(file);
  if (text.length > largest * 2 ** 20) {
    const span = { file, start: 0, end: 0 };
    const size = Math.ceil(text.length / 2 ** 20);
    const tree = { file, statements: [], comments: [], text };
    return { value: tree, diagnostics: [syntax["too-large"](span, [`${size} MiB`, `${largest} MiB`])] };
  }
  const scanner = new Scanner(text, problems); // text → tokens, and the errors of single characters
  const cutter = new Cutter(scanner, problems); // tokens → statements, and the errors of braces
  const statements: Statement[] = [];
  for (let cut = cutter.next(); cut !== undefined && !problems.full; cut = cutter.next()) {
    for (const statement of parseCut(file, cut, problems)) statements.push(statement); // → tree, and all other errors
  }
  return { value: { file, statements, comments: scanner.comments, text }, diagnostics: problems.list() };
}

function parseCut(file: string, cut: Cut, problems: Problems): readonly Statement[] {
  const { tokens, faulty } = cut;
  // What is wrong has been said already: one error for each wrong statement.
  if (tokens.length === 0 || faulty) return [];
  const read = parseTokens(file, tokens);
  if (read.statement !== undefined) {
    for (const diagnostic of read.found) problems.add(() => diagnostic);
    return read.found.length > 0 ? [] : [read.statement];
  }
  const wrong = explain(file, tokens, read.stoppedAt);
  const token = tokens[wrong.index];
  if (wrong.index > 0 && wrong.complete && token !== undefined && isNewStart(tokens, wrong.index)) {
    // A whole statement, and then something on a line of its own that is none: only the second is wrong.
    problems.add(() => unknownStatement(file, token));
    return parseCut(file, { tokens: tokens.slice(0, wrong.index), faulty: false }, problems);
  }
  problems.add(() => wrong.diagnostic);
  return [];
}

const isNewStart = (tokens: readonly t.Token[], index: number): boolean =>
  (tokens[index]!.startsLine || tokens[index - 1]!.tokenType === t.CloseBrace) &&
  tokens[index]!.tokenType.CATEGORIES?.includes(t.NameLike) === true;

interface Read {
  readonly statement: Statement | undefined;
  readonly found: ReturnType<typeof sharedParser>["found"];
  /** Of the token where the parser gave up. */
  readonly stoppedAt: number;
}

function parseTokens(file: string, tokens: t.Token[]): Read {
  const parser = sharedParser();
  parser.file = file;
  parser.found = [];
  parser.input = tokens;
  const statement = parser.statement();
  const error = parser.errors[0];
  if (error === undefined) return { statement, found: parser.found, stoppedAt: 0 };
  const at = tokens.findIndex((token) => token === error.token);
  return { statement: undefined, found: [], stoppedAt: at < 0 ? tokens.length - 1 : at };
}
