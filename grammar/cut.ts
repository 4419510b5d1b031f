// Tokens to statements, before anything is parsed, so that one wrong statement is one error and the next one is read as if nothing
// had happened. It knows where a statement begins, and nothing of what is in it.
import type { TokenType } from "chevrotain";
import { syntax } from "./diagnostics.ts";
import type { Problems } from "./problems.ts";
import type { Scanner } from "./scan.ts";
import * as t from "./tokens.ts";

/** Parentheses, braces, brackets and `not` together. */
const deepest = 200;

/** The tokens of one statement; `faulty` when something in it has been reported already. */
export interface Cut {
  readonly tokens: t.Token[];
  readonly faulty: boolean;
}

interface Opener {
  readonly token: t.Token;
  readonly weight: number;
}

const closerOf = new Map([
  [t.OpenBrace, t.CloseBrace],
  [t.OpenParen, t.CloseParen],
  [t.OpenBracket, t.CloseBracket],
]);
const openers = t.flags([...closerOf.keys()]);
const closers = t.flags([...closerOf.values()]);
const closerText: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/** Cuts the tokens of `scanner`. Words before a comparison become names on the way (`where app = web`). */
export class Cutter {
  private readonly scanner: Scanner;
  private readonly problems: Problems;
  /** The next four tokens, as far as they have been looked at. */
  private readonly ahead: (t.Token | undefined)[] = [undefined, undefined, undefined, undefined];
  private head = 0;
  private known = 0;
  private tokens: t.Token[] = [];
  private openers: Opener[] = [];
  private depth = 0;
  private nots = 0;
  private faulty = false;
  private tooDeep = false;

  constructor(scanner: Scanner, problems: Problems) {
    this.scanner = scanner;
    this.problems = problems;
  }

  /** The next statement, or undefined at the end of the file. */
  next(): Cut | undefined {
    for (;;) {
      const token = this.peek(0);
      if (token === undefined) return this.tokens.length > 0 ? this.flush() : undefined;
      if (this.isKey(token)) {
        this.take();
        this.push({ ...token, tokenType: t.Name, tokenTypeIdx: t.Name.tokenTypeIdx ?? 0 });
        continue;
      }
      if (this.tokens.length > 0 && t.isStatementWord(token.tokenType) && this.startsStatement(token)) {
        return this.flush();
      }
      this.take();
      this.push(token);
    }
  }

  private peek(n: 0 | 1 | 2 | 3): t.Token | undefined {
    while (this.known <= n) this.ahead[(this.head + this.known++) & 3] = this.scanner.next();
    return this.ahead[(this.head + n) & 3];
  }

  private take(): void {
    this.head = (this.head + 1) & 3;
    this.known--;
  }

  private push(token: t.Token): void {
    if (token.faulty) this.faulty = true;
    const type = token.tokenType;
    if (openers.has(type)) this.open(token);
    else if (closers.has(type) && !this.close(token)) return;
    this.nots = type === t.word.not ? this.nots + 1 : 0;
    if (this.depth + this.nots > deepest) this.refuseDepth(token);
    if (!this.tooDeep) this.tokens.push(token);
  }

  private open(token: t.Token): void {
    const weight = 1 + this.nots;
    this.depth += weight;
    this.openers.push({ token, weight });
  }

  /** Whether the closer closes something. What was opened inside of it and is still open is reported. */
  private close(token: t.Token): boolean {
    const match = this.openers.findLastIndex((opener) => closerOf.get(opener.token.tokenType) === token.tokenType);
    if (match < 0) {
      this.faulty = true;
      const span = { file: this.problems.file, start: token.startOffset, end: token.endOffset + 1 };
      this.problems.add(() =>
        syntax.unopened(span, [token.image], {
          fix: { title: `remove \`${token.image}\``, edits: [{ span, text: "" }] },
        }),
      );
      return false;
    }
    if (match < this.openers.length - 1) this.reportUnclosed(this.openers[match + 1]!.token, token.startOffset);
    for (const opener of this.openers.splice(match)) this.depth -= opener.weight;
    return true;
  }

  private refuseDepth(token: t.Token): void {
    if (this.tooDeep) return;
    this.tooDeep = true;
    this.faulty = true;
    const span = { file: this.problems.file, start: token.startOffset, end: token.endOffset + 1 };
    this.problems.add(() => syntax["too-deep"](span, [deepest], { help: "say it with fewer levels" }));
  }

  private reportUnclosed(opener: t.Token, at: number): void {
    this.faulty = true;
    const closer = closerText[opener.image] ?? "}";
    const { file } = this.problems;
    this.problems.add(() =>
      syntax.unclosed({ file, start: opener.startOffset, end: opener.endOffset + 1 }, [opener.image, closer], {
        help: `add \`${closer}\``,
        fix: { title: `add \`${closer}\``, edits: [{ span: { file, start: at, end: at }, text: ` ${closer} ` }] },
      }),
    );
  }

  private flush(): Cut {
    const last = this.tokens.at(-1);
    // Only the outermost is reported where none was: it is what the rest of the file would fall into.
    const outermost = this.openers[0];
    if (outermost !== undefined && !this.tooDeep) this.reportUnclosed(outermost.token, (last?.endOffset ?? 0) + 1);
    const cut = { tokens: this.tokens, faulty: this.faulty };
    this.tokens = [];
    this.openers = [];
    this.depth = 0;
    this.nots = 0;
    this.faulty = false;
    this.tooDeep = false;
    return cut;
  }

  /** A word before a comparison is a name, and so is one that opens a block of data. */
  private isKey(token: t.Token): boolean {
    const type = token.tokenType;
    if (!t.isReserved(type) && !t.isPlaceWord(type)) return false;
    const next = this.peek(1)?.tokenType;
    if (next !== undefined && comparisons.has(next)) return true;
    if (next === t.OpenBrace) return this.inData();
    if (next === t.word.in) return type !== t.word.not && this.peek(2)?.tokenType === t.OpenParen;
    if (next !== t.word.not) return false;
    return this.peek(2)?.tokenType === t.word.in && this.peek(3)?.tokenType === t.OpenParen;
  }

  private inData(): boolean {
    const first = this.tokens[0]?.tokenType;
    return this.openers.length > 0 && (first === t.word.patch || first === t.word.intent);
  }

  private startsStatement(token: t.Token): boolean {
    const type = token.tokenType;
    const previous = this.tokens.at(-1);
    const before = previous?.tokenType;
    if (type === t.word.app && this.expectsTarget()) return false;
    if (type === t.word.clusters && this.peek(1)?.tokenType !== t.word.from) {
      // `on 2 clusters`, `minimize clusters`, and the entry of a `cloud`.
      return this.openers.length === 0 && token.startsLine && !isFigure(previous) && !isUnfinished(before);
    }
    if (this.openers.length > 0) {
      const inList = this.openers.at(-1)?.token.tokenType !== t.OpenBrace;
      return token.startsLine && !(inList && isUnfinished(before));
    }
    if (type === t.word.cluster && isFigure(previous)) {
      // `survive 1 cluster`, unless a cluster is defined here.
      const name = this.peek(1)?.tokenType;
      return name !== undefined && names.has(name) && this.peek(2)?.tokenType === t.OpenBrace;
    }
    // `cluster` can end a statement, but never alone: what follows is its name, if without its quotes.
    const named = before === t.word.cluster && this.tokens.length === 1;
    return token.startsLine || !(named || isUnfinished(before));
  }

  /** Whether `app` is part of a target: after a word that can not end a statement and that a target follows. */
  private expectsTarget(): boolean {
    const type = this.tokens.at(-1)?.tokenType;
    if (type === undefined) return false;
    if (targetFollows.has(type)) return true;
    const before = this.tokens.at(-2)?.tokenType;
    if (type === t.word.out) return before === t.word.roll;
    if (type === t.word.reach) return before === t.word.can || before === t.word.cannot;
    return type === t.word.dns && this.openers.length > 0;
  }
}

const comparisons = t.flags([t.Equals, ...t.membersOf(t.CompareSign)]);
const names = t.flags(t.membersOf(t.NameLike));
const figures = t.flags(t.membersOf(t.Figure));
const isFigure = (token: t.Token | undefined): boolean => token !== undefined && figures.has(token.tokenType);

const targetWords =
  "run forbid move allow deny isolate attach expose set configure patch scale monitor start after near with from expect chain";
const targetFollows: ReadonlySet<TokenType | undefined> = new Set([
  t.Arrow,
  t.BothWays,
  t.Comma,
  ...targetWords.split(" ").map((text) => t.wordTypes.get(text)),
]);

const symbolsThatGoOn = new Set([t.Equals, t.Comma, t.Arrow, t.BothWays, t.Range, t.OpenParen, t.OpenBracket]);

/**
 * Whether a statement can not end with this. A statement word on the same line is then a name without its quotes; on the next line it
 * is the next statement.
 */
const isUnfinished = (type: TokenType | undefined): boolean =>
  type !== undefined &&
  (symbolsThatGoOn.has(type) || comparisons.has(type) || (t.isReserved(type) && !canEnd.has(type)));

const canEnd = new Set([t.word.each, t.word.optional, t.word.cluster, t.word.clusters]);
