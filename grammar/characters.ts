// Which characters make words, white space and lines. It must not know tokens.

const wordCodes = new Uint8Array(128);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") wordCodes[c.charCodeAt(0)] = 1;

/** a–z, A–Z, 0–9 and `_`. False for NaN, the code past the end of a text. */
export const isWordCode = (code: number): boolean => code < 128 && wordCodes[code] === 1;

/** A letter or `_`: what a name that is no figure begins with. */
export const startsWord = (code: number): boolean => isWordCode(code) && !(code >= 48 && code <= 57);

export const isNewline = (code: number): boolean => code === 10 || code === 13;

/** White space of any alphabet, line breaks aside. */
export const isSpace = (code: number): boolean =>
  code === 32 ||
  code === 9 ||
  code === 11 ||
  code === 12 ||
  (code > 127 && (code === 0xa0 || code === 0xfeff || /\s/u.test(String.fromCharCode(code))));

/**
 * The end of the word at `start`: runs of word characters joined by one `.`, one `/`, or dashes. So `amf->smf`, `2..10` and
 * `smf//comment` end where one expects, and no word ends in a joint.
 */
export function wordEnd(text: string, start: number): number {
  let i = start;
  for (;;) {
    while (isWordCode(text.charCodeAt(i))) i++;
    const code = text.charCodeAt(i);
    let next = i + 1;
    if (code === 45) while (text.charCodeAt(next) === 45) next++;
    else if (code !== 46 && code !== 47) return i;
    if (!isWordCode(text.charCodeAt(next))) return i;
    i = next;
  }
}

const letter = /[\p{L}\p{N}\p{M}\p{Pc}]/u;

/** The end of a run of letters of any alphabet, digits and the joints of names; `start` if there is none. */
export function letterEnd(text: string, start: number): number {
  let i = start;
  for (;;) {
    const code = text.codePointAt(i);
    if (code === undefined) return i;
    const joint = (code === 45 || code === 46 || code === 47) && i > start;
    if (joint) {
      const next = text.codePointAt(i + 1);
      if (next === undefined || !letter.test(String.fromCodePoint(next))) return i;
    } else if (!letter.test(String.fromCodePoint(code))) return i;
    i += code > 0xffff ? 2 : 1;
  }
}
