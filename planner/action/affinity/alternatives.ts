// Conditions on node labels as Kubernetes has them: alternatives (ORed), each a set of requirements (ANDed). It must not know where a
// requirement came from.
import type { Requirement } from "../../../compiler/index.ts";

/** Alternatives of requirements. Empty: nothing satisfies it; an alternative without requirements: everything does. */
export type Alternatives = readonly (readonly Requirement[])[];

export const ALWAYS: Alternatives = [[]];
export const NEVER: Alternatives = [];

/** More alternatives than this are refused: the kube-scheduler tries each for every node. */
export const MOST_ALTERNATIVES = 64;

/** Thrown on the way when a condition grows beyond that; caught where the condition's place in the source is known. */
export class TooManyAlternatives extends Error {}

export const either = (parts: readonly Alternatives[]): Alternatives => tidy(parts.flat());

/** All of the parts: each alternative of one with each of the others. */
export function all(parts: readonly Alternatives[]): Alternatives {
  let result = ALWAYS;
  for (const part of parts) {
    if (result.length * part.length > 8 * MOST_ALTERNATIVES) throw new TooManyAlternatives();
    result = tidy(result.flatMap((left) => part.map((right) => [...left, ...right])));
  }
  return result;
}

/** Leaves out alternatives that can not hold and those that another one covers. */
function tidy(alternatives: Alternatives): Alternatives {
  const possible = alternatives.flatMap((alternative) => merged(alternative) ?? []);
  const sets = possible.map((alternative) => new Set(alternative.map(textOf)));
  const kept = possible.filter(
    (_, i) => !sets.some((other, j) => j !== i && isPart(other, sets[i]!) && (other.size < sets[i]!.size || j < i)),
  );
  if (kept.length > MOST_ALTERNATIVES) throw new TooManyAlternatives();
  return kept;
}

const textOf = (r: Requirement): string => `${r.key} ${r.operator} ${r.values.join(" ")}`;
const isPart = (part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean =>
  [...part].every((text) => whole.has(text));

/** One alternative with at most one `In` a key, without what another requirement says already; undefined when it can not hold. */
function merged(requirements: readonly Requirement[]): [readonly Requirement[]] | undefined {
  const byKey = new Map<string, Requirement[]>();
  for (const requirement of requirements) {
    const list = byKey.get(requirement.key);
    if (list === undefined) byKey.set(requirement.key, [requirement]);
    else list.push(requirement);
  }
  const result: Requirement[] = [];
  for (const [key, list] of byKey) {
    const one = mergedOfKey(key, list);
    if (one === undefined) return undefined;
    result.push(...one);
  }
  return [result];
}

function mergedOfKey(key: string, list: readonly Requirement[]): readonly Requirement[] | undefined {
  if (list.length === 1) return list[0]!.operator === "In" && list[0]!.values.length === 0 ? undefined : list;
  const absent = list.some((r) => r.operator === "DoesNotExist");
  const present = list.some((r) => r.operator !== "DoesNotExist" && r.operator !== "NotIn");
  if (absent) return present ? undefined : [{ key, operator: "DoesNotExist", values: [] }];
  const ins = list.filter((r) => r.operator === "In");
  const out = new Set(list.filter((r) => r.operator === "NotIn").flatMap((r) => r.values));
  const bounds = distinct(list.filter((r) => r.operator === "Gt" || r.operator === "Lt"));
  if (ins.length > 0) {
    const values = ins[0]!.values.filter((v) => !out.has(v) && ins.every((r) => r.values.includes(v)));
    return values.length === 0 ? undefined : [{ key, operator: "In", values }, ...bounds];
  }
  const exists = present && bounds.length === 0 ? [{ key, operator: "Exists" as const, values: [] }] : [];
  const excluded = out.size === 0 ? [] : [{ key, operator: "NotIn" as const, values: [...out].sort() }];
  return [...exists, ...bounds, ...excluded];
}

function distinct(requirements: readonly Requirement[]): Requirement[] {
  const seen = new Set<string>();
  return requirements.filter((r) => !seen.has(textOf(r)) && seen.add(textOf(r)));
}
