// The published reference of the grammar is the grammar that the parser runs.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { directory, grammarReference } from "../generate/grammar-reference.ts";

describe("grammar/reference", () => {
  it.each([...grammarReference()])(
    "%s is up to date: if not, run node test/generate/grammar-reference.ts",
    (name, text) => {
      const file = new URL(name, directory);
      expect(existsSync(file)).toBe(true);
      expect(readFileSync(file, "utf8")).toBe(text);
    },
  );

  it("needs nothing from elsewhere: no script, no network", () => {
    const html = grammarReference().get("railroad.html")!;
    expect(html).not.toMatch(/<script|<link|<img|src=|url\(|@import/);
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:/);
  });

  it("has a diagram for every link", () => {
    const html = grammarReference().get("railroad.html")!;
    const ids = new Set([...html.matchAll(/id="([^"]+)"/g)].map((m) => m[1]));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});
