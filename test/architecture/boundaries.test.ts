// One direction of imports, and each third-party package only where it belongs (STYLE.md: The house).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const layers = ["grammar", "compiler", "planner", "runtime"] as const;

/** Where a package may be imported from: a path that starts so. */
const homes: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ["grammar/"],
  "javascript-lp-solver": ["planner/solver/javascript-lp-solver.ts"],
  highs: ["planner/solver/highs"],
  yaml: ["compiler/sources/", "runtime/targets/", "runtime/cli/commands/render.ts"],
  "@kubernetes/client-node": ["runtime/clusters/"],
  undici: ["runtime/clusters/"],
  ink: ["runtime/tui/"],
  react: ["runtime/tui/"],
  commander: ["runtime/cli/"],
  "string-width": ["runtime/cli/view/", "runtime/tui/"],
};

const files = layers.flatMap((layer) => sources(layer));
const imports = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })));

test("there is something to check", () => {
  expect(files.length).toBeGreaterThan(50);
  expect(imports.length).toBeGreaterThan(100);
});

test("imports go one way: grammar ← compiler ← planner ← runtime, through each folder's index.ts", () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith(".")) return false;
    const [from, to] = [layerOf(file), layerOf(join(file, "..", target))];
    if (from === to) return false;
    const downwards = layers.indexOf(to as never) < layers.indexOf(from as never) && to !== undefined;
    return !downwards || !target.endsWith(`${to}/index.ts`);
  });
  expect(wrong).toEqual([]);
});

test("a third-party package is imported only where it belongs", () => {
  const packages = imports.filter(({ target }) => !target.startsWith(".") && !target.startsWith("node:"));
  const wrong = packages.filter(({ file, target }) => {
    const name = target
      .split("/")
      .slice(0, target.startsWith("@") ? 2 : 1)
      .join("/");
    return !(homes[name] ?? []).some((home) => file.startsWith(home));
  });
  expect(wrong).toEqual([]);
});

test("grammar, compiler and planner touch no file, clock, network, process or randomness", () => {
  const pure = files.filter((file) => !file.startsWith("runtime/"));
  const impure =
    /\bfrom "node:|\bprocess\.|Math\.random|Date\.now|new Date\b|performance\.now|\bfetch\(|setTimeout|setInterval/;
  const wrong = pure.filter((file) => impure.test(withoutComments(readFileSync(join(root, file), "utf8"))));
  expect(wrong).toEqual([]);
});

test("no file holds more than 400 lines, and each begins by saying what it is for", () => {
  const texts = files.map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n") }));
  expect(texts.filter(({ lines }) => lines.length > 401).map(({ file }) => file)).toEqual([]);
  expect(texts.filter(({ lines }) => !/^(#!|\/\/|\/\*)/.test(lines[0] ?? "")).map(({ file }) => file)).toEqual([]);
});

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return sources(path);
      return /\.tsx?$/.test(entry.name) ? [path] : [];
    });
}

function importsOf(file: string): string[] {
  const text = withoutComments(readFileSync(join(root, file), "utf8"));
  const found = text.matchAll(
    /^(?:import|export)\b[^;"]*?\bfrom\s+"([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? match[3] ?? "").filter((target) => target !== "");
}

const layerOf = (path: string): string | undefined =>
  layers.find((layer) => path === layer || path.startsWith(`${layer}/`));

function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
}
