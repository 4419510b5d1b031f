// `survive` in the model itself: for each loss, what was lost comes back on what is left, beside the rest, which does not move.
// It must not know how nodes are packed.
import { atLeast, atMost, equals, minus, plus, sum, times } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { Problem, ProblemWorkload, Rule } from "../../problem.ts";
import { allReplicas, copySize, isWhole, presence, replicasOn } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";

type Survive = Extract<Rule, { readonly kind: "survive" }>;

/** Where everything is in one case: as planned, or after a loss with what came back. */
export interface Situation {
  /** Clusters that are gone; empty: as planned. */
  readonly lost: ReadonlySet<number>;
  /** [workload][candidate]; on lost clusters nothing. */
  readonly placed: readonly (readonly Presence[])[];
}

const NOTHING: Presence = { replicas: { columns: [], coefficients: [], constant: 0 }, most: 0, byPool: new Map() };

export function encodeSurvival(ground: Ground): readonly Situation[] {
  const rules = ground.problem.rules.filter((rule) => rule.kind === "survive");
  return lossCases(ground.problem, rules).map((lost) => {
    const bound = rules.filter((rule) => covers(rule, lost));
    for (const rule of bound) keep(ground, rule, lost);
    return recover(ground, [...new Set(bound.map((rule) => rule.workload))], lost);
  });
}

/** Distinct sets of clusters that one of the rules loses at once and that matter to one of them. */
export function lossCases(problem: Problem, rules: readonly Survive[]): readonly ReadonlySet<number>[] {
  const used = new Set(
    rules.flatMap((rule) => problem.workloads[rule.workload]?.candidates.map((c) => c.cluster) ?? []),
  );
  const found = new Map<string, ReadonlySet<number>>();
  for (const { groups, count } of rules) {
    const relevant = groups.filter((group) => group.some((cluster) => used.has(cluster)));
    for (const choice of choose(relevant, Math.min(count, relevant.length))) {
      const lost = choice.flat().sort((a, b) => a - b);
      if (lost.length > 0) found.set(lost.join(), new Set(lost));
    }
  }
  return [...found.values()];
}

function choose<T>(items: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, i) => choose(items.slice(i + 1), count - 1).map((rest) => [item, ...rest]));
}

/** A promise speaks of a loss that touches no more of its groups than it names. */
const covers = ({ groups, count }: Survive, lost: ReadonlySet<number>): boolean =>
  groups.filter((group) => group.some((cluster) => lost.has(cluster))).length <= count;

/** Enough replicas are outside of the loss; an optional workload only promises it when it is placed. */
function keep(ground: Ground, { workload, keeping, because }: Survive, lost: ReadonlySet<number>): void {
  const of = ground.problem.workloads[workload] as ProblemWorkload;
  const left = minus(allReplicas(ground, workload), replicasOn(ground, workload, lost));
  if (!of.optional) return atLeast(ground.draft, left, keeping, because);
  of.candidates.forEach((_, i) => {
    if ((ground.placed[workload]?.[i] as Presence).most === 0) return;
    atLeast(ground.draft, minus(left, times(ground.there(workload, i), keeping)), 0, because);
  });
}

function recover(ground: Ground, bound: readonly number[], lost: ReadonlySet<number>): Situation {
  const back = new Set(bound);
  const placed = ground.placed.map((own, w) => {
    const workload = ground.problem.workloads[w] as ProblemWorkload;
    const staying = own.map((presence, i) =>
      lost.has(workload.candidates[i]?.cluster as number) ? NOTHING : presence,
    );
    if (!back.has(w)) return staying;
    const coming = workload.candidates.map(({ cluster }, i) => (lost.has(cluster) ? NOTHING : returning(ground, w, i)));
    const because = ground.problem.rules.find((rule) => rule.kind === "survive" && rule.workload === w)?.because;
    const returned = plus(...coming.map((presence) => presence.replicas));
    equals(ground.draft, minus(returned, replicasOn(ground, w, lost)), 0, because);
    return staying.map((presence, i) => joined(presence, coming[i] as Presence));
  });
  return { lost, placed };
}

/** What may come to a candidate: replicas one by one, or a whole copy where none is yet. */
function returning(ground: Ground, w: number, i: number): Presence {
  const workload = ground.problem.workloads[w] as ProblemWorkload;
  const candidate = workload.candidates[i];
  const here = ground.placed[w]?.[i] as Presence;
  if (candidate === undefined) return NOTHING;
  const size = copySize(workload);
  const most = isWhole(workload)
    ? candidate.most >= size
      ? size
      : 0
    : Math.min(candidate.most, largestTotal(workload));
  const made = presence(ground.problem, ground.draft, workload, candidate, most);
  if (isWhole(workload)) atMost(ground.draft, plus(made.replicas, here.replicas), size);
  return made;
}

const largestTotal = ({ counting }: ProblemWorkload): number =>
  counting.kind === "divided" ? counting.total : counting.size;

function joined(a: Presence, b: Presence): Presence {
  const pools = new Set([...a.byPool.keys(), ...b.byPool.keys()]);
  const at = (presence: Presence, pool: number): readonly (readonly [Linear, number])[] => {
    const carried = presence.byPool.get(pool);
    return carried === undefined ? [] : [[carried, 1]];
  };
  return {
    replicas: plus(a.replicas, b.replicas),
    most: a.most + b.most,
    byPool: new Map([...pools].map((pool) => [pool, sum([...at(a, pool), ...at(b, pool)])])),
  };
}
