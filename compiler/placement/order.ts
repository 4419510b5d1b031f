// Orders that do not depend on where statements stand: the same program, its statements shuffled, gives the same IR but for spans.
// It must not know what it orders.
import type { Span } from "../../grammar/index.ts";

export const bySpan = (a: Span, b: Span): number =>
  a.file === b.file ? a.start - b.start || a.end - b.end : a.file < b.file ? -1 : 1;

/** The content of a fact without its spans, as text. Keys that are absent and keys that are undefined are the same. */
export function contentOf(fact: unknown): string {
  if (Array.isArray(fact)) return `[${fact.map(contentOf).join()}]`;
  if (typeof fact !== "object" || fact === null) return typeof fact === "string" ? JSON.stringify(fact) : String(fact);
  let text = "{";
  for (const key in fact) {
    const value = (fact as Readonly<Record<string, unknown>>)[key];
    if (key !== "span" && key !== "spans" && value !== undefined) text += `${key}:${contentOf(value)},`;
  }
  return `${text}}`;
}

/** Facts sorted by content, then place; what is the same twice stays once, at its first place. */
export function inOrder<T extends { readonly span: Span }>(facts: readonly T[]): readonly T[] {
  if (facts.length < 2) return facts;
  const keyed = facts.map((fact) => ({ fact, key: contentOf(fact) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : bySpan(a.fact.span, b.fact.span)));
  return keyed.filter(({ key }, i) => key !== keyed[i - 1]?.key).map(({ fact }) => fact);
}
