// What could have stood at a place, in words: names of token types for people, and the word that a misspelt one was. It must not know
// where the place is.
import type { TokenType } from "chevrotain";
import * as t from "./tokens.ts";

// How each kind of leaf is spoken of, with an example where that says more. Kinds that contain others come first and hide them.
const leaves: readonly (readonly [TokenType, string, readonly TokenType[]])[] = [
  [t.Value, "a value", [t.NameLike, t.Key, t.Figure, t.NumberLike, t.AddressLike, t.Address, t.PortLike]],
  [t.NameLike, "a name", [t.Key, t.NumberLike]],
  [t.Key, "a name", []],
  [t.PortLike, "a port such as `443`, `8805/udp` or `sbi`", []],
  [t.Figure, "a quantity such as `500m`, `8` or `16Gi`", []],
  [t.NumberLike, "a number", []],
  [t.DurationLike, "a duration such as `10ms`", []],
  [t.RateLike, "a rate such as `10Gbps`", []],
  [t.PercentLike, "a percentage such as `10%`", []],
  [t.PathLike, "a path in quotes", []],
  [t.AddressLike, "an address such as `10.10.3.2` or `10.0.0.0/8`", []],
  [t.Address, "an address such as `10.0.0.0/8`", []],
  [t.Count, "a count such as `x3`", []],
];

const most = 5;

/** `a name, `{` or `where``: what is wanted, in the order that reads best. */
export function describe(wanted: readonly TokenType[]): string {
  const types = new Set(wanted);
  const hidden = new Set(leaves.filter(([type]) => types.has(type)).flatMap(([, , hides]) => hides));
  const parts: string[] = [];
  for (const [type, phrase] of leaves) if (types.has(type) && !hidden.has(type)) parts.push(phrase);
  if (types.has(t.CompareSign)) {
    types.delete(t.Equals);
    parts.push("a comparison");
  }
  const leafTypes = new Set(leaves.map(([type]) => type));
  for (const type of types) {
    if (!leafTypes.has(type) && type !== t.CompareSign) parts.push(type.LABEL ?? type.name);
  }
  const unique = [...new Set(parts)];
  // The end of the list of what may come is rarely what was meant: separators go last.
  const ordered = [...unique.filter((part) => part !== "`,`"), ...unique.filter((part) => part === "`,`")];
  if (ordered.length > most + 1) return `one of ${ordered.slice(0, most).join(", ")}, …`;
  if (ordered.length < 2) return ordered[0] ?? "nothing more";
  return `${ordered.slice(0, -1).join(", ")} or ${ordered.at(-1)}`;
}

/** The word of the language that `text` is a misspelling of, among those that `allowed` takes. */
export function nearWord(text: string, allowed: (type: TokenType) => boolean): string | undefined {
  if (text.length < 3 || text.length > 20) return undefined;
  let best: string | undefined;
  let least = text.length < 5 ? 1 : 2;
  for (const [candidate, type] of t.wordTypes) {
    if (candidate === text || !allowed(type)) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase(), least);
    if (distance > least || (distance === least && best !== undefined)) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. Above `limit`, anything larger than it. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, older[j - 2]! + 1);
      row.push(least);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length]!;
}
