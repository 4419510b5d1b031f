// Finds node labels that tell some pools of a cluster from the others. It must not know why they are to be told apart.
import type { Requirement } from "../../../compiler/index.ts";
import { ALWAYS, NEVER, type Alternatives } from "./alternatives.ts";

export type NodeLabels = Readonly<Record<string, string>>;

/** Alternatives that hold on all of `wanted` and on none of `others`; undefined when some of both look alike. */
export function tellApart(wanted: readonly NodeLabels[], others: readonly NodeLabels[]): Alternatives | undefined {
  if (others.length === 0) return ALWAYS;
  if (wanted.length === 0) return NEVER;
  const keys = [...new Set([...wanted, ...others].flatMap((labels) => Object.keys(labels)))].sort();
  const single = byOneKey(keys, wanted, others);
  if (single !== undefined) return [[single]];
  const alternatives = new Map<string, readonly Requirement[]>();
  for (const labels of wanted) {
    const alternative = exactly(keys, labels, others);
    if (alternative === undefined) return undefined;
    alternatives.set(JSON.stringify(alternative), alternative);
  }
  return [...alternatives.values()];
}

/** One requirement that does it alone: the key with the fewest values to name, the first of equals. */
function byOneKey(keys: readonly string[], wanted: readonly NodeLabels[], others: readonly NodeLabels[]) {
  const found: Requirement[] = [];
  for (const key of keys) {
    const yes = new Set(wanted.map((labels) => labels[key]));
    const no = new Set(others.map((labels) => labels[key]));
    if ([...yes].some((value) => no.has(value))) continue;
    if (!yes.has(undefined)) found.push({ key, operator: "In", values: sorted(yes) });
    else if (yes.size === 1) found.push({ key, operator: "DoesNotExist", values: [] });
    else found.push({ key, operator: "NotIn", values: sorted(no) });
  }
  return found.sort((a, b) => a.values.length - b.values.length || (a.key < b.key ? -1 : 1))[0];
}

const sorted = (values: ReadonlySet<string | undefined>): string[] => [...values].filter((v) => v !== undefined).sort();

/** What is said of one pool until none of the others is left: each time the key that leaves out the most of them. */
function exactly(
  keys: readonly string[],
  labels: NodeLabels,
  others: readonly NodeLabels[],
): readonly Requirement[] | undefined {
  const said: Requirement[] = [];
  let left = others;
  while (left.length > 0) {
    let best: { readonly key: string; readonly rest: readonly NodeLabels[] } | undefined;
    for (const key of keys) {
      const rest = left.filter((other) => other[key] === labels[key]);
      if (rest.length < (best?.rest.length ?? left.length)) best = { key, rest };
    }
    if (best === undefined) return undefined;
    const value = labels[best.key];
    const absent: Requirement = { key: best.key, operator: "DoesNotExist", values: [] };
    said.push(value === undefined ? absent : { key: best.key, operator: "In", values: [value] });
    left = best.rest;
  }
  return said;
}
