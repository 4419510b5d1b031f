// Programs that are large in one way are answered in time that grows with their length, not its square. The bounds are generous: a
// quadratic way would take minutes.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";

const N = 20_000;
const BASE =
  'cluster c { region = x nodes n { cpu 1 } } app core { workload amf { image "a" } workload smf { image "b" } } run app core\n';
const lines = (line: (i: number) => string) => Array.from({ length: N }, (_, i) => line(i)).join("\n");

const PROGRAMS: readonly { readonly title: string; readonly text: string; readonly code: string }[] = [
  { title: "one run, again and again", text: lines(() => "run amf on c"), code: "compiler/repeated" },
  { title: "many runs of one workload", text: lines((i) => `run amf prefer region = x weight ${i + 1}`), code: "" },
  { title: "a chain of groups", text: `${lines((i) => `group g${i} = g${i + 1}`)}\ngroup g${N} = c`, code: "" },
  { title: "a ring of groups", text: lines((i) => `group g${i} = g${(i + 1) % N}`), code: "compiler/group-cycle" },
  {
    title: "a chain of parameters",
    text: `${lines((i) => `param p${i} = $p${i + 1}`)}\nparam p${N} = 1`,
    code: "compiler/unused-parameter",
  },
  {
    title: "a ring of parameters",
    text: lines((i) => `param p${i} = $p${(i + 1) % N}`),
    code: "compiler/parameter-cycle",
  },
  { title: "unknown names", text: lines((i) => `run x${i} on y${i}`), code: "compiler/unknown-workload" },
  {
    title: "allows and denies of one workload",
    text: lines((i) => `${i % 2 === 0 ? "allow 10.0.0.0/8" : "deny smf"} -> amf on ${i + 1}`),
    code: "",
  },
  { title: "files that are not there", text: lines((i) => `use "f${i}.intent"`), code: "compiler/file-missing" },
  {
    title: "a list of one name",
    text: `run ${Array.from({ length: N }, () => "amf").join(", ")}`,
    code: "compiler/named-twice",
  },
];

describe("a large program", () => {
  it.each(PROGRAMS)("$title", ({ text, code }) => {
    const start = performance.now();
    const { diagnostics } = compile(["a.intent"], memoryHost({ "a.intent": BASE + text }));
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(
      code === "" ? diagnostics.filter((d) => d.severity === "error") : diagnostics.some((d) => d.code === code),
    ).toEqual(code === "" ? [] : true);
  });
});
