// Each rule of a problem as rows, exactly. `survive` and `choices` have files of their own. It must not know objectives.
import { atLeast, atMost, constant, integerColumn, minus, plus, sum, times } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { ProblemWorkload, Rule } from "../../problem.ts";
import { countOf, wantedReplicas } from "./counting.ts";
import { allReplicas, replicasOn } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";

/** Adds the rows of every rule but `survive`, which speaks of losses. */
export function encodeRules(ground: Ground): void {
  for (const rule of ground.problem.rules) encodeRule(ground, rule);
}

function encodeRule(ground: Ground, rule: Rule): void {
  switch (rule.kind) {
    case "spread":
      return spread(ground, rule);
    case "near":
      return near(ground, rule);
    case "apart":
      return apart(ground, rule);
    case "together":
      return together(ground, rule);
    case "shares":
      return shares(ground, rule);
    case "cut":
      return cut(ground, rule);
    case "survive":
    case "choices":
      return;
  }
}

type Of<K extends Rule["kind"]> = Extract<Rule, { readonly kind: K }>;

/** Counts within one of each other: all between a common floor and the floor plus one. */
function spread(ground: Ground, { workload, groups, max, because }: Of<"spread">): void {
  const of = ground.problem.workloads[workload] as ProblemWorkload;
  const replicas = groups.map((group) => replicasOn(ground, workload, new Set(group)));
  if (max !== undefined) {
    for (const count of replicas) atMost(ground.draft, count, max, because);
    return;
  }
  if (groups.length < 2) return;
  const floor = integerColumn(ground.draft, 0, 1e6);
  for (const count of replicas.map((linear) => countOf(of, linear))) {
    atLeast(ground.draft, minus(count, floor), 0, because);
    atMost(ground.draft, minus(count, floor), 1, because);
  }
}

/** Where `workload` is, one of `of` is in reach. */
function near(ground: Ground, { workload, of, reach, because }: Of<"near">): void {
  const { candidates } = ground.problem.workloads[workload] as ProblemWorkload;
  candidates.forEach(({ cluster }, i) => {
    if ((ground.placed[workload]?.[i] as Presence).most === 0) return;
    const reachable = of.flatMap((other) =>
      (reach[cluster] ?? []).flatMap((at) => {
        const candidate = ground.candidateOn(other, at);
        return candidate === undefined ? [] : [ground.there(other, candidate)];
      }),
    );
    atMost(ground.draft, minus(ground.there(workload, i), plus(...reachable)), 0, because);
  });
}

/** One side or the other in each group: 1 lets a in, 0 lets b in. */
function apart(ground: Ground, { a, b, groups, because }: Of<"apart">): void {
  const on = (workload: number, group: readonly number[]): Presence[] =>
    group.flatMap((cluster) => {
      const i = ground.candidateOn(workload, cluster);
      const found = i === undefined ? undefined : ground.placed[workload]?.[i];
      return found === undefined || found.most === 0 ? [] : [found];
    });
  for (const group of groups) {
    const [left, right] = [on(a, group), on(b, group)];
    if (left.length === 0 || right.length === 0) continue;
    const side = integerColumn(ground.draft, 0, 1);
    for (const { replicas, most } of left) atMost(ground.draft, minus(replicas, times(side, most)), 0, because);
    for (const { replicas, most } of right) atMost(ground.draft, plus(replicas, times(side, most)), most, because);
  }
}

/** One set of clusters for all: what must run is on each of it, what is optional on each of it or nowhere. */
function together(ground: Ground, { workloads: all, because }: Of<"together">): void {
  const { problem, draft } = ground;
  // What `each` matches nowhere is nowhere: it has no cluster to share.
  const workloads = all.filter((w) => wantedReplicas(problem.workloads[w] as ProblemWorkload) > 0);
  const of = (w: number): ProblemWorkload => problem.workloads[w] as ProblemWorkload;
  const clusters = [...new Set(workloads.flatMap((w) => of(w).candidates.map((c) => c.cluster)))].sort((a, b) => a - b);
  const common = new Map(clusters.map((cluster) => [cluster, integerColumn(draft, 0, 1)]));
  for (const w of workloads) {
    const placed = of(w).optional ? integerColumn(draft, 0, 1) : constant(1);
    for (const [cluster, shared] of common) {
      const i = ground.candidateOn(w, cluster);
      const there = i === undefined ? constant(0) : ground.there(w, i);
      atMost(draft, minus(there, shared), 0, because);
      atMost(draft, minus(there, placed), 0, because);
      atLeast(
        draft,
        sum([
          [there, 1],
          [shared, -1],
          [placed, -1],
        ]),
        -1,
        because,
      );
    }
  }
  const copies = workloads.map((w) => copiesOf(of(w)));
  atMost(draft, plus(...common.values()), Math.max(0, ...copies), because);
}

function copiesOf({ counting, candidates }: ProblemWorkload): number {
  if (counting.kind === "each") return counting.required.length;
  return counting.clusters ?? candidates.length;
}

/** |count − placed × weight / Σ weights| < 1; whole numbers make "less than one" one step of the common denominator. */
function shares(ground: Ground, { workload, shares: given, because }: Of<"shares">): void {
  const weights = wholeNumbers(given.map((share) => share.weight));
  const total = weights.reduce((a, b) => a + b, 0);
  const placed = allReplicas(ground, workload);
  given.forEach(({ cluster }, s) => {
    const count = replicasOn(ground, workload, new Set([cluster]));
    const difference: Linear = sum([
      [count, total],
      [placed, -(weights[s] as number)],
    ]);
    atMost(ground.draft, difference, total - 1, because);
    atLeast(ground.draft, difference, 1 - total, because);
  });
}

/** Weights as whole numbers of the same proportions. */
function wholeNumbers(weights: readonly number[]): readonly number[] {
  let factor = 1;
  while (factor < 1e6 && weights.some((weight) => Math.abs(weight * factor - Math.round(weight * factor)) > 1e-9))
    factor *= 10;
  return weights.map((weight) => Math.round(weight * factor));
}

function cut(ground: Ground, { terms, most, because }: Of<"cut">): void {
  const linear = sum(
    terms.flatMap(({ workload, cluster, coefficient }) => {
      const i = ground.candidateOn(workload, cluster);
      return i === undefined ? [] : [[(ground.placed[workload]?.[i] as Presence).replicas, coefficient] as const];
    }),
  );
  atMost(ground.draft, linear, most, because);
}
