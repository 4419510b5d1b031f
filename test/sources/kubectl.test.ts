// The judge of how YAML is read is kubectl itself: `kubectl annotate --local` reads a file without any server and prints JSON.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { readPlainScalar } from "../../compiler/sources/yaml-scalars.ts";
import { readYaml } from "../../compiler/sources/yaml.ts";

const directory = mkdtempSync(join(tmpdir(), "placet-kubectl-"));
afterAll(() => rmSync(directory, { recursive: true }));

function kubectl(text: string): readonly Record<string, unknown>[] {
  const file = join(directory, "m.yaml");
  writeFileSync(file, text);
  const out = execFileSync("kubectl", ["annotate", "--local", "-f", file, "placet.dev/x=y", "-o", "json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
  });
  return out
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as Record<string, unknown>);
}

const answers = (): boolean => {
  try {
    return kubectl("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n").length === 1;
  } catch {
    return false;
  }
};
const absent = !answers();
const title = absent ? " (skipped: there is no kubectl here)" : "";

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  );
};
const header = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

/** What both read below `v` of one document each. */
function bothRead(bodies: readonly string[]): {
  readonly ours: readonly unknown[];
  readonly theirs: readonly unknown[];
} {
  const text = bodies.map((body, i) => `${header(`d${i}`)}${body}`).join("\n---\n");
  const ours = readYaml("m.yaml", text);
  expect(ours.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
  const values = ours.value.map((d) => sorted((d.value as { v?: unknown }).v));
  return { ours: values, theirs: kubectl(text).map((o) => sorted(o["v"])) };
}

describe(`kubectl agrees${title}`, () => {
  it.skipIf(absent)("on plain scalars", () => {
    const numberish = fc.string({
      unit: fc.constantFrom(..."0123456789xXoObBeE+-._aAfF:"),
      minLength: 1,
      maxLength: 9,
    });
    const words = fc.constantFrom(
      ..."y n yes no on off true false null ~ Yes NO On oFF True nUll .5 1. +.5 -.5e1 0o7 08 09.5 1e3 1E-2 0b11 -0b1 0x_1 1__0 2001-01-01 1:30 12e 0. -0 +0 00 0_ .e1 <<x".split(
        " ",
      ),
    );
    const scalars = [...new Set(fc.sample(fc.oneof(numberish, words), { seed: 17, numRuns: 9000 }))].filter(
      (s) => readPlainScalar(s).kind === "value" && !/^[-?:]$|^---|^\.\.\.|:$|^:|^- /.test(s),
    );
    expect(scalars.length).toBeGreaterThan(2000);
    const text = scalars.map((s, i) => `  k${i}: ${s}`).join("\n");
    const { ours, theirs } = bothRead([`v:\n${text}`]);
    const [mine, judge] = [ours[0], theirs[0]] as [Record<string, unknown>, Record<string, unknown>];
    const differing = scalars.filter((_, i) => mine[`k${i}`] !== judge[`k${i}`]).map((s) => s);
    expect(differing).toEqual([]);
  });

  it.skipIf(absent)("on structures, texts, keys, anchors and merges", () => {
    const { ours, theirs } = bothRead([
      "v: |\n  a: yes\n\n   b\n",
      "v: |-\n  a\n\n",
      "v: |+\n  a\n\n",
      "v: >\n  a\n  b\n\n  c\n   d\n",
      "v: |2\n   a\n",
      "v: plain over\n  several lines\n",
      "v: 'it''s'\n",
      'v: "tab\\t\\u00e9\\x41 \\\n  joined"\n',
      "v: [a, yes, {b: no}, [], {}, 'x', ~]\n",
      "v:\n- a\n- - b\n  - c\n- d: 1\n  e: 2\n",
      "v: { on: 1, 7: 2, 010: 3, 'off': 4, true: 5 }\n",
      "v:\n  a: &x { b: 1, c: 2 }\n  d: { <<: *x, c: 3 }\n  e: { c: 4, <<: *x }\n  f: *x\n",
      "v:\n- &a { x: 1, y: 1 }\n- &b { y: 2, z: 2 }\n- { <<: [*a, *b] }\n- { y: 0, <<: [*a, *b] }\n",
      "v: { a: 1, b: 2, a: 3 }\n",
      "v: {a: , b: c}\n",
      "v: a#b # comment\n",
      "v: http://x.y:80/z?a=b&c\n",
      "v: '08'\n",
      "v: !!str 08\n",
      'v: !!int "8"\n',
      "v: !!float 8\n",
      "? v\n: w\n",
    ]);
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(22);
  });

  const unreadable = [
    "v: .inf",
    "v: [1, 2",
    "v: { ? [a] : b }",
    "v: *nobody",
    "v: 'x",
    "v: a: b",
    "v: {~: 1}",
    "v: \u0007",
  ];
  it.skipIf(absent).each(unreadable)("on what can not be read: %j", (body) => {
    const text = `${header("d")}${body}\n`;
    expect(readYaml("m.yaml", text).diagnostics.filter((d) => d.severity === "error")).not.toEqual([]);
    expect(() => kubectl(text)).toThrow("Command failed");
  });
});
