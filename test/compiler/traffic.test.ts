// Traffic rules against their meaning, written here a second time over sets of connections: what is allowed after expansion, what is
// denied, and which pairs contradict each other.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import type { PeerIr, TrafficIr } from "../../compiler/index.ts";

const SEED = 8805;
const CORE = ["amf", "smf", "nrf"];
const EDGE = ["upf"];
const ALL = [...CORE, ...EDGE];
const APPS = [
  `app core { ${CORE.map((w) => `workload ${w} { image "i" port sbi 8000 port n4 8805/udp }`).join(" ")} }`,
  `app edge { ${EDGE.map((w) => `workload ${w} { image "i" port sbi 8000 port n4 8805/udp }`).join(" ")} }`,
  "cluster c { nodes n { cpu 1 } }",
].join("\n");

/** Ports as they are written, with the pod ports that they mean. */
const PORTS: Readonly<Record<string, readonly string[]>> = {
  sbi: ["8000/TCP"],
  n4: ["8805/UDP"],
  "443": ["443/TCP"],
  "443-444": ["443/TCP", "444/TCP"],
  "444/sctp": ["444/SCTP"],
};
const SAMPLES = ["8000/TCP", "8805/UDP", "443/TCP", "444/TCP", "444/SCTP", "65535/UDP"];

interface Rule {
  readonly verb: "allow" | "deny";
  readonly from: string;
  readonly to: string;
  readonly both: boolean;
  readonly ports: readonly string[];
}

const ends = fc.oneof(
  fc.constantFrom(...ALL),
  fc.subarray(ALL, { minLength: 2, maxLength: 3 }).map((names) => names.join(", ")),
  fc.constantFrom("app core", "app edge", "app core except nrf"),
);
const rule: fc.Arbitrary<Rule> = fc.record({
  verb: fc.constantFrom("allow" as const, "allow" as const, "deny" as const),
  from: ends,
  to: ends,
  both: fc.boolean(),
  ports: fc.subarray(Object.keys(PORTS), { maxLength: 2 }),
});

const membersOf = (end: string): readonly string[] =>
  end === "app core"
    ? CORE
    : end === "app edge"
      ? EDGE
      : end === "app core except nrf"
        ? ["amf", "smf"]
        : end.split(", ");
const write = ({ verb, from, to, both, ports }: Rule) =>
  `${verb} ${from} ${both ? "<->" : "->"} ${to}${ports.length === 0 ? "" : ` on ${ports.join(", ")}`}`;
const namesBoth = ({ from, to }: Rule) => ALL.includes(from) && ALL.includes(to);

/** Every connection `a b port` that a rule speaks of. */
function connections({ from, to, both, ports }: Rule): ReadonlySet<string> {
  const meant = ports.length === 0 ? SAMPLES : ports.flatMap((p) => PORTS[p] ?? []);
  const oneWay = (x: string, y: string) =>
    membersOf(x).flatMap((a) => membersOf(y).flatMap((b) => meant.map((p) => `${a} ${b} ${p}`)));
  return new Set([...oneWay(from, to), ...(both ? oneWay(to, from) : [])]);
}

const nameOf = (peer: PeerIr) => (peer.kind === "workload" ? (peer.workload.split("/")[1] ?? "") : peer.kind);

/** The same of an entry of the IR. */
function connectionsOf({ from, to, ports }: TrafficIr): readonly string[] {
  const has = (sample: string) => {
    const [number = "", protocol] = sample.split("/");
    return (
      ports.length === 0 ||
      ports.some(
        (p) =>
          p.protocol === protocol && Number(p.port) <= Number(number) && Number(number) <= (p.end ?? Number(p.port)),
      )
    );
  };
  return SAMPLES.filter(has).map((p) => `${nameOf(from)} ${nameOf(to)} ${p}`);
}

describe("traffic rules", () => {
  it("allow what some rule allows and none denies, and contradict where both name both ends", () => {
    let contradictions = 0;
    const check = (rules: readonly Rule[]) => {
      const { value, diagnostics } = compile(
        ["a.intent"],
        memoryHost({ "a.intent": `${APPS}\n${rules.map(write).join("\n")}` }),
      );
      const denies = rules.filter((r) => r.verb === "deny");
      const allows = rules.filter((r) => r.verb === "allow");
      const denied = new Set(denies.flatMap((r) => [...connections(r)]));
      const contradicted = allows.some((r) => namesBoth(r) && [...connections(r)].some((c) => denied.has(c)));
      contradictions += contradicted ? 1 : 0;
      expect(diagnostics.some((d) => d.code === "compiler/deny-beside-allow")).toBe(contradicted);
      expect(diagnostics.filter((d) => d.severity === "error" && d.code !== "compiler/deny-beside-allow")).toEqual([]);
      const expected = new Set(allows.flatMap((r) => [...connections(r)]).filter((c) => !denied.has(c)));
      const open = new Set(value.traffic.filter((t) => t.kind === "allow").flatMap(connectionsOf));
      expect([...open].filter((c) => contradicted === false || !denied.has(c)).sort()).toEqual([...expected].sort());
      // A deny closes its end, so the IR keeps every one of them.
      expect(new Set(value.traffic.filter((t) => t.kind === "deny").flatMap(connectionsOf))).toEqual(denied);
    };
    fc.assert(fc.property(fc.array(rule, { minLength: 1, maxLength: 7 }), check), { numRuns: 300, seed: SEED });
    expect(contradictions).toBeGreaterThan(20);
  });
});
