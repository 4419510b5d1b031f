// Every case file, source to diagnostics and IR. `UPDATE=1` accepts what comes out; read the difference before committing it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { compile, compilerDiagnostics, memoryHost, renderDiagnostic } from "../../compiler/index.ts";
import type { Host, ReadResult } from "../../compiler/index.ts";
import { accept, readCases } from "./case-files.ts";
import type { Block, Case } from "./case-files.ts";

const folder = new URL("cases/", import.meta.url);
const update = process.env["UPDATE"] === "1";
const codes = new Set<string>();

const files = readdirSync(folder)
  .filter((name) => name.endsWith(".md"))
  .sort()
  .map((name) => ({ name, markdown: readFileSync(new URL(name, folder), "utf8") }));

describe.each(files)("$name", ({ name, markdown }) => {
  const accepted: { block: Block; text: string }[] = [];
  it.each(readCases(markdown))("$title", (one) => {
    const outcomes = run(one);
    accepted.push(...one.expected.map((block, i) => ({ block, text: outcomes[i] ?? "" })));
    expect(outcomes.length, "a case expects something").toBeGreaterThan(0);
    expect(outcomes).toEqual(update ? outcomes : one.expected.map((block) => block.text));
  });
  afterAll(() => {
    if (update) writeFileSync(new URL(name, folder), accept(markdown, accepted));
  });
});

/** What each expected block of the case should hold. */
function run(one: Case): readonly string[] {
  const { value, diagnostics } = compile(["."], hostOf(one), { set: one.set });
  for (const { code } of diagnostics) codes.add(code);
  return one.expected.map((block) =>
    block.language === "ir"
      ? showFacts((value as unknown as Record<string, unknown>)[block.name])
      : diagnostics
          .map((d) => renderDiagnostic(d, (f) => one.files[f], { color: false, width: 110 }))
          .join("\n")
          .trimEnd(),
  );
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

/** A part of the IR without spans, one entry a line. */
function showFacts(part: unknown): string {
  const line = (fact: unknown) =>
    JSON.stringify(fact, (key, value: unknown) => (key === "span" || key === "spans" ? undefined : value));
  if (Array.isArray(part)) return part.map(line).join("\n");
  return Object.entries(part as object)
    .map(([key, value]) =>
      Array.isArray(value) && value.length > 0
        ? [`${key}:`, ...value.map((v) => `  ${line(v)}`)].join("\n")
        : `${key}: ${line(value)}`,
    )
    .join("\n");
}

describe("the catalogue", () => {
  it("has a case for every diagnostic", () => {
    const without = Object.keys(compilerDiagnostics.definitions).filter((name) => !codes.has(`compiler/${name}`));
    expect(without).toEqual([]);
  });
});
