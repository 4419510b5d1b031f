// The order of statements and their division into files mean nothing: the IR is the same but for places in the text.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, irJson, memoryHost } from "../../compiler/index.ts";
import type { Ir } from "../../compiler/index.ts";

const STATEMENTS: readonly string[] = [
  "cluster paris { region = eu-west zone = a edge cost cpu 0.04 pods 10.1.0.0/16 nodes general x4 { cpu 16 memory 64Gi } nodes accel x2 { cpu 32 memory 128Gi gpu 2 dpdk taint accel-only } accepts where tier = gold or app = edge }",
  "cluster lyon { region = eu-west zone = b pods 10.2.0.0/16 nodes general x4 { cpu 16 memory 64Gi } }",
  "cluster nice { region = eu-south zone = c pods 10.3.0.0/16 nodes general x4 { cpu 16 memory 64Gi disk = ssd } }",
  "group west where region = eu-west",
  "group duo = nice, west",
  "link paris <-> lyon 6ms 10Gbps",
  "link lyon <-> nice 4ms",
  "fleet { reserve 10% }",
  'fleet { feature dpdk = "node/dpdk=true" dns upf, 169.254.20.10 }',
  "param many = 6",
  'app core { workload amf { image "a" cpu 1 port sbi 8000 tier = gold } workload smf { image "a" port sbi 8000 port n4 8805/udp } workload web { image "w" port http 8080 tier = gold } }',
  'app edge { workload upf { image "u" cpu 2 port n4 8805/udp } workload cache { image "c" } }',
  "run amf x$many spread across zone max 3",
  "run amf on west, nice prefer zone = a weight 5",
  "run amf near smf within 10ms near upf",
  "run amf where cpu >= 2 needs memory 4Gi",
  "run smf on 2 clusters optional priority 3",
  "run smf where region in (eu-west, eu-south) and not dpdk",
  "run upf where gpu and dpdk tolerates accel-only",
  "run web x10 on paris weight 3, lyon weight 1 survive 1 cluster",
  "run app edge apart from web by zone",
  "run cache on paris then lyon, nice with upf",
  "forbid app core where region = eu-north or zone = b",
  "forbid cache on nice",
  "minimize latency, cost",
  "allow amf, web -> smf on sbi",
  "allow smf <-> upf on n4",
  "allow app core -> app edge",
  "allow internet -> web on 8080",
  "deny web -> smf on sbi",
  "deny app core -> cache",
  "isolate web ingress",
  "isolate app edge",
];

/** The IR without places; what `minimize` and `dns` list keeps the order of its own statement. */
const meaning = (ir: Ir): string =>
  JSON.stringify(JSON.parse(irJson(ir)), (key, value: unknown) =>
    key === "span" || key === "spans" || key === "origin" ? undefined : value,
  );

describe("the order of statements", () => {
  const compiled = compile(["."], memoryHost({ "all.intent": STATEMENTS.join("\n") }));

  it("is tried on a program without errors", () => {
    expect(compiled.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
    expect(compiled.value.traffic.length).toBeGreaterThan(10);
  });

  it("changes nothing but places", () => {
    const expected = meaning(compiled.value);
    const codes = compiled.diagnostics.map((d) => d.code).sort();
    const orders = fc.shuffledSubarray([...STATEMENTS], { minLength: STATEMENTS.length });
    const cuts = fc.integer({ min: 0, max: STATEMENTS.length });
    fc.assert(
      fc.property(orders, cuts, (statements, cut) => {
        const files = {
          "z.intent": statements.slice(0, cut).join("\n"),
          "a.intent": `use "z.intent"\n${statements.slice(cut).join(" ")}`,
        };
        const shuffled = compile(["a.intent"], memoryHost(files));
        expect(meaning(shuffled.value)).toBe(expected);
        expect(shuffled.diagnostics.map((d) => d.code).sort()).toEqual(codes);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
