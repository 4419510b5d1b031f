// Words as values: whole numbers, amounts, durations, rates, shares, addresses. A parameter can put any word anywhere, so each place
// reads its own. It must not know which statement a word stands in.
import type { Diagnostic, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { readDuration, readPercent, readRate } from "../quantity.ts";
import type { Reading } from "../quantity.ts";

export type Say = (diagnostic: Diagnostic) => void;

/** A parameter that has no value has been said already, and stands for nothing. */
export const isUnresolved = (word: Word): boolean => word.form === "parameter";

/** A whole number from `least` to `most`; else undefined, and said. */
export function wholeNumber(word: Word, say: Say, least = 1, most = 10_000_000): number | undefined {
  if (isUnresolved(word)) return undefined;
  const value = /^-?\d{1,15}$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const problem = Number.isNaN(value)
    ? "is not a whole number"
    : value < least
      ? `is less than ${least}`
      : `is more than ${most}`;
  say(diagnose["wrong-form"](word.span, [word.text, problem]));
  return undefined;
}

/** A decimal number above 0 (weights), or from 0 (prices). */
export function decimal(word: Word, say: Say, from: "above-zero" | "zero"): number | undefined {
  if (isUnresolved(word)) return undefined;
  const value = /^\d{1,15}(\.\d{1,9})?$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value > 0 || (value === 0 && from === "zero")) return value;
  say(
    diagnose["wrong-form"](word.span, [
      word.text,
      value === 0 ? "is not above 0" : "is not a number such as `3` or `0.5`",
    ]),
  );
  return undefined;
}

const through =
  (read: (text: string) => Reading<number>) =>
  (word: Word, say: Say): number | undefined => {
    if (isUnresolved(word)) return undefined;
    const reading = read(word.text);
    if (reading.ok) return reading.value;
    say(diagnose["wrong-form"](word.span, [word.text, reading.problem]));
    return undefined;
  };

/** Microseconds. */
export const duration = through(readDuration);

/** Bits a second. */
export const rate = through(readRate);

/** `10%` as 0.1. */
export const percent = through(readPercent);

/**
 * An address or range of addresses in canonical form with its length (`10.0.0.1` → `10.0.0.1/32`, `10.1.2.3/8` → `10.0.0.0/8`), or undefined.
 */
export function canonicalRange(text: string): string | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text);
  if (match === null) return undefined;
  const groups = readAddress(match[1] ?? "");
  if (groups === undefined) return undefined;
  const bits = groups.length === 4 ? 8 : 16;
  const length = match[2] === undefined ? groups.length * bits : Number(match[2]);
  if (length > groups.length * bits) return undefined;
  const masked = groups.map((group, i) => {
    const kept = Math.min(bits, Math.max(0, length - i * bits));
    return group & ~(2 ** (bits - kept) - 1) & (2 ** bits - 1);
  });
  return `${bits === 8 ? masked.join(".") : compress(masked)}/${length}`;
}

/** Four bytes of IPv4 or eight groups of IPv6, or undefined. */
function readAddress(text: string): readonly number[] | undefined {
  if (!text.includes(":")) {
    const parts = text.split(".");
    return parts.length === 4 && parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255)
      ? parts.map(Number)
      : undefined;
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const written = [...head, ...tail];
  if (!written.every((g) => /^[0-9a-fA-F]{1,4}$/.test(g))) return undefined;
  const missing = 8 - written.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => "0"), ...tail].map((g) => Number.parseInt(g, 16));
}

/** The longest run of zero groups as `::`, as RFC 5952 asks. */
function compress(groups: readonly number[]): string {
  const text = groups.map((g) => g.toString(16)).join(":");
  const runs = [...text.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length || a.index - b.index);
  const [longest] = runs;
  if (longest === undefined) return text;
  const head = text.slice(0, longest.index).replace(/:$/, "");
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${head}::${tail}`;
}
