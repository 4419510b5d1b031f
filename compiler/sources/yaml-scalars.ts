// What a plain YAML scalar means. The judge is `kubectl`: it reads with sigs.k8s.io/yaml (go.yaml.in/yaml/v2), which is YAML 1.1 with
// exceptions: `yes`, `on`, `y` are booleans, `0777` is octal, `1:30` and dates are text, `08` is 8.
// It must not know documents, positions or diagnostics.

export type Scalar =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  /** A number that JSON can not carry or that a JavaScript number would change. */
  | { readonly kind: "refused"; readonly why: string };

const value = (v: string | number | boolean | null): Scalar => ({ kind: "value", value: v });

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((w) => [w, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((w) => [w, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((w) => [w, null] as const),
]);

const NOT_A_NUMBER = /^(?:\.(?:nan|NaN|NAN)|[+-]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
/** Go's `ParseInt(text, 0, 64)`: the prefix gives the base; a leading zero alone means octal. */
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;

function readInteger(plain: string): bigint | undefined {
  const match = INTEGER.exec(plain);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? "0");
  const signed = sign === "-" ? -magnitude : magnitude;
  const fits = sign === "" ? signed < 2n ** 64n : signed >= -(2n ** 63n) && signed < 2n ** 63n;
  return fits ? signed : undefined;
}

/** The meaning of a plain (unquoted, untagged) scalar, as `kubectl` reads it. */
export function readPlainScalar(text: string): Scalar {
  const word = WORDS.get(text);
  if (word !== undefined) return value(word);
  if (NOT_A_NUMBER.test(text)) return { kind: "refused", why: "JSON has no such number" };
  if (!/^[-+.\d]/.test(text) || text.length > 400) return value(text);
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  const integer = readInteger(plain);
  if (integer !== undefined) {
    const number = Number(integer);
    return Number.isSafeInteger(number)
      ? value(number)
      : { kind: "refused", why: "whole numbers beyond 2⁵³−1 would be changed here" };
  }
  if (!FLOAT.test(plain)) return value(text);
  const number = Number(plain);
  return Number.isFinite(number) ? value(number) : value(text);
}
