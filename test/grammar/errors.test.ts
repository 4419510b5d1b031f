// Every wrong statement is one error, at the right place, in our own words; what has an obvious fix has it, and the fix mends it.
import { describe, expect, it } from "vitest";
import { grammarDiagnostics, parse, type Diagnostic } from "../../grammar/index.ts";

/** What is said of a text, and how many statements its tree still has. */
function reading(text: string): { said: string[]; statements: number } {
  const { value, diagnostics } = parse("e.intent", text);
  return { said: diagnostics.map((d) => said(text, d)), statements: value.statements.length };
}

/** `unexpected at [WORDS]: …` with its help. */
function said(text: string, d: Diagnostic): string {
  const words = text.slice(d.span!.start, d.span!.end);
  const name = d.code.replace("grammar/", "");
  return `${name} at [${words}]: ${d.message}${d.help === undefined ? "" : ` (${d.help})`}`;
}

/** The text with every fix applied, last one first. */
function mended(text: string, diagnostics: readonly Diagnostic[]): string {
  const edits = diagnostics.flatMap((d) => d.fix?.edits ?? []).toSorted((x, y) => y.span.start - x.span.start);
  return edits.reduce((t, { span, text: by }) => t.slice(0, span.start) + by + t.slice(span.end), text);
}

describe("a statement that goes on wrongly", () => {
  it.each([
    ["run", "unfinished at [run]: expected a name or `app` after `run`, but the statement ends here"],
    [
      "run upf where",
      "unfinished at [where]: expected a name, `not` or `(` after `where`, but the statement ends here",
    ],
    ["allow amf smf", "unexpected at [smf]: expected `except`, `->`, `<->` or `,` after `amf`, found `smf`"],
    ["link a b", "unexpected at [b]: expected `<->` after `a`, found `b`"],
    ["run a on 3 weight 2, b", "unfinished at [b]: expected `weight` after `b`, but the statement ends here"],
    [
      "run where gpu",
      'unexpected at [where]: expected a name or `app` after `run`, found `where` (if `where` is meant as a name, quote it: `"where"`)',
    ],
    [
      "cluster a { cpu 16 }",
      "unexpected at [16]: expected one of a name, `=`, `context`, `cost`, `nodes`, … after `cpu`, found `16` (resources are said of nodes: `nodes general x4 { cpu 16 }`)",
    ],
    [
      'app fleet { workload web { image "a" } }',
      'reserved-word at [fleet]: `fleet` is a reserved word of the language and can not be a name as it stands (as a name it is written `"fleet"`)',
    ],
    [
      "cluster fleet { nodes a x1 { cpu 1 } }",
      'reserved-word at [fleet]: `fleet` is a reserved word of the language and can not be a name as it stands (as a name it is written `"fleet"`)',
    ],
    ["cluster a { context }", "unexpected at [}]: expected a name after `context`, found `}`"],
    ["param a = 7 0%", "unexpected at [0%]: expected the next statement after `7`, found `0%`"],
    ["allow a => b", "wrong-symbol at [=>]: `=>` is not written here: at least is `>=`, and an arrow is `->`"],
    ["expect a can not reach b", "unexpected at [not]: expected `reach` after `can`, found `not` (write `cannot`)"],
    [
      "run a where b in (c,)",
      "unexpected at [)]: expected a value after `,`, found `)` (no comma stands after the last of a list)",
    ],
    ["chain internet, a -> b", "mixed-stop at [internet, a]: only workloads can stand here as a list"],
    [
      "allow internet except a -> b",
      "except-of-nothing at [a]: `except` takes workloads out of an app or a list of workloads, and none stands before it",
    ],
    ["expect internet on paris", "not-a-workload at [internet]: `internet` is not something that is placed"],
    ["app x { workload n = foo }", "object-reference at [foo]: `foo` is not of the form `KIND/NAME`"],
    [
      "app x { workload y { port sbi 8000-8010 } }",
      "port-number at [8000-8010]: a port of a workload has one number, such as `8000` or `38412/sctp`",
    ],
    [
      "app x { workload y { port sbi http } }",
      "port-number at [http]: a port of a workload has one number, such as `8000` or `38412/sctp`",
    ],
    ["run café", "wrong-name at [café]: `café` is not a name: a name has only a–z, A–Z, 0–9, `-`, `_`, `.` and `/`"],
    ["run a ~~~ b", "wrong-character at [~~~]: `~~~` means nothing here"],
    ["run a\u0007\u001b b", "wrong-character at [\u0007\u001b]: `\\u0007\\u001b` means nothing here"],
    ["set a B = $", "wrong-parameter at [$]: `$` names no parameter"],
    ["where gpu", "unknown-statement at [where]: no statement begins with `where`"],
  ])("%j", (text, expected) => {
    expect(reading(text)).toEqual({ said: [expected], statements: 0 });
  });
});

describe("a fix mends it", () => {
  it.each([
    ["run set where gpu", 'run "set" where gpu'],
    ["allow amf -> on", 'allow amf -> "on"'],
    ["set a B = run", 'set a B = "run"'],
    ["alow amf -> smf", "allow amf -> smf"],
    ["run web x4 wher gpu", "run web x4 where gpu"],
    ["use fleet.intent", 'use "fleet.intent"'],
    ["run smf near amf within 10", "run smf near amf within 10ms"],
    ["fleet { reserve 10 }", "fleet { reserve 10% }"],
    ["cluster a { nodes g { memory 16GiB } }", "cluster a { nodes g { memory 16Gi } }"],
    ["cluster a { nodes g { memory 16KB } }", "cluster a { nodes g { memory 16k } }"],
    ["cluster a { x = y, z = w }", "cluster a { x = y z = w }"],
    ["cluster a { region: eu-west }", "cluster a { region = eu-west }"],
    ["run a where b == c && !d || e", "run a where b = c and not d or e"],
    ["run a;", "run a"],
    ["# hi\nrun a", "// hi\nrun a"],
    ["run 'a b'", 'run "a b"'],
    ["run “a”", 'run "a"'],
    ["allow a → b", "allow a -> b"],
    ["run a where b ≥ 3", "run a where b >= 3"],
    ['use "a', 'use "a"'],
    [String.raw`use "C:\dir"`, String.raw`use "C:\\dir"`],
    ["run a }", "run a "],
    ["run a where (b", "run a where (b ) "],
    ["cluster a {\n  b = c\nrun d", "cluster a {\n  b = c } \nrun d"],
    ["run a on paris and lyon", "run a on paris , lyon"],
    ["allow a to b", "allow a -> b"],
    ["link a -> b", "link a <-> b"],
    ["run a near b 10ms", "run a near b within 10ms"],
    ["app a { workload b { image nginx:1.25 } }", 'app a { workload b { image "nginx:1.25" } }'],
    ["patch a { url = https://x.example/y }", 'patch a { url = "https://x.example/y" }'],
    ["scale a 1...3 on cpu 5%", "scale a 1..3 on cpu 5%"],
  ])("%j", (text, fixed) => {
    const { diagnostics } = parse("e.intent", text);
    expect(diagnostics.length).toBeGreaterThan(0);
    const result = mended(text, diagnostics);
    const left = parse("e.intent", result).diagnostics.length;
    expect({ result, left }).toEqual({ result: fixed, left: 0 });
  });
});

describe("symbols of other languages", () => {
  it.each([
    ["===", "="],
    ["!==", "!="],
    ["==", "="],
    ["=<", "<="],
    ["<>", "!="],
    [":=", "="],
    ["\u2264", "<="],
    ["\u2260", "!="],
  ])("%s is %s", (foreign, ours) => {
    const text = `run a where b ${foreign} c`;
    expect(mended(text, parse("e.intent", text).diagnostics)).toBe(`run a where b ${ours} c`);
  });

  it.each([
    ["||", "or"],
    ["|", "or"],
    ["&", "and"],
  ])("%s is %s", (foreign, ours) => {
    const text = `run a where b ${foreign} c`;
    expect(mended(text, parse("e.intent", text).diagnostics)).toBe(`run a where b ${ours} c`);
  });

  it.each([
    ["-->", "->"],
    ["<-->", "<->"],
    ["\u2194", "<->"],
  ])("%s is %s", (foreign, ours) => {
    const text = `allow a ${foreign} b`;
    expect(mended(text, parse("e.intent", text).diagnostics)).toBe(`allow a ${ours} b`);
  });

  it("reads comments of other languages as comments", () => {
    expect(reading("run a /* b\nc */ where d")).toEqual({
      said: [
        "wrong-symbol at [/*]: `/*` is not written here: a comment begins with `//` (begin each line of the comment with `//`)",
      ],
      statements: 1,
    });
  });
});

describe("one wrong statement is one error", () => {
  it.each([
    ["run"],
    ["alow a -> b"],
    ["allow a b"],
    ["cluster x { = }"],
    ["run a where (b"],
    ['use "x'],
    ["run ~ a ; b $"],
    ["scale a 1-3"],
    ["group a {"],
  ])("%j leaves the statements around it as they are", (wrong) => {
    const alone = reading(wrong);
    expect(reading(`run before\n${wrong}\nmove last`)).toEqual({ said: alone.said, statements: 2 });
    expect(alone.statements).toBe(0);
  });

  it("points at the brace that was left open", () => {
    const said = ["unclosed at [{]: `{` is never closed by `}` (add `}`)"];
    expect(reading("cluster a {\n  nodes n {\n    cpu 1\n\nrun upf")).toEqual({ said, statements: 1 });
    expect(reading("app a { workload b {\nrun upf\nmove x")).toEqual({ said, statements: 2 });
    expect(reading("fleet { reserve 10%\ncluster b { x = y }")).toEqual({ said, statements: 1 });
  });

  it("takes a misspelt statement on its own line for itself", () => {
    const said = ["unknown-statement at [alow]: no statement begins with `alow` (did you mean `allow`?)"];
    expect(reading("run upf\nalow amf -> smf\nrun x")).toEqual({ said, statements: 2 });
    expect(reading("cluster a {} alow amf -> smf\nrun x")).toEqual({ said, statements: 2 });
  });

  it("does not take units and targets for statements", () => {
    const right = (statements: number) => ({ said: [], statements });
    expect(reading("run a survive 1 cluster\ncluster b {}\nforbid app c on d\nrun e near\napp f")).toEqual(right(4));
    expect(reading("expose a on 80\ncluster b {}")).toEqual(right(2));
    expect(reading('run a on 2 clusters clusters from "x"')).toEqual(right(2));
    expect(reading("cloud a {\n  namespace b\n  clusters where c\n}\nrun d")).toEqual(right(2));
  });
});

describe("too much", () => {
  it("refuses what is nested too deeply, wherever", () => {
    for (const [open, count] of [
      ["(", 201],
      ["not ", 201],
      ["not (", 101],
    ] as const) {
      const text = `run a where ${open.repeat(count)}b${")".repeat(open.includes("(") ? count : 0)}\nmove c`;
      const { value, diagnostics } = parse("e.intent", text);
      expect(diagnostics.map((d) => d.code)).toEqual(["grammar/too-deep"]);
      expect(value.statements).toHaveLength(1);
    }
    const data = `patch a ${"{ x ".repeat(201)}${"}".repeat(201)}\nmove c`;
    expect(parse("e.intent", data).diagnostics.map((d) => d.code)).toEqual(["grammar/too-deep"]);
  });

  it("reads what is nested as deeply as it may be", () => {
    expect(parse("e.intent", `run a where ${"(".repeat(200)}b${")".repeat(200)}`).diagnostics).toEqual([]);
    expect(parse("e.intent", `run a where ${"not ".repeat(200)}b`).diagnostics).toEqual([]);
    expect(parse("e.intent", `patch a ${"{ x ".repeat(199)}{}${"}".repeat(199)}`).diagnostics).toEqual([]);
    expect(parse("e.intent", `patch a { x = ${"[".repeat(199)}${"]".repeat(199)} }`).diagnostics).toEqual([]);
  });

  it("stops after a hundred errors and says so", () => {
    const { diagnostics } = parse("e.intent", "run\n".repeat(5000));
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)!.code).toBe("grammar/too-many-errors");
    expect(parse("e.intent", "run\n".repeat(99)).diagnostics).toHaveLength(99);
  });

  it("refuses a file that is larger than may be read", () => {
    const { diagnostics } = parse("e.intent", " ".repeat(32 * 2 ** 20 + 1));
    expect(diagnostics.map((d) => d.message)).toEqual(["the file has 33 MiB; at most 32 MiB are read"]);
  });
});

describe("the catalogue", () => {
  it("says of each what, why and what to do", () => {
    for (const definition of Object.values(grammarDiagnostics.definitions)) {
      expect(definition.what).toMatch(/^[A-Z`].*\.$/);
      expect(definition.why).toMatch(/^[A-Z`].*\.$/);
      expect(definition.todo).toMatch(/^[A-Z`].*\.$/);
    }
  });
});
