// Colours and safe text for terminals. Cluster data and file contents are never printed raw (DESIGN.md: Safety).
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

/** `12,345`. Not `toLocaleString`, which loads the tables of every language first. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `▇▇▇▇▇░░░░░` for a share of 0–1. */
export function bar(share: number, width: number): string {
  const full = Math.max(share > 0 ? 1 : 0, Math.min(width, Math.round(share * width)));
  return "▇".repeat(full) + "░".repeat(width - full);
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
