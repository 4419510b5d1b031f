// Each term of the objective as a linear expression to minimise, and the terms that `then` adds. It must not know rules' rows.
import { ZERO, atLeast, atMost, constant, continuousColumn, integerColumn, minus, plus, sum, times } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { ObjectiveTerm, ProblemWorkload, Rule } from "../../problem.ts";
import { usedOn, wantedReplicas } from "./counting.ts";
import type { PoolLoad } from "./counting.ts";
import { allReplicas, isWhole, replicasOn } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";

export interface EncodedTerm {
  readonly name: string;
  /** Index in `Problem.objectives`; undefined for the terms of `then`, which nobody asked to see. */
  readonly index: number | undefined;
  readonly linear: Linear;
  /** What one of `linear` is in the units that are reported. */
  readonly unit: number;
}

/** Every term, most important first: what stays unplaced, choices in order, then the rest. */
export function encodeObjectives(ground: Ground, load: PoolLoad): readonly EncodedTerm[] {
  const { objectives } = ground.problem;
  const encoded = objectives.map((term, index): EncodedTerm => ({
    name: term.name,
    index,
    linear: encodeTerm(ground, load, term),
    unit: term.name === "latency" ? 1 / 1000 : 1,
  }));
  const split = objectives.findIndex((term) => term.name !== "unplaced");
  const at = split < 0 ? encoded.length : split;
  return [...encoded.slice(0, at), ...encodeChoices(ground), ...encoded.slice(at)];
}

function encodeTerm(ground: Ground, load: PoolLoad, term: ObjectiveTerm): Linear {
  switch (term.name) {
    case "unplaced":
      return unplaced(ground, term.priority);
    case "moves":
      return moves(ground);
    case "preference":
      return weighted(ground, (w, i) => candidateOf(ground, w, i).preference);
    case "cost":
      return weighted(ground, (w, i) => candidateOf(ground, w, i).cost);
    case "score":
      return weighted(ground, (w, i) => candidateOf(ground, w, i).scores[term.index] ?? 0);
    case "latency":
      return latency(ground);
    case "clusters":
      return clustersUsed(ground);
    case "imbalance":
      return imbalance(ground, load);
  }
}

const candidateOf = (ground: Ground, w: number, i: number) =>
  (ground.problem.workloads[w] as ProblemWorkload).candidates[i] as ProblemWorkload["candidates"][number];

const presenceOf = (ground: Ground, w: number, i: number): Presence => ground.placed[w]?.[i] as Presence;

function unplaced(ground: Ground, priority: number): Linear {
  return sum(
    ground.problem.workloads.flatMap((workload, w) =>
      workload.optional && workload.priority === priority
        ? [[constant(wantedReplicas(workload)), 1] as const, [allReplicas(ground, w), -1] as const]
        : [],
    ),
  );
}

function weighted(ground: Ground, weight: (workload: number, candidate: number) => number): Linear {
  return sum(ground.placed.flatMap((own, w) => own.map((presence, i) => [presence.replicas, weight(w, i)] as const)));
}

/** Σ max(0, before − after): linear for a whole copy, a column that both sides push up for a divided one. */
function moves(ground: Ground): Linear {
  const { draft, problem } = ground;
  const parts: Linear[] = problem.workloads.map((workload) => constant(workload.leaving));
  problem.workloads.forEach((workload, w) =>
    workload.candidates.forEach(({ before }, i) => {
      if (before === 0) return;
      const { most, replicas } = presenceOf(ground, w, i);
      if (isWhole(workload)) {
        parts.push(constant(before), most === 0 ? ZERO : times(replicas, -Math.min(before, most) / most));
        return;
      }
      const gone = integerColumn(draft, 0, before);
      atLeast(draft, plus(gone, replicas), before);
      parts.push(gone);
    }),
  );
  return plus(...parts);
}

/**
 * Microseconds to the nearest target, level by level: a replica pays the step to the next distance unless a target is within this one.
 * Each step is a column that is at least the replicas where no target is within reach, and minimising makes it just that.
 */
function latency(ground: Ground): Linear {
  const { problem, draft } = ground;
  const parts: (readonly [Linear, number])[] = [];
  for (const { from, to } of problem.latencies) {
    const targets = to.flatMap((w) =>
      (problem.workloads[w] as ProblemWorkload).candidates.flatMap(({ cluster }, i) =>
        presenceOf(ground, w, i).most === 0 ? [] : [{ cluster, w, i }],
      ),
    );
    (problem.workloads[from] as ProblemWorkload).candidates.forEach(({ cluster }, i) => {
      const { replicas, most } = presenceOf(ground, from, i);
      if (most === 0) return;
      const row = problem.distance[cluster] ?? [];
      const away = (target: number): number => (target === cluster ? 0 : (row[target] ?? problem.far));
      const levels = [...new Set([...targets.map((target) => away(target.cluster)), problem.far])].sort(
        (a, b) => a - b,
      );
      let reached = 0;
      const within: Linear[] = [];
      for (const level of levels) {
        if (level > reached) {
          const beyond = beyondReach(replicas, most, within);
          parts.push([beyond, level - reached]);
          reached = level;
        }
        within.push(
          ...targets.filter((target) => away(target.cluster) === level).map(({ w, i }) => ground.there(w, i)),
        );
      }
    });
  }
  return sum(parts);

  function beyondReach(replicas: Linear, most: number, within: readonly Linear[]): Linear {
    if (within.length === 0) return replicas;
    const beyond = integerColumn(draft, 0, most);
    atMost(draft, minus(replicas, plus(beyond, times(plus(...within), most))), 0);
    return beyond;
  }
}

function clustersUsed(ground: Ground): Linear {
  const used = new Map<number, Linear>();
  ground.problem.workloads.forEach((workload, w) =>
    workload.candidates.forEach(({ cluster }, i) => {
      const { most, replicas } = presenceOf(ground, w, i);
      if (most === 0) return;
      const flag = used.get(cluster) ?? integerColumn(ground.draft, 0, 1);
      used.set(cluster, flag);
      atMost(ground.draft, minus(replicas, times(flag, most)), 0);
    }),
  );
  return plus(...used.values());
}

/** The highest share of any resource in use on any cluster: one column above them all. */
function imbalance(ground: Ground, load: PoolLoad): Linear {
  const { problem, draft } = ground;
  const highest = continuousColumn(draft, 0, 1);
  problem.clusters.forEach((cluster, c) =>
    problem.resources.forEach((_, resource) => {
      const capacity = cluster.pools.reduce((all, p) => {
        const pool = problem.pools[p];
        return all + (pool?.shape[resource] ?? 0) * (pool?.count ?? 0);
      }, 0);
      const used = usedOn(problem, load, c, resource);
      if (used.columns.length > 0) atMost(draft, minus(used, times(highest, capacity)), 0);
    }),
  );
  return highest;
}

/** Choice by choice: replicas that would come to a later one, so that as many as fit are on the first; what is there may stay. */
function encodeChoices(ground: Ground): readonly EncodedTerm[] {
  const rules = ground.problem.rules.filter((rule) => rule.kind === "choices");
  const depth = Math.max(0, ...rules.map((rule) => rule.choices.length));
  const terms: EncodedTerm[] = [];
  for (let level = 1; level < depth; level++) {
    const linear = plus(...rules.map((rule) => comingBeyond(ground, rule, level)));
    terms.push({ name: `choices ${level}`, index: undefined, linear, unit: 1 });
  }
  return terms;
}

function comingBeyond(
  ground: Ground,
  { workload, choices }: Extract<Rule, { kind: "choices" }>,
  level: number,
): Linear {
  const earlier = new Set(choices.slice(0, level).flat());
  const later = choices
    .slice(level)
    .flat()
    .filter((cluster) => !earlier.has(cluster));
  return plus(
    ...[...new Set(later)].map((cluster) => {
      const i = ground.candidateOn(workload, cluster);
      const before = i === undefined ? 0 : candidateOf(ground, workload, i).before;
      const replicas = replicasOn(ground, workload, new Set([cluster]));
      if (before === 0) return replicas;
      const coming = integerColumn(ground.draft, 0, 1e6);
      atMost(ground.draft, minus(replicas, coming), before);
      return coming;
    }),
  );
}
