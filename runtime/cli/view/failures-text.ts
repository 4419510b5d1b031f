// What happens in each loss: first how many there are and which of them hurt, then one block a loss. It must not know how it was found.
import type { FailureCase } from "../../../planner/index.ts";
import { plural, printable, type Paint } from "./style.ts";
import { wrapped } from "./width.ts";

export interface FailuresView {
  /** Columns. */
  readonly width: number;
  /** Every place that something goes to; else the first few. */
  readonly full: boolean;
  readonly paint: Paint;
}

/** Destinations of one loss that are shown. */
const MOST_PLACES = 6;
/** Losses that hurt that are named in the first line. */
const MOST_NAMES = 8;

/** Lines of the `What if one is lost` section. */
export function failureLines(cases: readonly FailureCase[], view: FailuresView): string[] {
  if (cases.length === 0) return ["  nothing runs anywhere"];
  const names = Math.max(...cases.map(({ lost }) => printable(lost).length));
  return [...headlineOf(cases, view), "", ...cases.flatMap((one) => caseLines(one, view, names))];
}

const hurts = ({ status, gone, unplaced }: FailureCase): boolean =>
  status !== "feasible" && status !== "optimal" ? true : gone.length + unplaced.length > 0;

function headlineOf(cases: readonly FailureCase[], { width, paint }: FailuresView): string[] {
  const painful = cases.filter(hurts);
  if (painful.length === 0)
    return [
      paint("green", `  ${plural(cases.length, "loss", "losses")}: everything that is lost comes back after each`),
    ];
  const some = painful.slice(0, MOST_NAMES).map(({ lost }) => printable(lost));
  const more = painful.length > some.length ? `, and ${painful.length - some.length} more` : "";
  const text = `${plural(cases.length, "loss", "losses")}; not everything comes back after ${painful.length} of them: ${some.join(", ")}${more}`;
  return wrapped(text, width - 2).map((line) => paint("yellow", `  ${line}`));
}

function caseLines(one: FailureCase, { width, full, paint }: FailuresView, names: number): string[] {
  const indent = " ".repeat(names + 4);
  const title = `  ${paint("bold", printable(one.lost).padEnd(names))}  `;
  const block = (words: string): string[] => wrapped(words, width - indent.length).map((line) => indent + line);
  if (one.status === "infeasible")
    return [`${title}${paint("red", "not everything can run")}`, ...one.problems.flatMap((p) => block(printable(p)))];
  const moved = one.evacuated.reduce((sum, e) => sum + e.replicas, 0);
  const notes = [
    moved === 0 ? "nothing has to move" : `${plural(moved, "replica")} ${moved === 1 ? "moves" : "move"} out`,
    ...(one.alsoMoved > 0 ? [`${plural(one.alsoMoved, "other")} ${one.alsoMoved === 1 ? "makes" : "make"} room`] : []),
    ...(one.gone.length > 0 ? [`lost with it: ${counted(one.gone)}`] : []),
    ...(one.unplaced.length > 0 ? [`without a place: ${counted(one.unplaced)}`] : []),
    ...(one.stuck.length > 0 ? [`no place was found for: ${counted(one.stuck)}`] : []),
    ...(one.unruly.length > 0
      ? [
          `others would have to move for the rules of ${one.unruly.map(({ workload }) => printable(workload)).join(", ")}`,
        ]
      : []),
    ...(one.status === "unknown" && one.stuck.length + one.unruly.length === 0 ? ["not decided in time"] : []),
  ];
  const [first = "", ...rest] = wrapped(notes.join("; "), width - indent.length);
  const format = hurts(one) ? "yellow" : undefined;
  const painted = (line: string): string => (format === undefined ? line : paint(format, line));
  const places = [...Map.groupBy(one.evacuated, ({ to }) => to)];
  const shown = full ? places : places.slice(0, MOST_PLACES);
  const lines = shown.flatMap(([to, moves]) => {
    const [head = "", ...tail] = wrapped(`→ ${printable(to)}: ${counted(moves)}`, width - indent.length - 2);
    return [indent + head, ...tail.map((line) => `${indent}  ${line}`)];
  });
  const more = places.length > shown.length ? [`${indent}… and ${places.length - shown.length} more (--full)`] : [];
  return [
    title + painted(first),
    ...rest.map((line) => indent + painted(line)),
    ...[...lines, ...more].map((line) => paint("dim", line)),
  ];
}

/** `3× web, 1× db`. */
const counted = (list: readonly { readonly workload: string; readonly replicas: number }[]): string =>
  list.map(({ workload, replicas }) => `${replicas}× ${printable(workload)}`).join(", ");
