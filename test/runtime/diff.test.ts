// The structural difference: empty exactly for what is equal, and what it says leads from the one to the other.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffValues } from "../../planner/diff.ts";
import { canonicalJson } from "../../runtime/inventory.ts";

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));
const near = fc
  .tuple(json, json, fc.boolean())
  .map(([a, b, same]) => [a, same ? JSON.parse(JSON.stringify(a)) : b] as const);

describe("a difference", () => {
  it("is empty exactly when the two are equal", () => {
    fc.assert(
      fc.property(near, ([a, b]) => {
        expect(diffValues(a, b).length === 0).toBe(canonicalJson(a) === canonicalJson(b));
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it("is the same backwards, with before and after exchanged", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const there = diffValues(a, b).map(({ path, before, after }) => canonicalJson([path, before, after]));
        const back = diffValues(b, a).map(({ path, before, after }) => canonicalJson([path, after, before]));
        expect(there.sort()).toEqual(back.sort());
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it("calls entries of lists by their names, whatever their order", () => {
    const list = (...entries: [string, string][]) => ({
      spec: { containers: entries.map(([name, image]) => ({ name, image })) },
    });
    expect(diffValues(list(["a", "1"], ["b", "1"]), list(["a", "1"], ["b", "2"]))).toEqual([
      { path: "/spec/containers[b]/image", before: "1", after: "2" },
    ]);
    expect(diffValues(list(["a", "1"]), list(["b", "1"], ["a", "1"]))).toEqual([
      { path: "/spec/containers[b]", after: { name: "b", image: "1" } },
    ]);
    expect(diffValues(list(["a", "1"], ["b", "1"]), list(["b", "1"], ["a", "1"]))).toEqual([
      { path: "/spec/containers[order]", before: ["a", "b"], after: ["b", "a"] },
    ]);
  });

  it("tells ports apart by number and protocol, and what has no name by its place", () => {
    const ports = (protocol: string) => [
      { containerPort: 53, protocol: "UDP" },
      { containerPort: 53, protocol },
    ];
    expect(diffValues(ports("TCP"), ports("SCTP"))).toEqual([
      { path: "[53/SCTP]", after: { containerPort: 53, protocol: "SCTP" } },
      { path: "[53/TCP]", before: { containerPort: 53, protocol: "TCP" } },
    ]);
    expect(diffValues({ args: ["a", "b"] }, { args: ["a", "c", "d"] })).toEqual([
      { path: "/args[1]", before: "b", after: "c" },
      { path: "/args[2]", after: "d" },
    ]);
  });

  it("quotes odd keys", () => {
    expect(diffValues({ "a.b/c": 1 }, { "a.b/c": 2 })).toEqual([{ path: '["a.b/c"]', before: 1, after: 2 }]);
  });
});
