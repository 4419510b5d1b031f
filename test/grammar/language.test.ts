// Every statement that the language's contract shows is read as it stands there. The contract lies beside the project, if at all.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { format, parse } from "../../grammar/index.ts";
import { withoutSpans } from "./without-spans.ts";

const contract = fileURLToPath(new URL("../../../shared/LANGUAGE.md", import.meta.url));
const own = fileURLToPath(new URL("../../grammar/README.md", import.meta.url));

/** The blocks of a document that are fenced as `intent`. */
function blocks(path: string): string[] {
  if (!existsSync(path)) return [];
  return [...readFileSync(path, "utf8").matchAll(/```intent\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

describe.each([
  ["the contract (../shared/LANGUAGE.md, skipped when it is not there)", contract, 54],
  ["our own reference (grammar/README.md)", own, 70],
])("%s", (_, path, least) => {
  const found = blocks(path);

  it.skipIf(!existsSync(path))("has statements", () => {
    expect(found.flatMap((text) => parse("x.intent", text).value.statements).length).toBeGreaterThanOrEqual(least);
  });

  it.skipIf(!existsSync(path))("is read without a diagnostic", () => {
    for (const text of found) expect(parse("LANGUAGE.md", text).diagnostics).toEqual([]);
  });

  it.skipIf(!existsSync(path))("keeps its meaning in the canonical form", () => {
    for (const text of found) {
      const again = parse("x.intent", format("x.intent", text).value);
      expect(withoutSpans(again.value.statements)).toEqual(withoutSpans(parse("x.intent", text).value.statements));
    }
  });
});
