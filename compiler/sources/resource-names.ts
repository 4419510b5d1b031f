// Short words for resources (`cpu`, `gpu`) → the names that nodes and manifests use. It must not know amounts.
import type { Diagnostic, Word } from "../../grammar/index.ts";
import { say } from "./diagnostics.ts";

/** Short word → Kubernetes resource name, from the fleet (`gpu` → `nvidia.com/gpu`). */
export type ResourceNames = Readonly<Record<string, string>>;

const NATIVE: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

/** The Kubernetes name of a resource word; without one, the diagnostic that says so. */
export function resourceName(
  word: Word,
  names: ResourceNames,
): { readonly value?: string; readonly diagnostics: readonly Diagnostic[] } {
  const { text } = word;
  const short = Object.hasOwn(names, text) ? names[text] : undefined;
  if (short !== undefined) return { value: short, diagnostics: [] };
  if (NATIVE.includes(text) || text.startsWith("hugepages-") || /^[a-z0-9.-]+\/[A-Za-z0-9._-]+$/.test(text))
    return { value: text, diagnostics: [] };
  const known = [...NATIVE, ...Object.keys(names)].sort();
  return {
    diagnostics: [
      say["unknown-resource"](word.span, [text], {
        help: `known are ${known.map((k) => `\`${k}\``).join(", ")}, and full names such as \`nvidia.com/gpu\``,
      }),
    ],
  };
}
