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

/** Which line of a text an offset is on, from 0: the last that begins at or before it. Any number of questions to one text. */
export function lineFinder(text: string): (offset: number) => number {
  const starts = lineStarts(text);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
}
