// YAML and JSON text → plain JSON values, read as kubectl reads them, in bounded time, depth and memory.
// It must not know Kubernetes objects. The meaning of scalars is in `yaml-scalars.ts`.
import { Composer, Lexer, Parser, isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { CST, Document, Node, Pair, ParsedNode } from "yaml";

import type { Diagnostic, Phase, Span } from "../../grammar/index.ts";
import { say } from "./diagnostics.ts";
import { readPlainScalar } from "./yaml-scalars.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

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
/** The deepest schemas of real CRDs nest about 60 levels. */
const MAX_DEPTH = 200;
/** Values that aliases may stand for in one document. */
const MAX_ALIASED = 50_000;

/** Unescaped control characters: YAML forbids them, and nobody sees them. Tab, line feed and carriage return are text. */
// oxlint-disable-next-line no-control-regex -- exactly those are looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/;

/** Reads every document of a text. Documents with an error are left out; empty ones (`---` twice, only comments) too. */
export function readYaml(file: string, text: string): Phase<readonly YamlDocument[]> {
  if (text.length > MAX_TEXT) {
    return {
      value: [],
      diagnostics: [
        say["yaml-too-large"]({ file, start: 0, end: 0 }, [`${text.length} characters, at most ${MAX_TEXT} are read`]),
      ],
    };
  }
  const control = CONTROL.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return {
      value: [],
      diagnostics: [
        say["yaml-syntax"](spanOf(file, [control.index, control.index + 1]), [
          `it has the control character U+${code}`,
        ]),
      ],
    };
  }
  const tokens = readTokens(file, text);
  const diagnostics = [...tokens.diagnostics];
  const documents: YamlDocument[] = [];
  const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, stringKeys: false });
  for (const document of composer.compose(tokens.value, false, text.length)) {
    const read = readDocument(file, document);
    diagnostics.push(...read.diagnostics);
    if (read.value !== undefined) documents.push(read.value);
  }
  return { value: documents, diagnostics };
}

const spanOf = (file: string, range: readonly number[] | null | undefined): Span => ({
  file,
  start: range?.[0] ?? 0,
  end: Math.max(range?.[1] ?? 0, range?.[0] ?? 0),
});

/**
 * Lexes and parses into the concrete tree (neither recurses), and stops at nesting that the recursive steps after it could not bear:
 * flow brackets, several block indicators on one line, and indentation.
 */
function readTokens(file: string, text: string): Phase<readonly CST.Token[]> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let offset = 0;
  let flow = 0;
  let inline = 0;
  const tooDeep = () => [
    say["yaml-too-large"]({ file, start: offset, end: offset + 1 }, [`it nests deeper than ${MAX_DEPTH} levels`]),
  ];
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme[0];
    if (first === "[" || first === "{") flow += 1;
    else if (first === "]" || first === "}") flow = Math.max(0, flow - 1);
    else if (lexeme === "-" || lexeme === "?" || lexeme === ":") inline += 1;
    else if (first === "\n" || first === "\r") inline = 0;
    if (flow > MAX_DEPTH || (flow === 0 && inline > MAX_DEPTH)) return { value: [], diagnostics: tooDeep() };
    if (flow > 0) inline = 0;
    for (const token of parser.next(lexeme)) tokens.push(token);
    offset += /^[\u0002\u0018\u001f\ufeff]$/.test(lexeme) ? (first === "\ufeff" ? 1 : 0) : lexeme.length;
  }
  for (const token of parser.end()) tokens.push(token);
  const deep = tokens.find(isTooDeep);
  if (deep === undefined) return { value: tokens, diagnostics: [] };
  offset = deep.offset;
  return { value: [], diagnostics: tooDeep() };
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

function readDocument(
  file: string,
  document: Document.Parsed,
): { readonly value: YamlDocument | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const error = document.errors[0];
  if (error !== undefined) {
    return {
      value: undefined,
      diagnostics: [say["yaml-syntax"](spanOf(file, error.pos), [inOurWords(error.code, error.message)])],
    };
  }
  const contents: ParsedNode | null = document.contents;
  if (
    contents === null ||
    (isScalar(contents) && contents.source === "" && contents.tag === undefined && contents.anchor === undefined)
  ) {
    return { value: undefined, diagnostics: [] };
  }
  const reader: Reader = { file, anchors: new Map(), open: new Set(), aliased: 0, aliasDepth: 0, diagnostics: [] };
  const value = readNode(contents, reader, 0);
  const span = spanOf(file, contents.range);
  if (value === undefined) return { value: undefined, diagnostics: reader.diagnostics };
  return { value: { value, span, place: (path) => placeOf(file, contents, path) }, diagnostics: reader.diagnostics };
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

interface Reader {
  readonly file: string;
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  aliased: number;
  aliasDepth: number;
  readonly diagnostics: Diagnostic[];
}

const refuse = (reader: Reader, node: Node, text: string, why: string): undefined => {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  reader.diagnostics.push(say["yaml-value"](spanOf(reader.file, node.range), [shown, why]));
  return undefined;
};

/** Undefined after an error, which is then said. */
function readNode(node: Node | null, reader: Reader, depth: number): Json | undefined {
  if (node === null) return null;
  if (isAlias(node)) return readAlias(node, reader, depth);
  if (reader.aliasDepth > 0) reader.aliased += 1;
  if (reader.aliased > MAX_ALIASED || depth > MAX_DEPTH) {
    if (reader.aliased !== Infinity)
      reader.diagnostics.push(
        say["yaml-too-large"](spanOf(reader.file, node.range), ["its aliases stand for too much"]),
      );
    reader.aliased = Infinity;
    return undefined;
  }
  if (node.tag !== undefined && node.tag.startsWith("!"))
    return refuse(reader, node, node.tag, "tags of one's own mean nothing to Kubernetes");
  const anchor = "anchor" in node ? node.anchor : undefined;
  if (typeof anchor === "string") reader.anchors.set(anchor, node);
  reader.open.add(node);
  const value = isScalar(node)
    ? readScalar(node, reader)
    : isMap(node)
      ? readMap(node, reader, depth)
      : isSeq(node)
        ? readList(node, reader, depth)
        : undefined;
  reader.open.delete(node);
  return value;
}

function readAlias(node: Node & { readonly source: string }, reader: Reader, depth: number): Json | undefined {
  const target = reader.anchors.get(node.source);
  if (target === undefined) return refuse(reader, node, `*${node.source}`, "there is no anchor of this name before it");
  if (reader.open.has(target)) return refuse(reader, node, `*${node.source}`, "it contains itself");
  reader.aliasDepth += 1;
  const value = readNode(target, reader, depth);
  reader.aliasDepth -= 1;
  return value;
}

function readScalar(
  node: Node & { readonly value: unknown; readonly source?: string; readonly type?: string },
  reader: Reader,
): Json | undefined {
  const source = node.source ?? "";
  const text = typeof node.value === "string" ? node.value : source;
  if (!text.isWellFormed()) return refuse(reader, node, text.toWellFormed(), "it holds half of a character");
  const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, "");
  if (tag === "str") return text;
  if (tag === undefined && node.type !== "PLAIN") return text;
  const read = readPlainScalar(tag === undefined ? text : source);
  if (read.kind === "refused") return refuse(reader, node, source, read.why);
  if (
    tag === undefined ||
    tag ===
      { boolean: "bool", number: Number.isInteger(read.value) ? "int" : "float", string: "str", object: "null" }[
        typeof read.value as "string"
      ] ||
    (tag === "float" && typeof read.value === "number")
  )
    return read.value;
  return refuse(reader, node, source, `it is not a \`!!${tag}\``);
}

function readList(
  node: Node & { readonly items: readonly unknown[] },
  reader: Reader,
  depth: number,
): Json | undefined {
  if (node.tag !== undefined && node.tag !== "tag:yaml.org,2002:seq")
    return refuse(reader, node, node.tag, "only plain lists can be kept");
  const values: Json[] = [];
  for (const item of node.items) {
    const value = isPair(item) ? undefined : readNode(item as Node | null, reader, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.type === "PLAIN" && key.value === "<<" && key.tag === undefined;

function readMap(node: Node & { readonly items: readonly Pair[] }, reader: Reader, depth: number): Json | undefined {
  if (node.tag !== undefined && node.tag !== "tag:yaml.org,2002:map")
    return refuse(reader, node, node.tag, "only plain mappings can be kept");
  const result: Record<string, Json> = {};
  const stated = new Set<string>();
  for (const pair of node.items) {
    if (isMergeKey(pair.key)) {
      if (!merge(pair, result, reader, depth)) return undefined;
      continue;
    }
    const key = readKey(pair.key as Node | null, reader);
    const value = readNode(pair.value as Node | null, reader, depth + 1);
    if (key === undefined || value === undefined) return undefined;
    if (stated.has(key))
      reader.diagnostics.push(say["yaml-duplicate-key"](spanOf(reader.file, (pair.key as Node | null)?.range), [key]));
    stated.add(key);
    setOwn(result, key, value);
  }
  return result;
}

/** A key may be `__proto__`: it must become data like every other. */
function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  else target[key] = value;
}

/** `<<: *base`: the keys of one or several mappings; of several, the first that has a key gives it. */
function merge(pair: Pair, into: Record<string, Json>, reader: Reader, depth: number): boolean {
  const value = readNode(pair.value as Node | null, reader, depth + 1);
  if (value === undefined) return false;
  const sources = Array.isArray(value) ? [...(value as readonly Json[])].reverse() : [value as Json];
  for (const source of sources) {
    if (source === null || typeof source !== "object" || Array.isArray(source)) {
      refuse(reader, pair.key as Node, "<<", "only mappings can be merged");
      return false;
    }
    for (const [key, entry] of Object.entries(source)) setOwn(into, key, entry);
  }
  return true;
}

/** Keys of JSON are text; YAML's may be numbers and booleans, which kubectl writes out. */
function readKey(node: Node | null, reader: Reader): string | undefined {
  if (node === null) return refuse(reader, { range: [0, 0, 0] } as unknown as Node, "", "a key is missing");
  const value = readNode(node, reader, MAX_DEPTH);
  if (value === undefined) return undefined;
  if (typeof value === "string") return value;
  const written = isScalar(node) ? (node.source ?? "") : "";
  if (value === null || typeof value === "object") return refuse(reader, node, written, "a key must be a text");
  if (typeof value === "number" && !Number.isInteger(value))
    return refuse(reader, node, written, "a key that is a number with a fraction is changed by kubectl; quote it");
  const key = String(value);
  if (key !== written) reader.diagnostics.push(say["yaml-key"](spanOf(reader.file, node.range), [written, key]));
  return key;
}

/** Follows a path as far as it goes. The key's own place is meant where a field is named, the item's where a list position is. */
function placeOf(file: string, root: Node, path: readonly (string | number)[]): Span {
  let node: unknown = root;
  let range = root.range;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.findLast((p) => isScalar(p.key) && String(p.key.value) === String(step));
      if (pair === undefined) break;
      node = pair.value;
      range = (isScalar(node) ? node.range : (pair.key as Node).range) ?? range;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      range = (node as Node | undefined)?.range ?? range;
    } else break;
  }
  return spanOf(file, range);
}
