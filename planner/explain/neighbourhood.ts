// The part of a problem that matters when one workload goes to one cluster and everything else stays: the clusters that it leaves and comes
// to, what runs there, and those that it has to do with. It must not know how the part is solved.
import type { Placement, Problem, ProblemWorkload, Rule } from "../problem.ts";

/** The small problem, and the index of the workload in it. What stays is fixed; rules that do not speak of the workload hold as they are. */
export function neighbourhood(
  problem: Problem,
  placement: Placement,
  w: number,
  cluster: number,
): { problem: Problem; w: number } {
  const rules = problem.rules.filter((rule) => workloadsOf(rule).includes(w));
  const latencies = problem.latencies.filter(({ from, to }) => from === w || to.includes(w));
  const related = new Set([...rules.flatMap(workloadsOf), ...latencies.flatMap(({ from, to }) => [from, ...to])]);
  const clustersOf = (other: number) =>
    (problem.workloads[other]?.candidates ?? []).flatMap((candidate, i) =>
      (placement[other]?.[i] ?? 0) > 0 ? [candidate.cluster] : [],
    );
  const inside = new Set([cluster, ...clustersOf(w), ...[...related].flatMap(clustersOf)]);
  const kept = problem.workloads.flatMap((_, other) =>
    other === w || related.has(other) || clustersOf(other).some((c) => inside.has(c)) ? [other] : [],
  );
  const index = new Map(kept.map((other, i) => [other, i]));
  const limits: Rule[] = [];
  const workloads = kept.map((other): ProblemWorkload => {
    const workload = problem.workloads[other] as ProblemWorkload;
    if (other === w)
      return { ...workload, candidates: workload.candidates.filter((candidate) => inside.has(candidate.cluster)) };
    return fixed(workload, placement[other] ?? [], inside, index.get(other) ?? 0, limits);
  });
  const at = (other: number) => index.get(other) ?? -1;
  return {
    problem: {
      ...problem,
      workloads,
      rules: [...rules.map((rule) => renumbered(rule, at)), ...limits],
      latencies: latencies.map(({ from, to }) => ({ from: at(from), to: to.map(at) })),
      ruledOut: [],
    },
    w: at(w),
  };
}

/** A workload that stays where it is: `limits` gains rows that hold a divided one at its counts. */
function fixed(
  workload: ProblemWorkload,
  row: readonly number[],
  inside: ReadonlySet<number>,
  index: number,
  limits: Rule[],
): ProblemWorkload {
  const { counting, because } = workload;
  const kept = workload.candidates.flatMap((candidate, i) =>
    (row[i] ?? 0) > 0 && inside.has(candidate.cluster) ? [{ candidate, count: row[i] ?? 0 }] : [],
  );
  const candidates = kept.map(({ candidate }) => candidate);
  const required = candidates.map((candidate) => candidate.cluster);
  if (counting.kind !== "divided")
    return { ...workload, optional: false, counting: { kind: "each", size: counting.size, required }, candidates };
  for (const { candidate, count } of kept)
    limits.push({
      kind: "cut",
      terms: [{ workload: index, cluster: candidate.cluster, coefficient: 1 }],
      most: count,
      because,
    });
  const total = kept.reduce((sum, { count }) => sum + count, 0);
  return { ...workload, optional: false, counting: { kind: "divided", total }, candidates };
}

function workloadsOf(rule: Rule): number[] {
  switch (rule.kind) {
    case "near":
      return [rule.workload, ...rule.of];
    case "apart":
      return [rule.a, rule.b];
    case "together":
      return [...rule.workloads];
    case "cut":
      return rule.terms.map(({ workload }) => workload);
    default:
      return [rule.workload];
  }
}

function renumbered(rule: Rule, at: (workload: number) => number): Rule {
  switch (rule.kind) {
    case "near":
      return { ...rule, workload: at(rule.workload), of: rule.of.map(at) };
    case "apart":
      return { ...rule, a: at(rule.a), b: at(rule.b) };
    case "together":
      return { ...rule, workloads: rule.workloads.map(at) };
    case "cut":
      return { ...rule, terms: rule.terms.map((term) => ({ ...term, workload: at(term.workload) })) };
    default:
      return { ...rule, workload: at(rule.workload) };
  }
}
