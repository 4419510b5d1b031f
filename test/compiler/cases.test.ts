// Every case file, source to diagnostics and IR. `UPDATE=1` accepts what comes out; read the difference before committing it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, compilerDiagnostics, memoryHost, renderDiagnostic } from "../../compiler/index.ts";
import { accept, readCases } from "./case-files.ts";
import type { Block, Case } from "./case-files.ts";
import type { Host, ReadResult } from "../../compiler/index.ts";

const folder = new URL("cases/", import.meta.url);
const update = process.env["UPDATE"] === "1";
const codes = new Set<string>();

const files = readdirSync(folder)
  .filter((f) => f.endsWith(".md"))
  .sort();
for (const file of files) {
  const url = new URL(file, folder);
  const markdown = readFileSync(url, "utf8");
  const accepted: { block: Block; text: string }[] = [];
  describe(file, () => {
    for (const one of readCases(markdown)) {
      it(one.title, () => {
        expect(one.expected.length, "a case expects something").toBeGreaterThan(0);
        const outcomes = run(one);
        if (update) accepted.push(...one.expected.map((block, i) => ({ block, text: outcomes[i] ?? "" })));
        else for (const [i, block] of one.expected.entries()) expect(outcomes[i]).toBe(block.text);
      });
    }
    if (update) it("accepts what came out", () => writeFileSync(url, accept(markdown, accepted)));
  });
}

/** What each expected block of the case should hold. */
function run(one: Case): readonly string[] {
  const { value, diagnostics } = compile(["."], hostOf(one), { set: one.set });
  for (const { code } of diagnostics) codes.add(code);
  return one.expected.map((block) => {
    if (block.language === "ir")
      return JSON.stringify((value as unknown as Record<string, unknown>)[block.name], withoutSpans, 1)
        .replaceAll(/\n +/g, " ")
        .replaceAll(/^\[ | \]$/g, (m) => m.replace(" ", "\n"))
        .replaceAll("}, {", "},\n{");
    return diagnostics
      .map((d) => renderDiagnostic(d, (f) => one.files[f], { color: false, width: 110 }))
      .join("\n")
      .trimEnd();
  });
}

/** The files of the case in memory; what it says is refused is refused as a file system would. */
function hostOf(one: Case): Host {
  const host = memoryHost(one.files);
  const refusal = (path: string): ReadResult | undefined => {
    const reason = one.refused[path] as Extract<ReadResult, { ok: false }>["reason"] | undefined;
    return reason === undefined ? undefined : { ok: false, reason, detail: "as the case has it" };
  };
  return { ...host, read: (path) => refusal(path) ?? host.read(path) };
}

const withoutSpans = (key: string, value: unknown): unknown => (key === "span" || key === "spans" ? undefined : value);

describe("the catalogue", () => {
  it("has a case for every diagnostic", () => {
    const without = Object.keys(compilerDiagnostics.definitions).filter((name) => !codes.has(`compiler/${name}`));
    expect(without).toEqual([]);
  });
});
