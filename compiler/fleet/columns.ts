// The header of a table of clusters: what each column gives to its cluster (docs/clusters-from-csv.md). It must not know rows.
import { diagnose } from "../diagnostics.ts";
import { readQuantity } from "../quantity.ts";
import type { Say } from "../reading/words.ts";
import type { Field } from "./csv.ts";
import { isFullName, misspeltResource } from "./resources.ts";

/** What one column gives to its cluster. `pool` is the node pool, `nodes` when the header names none. */
export type Column =
  | { readonly kind: "name" | "context" | "networks" | "pods" | "api" }
  | { readonly kind: "cost"; readonly resource?: string }
  | { readonly kind: "count"; readonly pool: string }
  | { readonly kind: "resource"; readonly pool: string; readonly resource: string }
  | { readonly kind: "taint"; readonly pool: string }
  | { readonly kind: "fact"; readonly pool?: string; readonly key: string; readonly truth: boolean };

const DEFAULT_POOL = "nodes";
export const YES: ReadonlySet<string> = new Set(["true", "yes", "y", "x", "1"]);
const NO: ReadonlySet<string> = new Set(["false", "no", "n", "0", "-", ""]);

export function readHeader(
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
