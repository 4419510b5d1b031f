// Sets pieces of text in lines: one statement a line, blocks on one line where they were written so and fit, comments where they were.
// It must not know the language beyond its brackets and the spaces around symbols.

/** The widest line that a block may share with its statement. */
const widest = 100;

/** A token or a comment. */
export interface Piece {
  readonly text: string;
  readonly start: number;
  readonly comment: boolean;
  /** Line breaks before it in the source. */
  readonly breaks: number;
  /** The first token of an entry of a block. */
  readonly isEntry: boolean;
}

/** A piece, or a bracket with all that is in it. */
type Item = Piece | Block;

interface Block {
  readonly open: Piece;
  readonly entries: readonly Entry[];
  readonly close: Piece;
  readonly flat: string | undefined;
  /** Written on one line: when that is too wide, each entry gets a line of its own. */
  readonly onOneLine: boolean;
}

/** What is set as a whole: an entry, an item of a list, or a comment of its own. */
interface Entry {
  readonly items: readonly Item[];
  /** On one line; undefined if it can not be: a comment is in it, or a block that was written on several lines. */
  readonly flat: string | undefined;
}

const closerOf: Readonly<Record<string, string>> = { "{": "}", "[": "]" };
const isBlock = (item: Item): item is Block => "open" in item;
const first = (item: Item): Piece => (isBlock(item) ? item.open : item);

export class Layout {
  private readonly lines: string[] = [];
  private line = "";
  private previous = "";
  /** The line ends in a comment, so nothing may follow on it. */
  private closed = false;

  statement(pieces: readonly Piece[]): void {
    const items = structure(pieces);
    this.startLine(0, first(items[0]!).breaks);
    this.sequence(items, 0);
  }

  /** A comment between statements: at the end of the line before it if it stood there. */
  comment(piece: Piece): void {
    if (piece.breaks > 0 || this.line === "") this.startLine(0, piece.breaks);
    this.put(piece, 0);
  }

  text(): string {
    this.flush();
    return this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
  }

  private flush(): void {
    if (this.line !== "") this.lines.push(this.line);
    this.line = "";
    this.previous = "";
    this.closed = false;
  }

  /** Begins a line, after at most one of the blank lines that stood before it. */
  private startLine(depth: number, breaks: number): void {
    this.flush();
    if (breaks > 1) this.lines.push("");
    this.line = "  ".repeat(depth);
  }

  private get isEmpty(): boolean {
    return this.line.trim() === "";
  }

  private put(piece: Piece, depth: number): void {
    if (piece.comment) {
      if (piece.breaks > 0 && !this.isEmpty) this.continueLine(depth);
      this.line += this.isEmpty ? piece.text : `  ${piece.text}`;
      this.closed = true;
    } else {
      if (this.closed) this.continueLine(depth);
      this.line += this.isEmpty ? piece.text : space(this.previous, piece.text) + piece.text;
      this.previous = piece.text;
    }
  }

  /** After a comment in the midst of a statement, what follows stands deeper than where the statement began. */
  private continueLine(depth: number): void {
    this.flush();
    this.line = "  ".repeat(depth + 2);
  }

  private sequence(items: readonly Item[], depth: number): void {
    items.forEach((item, i) => {
      if (!isBlock(item)) this.put(item, depth);
      else if (this.fits(item, items.slice(i + 1), depth)) this.putFlat(item, depth);
      else this.broken(item, depth);
    });
  }

  /** Whether a block and what must follow on its line fit. */
  private fits(block: Block, rest: readonly Item[], depth: number): boolean {
    if (block.flat === undefined) return false;
    let width = (this.closed ? 2 * (depth + 2) : this.line.length + 1) + block.flat.length;
    let previous = block.close.text;
    for (const item of rest) {
      if (!isBlock(item) && item.comment) break;
      const text = isBlock(item) ? (item.flat ?? item.open.text) : item.text;
      width += space(previous, text).length + text.length;
      previous = isBlock(item) ? item.close.text : text;
      if (isBlock(item) && item.flat === undefined) break;
    }
    return width <= widest;
  }

  private putFlat(block: Block, depth: number): void {
    this.put({ ...block.open, text: block.flat!, comment: false }, depth);
    this.previous = block.close.text;
  }

  private broken(block: Block, depth: number): void {
    this.put(block.open, depth);
    let joinable = false;
    let isFirst = true;
    for (const { items, flat } of block.entries) {
      const head = first(items[0]!);
      const joint = block.open.text === "[" ? " " : "  ";
      if (head.comment && head.breaks === 0) this.put(head, depth + 1);
      else if (joinable && flat !== undefined && head.breaks === 0 && this.roomFor(joint + flat)) {
        this.line += joint + flat;
      } else {
        this.startLine(depth + 1, isFirst ? 0 : head.breaks);
        this.sequence(items, depth + 1);
        isFirst = false;
      }
      joinable = flat !== undefined && !block.onOneLine;
    }
    this.startLine(depth, 0);
    this.line += block.close.text;
    this.previous = block.close.text;
  }

  private roomFor(text: string): boolean {
    return !this.closed && this.line.length + text.length <= widest;
  }
}

/** Finds the brackets among pieces. */
function structure(pieces: readonly Piece[]): Item[] {
  let at = 0;
  const until = (closer: string | undefined): Item[] => {
    const items: Item[] = [];
    while (at < pieces.length && pieces[at]!.text !== closer) {
      const piece = pieces[at++]!;
      const closing = piece.comment ? undefined : closerOf[piece.text];
      if (closing === undefined) items.push(piece);
      else {
        const inner = until(closing);
        items.push(block(piece, inner, pieces[at++]!));
      }
    }
    return items;
  };
  return until(undefined);
}

function block(open: Piece, inner: readonly Item[], close: Piece): Block {
  const entries = (open.text === "[" ? splitList(inner) : splitBlock(inner)).flatMap(apartFromComments);
  const set = entries.map((items): Entry => ({ items, flat: flatten(items) }));
  const onOneLine = inner.length === 0 || (close.breaks === 0 && inner.every((item) => first(item).breaks === 0));
  return { open, entries: set, close, flat: onOneLine ? flatBlock(open, set) : undefined, onOneLine };
}

/** An entry goes up to where the next one begins. */
function splitBlock(inner: readonly Item[]): Item[][] {
  const entries: Item[][] = [];
  for (const item of inner) {
    if (entries.length === 0 || first(item).isEntry) entries.push([item]);
    else entries.at(-1)!.push(item);
  }
  return entries;
}

/** An item of a list goes up to its comma. */
function splitList(inner: readonly Item[]): Item[][] {
  const entries: Item[][] = [[]];
  for (const item of inner) {
    entries.at(-1)!.push(item);
    if (!isBlock(item) && item.text === ",") entries.push([]);
  }
  return entries.filter((entry) => entry.length > 0);
}

/** The comments around an entry stand for themselves; those in its midst stay there. */
function apartFromComments(items: readonly Item[]): Item[][] {
  const isComment = (item: Item): boolean => !isBlock(item) && item.comment;
  const from = items.findIndex((item) => !isComment(item));
  const to = items.findLastIndex((item) => !isComment(item)) + 1;
  if (from < 0) return items.map((item) => [item]);
  const alone = (comments: readonly Item[]): Item[][] => comments.map((item) => [item]);
  return [...alone(items.slice(0, from)), items.slice(from, to), ...alone(items.slice(to))];
}

function flatBlock(open: Piece, entries: readonly Entry[]): string | undefined {
  const texts = entries.map((entry) => entry.flat);
  if (!texts.every((text) => text !== undefined)) return undefined;
  if (open.text === "[") return `[${texts.join(" ")}]`;
  return texts.length === 0 ? "{}" : `{ ${texts.join("  ")} }`;
}

function flatten(items: readonly Item[]): string | undefined {
  let line = "";
  let previous = "";
  for (const item of items) {
    const text = isBlock(item) ? item.flat : item.comment ? undefined : item.text;
    if (text === undefined) return undefined;
    line += (line === "" ? "" : space(previous, text)) + text;
    previous = isBlock(item) ? item.close.text : text;
  }
  return line;
}

/** What stands between two tokens of a line. */
function space(before: string, after: string): string {
  if (before === "" || before === "(" || before === "[" || before === "..") return "";
  return after === ")" || after === "]" || after === "," || after === ".." ? "" : " ";
}
