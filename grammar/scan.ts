// Text to tokens, one at a time, so that a file of a million statements never has all its tokens in memory. Written by hand and not
// as Chevrotain patterns: a word is classified by one look-up, start-up has no patterns to analyse, and no input can make a regular
// expression backtrack. It must not know statements.
import type { TokenType } from "chevrotain";
import type { Comment } from "./ast.ts";
import { isNewline, isSpace, isWordCode, letterEnd, startsWord, wordEnd } from "./characters.ts";
import { syntax } from "./diagnostics.ts";
import { figureType } from "./figure.ts";
import { addressEnd, readDollar, readString, takesText, unquoted, urlEnd, wrongName } from "./literals.ts";
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
  private last: TokenType | undefined;
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
      this.last = found.type;
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
      const whole = this.last !== undefined && takesText.has(this.last) ? urlEnd(text, end) : end;
      if (whole > end) return { type: t.Text, end: whole, problem: unquoted };
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
