// `clusters from "stores.csv"`: a row each, read as if it had been written as a `cluster` statement. It must not know CSV's quotes, nor
// what the header's words mean.
import type { ClusterEntry, PoolEntry, Span, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Host } from "../host.ts";
import type { StatementOf } from "../reading/declare.ts";
import type { Say } from "../reading/words.ts";
import { pathFrom } from "../sources/path.ts";
import { readHeader, YES } from "./columns.ts";
import type { Column } from "./columns.ts";
import { readCsv } from "./csv.ts";
import type { Field } from "./csv.ts";

type ClusterStatement = StatementOf<"cluster">;

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

/** What is known of a node pool of one row. */
interface RowPool {
  count?: Word;
  readonly entries: PoolEntry[];
  readonly span: Span;
}

function readRow(
  columns: readonly Column[],
  header: readonly Field[],
  row: readonly Field[],
  name: Field,
  span: Span,
): ClusterStatement {
  const entries: ClusterEntry[] = [];
  const pools = new Map<string, RowPool>();
  columns.forEach((column, i) => {
    const field = row[i];
    if (field === undefined || field.text === "" || column.kind === "name") return;
    const key = wordOf({ ...field, text: header[i]?.text ?? "" }, span.file);
    const word = wordOf(field, span.file);
    if ("pool" in column && column.pool !== undefined) {
      const pool = pools.get(column.pool) ?? { entries: [], span: word.span };
      pools.set(column.pool, pool);
      addToPool(pool, column, key, field, word);
    } else entries.push(...clusterEntries(column, key, field, word));
  });
  // A pool of no nodes is how a row says that its cluster lacks what other rows have.
  for (const [pool, { count, entries: of, span: at }] of pools) {
    if (count?.text === "0" || of.length === 0) continue;
    const poolName: Word = { form: "name", text: pool, span: at };
    entries.push({ kind: "nodes", name: poolName, ...(count === undefined ? {} : { count }), entries: of, span: at });
  }
  return { kind: "cluster", name: wordOf(name, span.file), entries, span };
}

/** What a column that speaks of the whole cluster says. */
function clusterEntries(column: Column, key: Word, field: Field, word: Word): readonly ClusterEntry[] {
  const { span } = word;
  switch (column.kind) {
    case "context":
      return [{ kind: "context", context: word, span }];
    case "networks":
      return [{ kind: "networks", names: several(field, span.file), span }];
    case "pods":
      return [{ kind: "pods", ranges: several(field, span.file), span }];
    case "api":
      return [{ kind: "api", addresses: several(field, span.file), span }];
    case "cost": {
      const resource = column.resource === undefined ? {} : { resource: { ...key, text: column.resource } };
      return [{ kind: "cost", prices: [{ ...resource, price: word, span }], span }];
    }
    case "fact":
      return factEntries({ ...key, text: column.key }, word, column.truth);
    default:
      return [];
  }
}

function addToPool(pool: RowPool, column: Column, key: Word, field: Field, word: Word): void {
  const { span } = word;
  if (column.kind === "count") pool.count = word;
  if (column.kind === "taint") pool.entries.push(...several(field, span.file).map(taintOf));
  if (column.kind === "fact") pool.entries.push(...factEntries({ ...key, text: column.key }, word, column.truth));
  if (column.kind === "resource")
    pool.entries.push({ kind: "resource", resource: { ...key, text: column.resource }, amount: word, span });
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
function factEntries(
  key: Word,
  value: Word,
  truth: boolean,
): readonly Extract<PoolEntry, { kind: "label" | "feature" }>[] {
  if (!truth) return [{ kind: "label", key, value, span: value.span }];
  return YES.has(value.text.toLowerCase()) ? [{ kind: "feature", name: key, span: value.span }] : [];
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
