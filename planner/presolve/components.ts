// Which workloads and clusters must be decided together. It must not know how a part is written down or solved.
import { columnsOf } from "../columns.ts";
import type { Problem } from "../problem.ts";
import type { Usable } from "./usable.ts";

export interface Components {
  /** Workloads that are not decided yet, or that a rule ties to others: by component, in order. */
  readonly parts: readonly { readonly workloads: readonly number[]; readonly clusters: readonly number[] }[];
  /** Workloads that are wholly decided. */
  readonly decided: readonly number[];
}

/**
 * Splits a problem: workloads that share a cluster, a rule, a latency or a loss belong together. What is decided is fixed load on its
 * clusters, and ties nothing; unless a rule speaks of it. What packing teaches is of one cluster, so it ties nothing more.
 */
export function componentsOf(problem: Problem, usable: readonly Usable[]): Components {
  const workloads = problem.workloads.length;
  const joined = newUnion(workloads + problem.clusters.length);
  const tied = tiedBy(problem, usable);
  const free = (w: number): boolean => (usable[w] as Usable).forced === undefined || tied.has(w);
  for (let w = 0; w < workloads; w++)
    if (free(w))
      for (const cluster of columnsOf((usable[w] as Usable).workload).cluster) joined.join(w, workloads + cluster);
  for (const group of groupsOf(problem, free)) for (const w of group) joined.join(group[0] as number, w);
  if (couples(problem)) {
    const all = problem.workloads.flatMap((_, w) => (free(w) ? [w] : []));
    for (const w of all) joined.join(all[0] as number, w);
  }
  return collect(problem, joined, free);
}

/** Decided workloads that a rule speaks of, or whose latency is not: they are decided once more, beside the others. */
function tiedBy(problem: Problem, usable: readonly Usable[]): ReadonlySet<number> {
  const tied = new Set(problem.rules.flatMap((rule) => (rule.kind === "choices" ? [] : speaksOf(rule))));
  const open = (w: number): boolean => (usable[w] as Usable).forced === undefined || tied.has(w);
  for (let size = -1; size !== tied.size;) {
    size = tied.size;
    for (const { from, to } of problem.latencies) if (to.some(open)) for (const w of [from, ...to]) tied.add(w);
  }
  return tied;
}

/** The workloads of a rule. */
export function speaksOf(rule: Problem["rules"][number]): readonly number[] {
  switch (rule.kind) {
    case "near":
      return [rule.workload, ...rule.of];
    case "apart":
      return [rule.a, rule.b];
    case "together":
      return rule.workloads;
    case "cut":
      return rule.terms.map((term) => term.workload);
    default:
      return [rule.workload];
  }
}

/** Workloads that must be decided at once, though they may share no cluster. */
function groupsOf(problem: Problem, free: (w: number) => boolean): readonly (readonly number[])[] {
  const survivors = problem.rules.flatMap((rule) => (rule.kind === "survive" ? [rule.workload] : []));
  return [...problem.rules.map(speaksOf), ...problem.latencies.map(({ from, to }) => [from, ...to]), survivors].flatMap(
    (group) => {
      const own = group.filter(free);
      return own.length > 1 ? [own] : [];
    },
  );
}

/** The highest share of all clusters ties them all, unless it is the last term: then the worst part may be as bad as it must. */
function couples({ objectives }: Problem): boolean {
  const at = objectives.findIndex((term) => term.name === "imbalance");
  return at >= 0 && at < objectives.length - 1;
}

function collect(problem: Problem, joined: Union, free: (w: number) => boolean): Components {
  const parts = new Map<number, { workloads: number[]; clusters: number[] }>();
  const decided: number[] = [];
  problem.workloads.forEach((_, w) => {
    if (!free(w)) return decided.push(w);
    const root = joined.find(w);
    const part = parts.get(root) ?? { workloads: [], clusters: [] };
    part.workloads.push(w);
    return parts.set(root, part);
  });
  problem.clusters.forEach((_, c) => parts.get(joined.find(problem.workloads.length + c))?.clusters.push(c));
  return { parts: [...parts.values()], decided };
}

interface Union {
  readonly find: (item: number) => number;
  readonly join: (a: number, b: number) => void;
}

/** Union and find with halved paths; the smaller number leads, so that the order of parts is that of the workloads. */
function newUnion(size: number): Union {
  const parent = Int32Array.from({ length: size }, (_, i) => i);
  const find = (item: number): number => {
    let at = item;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] as number] as number;
      at = parent[at] as number;
    }
    return at;
  };
  return {
    find,
    join: (a, b) => {
      const [x, y] = [find(a), find(b)];
      if (x < y) parent[y] = x;
      else parent[x] = y;
    },
  };
}
