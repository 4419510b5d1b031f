// Every example is planned, checked, and written in the canonical form.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { workplace } from "./kit.ts";

const examples = readdirSync(join(import.meta.dirname, "../../examples"));

test("there are at least the three that the README names", () => {
  expect(examples).toEqual(expect.arrayContaining(["hello", "5g-core", "retail"]));
});

for (const example of examples) {
  test(`${example} plans without a word of complaint, and is proven optimal`, async () => {
    const { code, out, err } = await workplace(example).run("plan", "--json");
    expect(err).toBe("");
    expect(code).toBe(0);
    const plan = JSON.parse(out) as { status: string; diagnostics: unknown[]; placements: unknown[] };
    expect(plan.diagnostics).toEqual([]);
    expect(plan.status).toBe("optimal");
    expect(plan.placements.length).toBeGreaterThan(1);
  });

  test(`${example} is in the canonical form and has a README`, async () => {
    const place = workplace(example);
    expect((await place.run("fmt", "--check")).out).toContain("0 files not in the canonical form");
    expect(existsSync(join(place.directory, "README.md"))).toBe(true);
  });
}
