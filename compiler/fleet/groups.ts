// `group NAME where …` and `group NAME = a, b`: the clusters of each. It must not know who uses groups.
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import { holdsOnCluster } from "../conditions/evaluate.ts";
import { resolveCondition } from "../conditions/resolve.ts";
import type { Vocabulary } from "../conditions/vocabulary.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster, Fleet } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import type { Declarations, StatementOf } from "../reading/declare.ts";

type Group = StatementOf<"group">;

/** Every group with its clusters, sorted by name. Members of groups in a circle are left out and said. */
export function readGroups(
  declarations: Declarations,
  clusters: readonly Cluster[],
  vocabulary: Vocabulary,
  suggest: Suggest,
): Phase<Fleet["groups"]> {
  const diagnostics: Diagnostic[] = [];
  const say = (d: Diagnostic) => void diagnostics.push(d);
  const done = new Map<string, readonly string[]>();
  const order = membersFirst(declarations.groups, say);
  const circles = diagnostics.length > 0;
  for (const group of order) {
    const { name, condition, members } = group;
    const found = new Set<string>();
    const saidBefore = diagnostics.length;
    if (condition !== undefined) {
      const resolved = resolveCondition(condition, { vocabulary, suggest, say });
      for (const cluster of clusters) if (holdsOnCluster(resolved, cluster)) found.add(cluster.name);
    }
    for (const member of members) {
      if (vocabulary.clusterNames.has(member.text)) found.add(member.text);
      else if (declarations.groups.has(member.text))
        for (const cluster of done.get(member.text) ?? []) found.add(cluster);
      else {
        const near = suggest(member.text, placeNames(vocabulary));
        say(diagnose["unknown-cluster"](member.span, [member.text], near === undefined ? {} : propose(member, near)));
      }
    }
    const empty = found.size === 0 && clusters.length > 0 && diagnostics.length === saidBefore;
    if (empty && !(circles && members.length > 0)) say(diagnose["empty-group"](name.span, [name.text]));
    done.set(name.text, [...found].sort());
  }
  const value = [...declarations.groups.values()].map(({ name }) => ({
    name: name.text,
    clusters: done.get(name.text) ?? [],
    span: name.span,
  }));
  return { value: value.sort((a, b) => (a.name < b.name ? -1 : 1)), diagnostics };
}

/** The groups so that each comes after those that it is made of. Without recursion: a chain of groups may be as long as a file. */
function membersFirst(groups: ReadonlyMap<string, Group>, say: (d: Diagnostic) => void): readonly Group[] {
  const order: Group[] = [];
  const state = new Map<string, "open" | "done">();
  for (const root of groups.values()) {
    const stack: { readonly group: Group; next: number }[] = state.has(root.name.text)
      ? []
      : [{ group: root, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { group, next } = top;
      state.set(group.name.text, "open");
      const member = group.members[next];
      top.next += 1;
      if (member === undefined) {
        state.set(group.name.text, "done");
        order.push(group);
        stack.pop();
        continue;
      }
      const inner = groups.get(member.text);
      if (inner === undefined || state.get(member.text) === "done") continue;
      if (state.get(member.text) === undefined) stack.push({ group: inner, next: 0 });
      else {
        const names = stack.map((s) => s.group.name.text);
        say(diagnose["group-cycle"](member.span, [[...names.slice(names.indexOf(member.text)), member.text]]));
      }
    }
  }
  return order;
}

/** Clusters and groups: what `on` may name. */
export function* placeNames(vocabulary: Vocabulary): Generator<string> {
  yield* vocabulary.clusterNames;
  yield* vocabulary.groupNames;
}
