// Bare words in clusters that were probably not meant as features: misspelt entries, units, values of labels elsewhere; and words
// said of a cluster and of its own nodes. It must not know conditions.
import type { ClusterEntry, Diagnostic, PoolEntry, Word } from "../../grammar/index.ts";
import { valuesOf } from "../conditions/vocabulary.ts";
import type { Vocabulary } from "../conditions/vocabulary.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster } from "../ir.ts";
import { distance } from "../near-names.ts";
import type { StatementOf } from "../reading/declare.ts";
import type { Say } from "../reading/words.ts";

const ENTRIES: readonly string[] = ["context", "cost", "nodes", "networks", "pods", "api", "accepts", "taint"];
const UNIT = /^([numkKMGTPE]|[KMGTPE]i|[kKMGT]?bps|us|ms|s|h|%)$/;

/** Every bare word of the written clusters; words in quotes were meant so. */
export function checkBareWords(statements: readonly StatementOf<"cluster">[], v: Vocabulary, say: Say): void {
  const checked = new Map<string, { readonly looksLike: string; readonly meant?: string } | undefined>();
  const check = (entries: readonly (ClusterEntry | PoolEntry)[]): void => {
    for (const entry of entries) {
      if (entry.kind === "nodes") check(entry.entries);
      if (entry.kind !== "feature" || entry.name.form === "string") continue;
      const { text } = entry.name;
      if (!checked.has(text)) checked.set(text, suspicion(text, v));
      const suspect = checked.get(text);
      if (suspect !== undefined) say(accuse(entry.name, suspect));
    }
  };
  for (const statement of statements) check(statement.entries);
}

function accuse(word: Word, { looksLike, meant }: { readonly looksLike: string; readonly meant?: string }): Diagnostic {
  const help = `if the feature really has this name, write \`"${word.text}"\``;
  return diagnose["suspicious-word"](word.span, [word.text, looksLike], {
    ...(meant === undefined ? {} : propose(word, meant)),
    help: meant === undefined ? help : `write \`${meant}\`; ${help}`,
  });
}

function suspicion(text: string, v: Vocabulary) {
  if (UNIT.test(text)) return { looksLike: "a unit that belongs to a number" };
  const label = v.labelOfValue.get(text);
  if (label !== undefined && text !== "true" && text !== "false")
    return { looksLike: `a value of the label \`${label}\``, meant: `${label} = ${text}` };
  if (ENTRIES.includes(text)) return { looksLike: `the entry \`${text}\`, which needs more words` };
  if (valuesOf(v, text).length > 0)
    return {
      looksLike: `the label \`${text}\`, which has values elsewhere`,
      meant: `${text} = ${valuesOf(v, text)[0]}`,
    };
  // One slip only: `core` is not a misspelt `cost`.
  const entry =
    text.length > 3 ? ENTRIES.find((known) => known[0] === text[0] && distance(text, known, 1) === 1) : undefined;
  return entry !== undefined ? { looksLike: `a misspelt \`${entry}\``, meant: entry } : undefined;
}

/** A key that a cluster and one of its own pools both say has two meanings in a condition. */
export function checkLevels(clusters: readonly Cluster[], say: Say): void {
  for (const cluster of clusters) {
    for (const pool of cluster.pools) {
      for (const key of [...Object.keys(pool.labels), ...pool.features]) {
        if (!Object.hasOwn(cluster.labels, key) && !cluster.features.includes(key)) continue;
        say(
          diagnose["label-on-two-levels"](pool.span, [key, cluster.name, pool.name], {
            related: [{ message: "the cluster", span: cluster.span }],
          }),
        );
      }
    }
  }
}
