// Resource words of the fleet → Kubernetes resource names, and which of them look misspelt. It must not know amounts.
import type { Diagnostic, Word } from "../../grammar/index.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import { distance } from "../near-names.ts";
import type { Say } from "../reading/words.ts";

const NATIVE: readonly string[] = ["cpu", "memory", "ephemeral-storage", "storage", "pods"];

/** What people write for Kubernetes' own resources and mean so. */
const SYNONYMS: Readonly<Record<string, string>> = {
  cpus: "cpu",
  cores: "cpu",
  vcpu: "cpu",
  vcpus: "cpu",
  mem: "memory",
  ram: "memory",
  gpus: "gpu",
  pod: "pods",
};

export interface ResourceWords {
  /** The Kubernetes name of a word that stands before an amount. Words without a meaning are taken as they are, with a warning. */
  readonly named: (word: Word, say: Say) => string;
  /** Every short word with its meaning, those included that were met on the way. */
  readonly names: () => Readonly<Record<string, string>>;
}

export function resourceWords(declared: Readonly<Record<string, string>>): ResourceWords {
  const names: Record<string, string> = { ...declared };
  const named = (word: Word, say: Say): string => {
    const { text } = word;
    if (Object.hasOwn(names, text)) return names[text] ?? text;
    if (isFullName(text)) return text;
    say(problem(word, Object.keys(declared)));
    names[text] = text;
    return text;
  };
  return { named, names: () => names };
}

/** Names that Kubernetes itself understands, without any setting. */
export const isFullName = (text: string): boolean =>
  NATIVE.includes(text) || text.startsWith("hugepages-") || text.includes("/");

function problem(word: Word, declared: readonly string[]): Diagnostic {
  const meant = word.form === "string" ? undefined : misspeltResource(word.text, declared);
  if (meant === undefined)
    return diagnose["unqualified-resource"](word.span, [word.text], {
      help: `\`fleet { resource ${word.text} = "example.com/${word.text}" }\` says what it means on nodes`,
    });
  return diagnose["suspicious-resource"](word.span, [word.text, meant], propose(word, meant));
}

/**
 * The resource that a word probably means: one slip away, two in a long word. Other accelerators (`npu`) are as near to `gpu` as a slip
 * is, so words of three letters mean themselves.
 */
export function misspeltResource(text: string, declared: readonly string[]): string | undefined {
  if (Object.hasOwn(SYNONYMS, text)) return SYNONYMS[text];
  const most = text.length <= 3 ? 0 : text.length <= 8 ? 1 : 2;
  return [...NATIVE, ...declared].sort().find((known) => known !== text && distance(text, known, most) <= most);
}
