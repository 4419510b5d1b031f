// `survive` in the model itself: for each loss, what was lost comes back on what is left, beside the rest, which does not move.
// It must not know how nodes are packed, or which losses there are.
import { atLeast, atMost, equals, minus, newDraft, plus, sum, times } from "../draft.ts";
import type { Draft } from "../draft.ts";
import type { Loss, SurviveRule } from "../losses.ts";
import { valueOf } from "../model.ts";
import type { Linear } from "../model.ts";
import type { NodeCut, ProblemWorkload } from "../../problem.ts";
import { encodeCapacity, loadOf, wantedReplicas } from "./counting.ts";
import type { PoolLoad } from "./counting.ts";
import { encodeCuts } from "./cuts.ts";
import { allReplicas, copySize, isWhole, presence, replicasOn } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";

/** Where everything is in one case: as planned, or after a loss with what came back. */
export interface Situation {
  /** Clusters that are gone; empty: as planned. */
  readonly lost: ReadonlySet<number>;
  /** [workload][candidate]; on lost clusters nothing. */
  readonly placed: readonly (readonly Presence[])[];
}

const NOTHING: Presence = { replicas: { columns: [], coefficients: [], constant: 0 }, most: 0, byPool: new Map() };

/** Whatever is lost, enough replicas are elsewhere: a row for each rule and loss, and no column. */
export function encodeKeeping(ground: Ground, losses: readonly Loss[]): void {
  for (const { lost, rules } of losses) {
    const gone = new Set(lost);
    for (const rule of rules) keep(ground, rule, gone);
  }
}

/** What a loss takes comes back: columns for it, and where everything is then. */
export function encodeRecovery(ground: Ground, { lost, rules }: Loss): Situation {
  return recover(ground, [...new Set(rules.map((rule) => rule.workload))], new Set(lost));
}

/** What is planned, in numbers, and what it takes of each pool. */
export interface Planned {
  readonly ground: Ground;
  readonly load: PoolLoad;
}

/** The point of a model as a plan that stands. */
export function plannedAt({ problem, placed, candidateOn, there }: Ground, values: readonly number[]): Planned {
  const fixed = (linear: Linear): Linear => ({
    columns: [],
    coefficients: [],
    constant: Math.round(valueOf(linear, values)),
  });
  const standing = placed.map((own) =>
    own.map(({ replicas, most, byPool }): Presence => ({
      replicas: fixed(replicas),
      most,
      byPool: new Map([...byPool].map(([pool, carried]) => [pool, fixed(carried)])),
    })),
  );
  return {
    ground: { problem, draft: newDraft(), placed: standing, candidateOn, there },
    load: loadOf(problem, standing),
  };
}

/** What may come back where, beside a plan that stands. */
export interface Return {
  readonly draft: Draft;
  readonly coming: readonly { readonly workload: number; readonly candidate: number; readonly replicas: Linear }[];
}

/** A model of one loss alone: what comes back is all that is decided. Undefined when the loss takes nothing. */
export function encodeReturn(
  { ground, load }: Planned,
  { lost, rules }: Loss,
  cuts: readonly NodeCut[],
): Return | undefined {
  const { problem } = ground;
  const gone = new Set(lost);
  const draft = newDraft();
  const beside = { ...ground, draft };
  const bound = [...new Set(rules.map((rule) => rule.workload))].filter(
    (w) => replicasOn(ground, w, gone).constant > 0,
  );
  if (bound.length === 0) return undefined;
  const coming: { workload: number; candidate: number; replicas: Linear }[] = [];
  const placed = [...ground.placed];
  const touched = new Map<number, { workload: number; carried: Linear }[]>();
  for (const w of bound) {
    const back = returns(beside, w, gone);
    back.forEach(({ replicas, most, byPool }, candidate) => {
      if (most > 0) coming.push({ workload: w, candidate, replicas });
      for (const [pool, carried] of byPool) {
        const entries = touched.get(pool) ?? [...(load.get(pool) ?? [])];
        entries.push({ workload: w, carried });
        touched.set(pool, entries);
      }
    });
    placed[w] = (ground.placed[w] ?? []).map((own, i) => joined(own, back[i] as Presence));
  }
  encodeCapacity(problem, draft, touched, []);
  encodeCuts(beside, [{ lost: gone, placed }], cuts);
  return { draft, coming };
}

/** Enough replicas are outside of the loss; an optional workload only promises it when it is placed. */
function keep(ground: Ground, { workload, keeping, because }: SurviveRule, lost: ReadonlySet<number>): void {
  const of = ground.problem.workloads[workload] as ProblemWorkload;
  const taken = replicasOn(ground, workload, lost);
  if (!of.optional) return atMost(ground.draft, taken, wantedReplicas(of) - keeping, because);
  const left = minus(allReplicas(ground, workload), taken);
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
    const coming = returns(ground, w, lost);
    return staying.map((presence, i) => joined(presence, coming[i] as Presence));
  });
  return { lost, placed };
}

/** All that a loss takes of a workload, on what is left. */
function returns(ground: Ground, w: number, lost: ReadonlySet<number>): readonly Presence[] {
  const { candidates } = ground.problem.workloads[w] as ProblemWorkload;
  const coming = candidates.map(({ cluster }, i) => (lost.has(cluster) ? NOTHING : returning(ground, w, i)));
  const because = ground.problem.rules.find((rule) => rule.kind === "survive" && rule.workload === w)?.because;
  const returned = plus(...coming.map((presence) => presence.replicas));
  equals(ground.draft, minus(returned, replicasOn(ground, w, lost)), 0, because);
  return coming;
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
