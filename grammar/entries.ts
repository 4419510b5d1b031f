// Where the entries of blocks begin, so that the formatter can set them apart. It must not know tokens or widths.
import type { DataValue, Statement } from "./ast.ts";
import type { Span } from "./diagnostic.ts";

interface Spanned {
  readonly span: Span;
}

/** The offsets at which the entries of a statement's blocks begin, nested ones included. */
export function entryStarts(statement: Statement): ReadonlySet<number> {
  const starts = new Set<number>();
  const add = (entries: readonly Spanned[]): void => {
    for (const entry of entries) starts.add(entry.span.start);
  };
  if (statement.kind === "patch" || statement.kind === "intent") addData(statement.data, starts);
  if ("entries" in statement) {
    add(statement.entries);
    for (const entry of statement.entries) if ("entries" in entry) add(entry.entries);
  }
  return starts;
}

function addData(data: DataValue, starts: Set<number>): void {
  if (data.kind === "list") for (const item of data.items) addData(item, starts);
  if (data.kind !== "block") return;
  for (const entry of data.entries) {
    starts.add(entry.span.start);
    addData(entry.value, starts);
  }
}
