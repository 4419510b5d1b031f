// YAML and JSON text → documents of plain JSON values, read as kubectl reads them, in bounded time, depth and memory.
// It must not know Kubernetes objects. What nodes and scalars mean is in `yaml-nodes.ts` and `yaml-scalars.ts`.
import { Composer, Lexer, Parser, isScalar } from "yaml";
import type { CST, Document } from "yaml";

import type { Diagnostic, Phase, Span } from "../../grammar/index.ts";
import { say } from "./diagnostics.ts";
import { MAX_DEPTH, placeOf, readRoot } from "./yaml-nodes.ts";
import type { Json } from "./yaml-nodes.ts";

export type { Json } from "./yaml-nodes.ts";

/** One document of a file. */
export interface YamlDocument {
  readonly value: Json;
  /** From its first to its last character. */
  readonly span: Span;
  /** Where a field stands; the nearest one around it that is there. */
  readonly place: (path: readonly (string | number)[]) => Span;
}

/** 8 Mi characters: twice the largest bundle of CRDs that is in use, read in seconds. */
const MAX_TEXT = 8 * 1024 * 1024;

/** Only the first error of a document is said; a text with more than these is not read to its end. */
const MOST_ERRORS = 100;

/** Unescaped control characters: YAML forbids them, and nobody sees them. Tab, line feed and carriage return are text. */
// oxlint-disable-next-line no-control-regex -- exactly those are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/;

/** Reads every document of a text. Documents with an error are left out; empty ones (`---` twice, only comments) too. */
export function readYaml(file: string, text: string): Phase<readonly YamlDocument[]> {
  const refused = textProblem(file, text);
  if (refused !== undefined) return { value: [], diagnostics: [refused] };
  return withoutStackTraces(() => {
    const tokens = readTokens(file, text);
    const diagnostics = [...tokens.diagnostics];
    const documents: YamlDocument[] = [];
    // With the failsafe schema every scalar stays text until `yaml-scalars.ts` says what it means.
    const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false });
    for (const document of composer.compose(tokens.value, false, text.length)) {
      const read = readDocument(file, document);
      diagnostics.push(...read.diagnostics);
      if (read.value !== undefined) documents.push(read.value);
    }
    return { value: documents, diagnostics };
  });
}

/**
 * The library makes an `Error` for each of its findings, and nine tenths of its time on broken texts go into their stack traces, which
 * nobody reads here.
 */
function withoutStackTraces<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function textProblem(file: string, text: string): Diagnostic | undefined {
  if (text.length > MAX_TEXT) {
    return say["yaml-too-large"]({ file, start: 0, end: 0 }, [
      `it has ${text.length} characters, at most ${MAX_TEXT} are read`,
    ]);
  }
  const control = CONTROL.exec(text);
  if (control === null) return undefined;
  const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return say["yaml-syntax"]({ file, start: control.index, end: control.index + 1 }, [
    `it has the control character U+${code}`,
  ]);
}

/**
 * Lexes and parses into the concrete tree (neither recurses), and stops at nesting that the recursive steps after it could not bear:
 * flow brackets, several block indicators on one line, and indentation.
 */
function readTokens(file: string, text: string): Phase<readonly CST.Token[]> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  const tooDeep = (offset: number) => ({
    value: [],
    diagnostics: [
      say["yaml-too-large"]({ file, start: offset, end: offset + 1 }, [`it nests deeper than ${MAX_DEPTH} levels`]),
    ],
  });
  let flow = 0;
  let indicators = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme[0];
    if (first === "[" || first === "{") flow += 1;
    else if (first === "]" || first === "}") flow = Math.max(0, flow - 1);
    else if (flow === 0 && (lexeme === "-" || lexeme === "?" || lexeme === ":")) indicators += 1;
    else if (first === "\n" || first === "\r") indicators = 0;
    if (flow > MAX_DEPTH || indicators > MAX_DEPTH) return tooDeep(parser.offset);
    for (const token of parser.next(lexeme)) {
      if (token.type === "error" && ++errors > MOST_ERRORS) return { value: tokens, diagnostics: [] };
      tokens.push(token);
    }
  }
  for (const token of parser.end()) tokens.push(token);
  const deep = tokens.find(isTooDeep);
  return deep === undefined ? { value: tokens, diagnostics: [] } : tooDeep(deep.offset);
}

/** Walks a concrete tree with a stack of its own. */
function isTooDeep(root: CST.Token): boolean {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return true;
    if (token.type === "document" && token.value !== undefined) open.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return false;
}

function readDocument(file: string, document: Document.Parsed): Phase<YamlDocument | undefined> {
  const [error] = document.errors;
  if (error !== undefined) {
    const [start, end] = error.pos;
    return {
      value: undefined,
      diagnostics: [
        say["yaml-syntax"]({ file, start, end: Math.max(start, end) }, [inOurWords(error.code, error.message)]),
      ],
    };
  }
  const { contents } = document;
  const empty =
    contents === null ||
    (isScalar(contents) && contents.source === "" && contents.tag === undefined && contents.type === "PLAIN");
  if (empty) return { value: undefined, diagnostics: [] };
  const { value, diagnostics } = readRoot(file, contents);
  if (value === undefined) return { value: undefined, diagnostics };
  const [start, end] = contents.range;
  return { value: { value, span: { file, start, end }, place: (path) => placeOf(file, contents, path) }, diagnostics };
}

/** The parser's own words begin with a capital and speak of its classes; the codes that people meet are said plainly. */
function inOurWords(code: string, message: string): string {
  const words: Readonly<Record<string, string>> = {
    BAD_INDENT: "the indentation does not fit to what is around it",
    TAB_AS_INDENT: "a tab is used for indentation, only spaces are allowed",
    BAD_ALIAS: "this alias has no name",
    MISSING_CHAR: "a character is missing here, such as a colon, comma, quote or closing bracket",
    MULTILINE_IMPLICIT_KEY: "a key runs over several lines; perhaps a colon or a quote is missing",
    BLOCK_AS_IMPLICIT_KEY: "a mapping stands inside of a line that already is one; perhaps a value needs quotes",
    BAD_SCALAR_START: "a text can not begin with this character without quotes",
    BAD_DQ_ESCAPE: "this escape does not exist in a double-quoted text",
    UNEXPECTED_TOKEN: "this was not expected here",
  };
  return words[code] ?? message.charAt(0).toLowerCase() + message.slice(1);
}
