// What a word that begins with a digit is: a number, a quantity, a duration, a port, an address, or just a name.
// It must not know where the word stands.
import type { TokenType } from "chevrotain";
import {
  Address,
  Decimal,
  DigitName,
  Duration,
  Integer,
  MilliOrMinutes,
  Negative,
  Percent,
  PortNumber,
  Quantity,
  Rate,
} from "./tokens.ts";

const longest = 64;

const shapes: readonly (readonly [RegExp, TokenType])[] = [
  [/^\d+(?:\.\d+)?(?:[eE]-?\d+)?$/, Decimal],
  [/^-\d+(?:\.\d+)?(?:[eE]-?\d+)?$/, Negative],
  [/^\d+(?:\.\d+)?m$/, MilliOrMinutes],
  // Kubernetes' suffixes: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
  [/^-?\d+(?:\.\d+)?(?:[numkMGTPE]|[KMGTPE]i)$/, Quantity],
  [/^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+$/, Duration],
  [/^\d+(?:\.\d+)?[kKMGT]?bps$/, Rate],
  [/^-?\d+(?:\.\d+)?%$/, Percent],
  [/^\d+(?:-\d+)?\/[A-Za-z]+$/, PortNumber],
  [/^\d+-\d+$/, PortNumber],
  [/^\d+(?:\.\d+){2,}(?:\/\d+)?$/, Address],
];

/** The token type of `text`, which begins with a digit or with `-` and a digit. */
export function figureType(text: string): TokenType {
  if (isInteger(text)) return Integer;
  if (text.length <= longest) for (const [shape, type] of shapes) if (shape.test(text)) return type;
  return DigitName;
}

function isInteger(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
