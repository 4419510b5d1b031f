// Writes a part of a problem as a problem of its own: its workloads, its clusters, and what is decided there as load that can not move.
// It must not know how parts are found or solved.
import type { Limit, Learnt } from "../solver/learnt.ts";
import { columnsOf, picked, withColumns } from "../columns.ts";
import type { NodeCut, Placement, Problem, ProblemCluster, ProblemPool, ProblemWorkload, Rule } from "../problem.ts";
import type { Member } from "./alike.ts";
import type { Usable } from "./usable.ts";
import { nearest, presentOn } from "./value.ts";

export interface Part {
  readonly problem: Problem;
  readonly cuts: readonly NodeCut[];
  readonly limits: readonly Limit[];
  readonly workloads: readonly PartWorkload[];
  /** Clusters of the whole problem by the part's index. */
  readonly clusters: readonly number[];
}

/** One of the first workloads of a part: where it is in the whole problem, and where each of its candidates is. */
export interface PartWorkload {
  readonly index: number;
  readonly kept: readonly number[];
  /** Whom it stands for, itself first; empty where it is nobody else. */
  readonly members: readonly Member[];
}

export interface PartGround {
  readonly problem: Problem;
  readonly usable: readonly Usable[];
  /** What is decided already; zero elsewhere. */
  readonly decided: Placement;
  readonly isDecided: readonly boolean[];
  readonly learnt: Pick<Learnt, "cuts" | "limits">;
  /** The highest share in use where nothing is left to decide: no part need be better. */
  readonly floor: number;
}

export function partOf(ground: PartGround, own: readonly number[], clusters: readonly number[]): Part {
  const { problem, usable, isDecided } = ground;
  const inPart = new Set(clusters);
  const at = numbering(clusters, problem.pools, problem.clusters);
  const load = problem.workloads.flatMap((_, w) => (isDecided[w] === true ? fixedOn(ground, w, inPart) : []));
  const indexOf = new Map<number, number>(own.map((w, i) => [w, i]));
  const loadAt = new Map<string, number>();
  load.forEach(({ index, workload }, i) => {
    for (const cluster of columnsOf(workload).cluster) loadAt.set(`${index} ${cluster}`, own.length + i);
  });
  const listed = [...own.map((w) => (usable[w] as Usable).workload), ...load.map(({ workload }) => workload)];
  const marks = landmarks(ground, own, at, listed.length);
  const extra = ballast(ground, at);
  const moved = (workload: ProblemWorkload): ProblemWorkload => renumbered(workload, at);
  return {
    problem: {
      ...problem,
      clusters: [...at.clusters, ...extra.clusters],
      pools: [...at.pools, ...extra.pools],
      workloads: [...listed.map(moved), ...marks.workloads, ...extra.workloads],
      rules: problem.rules.flatMap((rule) => ruleOf(rule, indexOf, at)),
      latencies: marks.latencies(indexOf),
      distance:
        problem.distance.length === 0 ? [] : at.old.map((c) => at.old.map((d) => problem.distance[c]?.[d] as number)),
      ruledOut: [],
    },
    cuts: ground.learnt.cuts.flatMap((cut) =>
      cutOf(cut, (w) => indexOf.get(w) ?? loadAt.get(`${w} ${cut.cluster}`), at),
    ),
    limits: ground.learnt.limits.flatMap((limit) =>
      inPart.has(limit.cluster) ? [{ ...limit, cluster: at.cluster(limit.cluster) }] : [],
    ),
    workloads: own.map((index) => ({ index, kept: (usable[index] as Usable).kept, members: [] })),
    clusters: at.old,
  };
}

/** New numbers of clusters and pools; clusters that only matter as targets of a latency are added as they are met. */
interface Numbering {
  readonly old: number[];
  readonly clusters: ProblemCluster[];
  readonly pools: ProblemPool[];
  readonly cluster: (old: number) => number;
  readonly knows: (old: number) => boolean;
  /** One list for each list: what shares its pools still does. */
  readonly poolList: (old: readonly number[]) => readonly number[];
  /** Whether all of the whole problem keep their numbers. */
  readonly same: boolean;
  /** A place to be near to, without nodes. */
  readonly landmark: (old: number) => number;
}

function numbering(
  clusters: readonly number[],
  pools: readonly ProblemPool[],
  all: readonly ProblemCluster[],
): Numbering {
  const clusterAt = new Map<number, number>();
  const poolAt = new Map<number, number>();
  const lists = new Map<readonly number[], readonly number[]>();
  const made: Numbering = {
    old: [],
    clusters: [],
    pools: [],
    cluster: (old) => clusterAt.get(old) ?? -1,
    knows: (old) => clusterAt.has(old),
    same: clusters.length === all.length && clusters.every((old, i) => old === i),
    poolList: (old) => {
      let list = lists.get(old);
      if (list === undefined) lists.set(old, (list = old.map((pool) => poolAt.get(pool) as number)));
      return list;
    },
    landmark: (old) => {
      const known = clusterAt.get(old);
      if (known !== undefined) return known;
      clusterAt.set(old, made.clusters.length);
      made.old.push(old);
      made.clusters.push({ ...(all[old] as ProblemCluster), pools: [] });
      return made.clusters.length - 1;
    },
  };
  for (const old of clusters) {
    const index = made.clusters.length;
    clusterAt.set(old, index);
    const own = (all[old] as ProblemCluster).pools.map((pool) => {
      poolAt.set(pool, made.pools.length);
      made.pools.push({ ...(pools[pool] as ProblemPool), cluster: index });
      return made.pools.length - 1;
    });
    made.old.push(old);
    made.clusters.push({ ...(all[old] as ProblemCluster), pools: own });
  }
  return made;
}

/** A decided workload on the clusters of a part: copies that must be just there, by how many replicas there are. */
function fixedOn({ usable, decided }: PartGround, w: number, inPart: ReadonlySet<number>) {
  const { workload, kept } = usable[w] as Usable;
  const columns = columnsOf(workload);
  const bySize = new Map<number, number[]>();
  kept.forEach((at, i) => {
    const size = decided[w]?.[at] ?? 0;
    if (size === 0 || !inPart.has(columns.cluster[i] as number)) return;
    bySize.set(size, [...(bySize.get(size) ?? []), i]);
  });
  return [...bySize].map(([size, own]) => {
    const here = picked(columns, own);
    const counting = { kind: "each" as const, size, required: [...here.cluster] };
    return { index: w, workload: withColumns(workload, here, { counting, leaving: 0, optional: false }) };
  });
}

function renumbered(workload: ProblemWorkload, at: Numbering): ProblemWorkload {
  if (at.same) return workload;
  const { counting } = workload;
  const columns = columnsOf(workload);
  const moved = { ...columns, cluster: columns.cluster.map(at.cluster), pools: columns.pools.map(at.poolList) };
  if (counting.kind !== "each") return withColumns(workload, moved);
  return withColumns(workload, moved, { counting: { ...counting, required: counting.required.map(at.cluster) } });
}

/** Latency to what is decided: its nearest places as marks that weigh nothing. To what is not, the pair stays as it is. */
function landmarks(
  { problem, usable, decided, isDecided }: PartGround,
  own: readonly number[],
  at: Numbering,
  from: number,
) {
  const inPart = new Set(own);
  const workloads: ProblemWorkload[] = [];
  const pairs: { from: number; to: number[] | number }[] = [];
  for (const pair of problem.latencies) {
    if (!inPart.has(pair.from)) continue;
    if (!pair.to.every((w) => isDecided[w] === true)) {
      pairs.push({ from: pair.from, to: [...pair.to] });
      continue;
    }
    const targets = [...new Set(pair.to.flatMap((w) => presentOn(problem, decided, w)))].sort((a, b) => a - b);
    const close = new Set<number>();
    for (const cluster of columnsOf((usable[pair.from] as Usable).workload).cluster) {
      const least = nearest(problem, cluster, new Set(targets));
      const found = targets.find(
        (target) => (target === cluster ? 0 : (problem.distance[cluster]?.[target] ?? problem.far)) === least,
      );
      if (found !== undefined) close.add(found);
    }
    pairs.push({ from: pair.from, to: from + workloads.length });
    workloads.push(
      mark(
        [...close].map(at.landmark),
        [],
        problem.resources.map(() => 0),
      ),
    );
  }
  const latencies = (indexOf: ReadonlyMap<number, number>) =>
    pairs.map((pair) => ({
      from: indexOf.get(pair.from) as number,
      to: typeof pair.to === "number" ? [pair.to] : pair.to.flatMap((w) => indexOf.get(w) ?? []),
    }));
  return { workloads, latencies };
}

/** A workload that takes no room: a copy on each of these clusters. */
function mark(clusters: readonly number[], pools: readonly number[], demand: readonly number[]): ProblemWorkload {
  const none = { cost: 0, preference: 0, before: 0, scores: [] };
  return {
    id: "",
    counting: { kind: "each", size: 1, required: clusters },
    demand,
    perNode: true,
    optional: false,
    priority: 0,
    candidates: clusters.map((cluster) => ({ cluster, pools, most: 1, ...none })),
    leaving: 0,
    perNodeMost: Infinity,
    hostPorts: [],
    because: { text: "what is decided already", kind: "fleet" },
  };
}

/** A cluster whose share is the floor: below it, no part gains anything by being more balanced. */
function ballast({ problem, floor }: PartGround, at: Numbering) {
  if (floor <= 0 || !problem.objectives.some((term) => term.name === "imbalance"))
    return { clusters: [], pools: [], workloads: [] };
  const cluster = at.clusters.length;
  const pool = at.pools.length;
  const shape = problem.resources.map((_, r) => (r === 0 ? 1 : 0));
  return {
    clusters: [{ name: "", pools: [pool], labels: {} }],
    pools: [{ cluster, name: "", count: 1, shape }],
    workloads: [
      mark(
        [cluster],
        [pool],
        shape.map((amount) => amount * floor),
      ),
    ],
  };
}

function ruleOf(rule: Rule, indexOf: ReadonlyMap<number, number>, at: Numbering): readonly Rule[] {
  const here = (w: number): number => indexOf.get(w) ?? -1;
  const lists = (groups: readonly (readonly number[])[]) =>
    groups.map((group) => group.filter(at.knows).map(at.cluster));
  switch (rule.kind) {
    case "near":
      if (here(rule.workload) < 0) return [];
      return [
        {
          ...rule,
          workload: here(rule.workload),
          of: rule.of.map(here),
          reach: lists(at.old.map((c) => rule.reach[c] ?? [])),
        },
      ];
    case "apart":
      return here(rule.a) < 0 ? [] : [{ ...rule, a: here(rule.a), b: here(rule.b), groups: lists(rule.groups) }];
    case "together": {
      const own = rule.workloads.map(here).filter((w) => w >= 0);
      return own.length === 0 ? [] : [{ ...rule, workloads: own }];
    }
    case "shares":
      if (here(rule.workload) < 0) return [];
      return [
        {
          ...rule,
          workload: here(rule.workload),
          shares: rule.shares.map((s) => ({ ...s, cluster: at.cluster(s.cluster) })),
        },
      ];
    case "cut": {
      const terms = rule.terms.filter((term) => here(term.workload) >= 0 && at.knows(term.cluster));
      if (terms.length === 0) return [];
      return [
        { ...rule, terms: terms.map((t) => ({ ...t, workload: here(t.workload), cluster: at.cluster(t.cluster) })) },
      ];
    }
    case "choices":
      return here(rule.workload) < 0 ? [] : [{ ...rule, workload: here(rule.workload), choices: lists(rule.choices) }];
    case "spread":
    case "survive":
      return here(rule.workload) < 0 ? [] : [{ ...rule, workload: here(rule.workload), groups: lists(rule.groups) }];
  }
}

/** A cut on a cluster of the part; what can not be there at all never completes it. */
function cutOf(cut: NodeCut, indexOf: (workload: number) => number | undefined, at: Numbering): readonly NodeCut[] {
  if (!at.knows(cut.cluster)) return [];
  const counts = cut.counts.flatMap(({ workload, replicas }) => {
    const index = indexOf(workload);
    return index === undefined ? (replicas === 0 ? [] : [undefined]) : [{ workload: index, replicas }];
  });
  if (counts.includes(undefined)) return [];
  return [{ ...cut, cluster: at.cluster(cut.cluster), counts: counts.filter((count) => count !== undefined) }];
}
