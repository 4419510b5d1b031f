// `clusters from "stores.csv"`: a row each. The header says what a column is (docs/clusters-from-csv.md): a word of the fleet language
// (`name`, `context`, `cost`, `nodes`, `pods`, `api`, `networks`), a resource, or a label or feature. It must not know CSV's quotes.
import type { ClusterEntry, PoolEntry, Span, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Host } from "../host.ts";
import type { StatementOf } from "../reading/declare.ts";
import type { Say } from "../reading/words.ts";
import { pathFrom } from "../sources/path.ts";
import { readCsv } from "./csv.ts";
import type { Field } from "./csv.ts";
import { readQuantity } from "../quantity.ts";
import { isFullName, misspeltResource } from "./resources.ts";

type ClusterStatement = StatementOf<"cluster">;

/** What one column gives to its cluster. `pool` is the node pool, `nodes` when the header names none. */
type Column =
  | { readonly kind: "name" | "context" | "networks" | "pods" | "api" }
  | { readonly kind: "cost"; readonly resource?: string }
  | { readonly kind: "count"; readonly pool: string }
  | { readonly kind: "resource"; readonly pool: string; readonly resource: string }
  | { readonly kind: "taint"; readonly pool: string }
  | { readonly kind: "fact"; readonly pool?: string; readonly key: string; readonly truth: boolean };

const DEFAULT_POOL = "nodes";
const YES: ReadonlySet<string> = new Set(["true", "yes", "y", "x", "1"]);
const NO: ReadonlySet<string> = new Set(["false", "no", "n", "0", "-", ""]);

/** The clusters of a table as if each had been written as a `cluster` statement whose words stand in the table. */
export function clustersFrom(
  statement: StatementOf<"clusters-from">,
  host: Host,
  resourceNames: Readonly<Record<string, string>>,
  say: Say,
): readonly ClusterStatement[] {
  const file = pathFrom(statement.span.file, statement.path.text);
  const read = host.read(file);
  if (!read.ok) {
    const code = read.reason === "outside" ? "file-outside" : read.reason === "missing" ? "file-missing" : undefined;
    say(
      code === undefined
        ? diagnose["file-unreadable"](statement.path.span, [
            statement.path.text,
            read.reason === "directory" ? "it is a directory" : read.detail,
          ])
        : diagnose[code](statement.path.span, [statement.path.text]),
    );
    return [];
  }
  const { rows, problems } = readCsv(read.text);
  for (const { problem, start, end } of problems) say(diagnose["bad-table"]({ file, start, end }, [problem]));
  const [header, ...body] = rows;
  if (header === undefined || body.length === 0) {
    say(
      diagnose["bad-table"](statement.path.span, [
        `\`${statement.path.text}\` has no rows of clusters below its header`,
      ]),
    );
    return [];
  }
  const columns = readHeader(header, body, file, resourceNames, say);
  const nameAt = columns.findIndex((c) => c.kind === "name");
  if (nameAt === -1) {
    const [first] = header;
    say(
      diagnose["bad-table"]({ file, start: first?.start ?? 0, end: header.at(-1)?.end ?? 0 }, [
        "the header has no column `name`",
      ]),
    );
    return [];
  }
  return body.flatMap((row) => {
    const span: Span = { file, start: row[0]?.start ?? 0, end: row.at(-1)?.end ?? 0 };
    const name = row[nameAt];
    if (row.length !== header.length)
      say(diagnose["bad-table"](span, [`this row has ${row.length} fields, and the header names ${header.length}`]));
    else if (name === undefined || name.text === "") say(diagnose["bad-table"](span, ["this row has no name"]));
    else return [readRow(columns, header, row, name, span)];
    return [];
  });
}

function readHeader(
  header: readonly Field[],
  body: readonly (readonly Field[])[],
  file: string,
  resourceNames: Readonly<Record<string, string>>,
  say: Say,
): readonly Column[] {
  const seen = new Map<string, Field>();
  return header.map((field, at) => {
    const span = { file, start: field.start, end: field.end };
    const first = seen.get(field.text);
    if (field.text === "") say(diagnose["bad-table"](span, ["a column has no name"]));
    else if (first !== undefined)
      say(
        diagnose["bad-table"](span, [`two columns are named \`${field.text}\``], {
          related: [{ message: "the first one", span: { file, start: first.start, end: first.end } }],
        }),
      );
    seen.set(field.text, field);
    const values = body.map((row) => row[at]?.text ?? "");
    const meant = values.every(isAmount) ? misspeltResource(field.text, Object.keys(resourceNames)) : undefined;
    if (meant !== undefined)
      say(
        diagnose["suspicious-resource"](span, [field.text, meant], {
          help: `a label of this name is written \`label ${field.text}\``,
        }),
      );
    return column(field.text, () => values.every(isTruth), resourceNames);
  });
}

const isAmount = (text: string): boolean => text === "" || (/^\d/.test(text) && readQuantity(text).ok);

const isTruth = (text: string): boolean => YES.has(text.toLowerCase()) || NO.has(text.toLowerCase());

/** `accel.gpu` is the resource `gpu` of the pool `accel`; a domain has dots too, so the first dot counts only before a known word. */
function column(header: string, onlyTruths: () => boolean, resourceNames: Readonly<Record<string, string>>): Column {
  const fact = (key: string, pool?: string): Column => ({
    kind: "fact",
    key,
    truth: onlyTruths(),
    ...(pool === undefined ? {} : { pool }),
  });
  const explicit = /^(label|feature)[ :](.+)$/.exec(header);
  if (explicit !== null) return { kind: "fact", key: explicit[2] ?? "", truth: explicit[1] === "feature" };
  switch (header) {
    case "name":
    case "cluster":
      return { kind: "name" };
    case "context":
    case "networks":
    case "pods":
    case "api":
      return { kind: header };
    case "cost":
      return { kind: "cost" };
    case "nodes":
    case "count":
      return { kind: "count", pool: DEFAULT_POOL };
    case "taint":
      return { kind: "taint", pool: DEFAULT_POOL };
  }
  const cost = /^cost[ .:](.+)$/.exec(header);
  if (cost !== null) return { kind: "cost", resource: cost[1] ?? "" };
  const isResource = (word: string) => Object.hasOwn(resourceNames, word) || isFullName(word);
  const pooled = /^([a-z0-9-]+)\.(.+)$/.exec(header);
  if (pooled !== null && !header.includes("/")) {
    const [, pool = "", rest = ""] = pooled;
    if (rest === "nodes" || rest === "count") return { kind: "count", pool };
    if (rest === "taint") return { kind: "taint", pool };
    return isResource(rest) || rest === "pods" ? { kind: "resource", pool, resource: rest } : fact(rest, pool);
  }
  return isResource(header) ? { kind: "resource", pool: DEFAULT_POOL, resource: header } : fact(header);
}

function readRow(
  columns: readonly Column[],
  header: readonly Field[],
  row: readonly Field[],
  name: Field,
  span: Span,
): ClusterStatement {
  const entries: ClusterEntry[] = [];
  const pools = new Map<string, { count?: Word; readonly entries: PoolEntry[]; readonly span: Span }>();
  const pool = (key: string, at: Span) => {
    const found = pools.get(key) ?? { entries: [], span: at };
    pools.set(key, found);
    return found;
  };
  columns.forEach((column, i) => {
    const field = row[i];
    if (field === undefined || field.text === "" || column.kind === "name") return;
    const word = wordOf(field, span.file);
    const key = wordOf({ ...field, text: header[i]?.text ?? "" }, span.file);
    switch (column.kind) {
      case "context":
        entries.push({ kind: "context", context: word, span: word.span });
        return;
      case "networks":
        entries.push({ kind: "networks", names: several(field, span.file), span: word.span });
        return;
      case "pods":
        entries.push({ kind: "pods", ranges: several(field, span.file), span: word.span });
        return;
      case "api":
        entries.push({ kind: "api", addresses: several(field, span.file), span: word.span });
        return;
      case "cost":
        entries.push({
          kind: "cost",
          prices: [
            {
              ...(column.resource === undefined ? {} : { resource: { ...key, text: column.resource } }),
              price: word,
              span: word.span,
            },
          ],
          span: word.span,
        });
        return;
      case "count":
        pool(column.pool, word.span).count = word;
        return;
      case "resource":
        pool(column.pool, word.span).entries.push({
          kind: "resource",
          resource: { ...key, text: column.resource },
          amount: word,
          span: word.span,
        });
        return;
      case "taint":
        pool(column.pool, word.span).entries.push(...several(field, span.file).map(taintOf));
        return;
      case "fact": {
        const entry = factEntry({ ...key, text: column.key }, word, column.truth);
        if (entry === undefined) return;
        if (column.pool === undefined) entries.push(entry);
        else pool(column.pool, word.span).entries.push(entry);
      }
    }
  });
  // A pool of no nodes is how a row says that its cluster lacks what other rows have.
  for (const [poolName, { count, entries: of, span: at }] of pools) {
    if (count?.text === "0" || of.length === 0) continue;
    entries.push({
      kind: "nodes",
      name: { form: "name", text: poolName, span: at },
      ...(count === undefined ? {} : { count }),
      entries: of,
      span: at,
    });
  }
  return { kind: "cluster", name: wordOf(name, span.file), entries, span };
}

/** A taint as kubectl writes it: `key`, `key=value`, `key=value:NoExecute`. */
function taintOf(word: Word): PoolEntry {
  const [, key = word.text, value, effect] = /^([^=:]+)(?:=([^:]*))?(?::(.*))?$/.exec(word.text) ?? [];
  const part = (text: string): Word => ({ ...word, text });
  return {
    kind: "taint",
    key: part(key),
    ...(value === undefined ? {} : { value: part(value) }),
    ...(effect === undefined ? {} : { effect: part(effect) }),
    span: word.span,
  };
}

/** A column of yes and no is a feature; every other one a label. */
function factEntry(
  key: Word,
  value: Word,
  truth: boolean,
): Extract<PoolEntry, { kind: "label" | "feature" }> | undefined {
  if (!truth) return { kind: "label", key, value, span: value.span };
  return YES.has(value.text.toLowerCase()) ? { kind: "feature", name: key, span: value.span } : undefined;
}

const wordOf = (field: Field, file: string): Word => ({
  form: "string",
  text: field.text,
  span: { file, start: field.start, end: field.end },
});

/** Several words in one field: parted by blanks, `;` or, in quotes, commas. */
const several = (field: Field, file: string): readonly Word[] =>
  field.text
    .split(/[\s;,]+/)
    .filter((t) => t !== "")
    .map((text) => wordOf({ ...field, text }, file));
