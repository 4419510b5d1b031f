// `group NAME where …` and `group NAME = a, b`: the clusters of each. It must not know who uses groups.
import type { Diagnostic, Phase, Word } from "../../grammar/index.ts";
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
  const open: string[] = [];

  const membersOf = (group: Group): readonly string[] => {
    const name = group.name.text;
    const known = done.get(name);
    if (known !== undefined) return known;
    open.push(name);
    const saidBefore = diagnostics.length;
    const found = new Set<string>();
    if (group.condition !== undefined) {
      const condition = resolveCondition(group.condition, { vocabulary, suggest, say });
      for (const cluster of clusters) if (holdsOnCluster(condition, cluster)) found.add(cluster.name);
    }
    for (const member of group.members) for (const cluster of clustersOf(member)) found.add(cluster);
    open.pop();
    const members = [...found].sort();
    if (members.length === 0 && clusters.length > 0 && diagnostics.length === saidBefore)
      say(diagnose["empty-group"](group.name.span, [name]));
    done.set(name, members);
    return members;
  };

  const clustersOf = (member: Word): readonly string[] => {
    if (vocabulary.clusterNames.has(member.text)) return [member.text];
    const group = declarations.groups.get(member.text);
    if (group === undefined) {
      const near = suggest(member.text, placeNames(vocabulary));
      say(diagnose["unknown-cluster"](member.span, [member.text], near === undefined ? {} : propose(member, near)));
      return [];
    }
    if (!open.includes(member.text)) return membersOf(group);
    say(diagnose["group-cycle"](member.span, [[...open.slice(open.indexOf(member.text)), member.text]]));
    return [];
  };

  const value = [...declarations.groups.values()].map((group) => ({
    name: group.name.text,
    clusters: membersOf(group),
    span: group.name.span,
  }));
  return { value: value.sort((a, b) => (a.name < b.name ? -1 : 1)), diagnostics };
}

/** Clusters and groups: what `on` may name. */
export function* placeNames(vocabulary: Vocabulary): Generator<string> {
  yield* vocabulary.clusterNames;
  yield* vocabulary.groupNames;
}
