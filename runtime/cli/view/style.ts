// Colours and safe text for terminals. Cluster data and file contents are never printed raw (DESIGN.md: Safety).
import stringWidth from "string-width";
import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Paints text, or leaves it: decided once for a stream. */
export type Paint = (format: Format, text: string) => string;

export const painter = (color: boolean): Paint =>
  color ? (format, text) => styleText(format, text, { validateStream: false }) : (_, text) => text;

// C0, DEL, C1, and the characters that reorder or hide text (bidirectional controls, zero width, line separators).
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text with every control character made visible: `\u{1b}`. Tabs and line feeds stay. */
export const printable = (text: string): string => text.replace(unsafe, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);

export const padEnd = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - stringWidth(text)));

export const padStart = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - stringWidth(text))) + text;

/** Cuts to a width in columns, with an ellipsis. Plain text only. */
export function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = "";
  for (const character of text) {
    if (stringWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

export const widest = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, stringWidth(text)), 0);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** `▇▇▇▇▇░░░░░` for a share of 0–1. */
export function bar(share: number, width: number): string {
  const full = Math.max(share > 0 ? 1 : 0, Math.min(width, Math.round(share * width)));
  return "▇".repeat(full) + "░".repeat(width - full);
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
