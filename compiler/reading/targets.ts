// Names of workloads, apps and places → what they stand for. Everything is found through an index, once built.
// It must not know what statements do with it.
import type { Diagnostic, Target, TargetItem, Word } from "../../grammar/index.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { App, Fleet, Workload } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import { isUnresolved } from "./words.ts";
import type { Say } from "./words.ts";

export interface Names {
  readonly apps: ReadonlyMap<string, App>;
  readonly workloads: ReadonlyMap<string, Workload>;
  /** Bare name → ids of the workloads so named, sorted. */
  readonly byBareName: ReadonlyMap<string, readonly string[]>;
  /** `app.workload` → id. */
  readonly byFullName: ReadonlyMap<string, string>;
  readonly clusters: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly suggest: Suggest;
}

export function indexNames(
  apps: readonly App[],
  workloads: readonly Workload[],
  fleet: Pick<Fleet, "clusters" | "groups">,
  suggest: Suggest,
): Names {
  const byBareName = new Map<string, string[]>();
  const byFullName = new Map<string, string>();
  for (const { id, app, name } of workloads) {
    const same = byBareName.get(name);
    if (same === undefined) byBareName.set(name, [id]);
    else same.push(id);
    byFullName.set(`${app}.${name}`, id);
  }
  return {
    apps: new Map(apps.map((a) => [a.name, a])),
    workloads: new Map(workloads.map((w) => [w.id, w])),
    byBareName,
    byFullName,
    clusters: new Set(fleet.clusters.map((c) => c.name)),
    groups: new Map(fleet.groups.map((g) => [g.name, g.clusters])),
    suggest,
  };
}

/** The workloads of a target: ids without repetition, in the order named. */
export interface ResolvedTarget {
  readonly ids: readonly string[];
  /** The words of each id: what to underline for one of several. */
  readonly words: ReadonlyMap<string, TargetItem>;
  /** One workload by its own name: no list, no app. */
  readonly single: boolean;
}

export function resolveTarget(target: Target, names: Names, say: Say): ResolvedTarget {
  const [first] = target.items;
  if (target.items.length === 1 && target.except.length === 0 && first?.kind === "workload") {
    // By far the most frequent case.
    const ids = workloadNamed(first.name, names, say) ?? [];
    return { ids, words: new Map(ids.map((id) => [id, first])), single: true };
  }
  const words = new Map<string, TargetItem>();
  const seen = new Set<string>();
  let failed = false;
  for (const item of target.items) {
    const ids = item.kind === "app" ? workloadsOfApp(item.name, names, say) : workloadNamed(item.name, names, say);
    failed ||= ids === undefined;
    // An app beside one of its workloads overlaps on purpose often enough; the same words twice do not.
    const twice = seen.has(`${item.kind} ${item.name.text}`);
    seen.add(`${item.kind} ${item.name.text}`);
    if (twice) say(diagnose["named-twice"](item.span, [item.name.text]));
    for (const id of ids ?? []) if (!words.has(id)) words.set(id, item);
  }
  const emptied = words.size > 0;
  for (const word of target.except) {
    for (const id of exceptNamed(word, words, names, say)) words.delete(id);
  }
  if (words.size === 0 && !failed && (emptied || target.except.length === 0))
    say(diagnose["names-nothing"](target.span, []));
  return { ids: [...words.keys()], words, single: target.items.length === 1 && target.items[0]?.kind === "workload" };
}

/** Undefined, and said, when there is no such app. */
function workloadsOfApp(name: Word, names: Names, say: Say): readonly string[] | undefined {
  const app = names.apps.get(name.text);
  if (app !== undefined) return app.workloads;
  const near = names.suggest(name.text, names.apps.keys());
  const isWorkload = names.byBareName.has(name.text);
  say(
    diagnose["unknown-app"](
      name.span,
      [name.text],
      near !== undefined
        ? propose(name, near)
        : isWorkload
          ? { help: `\`${name.text}\` is a workload: leave out \`app\`` }
          : {},
    ),
  );
  return undefined;
}

/** Every meaning of a bare or full name. */
function bareIds(text: string, names: Names): readonly string[] {
  const full = names.byFullName.get(text);
  const bare = names.byBareName.get(text) ?? [];
  return full === undefined ? bare : [...new Set([...bare, full])];
}

/** Undefined, and said, when the name is unknown or could mean several. */
function workloadNamed(name: Word, names: Names, say: Say): readonly string[] | undefined {
  if (isUnresolved(name)) return undefined;
  const ids = bareIds(name.text, names);
  const app = names.apps.get(name.text);
  const several = app !== undefined && app.workloads.length > 1;
  if (ids.length === 1 && !several) return ids;
  if (ids.length === 0) say(unknownWorkload(name, names));
  else {
    const candidates = [...ids.map((id) => id.replace("/", ".")), ...(several ? [`app ${name.text}`] : [])];
    const related: Diagnostic["related"] = ids.flatMap((id) => {
      const workload = names.workloads.get(id);
      return workload === undefined ? [] : [{ message: `\`${id.replace("/", ".")}\``, span: workload.span }];
    });
    say(
      diagnose["ambiguous-workload"](name.span, [name.text, candidates], {
        help: `write ${candidates.map((c) => `\`${c}\``).join(" or ")}`,
        related,
      }),
    );
  }
  return undefined;
}

function unknownWorkload(name: Word, names: Names): Diagnostic {
  if (names.apps.has(name.text))
    return diagnose["unknown-workload"](name.span, [name.text], propose(name, `app ${name.text}`));
  const dot = name.text.indexOf(".");
  const near = names.suggest(name.text, dot === -1 ? names.byBareName.keys() : names.byFullName.keys());
  return diagnose["unknown-workload"](name.span, [name.text], near === undefined ? {} : propose(name, near));
}

/** `except upf`: of the workloads named before it, so that no other app's `upf` makes it ambiguous. */
function exceptNamed(word: Word, among: ReadonlyMap<string, unknown>, names: Names, say: Say): readonly string[] {
  const ids = bareIds(word.text, names);
  const inside = ids.filter((id) => among.has(id));
  if (inside.length > 0) return inside;
  if (ids.length === 0) say(unknownWorkload(word, names));
  else say(diagnose["not-in-target"](word.span, [word.text]));
  return [];
}

/** Clusters of places: names of clusters and groups, without repetition, sorted. Undefined when a name is unknown. */
export function resolvePlaces(words: readonly Word[], names: Names, say: Say): readonly string[] | undefined {
  const found = new Set<string>();
  const seen = new Set<string>();
  let complete = true;
  for (const word of words) {
    if (isUnresolved(word)) {
      complete = false;
      continue;
    }
    if (seen.has(word.text)) say(diagnose["named-twice"](word.span, [word.text]));
    seen.add(word.text);
    const members = names.clusters.has(word.text) ? [word.text] : names.groups.get(word.text);
    if (members === undefined) {
      complete = false;
      sayUnknownPlace(word, names, say);
    } else for (const cluster of members) found.add(cluster);
  }
  return complete ? [...found].sort() : undefined;
}

export function sayUnknownPlace(word: Word, names: Names, say: Say): void {
  const near = names.suggest(word.text, placesOf(names));
  say(diagnose["unknown-cluster"](word.span, [word.text], near === undefined ? {} : propose(word, near)));
}

function* placesOf(names: Names): Generator<string> {
  yield* names.clusters;
  yield* names.groups.keys();
}
