// Token to leaf of the tree. It must not know rules: the rule says whether a name, a duration or any value stands here.
import type { IToken, TokenType } from "chevrotain";
import type { PortSpec, Word } from "./ast.ts";
import type { Span } from "./diagnostic.ts";
import * as t from "./tokens.ts";

const forms = new Map<TokenType, Word["form"]>([
  [t.Text, "string"],
  [t.Integer, "number"],
  [t.Decimal, "number"],
  [t.Negative, "number"],
  [t.Quantity, "quantity"],
  [t.MilliOrMinutes, "quantity"],
  [t.Duration, "duration"],
  [t.Rate, "rate"],
  [t.Percent, "percent"],
  [t.Address, "address"],
  [t.Parameter, "parameter"],
  [t.Fact, "fact"],
]);

/** A value by what it looks like: `16Gi` is a quantity, `500m` too, `true` a name. */
export function valueWord(token: IToken, span: Span): Word {
  return { form: forms.get(token.tokenType) ?? "name", text: textOf(token), span };
}

/** Where a name must stand: `5gc`, `10` and `1.30` are names there. */
export function nameWord(token: IToken, span: Span): Word {
  const type = token.tokenType;
  const form = type === t.Text ? "string" : type === t.Parameter ? "parameter" : "name";
  return { form, text: textOf(token), span };
}

/** Where a duration must stand, `5m` is five minutes. */
export function durationWord(token: IToken, span: Span): Word {
  if (token.tokenType !== t.MilliOrMinutes) return valueWord(token, span);
  return { form: "duration", text: token.image, span };
}

/** `x6`: the number without its `x`. */
export function countWord(token: IToken, span: Span): Word {
  if (token.tokenType === t.CountParameter) return { form: "parameter", text: token.image.slice(2), span };
  return { form: "number", text: token.image.slice(1), span };
}

/** `8000-8010/udp` in its parts, each with its own place. */
export function portSpec(token: IToken, span: Span): PortSpec {
  const whole = valueWord(token, span);
  if (token.tokenType !== t.PortNumber) return { port: whole, span };
  const slash = token.image.indexOf("/");
  const digits = slash < 0 ? token.image : token.image.slice(0, slash);
  const dash = digits.indexOf("-");
  const part = (form: Word["form"], from: number, to: number): Word => ({
    form,
    text: token.image.slice(from, to),
    span: { file: span.file, start: span.start + from, end: span.start + to },
  });
  return {
    port: part("number", 0, dash < 0 ? digits.length : dash),
    ...(dash < 0 ? {} : { end: part("number", dash + 1, digits.length) }),
    ...(slash < 0 ? {} : { protocol: part("name", slash + 1, token.image.length) }),
    span,
  };
}

function textOf(token: IToken): string {
  const { image, tokenType } = token;
  if (tokenType === t.Text) return unquote(image);
  if (tokenType === t.Parameter) return image.slice(1);
  if (tokenType === t.Fact) return image.slice("$cluster.".length);
  return image;
}

/** The text of a string with JSON's escapes resolved. A string with an error in it keeps its escapes. */
function unquote(image: string): string {
  const inner = image.slice(1, image.length > 1 && image.endsWith('"') ? -1 : undefined);
  if (!inner.includes("\\")) return inner;
  try {
    // JSON refuses bare tabs and control characters; we do not.
    // oxlint-disable-next-line no-control-regex -- they are what is replaced
    return JSON.parse(`"${inner.replace(/[\u0000-\u001f]/g, escapeControl)}"`) as string;
  } catch {
    return inner;
  }
}

const escapeControl = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
