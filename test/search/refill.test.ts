// Clusters that are full on their nodes: what rather would be there comes where that takes several workloads at once.
import { describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { newTruth } from "../../planner/nodes/index.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { newImprover } from "../../planner/search/improve.ts";
import { newKeeps } from "../../planner/search/keeps.ts";
import { newOnNodes, standOnNodes } from "../../planner/search/on-nodes.ts";
import { refill } from "../../planner/search/refill.ts";
import { roomOnNodes } from "../../planner/search/room-on-nodes.ts";
import { rankedBy } from "../../planner/search/start.ts";
import { newState } from "../../planner/search/state.ts";
import { newGain, worth } from "../../planner/search/value.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { intentFleet } from "../bench/instances/intent-fleet.ts";

const image = 'image "registry.example/w:1" memory 64Mi';

/**
 * @param runs replicas of workloads of three and of two CPUs; nodes have four.
 * @param sure so many of three stand on the dear cluster for sure, which is seen only when that is asked.
 */
function fleet(runs: readonly [number, number], cheap: number, sure = Infinity) {
  const text = `
    cluster cheap { cost cpu 0.01 nodes all x${cheap} { cpu 4 memory 64Gi } }
    cluster dear { cost cpu 0.1 nodes all x20 { cpu 4 memory 64Gi } }
    cluster last { cost cpu 0.12 nodes all x20 { cpu 4 memory 64Gi } }
    app shop { workload three { cpu 3 ${image} } workload two { cpu 2 ${image} } }
    run three x${runs[0]}
    run two x${runs[1]}
    minimize cost
  `;
  const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  const { value: problem } = buildProblem(ir, {});
  const compact = compactOf(problem);
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const state = newState(compact);
  const truth = newTruth(ir, problem);
  const nodes = newOnNodes(truth, newKeeps(compact, []));
  nodes.begin();
  const ranked = rankedBy(compact, weights.cost, new Float64Array(compact.capacity.length));
  const DEAR = 1;
  let seen = Infinity;
  const onDear = (): number => state.on[candidate(0, DEAR)]!;
  const packs = (cluster: number): boolean => nodes.packs(state, cluster) && (cluster !== DEAR || onDear() <= seen);
  const gain = newGain(state, weights);
  const free = (): boolean => true;
  const way = { state, gain, free, may: () => true, ranked, packed: nodes.packed, packs, spare: nodes.spare };
  const improver = newImprover(way);
  const candidate = (w: number, cluster: number): number => {
    for (let c = compact.candidateStart[w]!; c < compact.candidateStart[w + 1]!; c++)
      if (compact.cluster[c] === cluster) return c;
    throw new Error("no such candidate");
  };
  let told = 0;
  const again = (): number => {
    const ground = {
      ...way,
      truth,
      weights,
      improver,
      asks: nodes.asks,
      packs,
      stands: (cluster: number) => nodes.stands(state, cluster) && (cluster !== DEAR || onDear() <= sure),
      leave: (cluster: number) => {
        seen = sure;
        if (cluster === DEAR && sure >= 0) state.remove(candidate(0, DEAR), onDear() - sure);
        return sure >= 0;
      },
      over: () => false,
      better: () => void told++,
    };
    return refill(ground, 0, () => undefined);
  };
  const stand = (stopped: boolean): boolean => {
    const never = (): boolean => false;
    const ruled = { familyOf: () => undefined, place: never, shift: never, makeRoom: never };
    const strict = {
      ...truth,
      surely: (cluster: number) => cluster !== DEAR || onDear() <= sure,
      fewestOut: () => {
        seen = sure;
        return new Map([[0, onDear() - sure]]);
      },
    };
    return standOnNodes(state, strict, nodes, improver, { free, order: [0, 1], stopped: () => stopped, ...ruled });
  };
  return { weights, state, improver, candidate, again, stand, told: () => told };
}

describe("filling a cluster anew", () => {
  it("exchanges what no single step can, and tells what was gained", () => {
    const { state, weights, improver, candidate, again, told } = fleet([2, 4], 2);
    state.add(candidate(0, 0), 2);
    state.add(candidate(1, 1), 4);
    expect(improver.round(3, () => false)).toBe(0);
    const before = worth(state, weights);
    const gained = again();
    expect(told()).toBeGreaterThan(0);
    expect(gained).toBeGreaterThan(0);
    expect(before - worth(state, weights)).toBeCloseTo(gained, 6);
    // Four of two CPUs fill both nodes; two of three leave a quarter empty.
    expect([0, 1].map((w) => state.on[candidate(w, 0)])).toEqual([0, 4]);
    expect([0, 1].map((w) => state.on[candidate(w, 1)])).toEqual([2, 0]);
    expect(again()).toBe(0);
  });

  it("sends elsewhere what does not stand for sure afterwards", () => {
    const { state, weights, candidate, again } = fleet([2, 4], 2, 1);
    state.add(candidate(0, 0), 2);
    state.add(candidate(1, 1), 4);
    const before = worth(state, weights);
    const gained = again();
    expect(before - worth(state, weights)).toBeCloseTo(gained, 6);
    expect([0, 1, 2].map((cluster) => state.on[candidate(0, cluster)])).toEqual([0, 1, 1]);
    expect(state.on[candidate(1, 0)]).toBe(4);
  });

  it("undoes all of a change that can not be made to stand", () => {
    const { state, candidate, again, told } = fleet([2, 4], 2, -1);
    state.add(candidate(0, 0), 2);
    state.add(candidate(1, 1), 4);
    const before = [...state.on];
    expect(again()).toBe(0);
    expect([[...state.on], told()]).toEqual([before, 0]);
  });

  it("changes nothing where nothing is gained", () => {
    const { state, candidate, again, told } = fleet([1, 2], 1);
    state.add(candidate(0, 1), 1);
    state.add(candidate(1, 0), 2);
    const before = [...state.on];
    const gained = again();
    expect(gained).toBe(0);
    expect([[...state.on], told()]).toEqual([before, 0]);
  });
});

describe("what rows allow and nodes do not", () => {
  it("leaves and goes elsewhere, unless it is to stop", () => {
    const { state, candidate, stand } = fleet([2, 1], 2, 1);
    state.add(candidate(0, 1), 2);
    state.add(candidate(1, 1), 1);
    const before = [...state.on];
    expect(stand(true)).toBe(false);
    expect([...state.on]).toEqual(before);
    expect(stand(false)).toBe(true);
    expect([0, 1, 2].map((cluster) => state.on[candidate(0, cluster)])).toEqual([1, 1, 0]);
  });
});

describe("the room that nodes hold", () => {
  it("is what they take of what rows allow, and never more", () => {
    const text = intentFleet({ clusters: 20, workloads: 60, seed: 1, replicas: 30 }, new Set());
    const { value: ir } = compile(["main.intent"], memoryHost({ "main.intent": text }));
    const { value: problem } = buildProblem(ir, {});
    const compact = compactOf(problem);
    const weighed = weigh(compact);
    const weights = summed(compact, weighed, weighed.terms.length);
    const truth = newTruth(ir, problem);
    const arcs = arcsOf(compact, weights);
    // Nothing yet: the cheapest clusters are filled to the brim.
    const prices = new Float64Array(compact.capacity.length);
    const begun = { prices, average: new Float64Array(arcs.candidate.length) };
    let asked = 0;
    const { capacity } = roomOnNodes(compact, arcs, weights.cost, truth, begun, (narrow, from) => {
      asked++;
      expect(narrow.capacity).not.toEqual(compact.capacity);
      return from;
    });
    expect(asked).toBe(1);
    expect(capacity.some((most, row) => most < compact.capacity[row]!)).toBe(true);
    expect(capacity.every((most, row) => most <= compact.capacity[row]!)).toBe(true);
  });
});
