// The canonical form by example.
import { describe, expect, it } from "vitest";
import { format, print, type Statement } from "../../grammar/index.ts";

const formatted = (text: string): string => format("f.intent", text).value;
const wide = "a-rather-long-label-name";

describe("the canonical form", () => {
  it("has one statement a line and one space between tokens", () => {
    expect(formatted("run   upf\n  where gpu  and cpu>=8 run amf x6 allow amf->smf")).toBe(
      "run upf where gpu and cpu >= 8\nrun amf x6\nallow amf -> smf\n",
    );
  });

  it("keeps the order and at most one blank line", () => {
    expect(formatted("\n\nrun b\n\n\n\nrun a\nrun c\n\n")).toBe("run b\n\nrun a\nrun c\n");
  });

  it("keeps a block on one line only if it was written so", () => {
    expect(formatted("cluster a {x=y    sriov}")).toBe("cluster a { x = y  sriov }\n");
    expect(formatted("cluster a { x = y\nsriov }")).toBe("cluster a {\n  x = y\n  sriov\n}\n");
    expect(formatted("cluster a {\n\n}")).toBe("cluster a {}\n");
  });

  it("keeps entries together that were on one line", () => {
    expect(formatted("cluster a {\nx = y z = w\n\n\nsriov\n}")).toBe("cluster a {\n  x = y  z = w\n\n  sriov\n}\n");
  });

  it("breaks a block at a hundred columns, with a line for each entry", () => {
    const entries = [wide, wide, wide].map((feature, i) => `${feature}-${i}`);
    const fits = `cluster abcde { ${entries.join("  ")} }`;
    expect(fits).toHaveLength(100);
    expect(formatted(fits)).toBe(`${fits}\n`);
    expect(formatted(fits.replace("abcde", "abcdef"))).toBe(
      `cluster abcdef {\n${entries.map((e) => `  ${e}\n`).join("")}}\n`,
    );
  });

  it("counts what must stay on the line of a block", () => {
    const block = `{ x = "${"y".repeat(58)}" }`;
    expect(formatted(`patch a ${block} where provider = orange`)).toBe(`patch a ${block} where provider = orange\n`);
    expect(formatted(`patch a ${block} where provider = a-longer-name`)).toBe(
      `patch a {\n  x = "${"y".repeat(58)}"\n} where provider = a-longer-name\n`,
    );
  });

  it("sets lists and blocks of data", () => {
    expect(formatted("patch a { x=[1,2 , {y=z}] w{} }")).toBe("patch a { x = [1, 2, { y = z }]  w {} }\n");
    expect(formatted("patch a {\nx = [\n1, 2,\n3]\n}")).toBe("patch a {\n  x = [\n    1, 2,\n    3\n  ]\n}\n");
  });

  it("keeps comments where they were", () => {
    const text = [
      "// at the top",
      "",
      "run upf  // behind",
      "cluster a {  // at the brace",
      "  // alone",
      "  x = y  z = w  // behind two",
      "  // last",
      "}",
      "// at the end",
      "",
    ].join("\n");
    expect(formatted(text)).toBe(text);
    expect(formatted(text.replaceAll("  //", " //").replaceAll("\n\n", "\n\n\n\n"))).toBe(text);
  });

  it("breaks a statement only for the comments in it", () => {
    expect(formatted("run a // why\nwhere b\n// because\nand c")).toBe(
      "run a  // why\n    where b\n    // because\n    and c\n",
    );
  });

  it("writes ranges, ports and lists tightly", () => {
    expect(formatted("scale a 2 .. 10 on cpu 70% , memory 5Gi allow a->b on 80 ,  81")).toBe(
      "scale a 2..10 on cpu 70%, memory 5Gi\nallow a -> b on 80, 81\n",
    );
  });

  it("leaves a text with an error as it is", () => {
    const result = format("f.intent", "run  a\nrun");
    expect(result.value).toBe("run  a\nrun");
    expect(result.diagnostics).toHaveLength(1);
  });
});

describe("trees that a program made", () => {
  const span = { file: "", start: 0, end: 0 };
  const name = (text: string) => ({ form: "name" as const, text, span });

  it("quotes what is no name as it stands", () => {
    const cluster: Statement = {
      kind: "cluster",
      name: name("run"),
      entries: [
        { kind: "feature", name: name("nodes"), span },
        { kind: "feature", name: name("a b"), span },
        { kind: "label", key: name("app"), value: name("where"), span },
        { kind: "context", context: { form: "string", text: 'x"\n', span }, span },
      ],
      span,
    };
    expect(print([cluster])).toBe('cluster "run" {\n  "nodes"\n  "a b"\n  app = "where"\n  context "x\\"\\n"\n}\n');
  });

  it("writes parentheses only where they are needed", () => {
    const has = (text: string) => ({ kind: "has" as const, key: name(text), span });
    const condition = {
      kind: "and" as const,
      operands: [
        { kind: "or" as const, operands: [has("a"), { kind: "not" as const, operand: has("b"), span }], span },
        { kind: "not" as const, operand: { kind: "and" as const, operands: [has("c"), has("d")], span }, span },
      ],
      span,
    };
    expect(print([{ kind: "group", name: name("g"), condition, members: [], span }])).toBe(
      "group g where (a or not b) and not (c and d)\n",
    );
  });
});
