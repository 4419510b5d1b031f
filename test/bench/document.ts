// Writes what a part of the benchmarks reported into docs/benchmarks.md, between its two marks, and its plots beside it; other parts stay as
// they are. It must not know what was measured.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { plotSvg } from "./plot.ts";
import { shown, type Figure, type Report, type Table } from "./report.ts";

const docs = join(import.meta.dirname, "../../docs");
const file = join(docs, "benchmarks.md");
const head = `# Benchmarks

\`npm run bench\` runs Placet's planner and the peers that are installed on the same problems in one run, counts every answer again, and writes this
page; \`npm run bench NAME\` runs one part, \`--long\` all instances with longer budgets, \`--quick\` a fifth of every budget, \`--write\` puts single parts
here too. Seconds are CPU seconds (for each thread that a solver keeps busy), because machines are shared: hold the figures of one run against
each other, not against a clock. Peers: OR-Tools CP-SAT (two workers) and HiGHS from PyPI, HiGHS as WebAssembly, javascript-lp-solver.
`;

export async function writePart(name: string, report: Report): Promise<void> {
  for (const plot of report.plots ?? []) writeFileSync(join(docs, `${plot.file}.svg`), plotSvg(plot));
  const open = `<!-- part: ${name} -->`;
  const close = `<!-- end: ${name} -->`;
  const before = existsSync(file) ? readFileSync(file, "utf8") : head;
  const from = before.indexOf(open);
  const to = before.indexOf(close);
  const part = `${open}\n\n${sectionOf(name, report)}\n\n${close}`;
  const after =
    from < 0 || to < 0 ? `${before}\n${part}\n` : before.slice(0, from) + part + before.slice(to + close.length);
  writeFileSync(file, await format(after, { parser: "markdown", printWidth: 120 }));
}

function sectionOf(name: string, { figures = [], tables = [], plots = [], notes = [] }: Report): string {
  const images = plots.map(({ file, title }) => `![${title}](${file}.svg)`);
  return [
    `## ${name}`,
    ...images,
    ...(figures.length > 0 ? [figureTable(figures)] : []),
    ...tables.map(tableMarkdown),
    ...(notes.length > 0 ? [notes.map((note) => `- ${escaped(note)}`).join("\n")] : []),
  ].join("\n\n");
}

function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, peer }) => [
    name,
    `${shown(value)} ${unit}`,
    peer === undefined ? undefined : `${peer.name}: ${shown(peer.value)}`,
    peer === undefined ? undefined : (value / peer.value).toFixed(2),
  ]);
  return markdown(["what", "ours", "beside it", "ratio"], rows);
}

const tableMarkdown = ({ title, about, columns, rows }: Table): string =>
  [`### ${title}`, ...(about === undefined ? [] : [about]), markdown(columns, rows)].join("\n\n");

function markdown(columns: readonly string[], rows: Table["rows"]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = `| --- |${columns
    .slice(1)
    .map(() => " ---: |")
    .join("")}`;
  return [line(columns), rule, ...rows.map((row) => line(row.map(shown)))].join("\n");
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
