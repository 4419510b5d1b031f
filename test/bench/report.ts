// What a benchmark reports: figures beside a peer's, tables and plots. It must not know what was measured, nor where a report is written.

/** One figure, beside the one that a peer reached in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
}

export interface Table {
  readonly title: string;
  /** Sentences below the title: what a row is, and what to hold it against. */
  readonly about?: string;
  readonly columns: readonly string[];
  /** Numbers are rounded for people; undefined is a dash. */
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** Lines that fall over time, both axes logarithmic. */
export interface Plot {
  /** Name of the file in `docs/`, without its ending. */
  readonly file: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

export interface Report {
  readonly figures?: readonly Figure[];
  readonly tables?: readonly Table[];
  readonly plots?: readonly Plot[];
  /** What was left out and why, and what went wrong: one sentence each. */
  readonly notes?: readonly string[];
}

export interface BenchOptions {
  /** All instances and the peers' long budgets, not only a choice of them. */
  readonly long: boolean;
  /** What budgets are multiplied by: 1, less for a look whether everything runs. */
  readonly effort: number;
}

/** A part of `npm run bench`: one file beside this one. */
export type Bench = (options: BenchOptions) => Promise<Report>;

/** A number as people read it: four digits that matter, thousands apart. */
export function shown(value: string | number | undefined): string {
  if (value === undefined) return "–";
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "never";
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

/** A table as lines of text of one width. */
export function tableText({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(shown))];
  const width = columns.map((_, c) => Math.max(...cells.map((row) => (row[c] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(width[c] as number) : cell.padStart(width[c] as number))).join("  ")}`;
  return [`  ${title}`, ...cells.map(line)].join("\n");
}
