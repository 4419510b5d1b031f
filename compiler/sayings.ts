// Which of all diagnostics are shown, and in which order. It must not know how they came about.
import type { Diagnostic } from "../grammar/index.ts";
import { bySpan } from "./placement/order.ts";

/** What is said of a name or word that a broken file or source may well have declared. */
const ECHOES: ReadonlySet<string> = new Set(
  [
    "unknown-workload",
    "unknown-app",
    "unknown-cluster",
    "unknown-cloud",
    "unknown-network",
    "unknown-parameter",
    "unknown-word",
    "unknown-label",
    "unknown-taint",
    "unknown-property",
    "unknown-port",
    "port-in-no-workload",
    "spread-key",
    "near-what-does-not-run",
    "not-in-target",
    "no-clusters",
    "unknown-set",
  ].map((name) => `compiler/${name}`),
);

/**
 * Leaves out what is only an echo of an earlier mistake: a statement that could not be read declares nothing, and complaining about its
 * names, or warning that nothing uses them, would bury the one mistake under a hundred.
 */
export function withoutEchoes(
  diagnostics: readonly Diagnostic[],
  broken: "files" | "sources" | "nothing",
): readonly Diagnostic[] {
  if (broken === "nothing") return diagnostics;
  return diagnostics.filter(
    (d) => !ECHOES.has(d.code) && (d.severity === "error" || broken === "sources" || !d.code.startsWith("compiler/")),
  );
}

/** By file and place, what has no place first; the same thing at the same place once. */
export function inTextOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const sorted = diagnostics.toSorted((a, b) => {
    if (a.span === undefined || b.span === undefined)
      return (a.span === undefined ? 0 : 1) - (b.span === undefined ? 0 : 1) || byText(a, b);
    return bySpan(a.span, b.span) || byText(a, b);
  });
  return sorted.filter((d, i) => {
    const before = sorted[i - 1];
    return (
      before === undefined ||
      before.code !== d.code ||
      before.message !== d.message ||
      before.span?.file !== d.span?.file ||
      before.span?.start !== d.span?.start
    );
  });
}

const byText = (a: Diagnostic, b: Diagnostic): number =>
  a.code !== b.code ? (a.code < b.code ? -1 : 1) : a.message < b.message ? -1 : a.message > b.message ? 1 : 0;
