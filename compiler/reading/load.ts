// Files → trees: follows `use` from the entry paths, reads each file once, and stays below the root.
// It must not know what statements mean, beyond that `use` names a path.
import type { Diagnostic, Phase, Span, Statement, Tree } from "../../grammar/index.ts";
import { parse } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Host, ReadResult } from "../host.ts";
import { pathFrom } from "../sources/path.ts";

type Use = Extract<Statement, { kind: "use" }>;

/**
 * The trees of every file that `entry` (files, or directories with `.intent` files) reaches, sorted by path. Circles of `use` are
 * harmless: a file is read once. A path that can not be read is a diagnostic at the words that name it.
 */
export function load(entry: readonly string[], host: Host): Phase<readonly Tree[]> {
  const trees = new Map<string, Tree>();
  const diagnostics: Diagnostic[] = [];
  const waiting: { readonly path: string; readonly span: Span | undefined; readonly written: string }[] = entry.map(
    (path) => ({
      path: pathFrom("", path),
      span: undefined,
      written: path,
    }),
  );
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, span, written } = next;
    const files = host.list(path);
    const intents = files?.filter((file) => file.endsWith(".intent"));
    if (intents !== undefined && intents.length === 0) diagnostics.push(diagnose["no-intents"](span, [written]));
    for (const file of intents ?? [path]) {
      if (trees.has(file)) continue;
      const read = host.read(file);
      if (!read.ok) {
        diagnostics.push(refusal(read, written, span));
        continue;
      }
      const parsed = parse(file, read.text);
      trees.set(file, parsed.value);
      for (const diagnostic of parsed.diagnostics) diagnostics.push(diagnostic);
      waiting.push(...uses(parsed.value, diagnostics));
    }
  }
  return { value: [...trees.values()].sort((a, b) => (a.file < b.file ? -1 : 1)), diagnostics };
}

function uses(tree: Tree, diagnostics: Diagnostic[]) {
  const seen = new Set<string>();
  const found: { readonly path: string; readonly span: Span; readonly written: string }[] = [];
  for (const statement of tree.statements) {
    if (statement.kind !== "use") continue;
    const problem = without(statement, tree.file, seen);
    if (problem === undefined)
      found.push({
        path: pathFrom(tree.file, statement.path.text),
        span: statement.path.span,
        written: statement.path.text,
      });
    else diagnostics.push(problem);
  }
  return found;
}

/** Why a `use` leads nowhere new, or nothing. */
function without(statement: Use, file: string, seen: Set<string>): Diagnostic | undefined {
  const { text, form, span } = statement.path;
  if (form === "parameter" || form === "fact") return diagnose["parameter-in-use"](span, [text]);
  const path = pathFrom(file, text);
  if (path === file) return diagnose["use-without-effect"](span, [text, "it names its own file"]);
  if (seen.has(path)) return diagnose["use-without-effect"](span, [text, "this file uses it already"]);
  seen.add(path);
  return undefined;
}

function refusal(read: Extract<ReadResult, { ok: false }>, path: string, span: Span | undefined): Diagnostic {
  switch (read.reason) {
    case "missing":
      return diagnose["file-missing"](span, [path]);
    case "outside":
      return diagnose["file-outside"](span, [path]);
    case "directory":
      return diagnose["no-intents"](span, [path]);
    case "not-text":
      return diagnose["file-unreadable"](span, [path, "it is not text in UTF-8"]);
    case "too-large":
      return diagnose["file-unreadable"](span, [path, `it is too large (${read.detail})`]);
    case "unreadable":
      return diagnose["file-unreadable"](span, [path, read.detail]);
  }
}
