// What found no place: others leave for it and find another place, and what a follower stands on stays.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { stepClock } from "../../planner/clock.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { makeRoom } from "../../planner/search/make-room.ts";
import { newBonds } from "../../planner/search/ruled/bonds.ts";
import { newCharges } from "../../planner/search/ruled/charges.ts";
import { layStone } from "../../planner/search/ruled/stones.ts";
import { newSteps } from "../../planner/search/ruled/steps.ts";
import { rankedBy } from "../../planner/search/start.ts";
import { newState } from "../../planner/search/state.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";

const image = 'image "registry.example/w:1" memory 64Mi';

function stateOf(text: string) {
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  const { value: problem } = buildProblem(ir, {});
  const compact = compactOf(problem);
  const state = newState(compact);
  const w = (name: string): number => problem.workloads.findIndex(({ id }) => id === `shop/${name}`);
  const at = (name: string, cluster: string): number => {
    for (let c = compact.candidateStart[w(name)]!; c < compact.candidateStart[w(name) + 1]!; c++)
      if (problem.clusters[compact.cluster[c]!]?.name === cluster) return c;
    throw new Error("no such candidate");
  };
  return { compact, state, w, at };
}

describe("making room", () => {
  const text = `
    ${["a", "b", "c"].map((name) => `cluster ${name} { ${name} nodes all x1 { cpu 4 memory 64Gi } }`).join("\n")}
    app shop { ${["one", "two", "three", "four"].map((name) => `workload ${name} { cpu 4 ${image} }`).join("\n")} }
    run one x1 where a
    run two x1 where a or b
    run three x1 where b or c
    run four x1 where a
  `;

  /** Each is placed where there is room first, and never moves others. */
  function room(failed: readonly string[]) {
    const all = stateOf(text);
    const { compact, state, w, at } = all;
    state.add(at("two", "a"), 1);
    state.add(at("three", "b"), 1);
    const families = ["one", "two", "three", "four"]
      .filter((name) => name !== "four" || failed.includes(name))
      .map((name) => [w(name)]);
    const own = (v: number): number[] =>
      Array.from(
        { length: compact.candidateStart[v + 1]! - compact.candidateStart[v]! },
        (_, i) => compact.candidateStart[v]! + i,
      );
    const found = makeRoom(
      {
        compact,
        state,
        keeps: { ruled: () => true },
        ruled: {
          families,
          place: ([v]) => {
            const to = own(v!).find((c) => state.room(c, 1) === 1);
            if (to !== undefined) state.add(to, 1);
            return to !== undefined;
          },
        },
        improver: { complete: () => false, roomFor: (c, wish) => state.room(c, wish) },
        order: [],
        leave: (v) => own(v).forEach((c) => state.remove(c, state.on[c]!)),
        now: stepClock(),
        over: () => false,
      },
      failed.map((name) => families.find(([v]) => v === w(name))!),
    );
    return { ...all, found };
  }

  it("lets one after the other go elsewhere", () => {
    const { found, state, at } = room(["one"]);
    expect(found).toBe(true);
    expect([at("one", "a"), at("two", "b"), at("three", "c")].map((c) => state.on[c])).toEqual([1, 1, 1]);
  });

  it("gives up where two need the same room", () => {
    const { found, state } = room(["one", "four"]);
    expect(found).toBe(false);
    expect(state.holds()).toBe(true);
  });
});

it("lays a stone with what a follower does not stand on, however much dearer that is which it does", () => {
  const { compact, state, w, at } = stateOf(`
    cluster p { cost cpu 0.01 nodes all x1 { cpu 2 memory 64Gi } }
    cluster q { cost cpu 0.1 nodes all x1 { cpu 14 memory 64Gi } }
    cluster r { cost cpu 0.05 nodes all x1 { cpu 14 memory 64Gi } }
    app shop { workload target { cpu 1 ${image} } workload follower { cpu 4 ${image} } }
    run target x2
    run follower x6 with target
    minimize cost
  `);
  state.add(at("target", "p"), 1);
  state.add(at("target", "q"), 1);
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const prices = new Float64Array(compact.capacity.length);
  const bonds = newBonds(compact);
  const ground = {
    state,
    weights,
    prices,
    bonds,
    aside: () => undefined,
    spare: () => Infinity,
    charges: newCharges(state, weighed, weights),
    ranked: rankedBy(compact, weights.cost, prices),
    steps: newSteps(state, bonds, new Set()),
  };
  expect(layStone(ground, w("follower"))).toBe(true);
  expect(["p", "q", "r"].map((cluster) => state.on[at("target", cluster)])).toEqual([0, 1, 1]);
});
