// What the random programs are made of, measured: each clause often enough, fleets near full, programs that can not be placed.
import { describe, expect, it } from "vitest";
import { bruteForce } from "../oracles/brute-force.ts";
import { randomProgram } from "../oracles/random-program.ts";
import { compiled } from "./judged.ts";

const PROGRAMS = 600;
const programs = Array.from({ length: PROGRAMS }, (_, seed) => randomProgram(seed));
const share = (test: (clauses: readonly string[]) => boolean) =>
  programs.filter(({ facts }) => test(facts.clauses)).length / PROGRAMS;

const OFTEN = [
  [
    "where",
    "where-node",
    "on",
    "on-group",
    "on-count",
    "x",
    "x-on-count",
    "each",
    "each-of",
    "each-x",
    "then",
    "shares",
  ],
  [
    "spread",
    "spread-max",
    "near-within",
    "near-soft",
    "with",
    "apart",
    "apart-by",
    "needs",
    "survive",
    "optional",
    "priority",
  ],
  [
    "prefer",
    "tolerates",
    "forbid",
    "move",
    "minimize",
    "accepts",
    "taint",
    "reserve",
    "group",
    "param",
    "allow",
    "before",
  ],
  ["connectivity-none", "DaemonSet", "StatefulSet", "Job", "init", "sidecar", "anti-affinity", "foreign-anti-affinity"],
  ["affinity", "own-spread", "host-port", "claim-template", "own-toleration", "foreign-pods", "inline", "Deployment"],
].flat();

describe("random programs", () => {
  it.each(OFTEN)("have `%s` in one of twenty at least", (clause) => {
    expect(share((clauses) => clauses.includes(clause))).toBeGreaterThanOrEqual(0.05);
  });

  it("fill half of their fleets to 90 % at least", () => {
    expect(programs.filter(({ facts }) => facts.fullness >= 0.9).length / PROGRAMS).toBeGreaterThanOrEqual(0.5);
  });

  it("are impossible for about a quarter, and small enough to be tried out", () => {
    const kinds = Array.from({ length: 300 }, (_, seed) => {
      const { program, ir } = compiled(seed);
      return bruteForce(ir, program.before).kind;
    });
    expect(kinds).not.toContain("too-large");
    const impossible = kinds.filter((kind) => kind === "impossible").length / kinds.length;
    expect(impossible).toBeGreaterThanOrEqual(0.2);
    expect(impossible).toBeLessThanOrEqual(0.35);
  });

  it("are the same for the same seed, and different for another", () => {
    expect(randomProgram(7)).toEqual(randomProgram(7));
    expect(randomProgram(8).files).not.toEqual(randomProgram(7).files);
  });
});
