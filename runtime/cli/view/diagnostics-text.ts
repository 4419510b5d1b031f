// Diagnostics as text, in the order in which a person wants to read them.
import { renderDiagnostic } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";

/** Diagnostics as text, errors last so that they stand where the eye is. */
export function diagnosticsText(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
  color: boolean,
  width: number,
): string {
  const rank = { hint: 0, warning: 1, error: 2 } as const;
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return sorted.map((d) => renderDiagnostic(d, (file) => sources.get(file), { color, width })).join("\n");
}
