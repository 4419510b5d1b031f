// Text to tokens, one at a time, so that a file of a million statements never has all its tokens in memory. Written by hand and not
// as Chevrotain patterns: a word is classified by one look-up, start-up has no patterns to analyse, and no input can make a regular
// expression backtrack. It must not know statements.
import type { TokenType } from "chevrotain";
import type { Comment } from "./ast.ts";
import { isNewline, isSpace, isWordCode, letterEnd, startsWord, wordEnd } from "./characters.ts";
import { syntax } from "./diagnostics.ts";
import { figureType } from "./figure.ts";
import type { Problems } from "./problems.ts";
import { scanJunk, scanSymbol, type Found } from "./symbols.ts";
import * as t from "./tokens.ts";

/** Words, symbols and comments: room for a million statements in about a gigabyte of memory for their tree. */
const most = 6_000_000;

export class Scanner {
  readonly comments: Comment[] = [];
  private at: number;
  private count = 0;
  private startsLine = true;
  private readonly text: string;
  private readonly problems: Problems;

  constructor(text: string, problems: Problems) {
    this.text = text;
    this.problems = problems;
    this.at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The next token, or undefined at the end. */
  next(): t.Token | undefined {
    for (;;) {
      this.skip();
      if (this.at >= this.text.length || this.problems.full) return undefined;
      const start = this.at;
      if (++this.count + this.comments.length > most) return this.refuseRest(start);
      const found = this.read(start);
      this.at = found.end;
      if (found.problem !== undefined) this.report(start, found);
      if (found.type === undefined) continue; // dropped, and reported
      const token = this.token(found.type, start, found.end, found.problem !== undefined);
      this.startsLine = false;
      return token;
    }
  }

  private refuseRest(start: number): undefined {
    const span = { file: this.problems.file, start, end: start + 1 };
    this.problems.add(() => syntax["too-large"](span, [`more than ${most / 1e6} million words`, "so many"]));
    this.at = this.text.length;
  }

  private token(type: TokenType, start: number, end: number, faulty: boolean): t.Token {
    return {
      image: this.text.slice(start, end),
      startOffset: start,
      endOffset: end - 1,
      tokenTypeIdx: type.tokenTypeIdx ?? 0,
      tokenType: type,
      startsLine: this.startsLine,
      faulty,
    };
  }

  private report(start: number, found: Found): void {
    const span = { file: this.problems.file, start, end: found.end };
    this.problems.add(() => found.problem!(span, this.text.slice(start, found.end)));
  }

  /** Skips white space and keeps comments. */
  private skip(): void {
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (isNewline(code)) {
        this.startsLine = true;
        this.at++;
      } else if (isSpace(code)) {
        this.at++;
      } else if (code === 47 && text.charCodeAt(this.at + 1) === 47) {
        const start = this.at;
        let end = start + 2;
        while (end < text.length && !isNewline(text.charCodeAt(end))) end++;
        this.at = end;
        this.comments.push({
          text: text.slice(start, end).trimEnd(),
          span: { file: this.problems.file, start, end: start + text.slice(start, end).trimEnd().length },
        });
      } else return;
    }
  }

  private read(start: number): Found {
    const { text } = this;
    const code = text.charCodeAt(start);
    if (startsWord(code)) return this.readWord(start);
    if (isWordCode(code)) return this.readFigure(start);
    if (code === 34) return readString(text, start);
    if (code === 36) return readDollar(text, start);
    if (code === 45 && isWordCode(text.charCodeAt(start + 1)) && !startsWord(text.charCodeAt(start + 1))) {
      return this.readFigure(start);
    }
    if (code === 58) {
      const end = addressEnd(text, start);
      if (end > start) return { type: t.Address, end };
    }
    const symbol = scanSymbol(text, start);
    if (symbol !== undefined) return symbol;
    if (code > 127 && letterEnd(text, start) > start) return wrongName(text, start);
    return scanJunk(text, start);
  }

  private readWord(start: number): Found {
    const { text } = this;
    const end = wordEnd(text, start);
    const after = text.charCodeAt(end);
    if (after === 58) {
      const address = addressEnd(text, start);
      if (address > end) return { type: t.Address, end: address };
    }
    if (after > 127 && letterEnd(text, end) > end) return wrongName(text, start);
    const image = text.slice(start, end);
    if (image.charCodeAt(0) === 120) {
      if (end - start === 1 && after === 36) {
        const dollar = readDollar(text, end);
        if (dollar.type === t.Parameter) return { type: t.CountParameter, end: dollar.end };
      }
      if (end - start > 1 && onlyDigits(text, start + 1, end)) return { type: t.Count, end };
    }
    return { type: t.wordTypes.get(image) ?? t.Name, end };
  }

  private readFigure(start: number): Found {
    const { text } = this;
    let end = wordEnd(text, start + (text.charCodeAt(start) === 45 ? 1 : 0));
    const after = text.charCodeAt(end);
    if (after === 58) {
      const address = addressEnd(text, start);
      if (address > end) return { type: t.Address, end: address };
    }
    if (after > 127 && letterEnd(text, end) > end) return wrongName(text, start);
    if (after === 37) end++;
    const type = figureType(text.slice(start, end));
    if (type === t.DigitName && (after === 37 || text.charCodeAt(start) === 45)) {
      return { type: t.DigitName, end, problem: (span, found) => syntax["wrong-name"](span, [found]) };
    }
    return { type, end };
  }
}

function onlyDigits(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function wrongName(text: string, start: number): Found {
  return { type: t.Name, end: letterEnd(text, start), problem: (span, found) => syntax["wrong-name"](span, [found]) };
}

/** The end of an IPv6 address or range at `start`, or `start`: hexadecimal groups with at least two colons. */
function addressEnd(text: string, start: number): number {
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
function readDollar(text: string, start: number): Found {
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

function readString(text: string, start: number): Found {
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
