// The nodes of one YAML document → plain JSON: aliases and merge keys resolved within a budget, keys made text, doubles found.
// It must not know text, files or Kubernetes; what a plain scalar means is in `yaml-scalars.ts`.
import { isAlias, isMap, isPair, isScalar, isSeq } from "yaml";
import type { Alias, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

import type { Diagnostic, Span } from "../../grammar/index.ts";
import { say } from "./diagnostics.ts";
import { readPlainScalar } from "./yaml-scalars.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The deepest schemas of real CRDs nest about 60 levels. */
export const MAX_DEPTH = 200;
/** Values that the aliases of one document may stand for. */
const MAX_ALIASED = 50_000;

interface Reader {
  readonly file: string;
  readonly anchors: Map<string, Node>;
  /** Nodes that are being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  /** Greater than 0 while something is read again because of an alias. */
  again: number;
  aliased: number;
  readonly diagnostics: Diagnostic[];
}

/** The value of a document's root; undefined after an error, which is then said. */
export function readRoot(
  file: string,
  root: Node,
): { readonly value: Json | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const reader: Reader = { file, anchors: new Map(), open: new Set(), again: 0, aliased: 0, diagnostics: [] };
  const value = readNode(root, reader, 0);
  return { value, diagnostics: reader.diagnostics };
}

/** More warnings of one document than people read; a file of a million doubled keys must not cost a million of them. */
const MOST_WARNINGS = 20;

function warn(reader: Reader, diagnostic: Diagnostic): void {
  // What is read again because of an alias was said where it was written.
  if (reader.again === 0 && reader.diagnostics.length < MOST_WARNINGS) reader.diagnostics.push(diagnostic);
}

const spanOf = (file: string, range: readonly number[] | null | undefined): Span => ({
  file,
  start: range?.[0] ?? 0,
  end: range?.[1] ?? 0,
});

function refuse(reader: Reader, node: Node, text: string, why: string): undefined {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  reader.diagnostics.push(say["yaml-value"](spanOf(reader.file, node.range), [shown, why]));
}

function readNode(node: Node | null, reader: Reader, depth: number): Json | undefined {
  if (node === null) return null;
  if (isAlias(node)) return readAlias(node, reader, depth);
  if (reader.again > 0) reader.aliased += 1;
  if (reader.aliased > MAX_ALIASED || depth > MAX_DEPTH) {
    reader.diagnostics.push(say["yaml-too-large"](spanOf(reader.file, node.range), ["its aliases stand for too much"]));
    return undefined;
  }
  const { tag, anchor } = node;
  if (tag?.startsWith("!") === true) return refuse(reader, node, tag, "tags of one's own mean nothing to Kubernetes");
  if (anchor !== undefined) reader.anchors.set(anchor, node);
  reader.open.add(node);
  let value: Json | undefined;
  if (isScalar(node)) value = readScalar(node, reader);
  else if (isMap(node)) value = readMap(node, reader, depth);
  else if (isSeq(node)) value = readList(node, reader, depth);
  reader.open.delete(node);
  return value;
}

function readAlias(node: Alias, reader: Reader, depth: number): Json | undefined {
  const target = reader.anchors.get(node.source);
  if (target === undefined) return refuse(reader, node, `*${node.source}`, "there is no anchor of this name before it");
  if (reader.open.has(target)) return refuse(reader, node, `*${node.source}`, "it contains itself");
  reader.again += 1;
  const value = readNode(target, reader, depth);
  reader.again -= 1;
  return value;
}

const CORE = "tag:yaml.org,2002:";

function readScalar(node: Scalar, reader: Reader): Json | undefined {
  const source = node.source ?? "";
  const text = typeof node.value === "string" ? node.value : source;
  if (!text.isWellFormed()) return refuse(reader, node, text.toWellFormed(), "it holds half of a character");
  if (node.tag === undefined && node.type !== "PLAIN") return text;
  if (node.tag === `${CORE}str`) return text;
  const read = readPlainScalar(node.tag === undefined ? text : source);
  if (read.kind === "refused") return refuse(reader, node, source, read.why);
  if (node.tag === undefined || tagsOf(read.value).includes(node.tag)) return read.value;
  return refuse(reader, node, source, `it can not be read as \`${node.tag.replace(CORE, "!!")}\``);
}

/** The tags under which a value may stand. */
function tagsOf(value: string | number | boolean | null): readonly string[] {
  if (value === null) return [`${CORE}null`];
  if (typeof value === "boolean") return [`${CORE}bool`];
  if (typeof value === "string") return [];
  return Number.isInteger(value) ? [`${CORE}int`, `${CORE}float`] : [`${CORE}float`];
}

function readList(node: YAMLSeq, reader: Reader, depth: number): Json | undefined {
  if (node.tag !== undefined && node.tag !== `${CORE}seq`)
    return refuse(reader, node, node.tag, "only plain lists can be kept");
  const values: Json[] = [];
  for (const item of node.items) {
    // `[a: 1]` is a list of one mapping; the library gives the pair itself only for lists with tags of their own.
    const value = isPair(item) ? undefined : readNode(item as Node | null, reader, depth + 1);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

const isMergeKey = (key: unknown): key is Scalar =>
  isScalar(key) && key.type === "PLAIN" && key.value === "<<" && key.tag === undefined;

function readMap(node: YAMLMap, reader: Reader, depth: number): Json | undefined {
  if (node.tag !== undefined && node.tag !== `${CORE}map`)
    return refuse(reader, node, node.tag, "only plain mappings can be kept");
  const result: Record<string, Json> = {};
  const stated = new Set<string>();
  for (const pair of node.items) {
    const at = spanOf(reader.file, (pair.key as Node | null)?.range ?? node.range);
    const twice = (key: string): void => {
      warn(reader, say["yaml-duplicate-key"](at, [key]));
    };
    if (isMergeKey(pair.key)) {
      const merged = readMerged(pair, pair.key, reader, depth);
      if (merged === undefined) return undefined;
      for (const [key, value] of merged) {
        // kubectl lets the merge win over keys before it, which the YAML specification does not.
        if (stated.has(key)) twice(key);
        setOwn(result, key, value);
      }
      continue;
    }
    const key = readKey(pair.key as Node | null, node, reader);
    const value = readNode(pair.value as Node | null, reader, depth + 1);
    if (key === undefined || value === undefined) return undefined;
    if (stated.has(key)) twice(key);
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

/** `<<: *base`: the entries of one or several mappings; of several, the first that has a key gives it, so it comes last. */
function readMerged(
  pair: Pair,
  key: Node,
  reader: Reader,
  depth: number,
): readonly (readonly [string, Json])[] | undefined {
  const value = readNode(pair.value as Node | null, reader, depth + 1);
  if (value === undefined) return undefined;
  const sources: readonly Json[] = Array.isArray(value) ? [...(value as readonly Json[])].reverse() : [value];
  if (sources.some((source) => source === null || typeof source !== "object" || Array.isArray(source))) {
    return refuse(reader, key, "<<", "only mappings can be merged");
  }
  return sources.flatMap((source) => Object.entries(source as Readonly<Record<string, Json>>));
}

/** Keys of JSON are text; YAML's may be numbers and booleans, which kubectl writes out. */
function readKey(node: Node | null, map: Node, reader: Reader): string | undefined {
  const written = isScalar(node) ? (node.source ?? "") : "";
  if (isMap(node) || isSeq(node)) return refuse(reader, node, written, "a key must be a text");
  const value = node === null ? null : readNode(node, reader, 0);
  if (value === undefined || typeof value === "string") return value;
  if (value === null || typeof value === "object") return refuse(reader, node ?? map, written, "a key must be a text");
  if (typeof value === "number" && !Number.isInteger(value)) {
    return refuse(reader, node ?? map, written, "kubectl changes keys that are numbers with a fraction; quote it");
  }
  const key = String(value);
  if (key !== written) warn(reader, say["yaml-key"](spanOf(reader.file, node?.range), [written, key]));
  return key;
}

/** Follows a path as far as it goes. The key's own place is meant where a field holds more than a scalar. */
export function placeOf(file: string, root: Node, path: readonly (string | number)[]): Span {
  let node: unknown = root;
  let { range } = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.findLast((p) => isScalar(p.key) && String(p.key.value) === String(step));
      if (pair === undefined) break;
      node = pair.value;
      range = (isScalar(node) && node.source !== "" ? node.range : (pair.key as Node).range) ?? range;
    } else if (isSeq(node) && typeof step === "number") {
      node = node.items[step];
      range = (node as Node | undefined)?.range ?? range;
    } else break;
  }
  return spanOf(file, range);
}
