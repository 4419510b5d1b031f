// A report of why as plain text for people. It must not know how the report was made, nor colours: the caller paints.
import { shortName } from "../build/words.ts";
import { amountOf } from "./amount.ts";
import type { WhyCluster, WhyReason, WhyReport } from "./why.ts";

export interface RenderOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Puts a format around text, or returns the text. */
  readonly paint: (format: "bold" | "dim" | "green" | "yellow" | "red", text: string) => string;
}

/** Clusters beyond this many with the same verdict and reason are counted, not listed. */
const MOST_NAMES = 6;

/** One paragraph for where it is, one line for each reason against the others. */
export function renderWhy(report: WhyReport, { width, paint }: RenderOptions): string {
  const name = shortName(report.workload);
  const lines = [paint("bold", headline(report, name))];
  for (const entry of report.clusters) {
    if (entry.verdict !== "chosen") continue;
    lines.push(`  ${paint("green", "●")} ${paint("bold", entry.cluster)}  ${said(entry.because)}`);
  }
  const groups = Map.groupBy(
    report.clusters.filter(({ verdict }) => verdict !== "chosen"),
    (entry) => sentenceOf(entry).text,
  );
  const rows = [...groups].map(([text, entries]) => ({
    text,
    names: some(entries.map(({ cluster }) => cluster)),
    format: sentenceOf(entries[0]!).format,
  }));
  if (rows.length > 0) lines.push("", paint("bold", "not elsewhere:"));
  for (const { text, names, format } of rows)
    lines.push(
      ...wrapped(`${names}: ${text}`, width - 4).map((line, i) => `  ${i === 0 ? paint(format, "○") : " "} ${line}`),
    );
  return lines.join("\n");
}

function headline({ clusters, status, unplaced }: WhyReport, name: string): string {
  const placed = clusters.flatMap((entry) =>
    entry.verdict === "chosen" ? [`${entry.cluster}${entry.replicas > 1 ? ` x${entry.replicas}` : ""}`] : [],
  );
  const left = unplaced > 0 ? `; ${unplaced} ${unplaced === 1 ? "replica stays" : "replicas stay"} unplaced` : "";
  if (placed.length > 0) return `${name} runs on ${placed.join(", ")}${left}`;
  return status === "infeasible"
    ? `${name} has no place: the intents can not hold together`
    : `${name} runs nowhere${left}`;
}

function sentenceOf(entry: WhyCluster): { readonly text: string; readonly format: "red" | "yellow" | "dim" } {
  switch (entry.verdict) {
    case "ruled-out":
      return { text: `ruled out by ${said(entry.because)}`, format: "red" };
    case "conflicts":
      return {
        text: entry.because.some(({ span }) => span !== undefined)
          ? `there it would conflict with ${said(entry.because)}`
          : said(entry.because),
        format: "red",
      };
    case "worse":
      return { text: worse(entry), format: "yellow" };
    case "better":
      return {
        text: `${amountOf(entry.term, entry.difference, "less")}, all else as it is: the plan was stopped before its proof`,
        format: "yellow",
      };
    case "equal":
      return { text: `as good${entry.exact ? "" : ", all else as it is"}; the tie was broken`, format: "dim" };
    case "unknown":
      return { text: "there was no time to find out", format: "dim" };
    case "chosen":
      return { text: said(entry.because), format: "dim" };
  }
}

function worse({ term, difference, exact, least = 0 }: Extract<WhyCluster, { readonly verdict: "worse" }>): string {
  const more = amountOf(term, difference);
  if (exact) return more;
  return `at most ${more}, all else as it is${least > 0 ? `; at least ${amountOf(term, least)}` : ""}`;
}

const said = (because: readonly WhyReason[]): string =>
  because.length === 0 ? "nothing that is known" : because.map(({ text }) => text).join("; ");

const some = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`
    : names.join(", ");

/** Words into lines of at most `width` columns; a longer word stands alone. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > Math.max(20, width)) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
