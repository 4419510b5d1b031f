// One short reason for every place in a plan, cheap enough to be said of all of them. The long answer, with what every other
// cluster would have cost, is `explain/`'s. It must not solve anything.
import { columnsOf } from "./columns.ts";
import type { CandidateColumns } from "./columns.ts";
import type { Reason } from "./plan.ts";
import type { Placement, Problem, ProblemWorkload, Rule } from "./problem.ts";

/** Why each placed workload is where it is, in the order of the problem's workloads and clusters. */
export function reasonsOf(problem: Problem, placement: Placement): readonly Reason[] {
  const ruledOut = groupRuledOut(problem);
  const rules = groupRules(problem);
  return problem.workloads.flatMap((workload, w) => {
    const columns = columnsOf(workload);
    const slash = workload.id.indexOf("/");
    const [app, name] = [workload.id.slice(0, slash), workload.id.slice(slash + 1)];
    return (placement[w] ?? []).flatMap((replicas, i) => {
      if (replicas === 0) return [];
      const because = reasonFor(workload, columns, i, ruledOut.get(w) ?? [], rules.get(w) ?? []);
      return { app, workload: name, cluster: problem.clusters[columns.cluster[i] as number]?.name ?? "", because };
    });
  });
}

function reasonFor(
  workload: ProblemWorkload,
  columns: CandidateColumns,
  chosen: number,
  ruledOut: readonly string[],
  rules: readonly string[],
): string {
  const places = columns.cluster.length;
  const words = list([workload.because.text]);
  if (workload.counting.kind === "each") return `a copy on every match: ${words}`;
  if (places === 1)
    return ruledOut.length === 0 ? `the only cluster: ${words}` : `the only place that ${list(ruledOut)} leaves`;
  if ((columns.before[chosen] as number) > 0) return "it runs here already, and nothing asks it to move";
  const held = rules.length === 0 ? "" : `; held by ${list(rules)}`;
  if (isLeast(columns.preference, chosen)) return `the most preferred of ${places} places${held}`;
  if (isLeast(columns.cost, chosen)) return `the cheapest of ${places} places${held}`;
  if (rules.length > 0) return `one of ${places} places that can hold it${held}`;
  const cost = columns.cost[chosen] as number;
  if (cost > 0 && columns.cost.every((other) => other >= cost)) return `none of ${places} places is cheaper`;
  return `one of ${places} places that can hold it`;
}

/** Whether all others are above one. */
const isLeast = (column: Float64Array, chosen: number): boolean =>
  column.every((other, i) => i === chosen || other > (column[chosen] as number));

const list = (texts: readonly string[]): string => {
  const shown = texts
    .slice(0, 3)
    .map((text) => `\`${text}\``)
    .join(", ");
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
};

/** The user's own words that ruled places out, by workload, the most effective first. */
function groupRuledOut(problem: Problem): Map<number, readonly string[]> {
  const counts = new Map<number, Map<string, number>>();
  for (const { workload, clusters, because } of problem.ruledOut) {
    const own = counts.get(workload) ?? new Map<string, number>();
    counts.set(workload, own);
    // Facts of the fleet speak only where no intent does: people look for their own words first.
    const intents = because.filter((b) => b.kind === "intent");
    for (const { text } of intents.length > 0 ? intents : because)
      own.set(text, (own.get(text) ?? 0) + clusters.length);
  }
  return new Map(
    [...counts].map(([workload, own]) => [
      workload,
      [...own].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([text]) => text),
    ]),
  );
}

/** The words of the rules that tie a workload to others. */
function groupRules(problem: Problem): Map<number, readonly string[]> {
  const texts = new Map<number, Set<string>>();
  for (const rule of problem.rules) {
    for (const workload of workloadsOf(rule)) {
      const own = texts.get(workload) ?? new Set<string>();
      texts.set(workload, own.add(rule.because.text));
    }
  }
  return new Map([...texts].map(([workload, own]) => [workload, [...own].sort()]));
}

function workloadsOf(rule: Rule): readonly number[] {
  switch (rule.kind) {
    case "cut":
      return [];
    case "apart":
      return [rule.a, rule.b];
    case "together":
      return rule.workloads;
    default:
      return [rule.workload];
  }
}
