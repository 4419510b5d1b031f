// Whatever people write, the compiler answers: a value and diagnostics that point into the text, never an exception.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compile,
  compilerDiagnostics,
  diagnosticJson,
  memoryHost,
  renderDiagnostic,
  sourceDiagnostics,
} from "../../compiler/index.ts";
import { grammarDiagnostics } from "../../grammar/index.ts";
import type { Span } from "../../grammar/index.ts";

const SEED = 20261123;

const NAMES = [
  "paris",
  "lyon",
  "west",
  "core",
  "edge",
  "amf",
  "smf",
  "core.amf",
  "db",
  "nowhere",
  "gpu",
  "cpu",
  "region",
  "zone",
  "sriov",
  "$many",
  "$none",
  "toString",
  "__proto__",
  "constructor",
];
const name = fc.constantFrom(...NAMES);
const amount = fc.constantFrom(
  "0",
  "1",
  "8",
  "500m",
  "16Gi",
  "-1",
  "1e3",
  "99999999999999999999",
  "10ms",
  "1Gbps",
  "70%",
  "$many",
  "many",
);
const operator = fc.constantFrom("=", "!=", "<", "<=", ">", ">=");
const condition: fc.Arbitrary<string> = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    name,
    fc.tuple(name, operator, fc.oneof(name, amount)).map((parts) => parts.join(" ")),
    fc
      .tuple(name, fc.constantFrom("in", "not in"), fc.array(name, { minLength: 1, maxLength: 3 }))
      .map(([key, word, values]) => `${key} ${word} (${values.join(", ")})`),
    tie("condition").map((c) => `not (${c})`),
    fc
      .tuple(tie("condition"), fc.constantFrom("and", "or"), tie("condition"))
      .map(([a, word, b]) => `(${a}) ${word} (${b})`),
  ),
})).condition;
const target = fc.oneof(
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(", ")),
  fc.tuple(name, name).map(([app, one]) => `app ${app} except ${one}`),
  name.map((app) => `app ${app}`),
);
const peer = fc.oneof(
  target,
  fc.constantFrom(
    "internet",
    "anywhere",
    "kubernetes",
    "10.0.0.0/8",
    "fd00::/8",
    "10.0.0.0/99",
    "pods (app = x) in core",
    "pods in core",
  ),
);
const port = fc.constantFrom(
  "",
  " on sbi",
  " on 443",
  " on 8805/udp",
  " on 8000-9000",
  " on 70000",
  " on sbi, n4",
  " over n3",
);
const clause = fc.oneof(
  condition.map((c) => `where ${c}`),
  fc.constantFrom(
    "on each",
    "on 2 clusters",
    "on paris, lyon then west",
    "on paris weight 3, lyon weight 1",
    "on each of paris, west",
    "optional",
    "priority -1",
    "survive 1 cluster",
    "survive 2 zone keeping 3",
    "in amf",
  ),
  name.map((key) => `spread across ${key} max 2`),
  target.map((t) => `near ${t} within 5ms`),
  target.map((t) => `with ${t}`),
  target.map((t) => `apart from ${t} by zone`),
  fc.tuple(name, amount).map(([r, a]) => `needs ${r} ${a}`),
  fc.tuple(condition, amount).map(([c, w]) => `prefer ${c} weight ${w}`),
  name.map((t) => `tolerates ${t}`),
);
const count = fc.constantFrom("", " x3", " x0", " x$many", " x99999999999");
const entry = fc.oneof(
  fc.tuple(name, name).map(([k, v]) => `${k} = ${v}`),
  name,
  fc.tuple(name, amount).map(([r, a]) => `nodes ${r} x2 { cpu 8 memory 32Gi ${r} ${a} taint ${r} }`),
  amount.map((a) => `cost cpu ${a}, gpu ${a}`),
  condition.map((c) => `accepts where ${c}`),
  fc.constantFrom("pods 10.1.0.0/16", "api 10.0.0.1", "networks n3, n3", 'context "a"'),
);
const statement = fc.oneof(
  fc.tuple(name, fc.array(entry, { maxLength: 4 })).map(([n, e]) => `cluster ${n} { ${e.join(" ")} }`),
  fc.tuple(name, condition).map(([n, c]) => `group ${n} where ${c}`),
  fc.tuple(name, name, name).map(([n, a, b]) => `group ${n} = ${a}, ${b}`),
  fc.tuple(name, name, amount).map(([a, b, l]) => `link ${a} <-> ${b} ${l}`),
  fc
    .tuple(name, name, amount)
    .map(([n, w, a]) => `app ${n} { workload ${w} { image "a" cpu ${a} port sbi 8000 ${w} } manifests "db.yaml" }`),
  fc
    .tuple(target, count, fc.array(clause, { maxLength: 4 }))
    .map(([t, x, c]) => `run ${t}${/[ ,]/.test(t) ? "" : x} ${c.join(" ")}`),
  fc.tuple(target, condition).map(([t, c]) => `forbid ${t} where ${c}`),
  fc
    .tuple(fc.constantFrom("allow", "deny"), peer, fc.constantFrom("->", "<->"), peer, port)
    .map(([verb, a, arrow, b, p]) => `${verb} ${a} ${arrow} ${b}${p}`),
  target.map((t) => `isolate ${t}`),
  target.map((t) => `move ${t}`),
  fc.constantFrom(
    "param many = 3",
    "param many = $many",
    "param none = $many",
    "minimize cost, moves, cost",
    "fleet { reserve 10% connectivity flat }",
    'fleet { resource cpu = "x/y" feature sriov = "a=b" }',
    'use "more.intent"',
    'clusters from "t.csv"',
    "scale amf 2..10 on cpu 70%",
    "set amf A = $cluster.b",
    "expect amf on paris",
    "fleet { dns amf }",
  ),
);

const DB =
  "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: db }\nspec: { selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { hostNetwork: true, containers: [{ name: x, image: y }, { name: z, image: y }] } } }\n";
const codes = new Set(
  Object.entries({ compiler: compilerDiagnostics, source: sourceDiagnostics, grammar: grammarDiagnostics }).flatMap(
    ([phase, { definitions }]) => Object.keys(definitions).map((n) => `${phase}/${n}`),
  ),
);

/** Compiles, and tells what is wrong with the answer. */
function faults(files: Readonly<Record<string, string>>): readonly string[] {
  const { value, diagnostics } = compile(["a.intent"], memoryHost(files), { set: { many: "4" } });
  const found = diagnostics.flatMap((d) => {
    const shown = renderDiagnostic(d, (f) => files[f], { color: false });
    const json = diagnosticJson(d, (f) => files[f]);
    return [
      ...(codes.has(d.code) ? [] : [`${d.code} is in no catalogue`]),
      ...(d.span === undefined || pointsInto(d.span, files[d.span.file]) ? [] : [`${d.code} points out of its file`]),
      ...(/[^\P{Cc}\n]/u.test(shown) ? [`${d.code} sends a control character`] : []),
      ...(d.span === undefined || json.start !== undefined ? [] : [`${d.code} has no place in JSON`]),
    ];
  });
  return value.format === "placet.ir/v1" ? found : [...found, "there is no value"];
}

const pointsInto = ({ start, end }: Span, text: string | undefined): boolean =>
  text !== undefined && start >= 0 && end >= start && end <= text.length;

describe("random programs", () => {
  it("never throw", () => {
    const programs = fc.tuple(fc.array(statement, { maxLength: 25 }), fc.array(statement, { maxLength: 5 }));
    fc.assert(
      fc.property(
        programs,
        ([a, more]) =>
          void expect(
            faults({
              "a.intent": a.join("\n"),
              "more.intent": more.join("\n"),
              "db.yaml": DB,
              "t.csv": "name,region,cpu,gpu\nt1,north,8,1\nparis,south,x,\n",
            }),
          ).toEqual([]),
      ),
      { numRuns: 400, seed: SEED },
    );
  });

  it("never throw on tables of any text", () => {
    const cell = fc.oneof(
      fc.constantFrom(
        "name",
        "cpu",
        "accel.gpu",
        "nodes",
        '"',
        ",",
        "\n",
        "\r\n",
        "#",
        "paris",
        "10.0.0.0/8",
        "taint",
        "k=v:x",
        " ",
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(cell, { maxLength: 30 }),
        (cells) =>
          void expect(
            faults({ "a.intent": 'clusters from "t.csv" group g where edge', "t.csv": `name,${cells.join("")}` }),
          ).toEqual([]),
      ),
      { numRuns: 400, seed: SEED },
    );
  });

  it("never throw on any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 60 }),
        (text, table) =>
          void expect(faults({ "a.intent": `${text}\nclusters from "t.csv"`, "t.csv": table })).toEqual([]),
      ),
      { numRuns: 300, seed: SEED },
    );
  });
});

describe("many mistakes", () => {
  it("are told in bounded time", () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `run wrong${i} where lable${i} = x near other${i}`).join("\n");
    const apps = Array.from(
      { length: 50 },
      (_, a) => `app a${a} { ${Array.from({ length: 20 }, (_, w) => `workload w${a}-${w} { image "i" }`).join(" ")} }`,
    ).join("\n");
    const start = performance.now();
    const { diagnostics } = compile(
      ["a.intent"],
      memoryHost({ "a.intent": `cluster c { region = x nodes n { cpu 1 } }\n${apps}\n${text}` }),
    );
    expect(diagnostics.filter((d) => d.code === "compiler/unknown-workload")).toHaveLength(10_000);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
