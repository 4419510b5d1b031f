// CSV as RFC 4180 has it: quoted fields with commas, line breaks and doubled quotes. It must not know what the columns mean.

export interface Field {
  readonly text: string;
  /** Offsets of the field in the file, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface CsvProblem {
  readonly problem: string;
  readonly start: number;
  readonly end: number;
}

/** Rows of fields; empty lines and lines that begin with `#` are left out. Unquoted fields are trimmed. */
export function readCsv(text: string): {
  readonly rows: readonly (readonly Field[])[];
  readonly problems: readonly CsvProblem[];
} {
  const rows: Field[][] = [];
  const problems: CsvProblem[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    if (text[at] === "#") {
      at = endOfLine(text, at) + 1;
      continue;
    }
    const row: Field[] = [];
    for (let more = true; more;) {
      const field = readField(text, at, problems);
      row.push(field);
      more = text[field.next] === ",";
      at = field.next + 1;
      if (text[field.next] === "\r" && text[at] === "\n") at += 1;
    }
    if (row.length > 1 || row[0]?.text !== "")
      rows.push(row.map(({ text: t, start, end }) => ({ text: t, start, end })));
  }
  return { rows, problems };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** One field from `start`; `next` is at the comma, line break or end that closes it. */
function readField(text: string, start: number, problems: CsvProblem[]): Field & { readonly next: number } {
  const blank = /[ \t]*/y;
  blank.lastIndex = start;
  blank.test(text);
  const open = blank.lastIndex;
  if (text[open] !== '"') {
    const stop = /[,\r\n]/g;
    stop.lastIndex = start;
    const next = stop.exec(text)?.index ?? text.length;
    const trimmed = text.slice(start, next).trim();
    return {
      text: trimmed,
      start: trimmed === "" ? start : open,
      end: trimmed === "" ? next : open + trimmed.length,
      next,
    };
  }
  let value = "";
  let at = open + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      problems.push({
        problem: "this quote is never closed",
        start: open,
        end: Math.min(text.length, endOfLine(text, open)),
      });
      return { text: value, start: open, end: text.length, next: text.length };
    }
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  const stop = /[,\r\n]/g;
  stop.lastIndex = at;
  const next = stop.exec(text)?.index ?? text.length;
  if (text.slice(at, next).trim() !== "")
    problems.push({
      problem: "nothing may follow the closing quote but a comma or the end of the line",
      start: at,
      end: next,
    });
  return { text: value, start: open, end: at, next };
}
