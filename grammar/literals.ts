// Words with a shape of their own: strings, addresses, parameters, and text that lacks its quotes. It must not know what stands before
// or after them.
import { isNewline, isWordCode, letterEnd, startsWord, wordEnd } from "./characters.ts";
import type { Diagnostic, Span } from "./diagnostic.ts";
import { syntax } from "./diagnostics.ts";
import type { Found } from "./symbols.ts";
import * as t from "./tokens.ts";

const textWords = "use image context manifests chart values kustomization object from at".split(" ");
/** After these, `nginx:1.25` is text that wants quotes; elsewhere `region:eu` is `region = eu`. */
export const takesText = t.flags([t.Equals, ...textWords.map((text) => t.wordTypes.get(text)!)]);

/** The end of `:1.25` or `://host/path` after a word, if no space stands behind the colon. */
export function urlEnd(text: string, colon: number): number {
  let i = colon;
  while (isWordCode(text.charCodeAt(i)) || (i < text.length && ":/.-@".includes(text.charAt(i)))) i++;
  return i > colon + 1 ? i : colon;
}

export const unquoted = (span: Span, found: string): Diagnostic =>
  syntax["wrong-symbol"](span, [found, "text with a `:` in it is quoted"], {
    fix: { title: "quote it", edits: [{ span, text: JSON.stringify(found) }] },
  });

export function wrongName(text: string, start: number): Found {
  return { type: t.Name, end: letterEnd(text, start), problem: (span, found) => syntax["wrong-name"](span, [found]) };
}

/** The end of an IPv6 address or range at `start`, or `start`: hexadecimal groups with at least two colons. */
export function addressEnd(text: string, start: number): number {
  let i = start;
  let colons = 0;
  for (; i - start < 64; i++) {
    const code = text.charCodeAt(i);
    const lower = code | 32;
    if (code === 58) colons++;
    else if (!((code >= 48 && code <= 57) || (lower >= 97 && lower <= 102) || (code === 46 && colons >= 2))) break;
  }
  if (colons < 2) return start;
  if (text.charCodeAt(i) === 47 && isWordCode(text.charCodeAt(i + 1))) {
    let end = i + 1;
    while (isWordCode(text.charCodeAt(end))) end++;
    return end;
  }
  return i;
}

/** `$sites`, `$cluster.gateway`. */
export function readDollar(text: string, start: number): Found {
  const from = start + 1;
  if (!startsWord(text.charCodeAt(from))) {
    return { type: t.Parameter, end: from, problem: (span, found) => syntax["wrong-parameter"](span, [found]) };
  }
  const fact = "cluster.";
  if (text.startsWith(fact, from) && isWordCode(text.charCodeAt(from + fact.length))) {
    return { type: t.Fact, end: wordEnd(text, from + fact.length) };
  }
  let end = from;
  while (isWordCode(text.charCodeAt(end)) || (text.charCodeAt(end) === 45 && isWordCode(text.charCodeAt(end + 1))))
    end++;
  return { type: t.Parameter, end };
}

export function readString(text: string, start: number): Found {
  let escape: number | undefined;
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) {
      if (escape === undefined) return { type: t.Text, end: i + 1 };
      const wrong = escape;
      return { type: t.Text, end: i + 1, problem: (span) => wrongEscape(span.file, text, wrong) };
    }
    if (isNewline(code)) return unclosed(i);
    if (code === 92) {
      if (!isEscape(text, i) && !isNewline(text.charCodeAt(i + 1))) escape ??= i;
      if (!isNewline(text.charCodeAt(i + 1))) i++;
    }
  }
  return unclosed(text.length);
}

const unclosed = (end: number): Found => ({
  type: t.Text,
  end,
  problem: (span, found) =>
    syntax["unclosed-string"](span, [], {
      help: "close it where the text ends",
      fix: {
        title: 'add the closing `"`',
        edits: [{ span: { ...span, start: span.start + found.trimEnd().length, end: span.end }, text: '"' }],
      },
    }),
});

function isEscape(text: string, at: number): boolean {
  const code = text.charAt(at + 1);
  return code === "u" ? /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6)) : code !== "" && '"\\/bfnrt'.includes(code);
}

function wrongEscape(file: string, text: string, at: number): ReturnType<(typeof syntax)["wrong-escape"]> {
  const span = { file, start: at, end: Math.min(at + 2, text.length) };
  return syntax["wrong-escape"](span, [text.slice(at, at + 2)], {
    help: "escapes are those of JSON; a backslash itself is written `\\\\`",
    fix: { title: "double the backslash", edits: [{ span: { ...span, end: at + 1 }, text: "\\\\" }] },
  });
}
