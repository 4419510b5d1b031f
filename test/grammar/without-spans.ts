// Trees to compare: what was written, without where. It must not know any kind of statement.

/** A copy of a tree without its spans, at any depth. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "span" && inner !== undefined)
      .map(([key, inner]) => [key, withoutSpans(inner)]),
  );
}
