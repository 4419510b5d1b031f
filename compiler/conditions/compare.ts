// How label values compare: as text, as numbers, or as versions part by part. It must not know the fleet.
import type { CompareOperator } from "../../grammar/index.ts";

export type ComparesAs = "text" | "number" | "version";

const NUMBER = /^-?\d+(\.\d+)?$/;
const LONG_VERSION = /^v?\d+(\.\d+){2,}([-+].*)?$/;
const PLAIN_VERSION = /^v?\d+(\.\d+)*([-+].*)?$/;

/** `v1.30.2`, `1.30.0-rc.1`: what is no plain number, or has more than two parts. */
const isPlainVersion = (text: string): boolean => PLAIN_VERSION.test(text);

/**
 * How a label compares with a value, judged by its name, its values in the fleet and the value: versions when its name says so or a
 * value could only be one, numbers when every value is one, else text.
 */
export function comparesAs(key: string, values: readonly string[]): ComparesAs {
  const versions = values.every(isPlainVersion);
  if (versions && (/version$/i.test(key) || values.some((v) => LONG_VERSION.test(v) || /^v\d/.test(v))))
    return "version";
  return values.every((v) => NUMBER.test(v)) ? "number" : "text";
}

/**
 * Negative, zero or positive as `a` is before, equal to or after `b`, part by part: `1.9` is before `1.30`, and what a vendor adds
 * (`1.30.2-gke.100`, `1.30.2+k3s1`) comes after the bare version. Parts that one lacks count as 0; parts that are no numbers compare as text.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i] ?? "0", right[i] ?? "0"];
    const numeric = /^\d+$/.test(x) && /^\d+$/.test(y);
    const difference = numeric ? Number(x) - Number(y) : x === y ? 0 : x < y ? -1 : 1;
    if (difference !== 0) return difference;
  }
  return 0;
}

const partsOf = (version: string): readonly string[] => version.replace(/^v/, "").split(/[.+-]/);

/** Whether `value operator bound` holds. What is no number or no version is unequal to one that is, and has no order. */
export function compareLabel(value: string, operator: CompareOperator, bound: string, as: ComparesAs): boolean {
  if (as === "text" || !(as === "number" ? NUMBER : PLAIN_VERSION).test(value))
    return operator === "=" ? value === bound : operator === "!=" && value !== bound;
  return holds(as === "number" ? Number(value) - Number(bound) : compareVersions(value, bound), operator);
}

/** Whether a difference is as the operator asks: `difference` is the sign of left minus right. */
export function holds(difference: number, operator: CompareOperator): boolean {
  switch (operator) {
    case "=":
      return difference === 0;
    case "!=":
      return difference !== 0;
    case "<":
      return difference < 0;
    case "<=":
      return difference <= 0;
    case ">":
      return difference > 0;
    case ">=":
      return difference >= 0;
  }
}
