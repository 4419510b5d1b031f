// The pages of docs/diagnostics/ are what the catalogues say today.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diagnosticPages, docs } from "../generate/diagnostics.ts";

describe("docs/diagnostics", () => {
  const pages = diagnosticPages();

  it("has a page for every diagnostic and no other", () => {
    expect(readdirSync(docs).sort(), "run `node test/generate/diagnostics.ts`").toEqual([...pages.keys()].sort());
  });

  it("says what the catalogues say", () => {
    const stale = [...pages]
      .filter(([name, text]) => readFileSync(new URL(name, docs), "utf8") !== text)
      .map(([name]) => name);
    expect(stale, "run `node test/generate/diagnostics.ts`").toEqual([]);
  });
});
