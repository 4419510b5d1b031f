// Text of users on a screen: what could steer a terminal is shown as a picture, and columns are counted as they look.
// It must not know diagnostics.

/** One character as it is shown: C0 controls as control pictures, other invisible steering as `�`, a tab as a blank. */
function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 9) return " ";
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  if (code === 127) return "\u2421";
  return STEERING.test(character) ? "\uFFFD" : character;
}

/** C1 controls, line separators, direction marks and isolates, invisible tags, lone surrogates. */
const STEERING = /[\u0080-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]|\p{Cs}/u;

/** Columns of one shown character: East Asian wide characters and most emoji take two, combining marks none. */
export function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mn}/u.test(character)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Unicode Standard Annex 11, the ranges that are wide in every font. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** The text with everything that steers a terminal made visible; line breaks too, unless `keepBreaks`. */
export function safe(text: string, keepBreaks = false): string {
  const plain = keepBreaks ? text.replaceAll(/\r\n?/g, "\n") : text;
  return Array.from(plain, (character) => (keepBreaks && character === "\n" ? character : shown(character))).join("");
}

export const widthOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + columnsOf(character), 0);

/** Lines of at most `width` columns, broken between words; a longer word stays whole. `text` is safe already. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split("\n").flatMap((line) => {
    if (widthOf(line) <= width) return [line];
    const lines: string[] = [];
    let current = "";
    let columns = 0;
    for (const word of line.split(" ")) {
      const more = widthOf(word);
      if (current !== "" && columns + 1 + more > width) {
        lines.push(current);
        [current, columns] = [word, more];
      } else {
        columns += (current === "" ? 0 : 1) + more;
        current = current === "" ? word : `${current} ${word}`;
      }
    }
    return [...lines, current];
  });
}

/** A line of source around a stretch of it, cut to `width` columns with `…` at the cut ends, and where the stretch is then. */
export function windowOf(
  line: string,
  from: number,
  to: number,
  width: number,
): { readonly text: string; readonly before: number; readonly marked: number } {
  const characters = Array.from(line);
  const at = (offset: number) => Array.from(line.slice(0, offset)).length;
  const [start, end] = [at(from), Math.max(at(to), at(from))];
  const room = Math.max(10, width - 2);
  const all = characters.length <= room && widthOf(line) <= room;
  // Half of the room before the stretch at most, so that what follows it is seen too.
  const left = all ? 0 : Math.max(0, Math.min(start - Math.floor(room / 4), characters.length - room));
  const right = all ? characters.length : Math.min(characters.length, left + room);
  const piece = (a: number, b: number) => characters.slice(a, b).map(shown).join("");
  const head = left > 0 ? "…" : "";
  const tail = right < characters.length ? "…" : "";
  const stop = Math.min(end, right);
  return {
    text: head + piece(left, right) + tail,
    before: widthOf(head + piece(left, start)),
    marked: Math.max(1, widthOf(piece(start, stop))),
  };
}
