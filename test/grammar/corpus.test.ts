// Every clause of every statement, alone and one after the other on one line: statements need no terminator.
import { describe, expect, it } from "vitest";
import { parse, type Condition, type Statement, type StatementKind } from "../../grammar/index.ts";
import { corpus } from "./corpus.ts";
import { statements } from "./random-statements.ts";
import { withoutSpans } from "./without-spans.ts";

function one(text: string): Statement {
  const { value, diagnostics } = parse("c.intent", text);
  expect(diagnostics).toEqual([]);
  expect(value.statements).toHaveLength(1);
  return value.statements[0]!;
}

const short = (c: Condition): string => {
  if ("operands" in c) return `(${c.operands.map(short).join(` ${c.kind} `)})`;
  if (c.kind === "not") return `!${short(c.operand)}`;
  return c.key.text;
};

describe("the corpus", () => {
  it("has every kind of statement", () => {
    expect(Object.keys(corpus).sort()).toEqual(Object.keys(statements).sort());
  });

  it.each(Object.entries(corpus))("%s", (kind, texts) => {
    for (const text of texts) {
      const statement = one(text);
      expect({ text, kind: statement.kind }).toEqual({ text, kind: kind as StatementKind });
      expect(statement.span).toEqual({ file: "c.intent", start: 0, end: text.length });
    }
  });

  it.each([" ", "\n", "\r\n", " // a comment\n"])("is cut rightly when joined by %j", (joint) => {
    const all = Object.values(corpus).flat();
    const expected = all.map((text) => withoutSpans(one(text)));
    for (const texts of [all, all.toReversed()]) {
      const { value, diagnostics } = parse("c.intent", texts.join(joint));
      expect(diagnostics).toEqual([]);
      expect(value.statements.map(withoutSpans)).toEqual(texts === all ? expected : expected.toReversed());
    }
  });

  it("is cut rightly before every kind of statement, on one line", () => {
    const seconds = Object.values(corpus).map((texts) => texts.at(-1)!);
    for (const first of Object.values(corpus).flat()) {
      const { value, diagnostics } = parse("c.intent", seconds.map((second) => `${first} ${second}`).join(" "));
      const kinds = value.statements.map((s) => s.kind);
      const expected = Object.keys(corpus).flatMap((kind) => [one(first).kind, kind]);
      expect({ first, kinds, diagnostics }).toEqual({ first, kinds: expected, diagnostics: [] });
    }
  });
});

describe("what is read", () => {
  it("binds not, then and, then or", () => {
    const read = (text: string): string => {
      const run = one(`run x where ${text}`);
      const where = run.kind === "run" ? run.clauses[0] : undefined;
      return where?.kind === "where" ? short(where.condition) : "";
    };
    expect(read("a or b and not c")).toBe("(a or (b and !c))");
    expect(read("(a or b) and not (c and d)")).toBe("((a or b) and !(c and d))");
    expect(read("not not a = 1 and b in (c)")).toBe("(!!a and b)");
    expect(read("a and (b and c)")).toBe("(a and (b and c))");
  });

  it("tells kinds of leaves by their place", () => {
    expect(one("run 5gc near 10 within 5m")).toMatchObject({
      target: { items: [{ name: { form: "name", text: "5gc" } }] },
      clauses: [
        { target: { items: [{ name: { form: "name", text: "10" } }] }, within: { form: "duration", text: "5m" } },
      ],
    });
    expect(one("set a B = 5m")).toMatchObject({ value: { form: "quantity", text: "5m" } });
    expect(one("param a = 1.30.2")).toMatchObject({ value: { form: "address", text: "1.30.2" } });
    expect(one(String.raw`set a B = "\u00e9\n\"\\"`)).toMatchObject({ value: { form: "string", text: 'é\n"\\' } });
    expect(one("set a B = $cluster.nvidia.com/gpu")).toMatchObject({ value: { form: "fact", text: "nvidia.com/gpu" } });
    expect(one("run a x$n")).toMatchObject({ count: { form: "parameter", text: "n" } });
  });

  it("takes workloads that stand side by side as one peer", () => {
    expect(one("allow a, app b except c -> internet, d, e")).toMatchObject({
      from: [{ kind: "target", target: { items: [{ kind: "workload" }, { kind: "app" }], except: [{ text: "c" }] } }],
      to: [
        { kind: "internet" },
        { kind: "target", target: { items: [{ name: { text: "d" } }, { name: { text: "e" } }] } },
      ],
    });
  });

  it("parts ports and objects, each with its own place", () => {
    const text = "allow a -> b on 8000-8010/udp";
    const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
    expect(one(text)).toMatchObject({
      ports: [
        {
          port: { text: "8000", form: "number", span: at("8000") },
          end: { text: "8010", form: "number", span: at("8010") },
          protocol: { text: "udp", form: "name", span: at("udp") },
        },
      ],
    });
    expect(one("app a { workload x = VirtualMachine/firewall }")).toMatchObject({
      entries: [{ objectKind: { text: "VirtualMachine" }, objectName: { text: "firewall" } }],
    });
  });

  it("takes units in the singular", () => {
    expect(one("run a survive 2 clusters")).toMatchObject({ clauses: [{ unit: { text: "cluster" } }] });
    expect(one("run a survive 2 zones")).toMatchObject({ clauses: [{ unit: { text: "zone" } }] });
    expect(one("run a survive 1 zone")).toMatchObject({ clauses: [{ unit: { text: "zone" } }] });
  });

  it("keeps comments with their places", () => {
    const { comments } = parse("c.intent", "// one \t\nrun a // two\r\n//").value;
    expect(comments).toEqual([
      { text: "// one", span: { file: "c.intent", start: 0, end: 6 } },
      { text: "// two", span: { file: "c.intent", start: 15, end: 21 } },
      { text: "//", span: { file: "c.intent", start: 23, end: 25 } },
    ]);
  });

  it("skips a byte order mark and takes any white space", () => {
    expect(one("\ufeffrun\u00a0a\u2003x2\tx\f".slice(0, -2).trimEnd().replace("\ufeff", ""))).toMatchObject({
      kind: "run",
    });
    const { value, diagnostics } = parse("c.intent", "\ufeffrun\u00a0a\u2003x2\r\n\tmove b\r");
    expect(diagnostics).toEqual([]);
    expect(value.statements.map((s) => s.kind)).toEqual(["run", "move"]);
  });
});
