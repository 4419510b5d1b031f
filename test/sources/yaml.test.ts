// How YAML is read: what scalars mean, what is refused and where, and that hostile texts cost little.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { readYaml } from "../../compiler/sources/yaml.ts";

const read = (text: string) => {
  const { value, diagnostics } = readYaml("m.yaml", text);
  return {
    values: value.map((d) => d.value),
    documents: value,
    said: diagnostics.map((d) => `${d.code.replace("source/", "")}: ${d.message}`),
    diagnostics,
  };
};
const one = (text: string): unknown => {
  const { values, said } = read(text);
  expect(said).toEqual([]);
  expect(values).toHaveLength(1);
  return values[0];
};
/** The words that a diagnostic points at. */
const pointed = (text: string): readonly string[] =>
  read(text).diagnostics.map((d) => text.slice(d.span?.start, d.span?.end));

describe("plain scalars", () => {
  it.each<[string, unknown]>([
    ["yes", true],
    ["No", false],
    ["on", true],
    ["OFF", false],
    ["y", true],
    ["n", false],
    ["yEs", "yEs"],
    ["true", true],
    ["tRue", "tRue"],
    ["~", null],
    ["", null],
    ["Null", null],
    ["nULL", "nULL"],
    ["0777", 511],
    ["0o17", 15],
    ["0x1F", 31],
    ["0b101", 5],
    ["-017", -15],
    ["08", 8],
    ["1_000", 1000],
    ["+1", 1],
    ["1e3", 1000],
    ["1.50", 1.5],
    [".5", 0.5],
    ["1.", 1],
    ["1:30", "1:30"],
    ["2001-01-01", "2001-01-01"],
    ["1.2.3", "1.2.3"],
    ["1e400", "1e400"],
    ["0x", "0x"],
    ["-", "-"],
    ["9007199254740991", 9007199254740991],
    ["99999999999999999999", 1e20],
    ["16Gi", "16Gi"],
    ["<<", "<<"],
    ["=", "="],
  ])("%s is %j", (text, value) => {
    expect(one(`v: ${text === "-" ? "'-'" : text}`)).toEqual({ v: value });
  });

  it.each([
    "9007199254740992",
    "9223372036854775807",
    "-9007199254740993",
    "0xFFFFFFFFFFFFFFFF",
    ".inf",
    "-.Inf",
    ".nan",
  ])("%s is refused where it stands", (text) => {
    expect(read(`v: ${text}`).said).toEqual([expect.stringMatching(/^yaml-value: /)]);
    expect(pointed(`a: 1\nv: ${text}`)).toEqual([text]);
  });

  it("keeps quoted words and numbers as text", () => {
    expect(one(`[ "yes", 'no', "0777", '1e3', "~", "" ]`)).toEqual(["yes", "no", "0777", "1e3", "~", ""]);
    expect(one("v: !!str 0777")).toEqual({ v: "0777" });
    expect(one("v: !!float 1")).toEqual({ v: 1 });
    expect(one('v: !!int "0x10"')).toEqual({ v: 16 });
  });

  it("keeps block texts to the byte", () => {
    expect(one("v: |\n  a: yes\n\n   b\n")).toEqual({ v: "a: yes\n\n b\n" });
    expect(one("v: |-\n  a\n")).toEqual({ v: "a" });
    expect(one("v: |+\n  a\n\n")).toEqual({ v: "a\n\n" });
    expect(one("v: >\n  a\n  b\n\n  c\n")).toEqual({ v: "a b\nc\n" });
    expect(one('v: "a\\u0007\\t\\"é😀"')).toEqual({ v: 'a\u0007\t"é😀' });
    expect(one("v: |\r\n  a\r\n  b\r\n")).toEqual({ v: "a\nb\n" });
  });
});

describe("keys", () => {
  it("become text as kubectl writes them, and a change is said", () => {
    expect(read("on: 1\n010: 2\n7: 3").values).toEqual([{ true: 1, 8: 2, 7: 3 }]);
    expect(read("on: 1\n010: 2\n7: 3").said).toEqual([
      "yaml-key: the key `on` is read as `true`, as kubectl does",
      "yaml-key: the key `010` is read as `8`, as kubectl does",
    ]);
    expect(one('"on": 1')).toEqual({ on: 1 });
  });

  it.each(["1.30: x", "~: x", "? [a]\n: x", "? { a: 1 }\n: x", ": x"])(
    "that JSON can not have are refused: %j",
    (text) => {
      expect(read(text)).toMatchObject({ values: [], said: [expect.stringMatching(/^yaml-value: /)] });
    },
  );

  it("that stand twice are said at the second, and the last counts", () => {
    expect(read("a: 1\nb: 2\na: 3").values).toEqual([{ a: 3, b: 2 }]);
    expect(read("a: 1\nb: 2\na: 3").diagnostics).toMatchObject([
      { code: "source/yaml-duplicate-key", severity: "warning", span: { start: 10, end: 11 } },
    ]);
  });

  it("called __proto__ and constructor are data", () => {
    const value = one('{ "__proto__": { "a": 1 }, "constructor": 2, "toString": 3 }') as object;
    expect(JSON.stringify(value)).toBe('{"__proto__":{"a":1},"constructor":2,"toString":3}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it("keep their order", () => {
    expect(JSON.stringify(one("z: 1\na: { x: 1, b: 2 }\nm: 3"))).toBe('{"z":1,"a":{"x":1,"b":2},"m":3}');
  });
});

describe("anchors and merge keys", () => {
  it("are written out", () => {
    expect(one("a: &x { b: 1 }\nc: *x\nd: [*x, *x]")).toEqual({ a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }, { b: 1 }] });
    expect(one("a: &x { b: 1, c: 2 }\nd:\n  <<: *x\n  c: 3")).toEqual({ a: { b: 1, c: 2 }, d: { b: 1, c: 3 } });
    expect(one("- &a { x: 1, w: 1 }\n- &b { w: 2, z: 2 }\n- { <<: [*a, *b] }")).toEqual([
      { x: 1, w: 1 },
      { w: 2, z: 2 },
      { w: 1, z: 2, x: 1 },
    ]);
    expect(one("- &a 1\n- &a 2\n- *a")).toEqual([1, 2, 2]);
  });

  it("say it when a merge takes the place of a key, as with kubectl", () => {
    expect(read("a: &x { b: 1 }\nc:\n  b: 2\n  <<: *x").values).toEqual([{ a: { b: 1 }, c: { b: 1 } }]);
    expect(read("a: &x { b: 1 }\nc:\n  b: 2\n  <<: *x").said).toEqual([
      "yaml-duplicate-key: the key `b` stands here twice; the last one counts",
    ]);
  });

  it.each([
    ["a: *nobody", "no anchor of this name"],
    ["a: &x [*x]", "contains itself"],
    ["a: &x { b: { c: *x } }", "contains itself"],
    ["a: &x 1\nb: { <<: *x }", "only mappings can be merged"],
  ])("refuse %j", (text, why) => {
    expect(read(text).said).toEqual([expect.stringContaining(why)]);
  });
});

describe("documents", () => {
  it("are several in a file; empty ones are none", () => {
    expect(read("---\n# only words\n---\na: 1\n---\n\n---\n- 2\n...\n").values).toEqual([{ a: 1 }, [2]]);
    expect(read("").values).toEqual([]);
    expect(read("\ufeffa: 1").values).toEqual([{ a: 1 }]);
  });

  it("may be JSON", () => {
    expect(one('{\n\t"a": [1, 2.5, "\\u00e9\\/", true, null],\n\t"b": {}\n}')).toEqual({
      a: [1, 2.5, "é/", true, null],
      b: {},
    });
  });

  it("with an error are left out, the others stay, and the place is right", () => {
    const text = "a: 1\n---\nb: [1, 2\n---\nc: 3\n";
    const { values, diagnostics } = read(text);
    expect(values).toEqual([{ a: 1 }, { c: 3 }]);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: "source/yaml-syntax", severity: "error" });
    expect(text.slice(0, diagnostics[0]?.span?.start).split("\n").length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    "a: b: c",
    "a: 'x",
    "\ta: 1",
    "a: [1, 2",
    "a: {b",
    "- a\nb: 1",
    "a: @x",
    "a: `x`",
    'a: "\\q"',
    "%\na",
    "a: !x y",
    "a: !!set { b }",
    "a: !!binary AAAA",
    "a: !!int x",
  ])("refuse %j", (text) => {
    const { said } = read(text);
    expect(said.length).toBeGreaterThan(0);
    expect(said.join("\n")).toMatch(/^yaml-(syntax|value): /);
  });

  it.each(["a: \u0000", "a: \u0007", "\u001b[31mred", "a: b\u007f", "a: \ufffe"])(
    "with control characters are refused: %j",
    (text) => {
      expect(read(text)).toMatchObject({ values: [], said: [expect.stringContaining("control character U+")] });
    },
  );

  it("know where each field stands", () => {
    const text = "spec:\n  list:\n    - name: x\n      cpu: lots\n  empty:\n";
    const [document] = read(text).documents;
    const at = (...path: (string | number)[]) => {
      const { start, end } = document?.place(path) ?? { start: 0, end: 0 };
      return text.slice(start, end);
    };
    expect(at("spec", "list", 0, "cpu")).toBe("lots");
    expect(at("spec", "list")).toBe("list");
    expect(at("spec", "empty")).toBe("empty");
    expect(at("spec", "missing", "deeper")).toBe("spec");
  });
});

describe("hostile texts", () => {
  /** CPU time, so that a busy machine changes nothing. */
  const bounded = (text: string, milliseconds = 5000) => {
    const before = process.cpuUsage();
    const { value, diagnostics } = readYaml("m.yaml", text);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(milliseconds);
    return { value, codes: [...new Set(diagnostics.map((d) => d.code.replace("source/", "")))] };
  };

  it("alias bombs", () => {
    const bomb = [
      "a0: &a0 [x, x, x, x, x, x, x, x, x]",
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`),
    ].join("\n");
    expect(bounded(bomb)).toEqual({ value: [], codes: ["yaml-too-large"] });
    const merging = [
      "m0: &m0 { k: v }",
      ...Array.from({ length: 60 }, (_, i) => `m${i + 1}: &m${i + 1} { <<: [*m${i}, *m${i}], x: [*m${i}, *m${i}] }`),
    ].join("\n");
    expect(bounded(merging).codes).toContain("yaml-too-large");
  });

  it.each([
    ["flow lists", "[".repeat(100_000)],
    ["closed flow lists", "[".repeat(50_000) + "]".repeat(50_000)],
    ["flow mappings", "{a: ".repeat(50_000)],
    ["block lists in a line", "- ".repeat(100_000)],
    ["explicit keys", "? ".repeat(50_000)],
    ["indentation", Array.from({ length: 1500 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["nested lists on lines", Array.from({ length: 1500 }, (_, i) => `${" ".repeat(i)}-`).join("\n")],
  ])("nesting of %s", (_name, text) => {
    expect(bounded(text)).toEqual({ value: [], codes: ["yaml-too-large"] });
  });

  it("nesting that real schemas have is read", () => {
    const text = Array.from({ length: 150 }, (_, i) => `${" ".repeat(i)}a:`).join("\n");
    expect(bounded(`${text} 1`).codes).toEqual([]);
    expect(bounded(`${"[".repeat(150)}${"]".repeat(150)}`).codes).toEqual([]);
  });

  it("50 MB", () => {
    expect(bounded("a: b\n".repeat(10_000_000), 1000)).toEqual({ value: [], codes: ["yaml-too-large"] });
  });

  it.each([
    ["one long line", `a: ${"x".repeat(2_000_000)}`],
    ["a million quotes", `a: ${'"'.repeat(200_000)}`],
    ["anchors without end", Array.from({ length: 20_000 }, (_, i) => `- &a${i} ${i}`).join("\n")],
    ["dashes", "---\n".repeat(50_000)],
    ["directives", "%YAML 1.2\n".repeat(5000)],
    ["comments", "# x\n".repeat(100_000)],
    ["colons", ":\n".repeat(20_000)],
    ["tags", "!".repeat(100_000)],
    ["a number with many digits", `a: ${"9".repeat(100_000)}`],
    ["a number with many underscores", `a: 1${"_".repeat(100_000)}`],
  ])("%s", (_name, text) => {
    expect(bounded(text).codes.length).toBeLessThan(3);
  });

  it("any characters: never a throw, spans inside of the text, an answer or a reason", () => {
    const soup = fc.string({
      unit: fc.constantFrom(
        ..."[]{}:,-?&*!|>'\"%@`#~<= \n\tabc0129.eé\u0001\ud800",
        "a: ",
        "- ",
        "---\n",
        "<<: ",
        "&a ",
        "*a ",
        "!!int ",
        "|\n ",
        "\r\n",
      ),
      maxLength: 60,
    });
    fc.assert(
      fc.property(soup, (text) => {
        const { value, diagnostics } = readYaml("m.yaml", text);
        for (const d of diagnostics) {
          expect(d.span?.start).toBeGreaterThanOrEqual(0);
          expect(d.span?.end).toBeLessThanOrEqual(text.length + 1);
          expect(d.span?.start).toBeLessThanOrEqual(d.span?.end ?? 0);
        }
        for (const document of value) expect(JSON.parse(JSON.stringify(document.value))).toEqual(document.value);
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});

describe("what was written by a machine", () => {
  it("comes back to the byte of its JSON", () => {
    const json = fc.jsonValue({ maxDepth: 4 }).filter((v) => typeof v === "object" && v !== null);
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        if (JSON.stringify(JSON.parse(text)).includes("e-")) return;
        const result = readYaml("m.yaml", text);
        if (result.diagnostics.some((d) => d.code === "source/yaml-value" || d.message.includes("control character")))
          return;
        expect(JSON.stringify(result.value[0]?.value)).toBe(text);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
