// Which losses `survive` speaks of: sets of clusters that are gone at once, without those that another of them covers already. It must not
// know where anything runs, or how room is kept.
import { columnsOf } from "../columns.ts";
import type { Problem, ProblemWorkload, Rule } from "../problem.ts";

/** Losses of one promise that a search looks at one by one; beyond them places are bundled. */
export const MOST_LOSSES = 10_000;

export type SurviveRule = Extract<Rule, { readonly kind: "survive" }>;

/** Rules that lose the same places, so many at once. */
export interface LossPromise {
  readonly groups: readonly (readonly number[])[];
  readonly count: number;
  readonly rules: readonly SurviveRule[];
}

/** Clusters that are gone at once, in order, and the rules that speak of it: one list for all losses of the same promises. */
export interface Loss {
  readonly lost: readonly number[];
  readonly rules: readonly SurviveRule[];
}

/** Distinct promises of the rules of a problem. */
export function promisesOf({ rules }: Pick<Problem, "rules">): readonly LossPromise[] {
  const found = new Map<string, { groups: SurviveRule["groups"]; count: number; rules: SurviveRule[] }>();
  const names = new Map<SurviveRule["groups"], string>();
  for (const rule of rules) {
    if (rule.kind !== "survive") continue;
    const name = names.get(rule.groups) ?? rule.groups.map((group) => group.join()).join(";");
    names.set(rule.groups, name);
    const key = `${rule.count} of ${name}`;
    const known = found.get(key) ?? { groups: rule.groups, count: rule.count, rules: [] };
    known.rules.push(rule);
    found.set(key, known);
  }
  return [...found.values()];
}

/**
 * The largest losses of every set of promises; what survives them survives all others. A set of clusters is spoken of by a promise when it
 * touches no more of its groups than the promise names, so the largest that several speak of are where choices of each meet.
 * @param most of a promise with more choices, places are bundled until there are few enough: losing two bundles is losing any two of
 * their places, so what is kept then is more than what was promised, never less.
 */
export function lossesOf(problem: Problem, most = Infinity): readonly Loss[] {
  const promises = promisesOf(problem);
  const places = placesIn(problem, promises).map((groups, p) => bundled(groups, promises[p]?.count ?? 0, most));
  const found = new Map<string, { lost: readonly number[]; spoken: Set<number> }>();
  const add = (lost: readonly number[], spoken: readonly number[]): void => {
    if (lost.length === 0) return;
    const key = lost.join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { lost, spoken: new Set(spoken) });
    else for (const p of spoken) known.spoken.add(p);
  };
  const meet = (from: number, within: ReadonlySet<number> | undefined, spoken: readonly number[]): void => {
    for (let p = from; p < promises.length; p++)
      for (const choice of choicesOf(places[p] ?? [], promises[p]?.count ?? 0, within)) {
        const lost = choice.toSorted((a, b) => a - b);
        add(lost, [...spoken, p]);
        if (p + 1 < promises.length) meet(p + 1, new Set(lost), [...spoken, p]);
      }
  };
  meet(0, undefined, []);
  const listed = new Map<string, readonly SurviveRule[]>();
  const rulesOf = (spoken: ReadonlySet<number>): readonly SurviveRule[] => {
    const own = [...spoken].sort((a, b) => a - b);
    const rules = listed.get(own.join()) ?? own.flatMap((p) => promises[p]?.rules ?? []);
    listed.set(own.join(), rules);
    return rules;
  };
  return undominated([...found.values()]).map(({ lost, spoken }) => ({ lost, rules: rulesOf(spoken) }));
}

/** A promise of more losses than are looked at one by one. */
export interface Bundling {
  readonly rules: readonly SurviveRule[];
  readonly count: number;
  readonly places: number;
  readonly bundles: number;
  readonly losses: number;
}

/** Promises of which `lossesOf` bundles places. */
export function bundlingsOf(problem: Problem, most: number): readonly Bundling[] {
  const promises = promisesOf(problem);
  return placesIn(problem, promises).flatMap((groups, p): Bundling[] => {
    const { rules, count } = promises[p] as LossPromise;
    const bundles = bundled(groups, count, most).length;
    if (bundles === groups.length) return [];
    return [{ rules, count, places: groups.length, bundles, losses: choices(groups.length, count) }];
  });
}

/** By promise: the places in which something that survives may be. */
function placesIn(problem: Problem, promises: readonly LossPromise[]) {
  const used = new Set<number>();
  for (const { rules } of promises)
    for (const { workload } of rules)
      for (const cluster of columnsOf(problem.workloads[workload] as ProblemWorkload).cluster) used.add(cluster);
  return promises.map(({ groups }) => groups.filter((group) => group.some((cluster) => used.has(cluster))));
}

/** Few enough places that choosing `count` of them makes at most so many choices. */
function bundled(groups: readonly (readonly number[])[], count: number, most: number): readonly (readonly number[])[] {
  let many = groups.length;
  while (many > count + 1 && choices(many, count) > most) many--;
  if (many === groups.length) return groups;
  return Array.from({ length: many }, (_, b) => groups.filter((__, g) => g % many === b).flat());
}

/** How many ways there are to choose. */
function choices(many: number, count: number): number {
  let ways = 1;
  for (let k = 0; k < Math.min(count, many); k++) ways = (ways * (many - k)) / (k + 1);
  return ways;
}

/** Every choice of so many places, of what lies within a set: all of them where there are fewer. */
function* choicesOf(
  groups: readonly (readonly number[])[],
  count: number,
  within: ReadonlySet<number> | undefined,
): Generator<number[]> {
  const inside =
    within === undefined
      ? groups
      : groups.flatMap((group) => {
          const own = group.filter((cluster) => within.has(cluster));
          return own.length > 0 ? [own] : [];
        });
  yield* choose(inside, Math.min(count, inside.length), 0);
}

function* choose(groups: readonly (readonly number[])[], count: number, from: number): Generator<number[]> {
  if (count === 0) return yield [];
  for (let i = from; i <= groups.length - count; i++)
    for (const rest of choose(groups, count - 1, i + 1)) yield [...(groups[i] as readonly number[]), ...rest];
}

/** Without losses that are part of another which the same promises speak of: what comes back after that one can after this one. */
function undominated<T extends { readonly lost: readonly number[]; readonly spoken: ReadonlySet<number> }>(
  losses: readonly T[],
): readonly T[] {
  const kept: T[] = [];
  const at = new Map<number, T[]>();
  for (const loss of losses.toSorted((a, b) => b.lost.length - a.lost.length)) {
    const larger = at.get(loss.lost[0] as number) ?? [];
    const covered = larger.some(
      (other) =>
        other.lost.length > loss.lost.length &&
        [...loss.spoken].every((p) => other.spoken.has(p)) &&
        loss.lost.every((cluster) => other.lost.includes(cluster)),
    );
    if (covered) continue;
    kept.push(loss);
    for (const cluster of loss.lost) {
      const list = at.get(cluster);
      if (list === undefined) at.set(cluster, [loss]);
      else list.push(loss);
    }
  }
  const order = new Map(losses.map((loss, i) => [loss, i]));
  return kept.sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
}
