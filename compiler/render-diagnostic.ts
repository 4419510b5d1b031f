// Diagnostics as text for people and as JSON for machines (DESIGN.md). Pure: the caller gives the sources, the width and the colours.
// It must not know any particular diagnostic.
import type { Diagnostic, Related, Severity, Span } from "../grammar/index.ts";
import { lineFinder, lineStarts } from "./line-starts.ts";
import { safe, windowOf, wrap } from "./screen-text.ts";

/** The text of a file that was read, or undefined when it is not known any more. */
export type Sources = (file: string) => string | undefined;

export interface RenderOptions {
  readonly color: boolean;
  /** Columns of the screen; 100 unless told. */
  readonly width?: number;
}

/**
 * ```
 * error: there is no workload `amff`                                 [compiler/unknown-workload]
 *   core.intent:3:5
 *   3 | run amff where gpu
 *     |     ^^^^
 *   help: did you mean `amf`?
 * ```
 */
export function renderDiagnostic(diagnostic: Diagnostic, sources: Sources, options: RenderOptions): string {
  const paint = painter(options.color);
  const width = Math.max(40, options.width ?? 100);
  const lines: string[] = [...heading(diagnostic, width, paint)];
  if (diagnostic.span !== undefined)
    lines.push(...excerpt(diagnostic.span, sources, width, paint, diagnostic.severity));
  for (const related of diagnostic.related ?? []) lines.push(...relatedPlace(related, sources, width, paint));
  if (diagnostic.help !== undefined)
    lines.push(
      ...indented(`help: ${safe(diagnostic.help, true)}`, width, 2).map((line, i) =>
        i === 0 ? line.replace("help:", paint("help", "help:")) : line,
      ),
    );
  return `${lines.join("\n")}\n`;
}

type Style = Severity | "place" | "bar" | "help" | "code";
type Paint = (style: Style, text: string) => string;

const CODES: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  hint: "1;36",
  place: "2",
  bar: "2",
  help: "1;32",
  code: "2",
};

const painter =
  (color: boolean): Paint =>
  (style, text) =>
    color && text !== "" ? `\u001B[${CODES[style]}m${text}\u001B[0m` : text;

function heading({ severity, code, message }: Diagnostic, width: number, paint: Paint): readonly string[] {
  const [first = "", ...rest] = indented(`${severity}: ${safe(message, true)} [${code}]`, width, 0, 2);
  const all = [`${paint(severity, `${severity}:`)}${first.slice(severity.length + 1)}`, ...rest];
  return all.map((line, i) =>
    i === all.length - 1 && line.endsWith(`[${code}]`)
      ? line.slice(0, -code.length - 2) + paint("code", `[${code}]`)
      : line,
  );
}

/** Wrapped with `first` blanks before the first line and `first + more` before the others. */
function indented(text: string, width: number, first: number, more = 0): readonly string[] {
  return wrap(text, width - first - more).map((line, i) => " ".repeat(i === 0 ? first : first + more) + line);
}

function excerpt(span: Span, sources: Sources, width: number, paint: Paint, style: Style): readonly string[] {
  const text = sources(span.file);
  if (text === undefined) return [`  ${paint("place", safe(span.file))}`];
  const start = positionIn(text, span.start);
  const place = `  ${paint("place", `${safe(span.file)}:${start.line}:${start.column}`)}`;
  const line = text.slice(start.lineStart, start.lineEnd);
  const number = String(start.line);
  const from = Math.min(span.start, text.length) - start.lineStart;
  const to = Math.min(Math.max(span.end, span.start), start.lineEnd) - start.lineStart;
  const { text: shown, before, marked } = windowOf(line, from, to, width - number.length - 6);
  const margin = " ".repeat(number.length);
  const under = `${" ".repeat(before)}${paint(style, "^".repeat(marked))}`;
  return [place, `  ${paint("bar", `${number} |`)} ${shown}`.trimEnd(), `  ${paint("bar", `${margin} |`)} ${under}`];
}

function relatedPlace(related: Related, sources: Sources, width: number, paint: Paint): readonly string[] {
  const [, ...source] = excerpt(related.span, sources, width, paint, "hint");
  const text = sources(related.span.file);
  const at =
    text === undefined
      ? safe(related.span.file)
      : `${safe(related.span.file)}:${positionIn(text, related.span.start).line}:${positionIn(text, related.span.start).column}`;
  return [...indented(`${safe(related.message, true)}: ${at}`, width, 2, 2), ...source];
}

export interface DiagnosticJson {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly file?: string;
  readonly start?: PositionJson;
  readonly end?: PositionJson;
  readonly related: readonly {
    readonly message: string;
    readonly file: string;
    readonly start?: PositionJson;
    readonly end?: PositionJson;
  }[];
}

/** Both from 1; columns in UTF-16 code units. `end` is exclusive. */
export interface PositionJson {
  readonly line: number;
  readonly column: number;
}

/** The JSON form of DESIGN.md. A span in a file whose text is not known has no positions. */
export function diagnosticJson(diagnostic: Diagnostic, sources: Sources): DiagnosticJson {
  const { code, severity, message, help, span, related = [] } = diagnostic;
  return {
    code,
    severity,
    message,
    ...(help === undefined ? {} : { help }),
    ...(span === undefined ? {} : placeJson(span, sources)),
    related: related.map((r) => ({ message: r.message, ...placeJson(r.span, sources) })),
  };
}

function placeJson(
  span: Span,
  sources: Sources,
): { readonly file: string; readonly start?: PositionJson; readonly end?: PositionJson } {
  const text = sources(span.file);
  if (text === undefined) return { file: span.file };
  const at = (offset: number): PositionJson => {
    const { line, column } = positionIn(text, offset);
    return { line, column };
  };
  return { file: span.file, start: at(span.start), end: at(Math.max(span.start, span.end)) };
}

function positionIn(text: string, offset: number) {
  const starts = lineStarts(text);
  const stop = Math.max(0, Math.min(offset, text.length));
  const line = lineFinder(text)(stop);
  const lineStart = starts[line] ?? 0;
  const next = starts[line + 1] ?? text.length;
  const lineEnd = lineStart + text.slice(lineStart, next).replace(/[\r\n]+$/, "").length;
  return { line: line + 1, column: stop - lineStart + 1, lineStart, lineEnd };
}
