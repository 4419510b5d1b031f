// Offsets to lines and columns. It must not know tokens.

export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** Where `offset` is in `text`. Lines end with `\n`, `\r\n` or `\r`. An offset past the end is the end. */
export function lineAndColumn(text: string, offset: number): Position {
  const stop = Math.max(0, Math.min(offset, text.length));
  let line = 1;
  let start = 0;
  for (let i = 0; i < stop; i++) {
    const code = text.charCodeAt(i);
    if (code !== 10 && code !== 13) continue;
    if (code === 13 && text.charCodeAt(i + 1) === 10) {
      if (i + 1 >= stop) break; // between the two halves of one line break
      i++;
    }
    line++;
    start = i + 1;
  }
  return { line, column: stop - start + 1 };
}
