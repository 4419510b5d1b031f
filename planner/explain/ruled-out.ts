// Why clusters are ruled out for a workload, summed up for people: the reason, and how many clusters it takes away. It must not solve.
import type { Because, Problem } from "../problem.ts";

/** `where gpu (lyon, nice), nodes of 6 cpu (edge-1 and 40 more)`: the reasons that rule most clusters out first. */
export function reasonsAgainst(problem: Problem, workload: number, clusters?: ReadonlySet<number>): string {
  const byReason = new Map<string, string[]>();
  for (const entry of problem.ruledOut) {
    if (entry.workload !== workload) continue;
    const own = entry.clusters.filter((cluster) => clusters === undefined || clusters.has(cluster));
    if (own.length === 0) continue;
    const text = entry.because.map((b) => b.text).join(", and ");
    const names = own.map((cluster) => problem.clusters[cluster]?.name ?? "");
    byReason.set(text, [...(byReason.get(text) ?? []), ...names]);
  }
  const sorted = [...byReason].sort(([a, m], [b, n]) => n.length - m.length || (a < b ? -1 : 1));
  const shown = sorted.slice(0, 6).map(([text, names]) => `${some(names)}: ${text}`);
  if (sorted.length > shown.length) shown.push(`and ${sorted.length - shown.length} more reasons`);
  return shown.length === 0 ? "the fleet has no other" : shown.join("; ");
}

/** `lyon, nice and 40 more`, in backticks. */
export function some(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** The places in the files that rule a workload's clusters out, each once. */
export function placesAgainst(problem: Problem, workload: number): readonly Because[] {
  const seen = new Map<string, Because>();
  for (const entry of problem.ruledOut) {
    if (entry.workload !== workload) continue;
    for (const because of entry.because) {
      if (because.span !== undefined) seen.set(`${because.span.file}:${because.span.start}:${because.text}`, because);
    }
  }
  return [...seen.values()].slice(0, 8);
}
