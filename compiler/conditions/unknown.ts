// What to say about a word, a key or a value of a condition that the fleet does not have, and what was probably meant.
// It must not know how conditions are resolved.
import type { Diagnostic, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Suggest } from "../near-names.ts";
import type { Say } from "../reading/words.ts";
import { valuesOf, wordsOf } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

type Details = Pick<Diagnostic, "help" | "fix">;

/** A help that proposes words in place of others, with the edit that writes them. */
export const propose = (word: Word, text: string): Details => ({
  help: `did you mean \`${text}\`?`,
  fix: { title: `write \`${text}\``, edits: [{ span: word.span, text }] },
});

/** A bare word that is no feature: a label, a label's value, a place, or a misspelling. */
export function sayUnknownWord(key: Word, v: Vocabulary, suggest: Suggest, say: Say): void {
  const { text, span } = key;
  const values = valuesOf(v, text);
  if (values.length > 0)
    return say(diagnose["label-as-word"](span, [text], { help: `compare it: \`${text} = ${values[0]}\`` }));
  const label = v.labelOfValue.get(text);
  if (label !== undefined) return say(diagnose["unknown-word"](span, [text], propose(key, `${label} = ${text}`)));
  if (v.groupNames.has(text) || v.clusterNames.has(text))
    return say(
      diagnose["condition-is-group"](span, [text, v.groupNames.has(text) ? "group" : "cluster"], {
        help: `say \`on ${text}\``,
      }),
    );
  const near = suggest(text, wordsOf(v));
  if (near !== undefined) return say(diagnose["unknown-word"](span, [text], propose(key, near)));
  const value = suggest(text, v.labelOfValue.keys());
  const valueLabel = value === undefined ? undefined : v.labelOfValue.get(value);
  say(diagnose["unknown-word"](span, [text], valueLabel === undefined ? {} : propose(key, `${valueLabel} = ${value}`)));
}

/** A key of a comparison that is no label. */
export function sayUnknownKey(key: Word, v: Vocabulary, suggest: Suggest, say: Say): void {
  if (v.clusterFeatures.has(key.text) || v.nodeFeatures.has(key.text))
    return say(
      diagnose["feature-compared"](key.span, [key.text], { help: `write \`${key.text}\` or \`not ${key.text}\`` }),
    );
  if (key.text === "cluster" || key.text === "name" || key.text === "group")
    return say(diagnose["unknown-label"](key.span, [key.text], { help: "places are named with `on NAME`" }));
  const near = suggest(key.text, wordsOf(v));
  say(diagnose["unknown-label"](key.span, [key.text], near === undefined ? {} : propose(key, near)));
}

/** A value that a label has nowhere. */
export function sayUnknownValue(key: Word, value: Word, values: readonly string[], suggest: Suggest, say: Say): void {
  const near = suggest(value.text, values);
  say(
    diagnose["unknown-value"](
      value.span,
      [key.text, value.text, values],
      near === undefined ? {} : propose(value, near),
    ),
  );
}
