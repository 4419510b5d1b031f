// Where the lines of a text begin. Many diagnostics speak of one text, so the last one asked for is remembered.
// It must not know what the text is.

let last: { readonly text: string; readonly starts: readonly number[] } = { text: "", starts: [0] };

/** Offsets of the beginnings of lines; lines end with `\n`, `\r\n` or `\r`. At least one entry. */
export function lineStarts(text: string): readonly number[] {
  if (last.text === text) return last.starts;
  const starts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  last = { text, starts };
  return starts;
}
