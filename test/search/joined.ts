// Two problems side by side in one: other clusters, other workloads, one objective. It must not know how problems are solved.
import type { Candidate, ObjectiveTerm, Problem, ProblemWorkload, Rule } from "../../planner/index.ts";

/** A problem whose answer is that of both; nothing of one touches the other, but for what the objective adds up. */
export function joined(a: Problem, b: Problem): Problem {
  const resources = [...new Set([...a.resources, ...b.resources])];
  const clusters = a.clusters.length;
  const pools = a.pools.length;
  const workloads = a.workloads.length;
  const far = Math.max(a.far, b.far);
  const size = clusters + b.clusters.length;
  return {
    resources,
    clusters: [
      ...a.clusters,
      ...b.clusters.map((c) => ({ ...c, name: `${c.name}'`, pools: c.pools.map((p) => p + pools) })),
    ],
    pools: [
      ...a.pools.map((pool) => ({ ...pool, shape: spreadOut(pool.shape, a.resources, resources) })),
      ...b.pools.map((pool) => ({
        ...pool,
        cluster: pool.cluster + clusters,
        shape: spreadOut(pool.shape, b.resources, resources),
      })),
    ],
    workloads: [
      ...a.workloads.map((workload) => ({ ...workload, demand: spreadOut(workload.demand, a.resources, resources) })),
      ...b.workloads.map((workload) => ({
        ...shifted(workload, clusters, pools),
        demand: spreadOut(workload.demand, b.resources, resources),
      })),
    ],
    rules: [
      ...a.rules.map((rule) => (rule.kind === "near" ? { ...rule, reach: padded(rule.reach, size) } : rule)),
      ...b.rules.map((rule) => shiftedRule(rule, workloads, clusters)),
    ],
    latencies: [
      ...a.latencies,
      ...b.latencies.map(({ from, to }) => ({ from: from + workloads, to: to.map((w) => w + workloads) })),
    ],
    distance: Array.from({ length: size }, (_, c) => Array.from({ length: size }, (_, d) => distance(c, d))),
    far,
    objectives: merged(a.objectives, b.objectives),
    ruledOut: [],
  };

  function distance(c: number, d: number): number {
    if (c < clusters !== d < clusters) return far;
    const [of, x, y] = c < clusters ? [a, c, d] : [b, c - clusters, d - clusters];
    const known = of.distance[x]?.[y] ?? of.far;
    return known >= of.far ? far : known;
  }
}

const spreadOut = (amounts: readonly number[], from: readonly string[], to: readonly string[]): readonly number[] =>
  to.map((name) => amounts[from.indexOf(name)] ?? 0);

function shifted(workload: ProblemWorkload, clusters: number, pools: number): ProblemWorkload {
  const { counting } = workload;
  return {
    ...workload,
    id: `${workload.id}'`,
    candidates: workload.candidates.map((candidate): Candidate => ({
      ...candidate,
      cluster: candidate.cluster + clusters,
      pools: candidate.pools.map((p) => p + pools),
    })),
    counting:
      counting.kind === "each" ? { ...counting, required: counting.required.map((c) => c + clusters) } : counting,
  };
}

const padded = (lists: readonly (readonly number[])[], size: number): readonly (readonly number[])[] =>
  Array.from({ length: size }, (_, i) => lists[i] ?? []);

function shiftedRule(rule: Rule, workloads: number, clusters: number): Rule {
  const lists = (groups: readonly (readonly number[])[]) => groups.map((group) => group.map((c) => c + clusters));
  switch (rule.kind) {
    case "near":
      return {
        ...rule,
        workload: rule.workload + workloads,
        of: rule.of.map((w) => w + workloads),
        reach: [...Array.from({ length: clusters }, () => []), ...lists(rule.reach)],
      };
    case "apart":
      return { ...rule, a: rule.a + workloads, b: rule.b + workloads, groups: lists(rule.groups) };
    case "together":
      return { ...rule, workloads: rule.workloads.map((w) => w + workloads) };
    case "shares":
      return {
        ...rule,
        workload: rule.workload + workloads,
        shares: rule.shares.map((share) => ({ ...share, cluster: share.cluster + clusters })),
      };
    case "cut":
      return {
        ...rule,
        terms: rule.terms.map((t) => ({ ...t, workload: t.workload + workloads, cluster: t.cluster + clusters })),
      };
    case "choices":
      return { ...rule, workload: rule.workload + workloads, choices: lists(rule.choices) };
    default:
      return { ...rule, workload: rule.workload + workloads, groups: lists(rule.groups) };
  }
}

/** What stays unplaced first, by priority, then the terms of the first and what only the second has. */
function merged(a: readonly ObjectiveTerm[], b: readonly ObjectiveTerm[]): readonly ObjectiveTerm[] {
  const all = new Map([...a, ...b].map((term) => [JSON.stringify(term), term]));
  const unplaced = [...all.values()].filter((term) => term.name === "unplaced");
  const rest = [...all.values()].filter((term) => term.name !== "unplaced");
  return [...unplaced.sort((x, y) => y.priority - x.priority), ...rest];
}
