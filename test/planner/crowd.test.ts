// The fast stand-in for the kube-scheduler, held against the one that knows all filters.
import { describe, expect, it } from "vitest";
import { newBoard } from "../../planner/nodes/board.ts";
import type { BoardNode, PodKind } from "../../planner/nodes/board.ts";
import { isPlain, newCrowd } from "../../planner/nodes/crowd.ts";
import { withDaemons } from "../../planner/nodes/pack.ts";
import { newScheduler, randomOf } from "../../planner/nodes/scheduler.ts";
import { noConstraints } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

function randomCluster(seed: number, size?: number) {
  const roll = dice(seed);
  const nodes = Array.from({ length: size ?? roll.between(1, 12) }, (_, n): BoardNode => ({
    pool: n % 3,
    labels: {},
    shape: [1000 * roll.between(2, 16), roll.between(4, 64), 20],
  }));
  const zoned = roll.chance(0.5);
  const tainted = roll.chance(0.3);
  const scoredNodes = nodes.map(({ shape }, n) => ({
    cpu: shape[0]!,
    memory: roll.chance(0.9) ? shape[1]! : 0,
    zone: zoned && roll.chance(0.8) ? `z${n % 4}` : undefined,
    disliked: (kind: number) => (tainted ? (kind + n) % 3 : 0),
  }));
  const kinds = Array.from({ length: roll.between(1, 6) }, (_, k): PodKind => {
    const pools = new Set(roll.some([0, 1, 2], roll.between(1, 3)));
    return {
      id: `a/w${k}`,
      namespace: "a",
      labels: {},
      demand: [250 * roll.between(0, 12), roll.between(0, 12), 1],
      pools,
      spreadPools: pools,
      toleratedPools: pools,
      perNode: roll.chance(0.1),
      count: roll.between(0, size === undefined ? 14 : 2 * size),
      pod: noConstraints,
    };
  });
  const scoredKinds = kinds.map(({ demand }) => ({
    cpu: demand[0]!,
    memory: demand[1]!,
    countedCpu: demand[0]! || 100,
    countedMemory: demand[1]! || 200,
    spreads: roll.chance(0.7),
  }));
  return { nodes, scoredNodes, kinds, scoredKinds, sequence: roll.shuffle(kinds.map((_, k) => k)) };
}

describe("a crowd", () => {
  it.each([
    ["small clusters", 400, undefined],
    ["clusters of which the scheduler looks at a part for each pod", 8, 230],
  ] as const)("stands where the scheduler would put each pod, ties and all: %s", (_, seeds, size) => {
    let [full, partly] = [0, 0];
    for (let seed = 0; seed < seeds; seed++) {
      const { nodes, scoredNodes, kinds, scoredKinds, sequence } = randomCluster(seed, size);
      const board = withDaemons(kinds, nodes);
      if (board === undefined) continue;
      const scheduler = newScheduler(board, scoredNodes, scoredKinds, randomOf(seed));
      const missing = kinds.map(() => 0);
      for (const k of sequence) {
        if (kinds[k]!.perNode) continue;
        for (let pod = 0; pod < kinds[k]!.count; pod++) if (!scheduler.schedule(k)) missing[k]!++;
      }
      const crowd = newCrowd(kinds, nodes, scoredNodes, scoredKinds);
      const out = new Int32Array(kinds.length);
      const left = crowd.come(sequence, randomOf(seed), out);
      expect([...out], `seed ${seed}`).toEqual(missing);
      expect(left).toBe(missing.reduce((a, b) => a + b, 0));
      expect([...crowd.free], `seed ${seed}`).toEqual(board.free.flatMap((free) => [...free]));
      const pods = dice(seed + 1000).shuffle(
        kinds.flatMap((kind, k) => (kind.perNode ? [] : Array<number>(kind.count).fill(k))),
      );
      const other = newScheduler(withDaemons(kinds, nodes)!, scoredNodes, scoredKinds, randomOf(seed));
      expect(crowd.mingle(pods, randomOf(seed)), `seed ${seed}`).toBe(pods.every((k) => other.schedule(k)));
      if (left === 0) full++;
      else partly++;
    }
    expect(full).toBeGreaterThan(seeds / 4);
    expect(partly).toBeGreaterThan(seeds / 8);
  });

  it("does not stand for pods that ask for more than room", () => {
    const { kinds } = randomCluster(1);
    const port = { port: 80, protocol: "TCP" as const, ip: "" };
    expect(isPlain(kinds)).toBe(true);
    expect(isPlain([{ pod: { ...noConstraints, hostPorts: [port] } }])).toBe(false);
  });

  it("leaves a board and its daemons as they were when asked again", () => {
    const { nodes, scoredNodes, kinds, scoredKinds, sequence } = randomCluster(7);
    const crowd = newCrowd(kinds, nodes, scoredNodes, scoredKinds);
    const first = crowd.come(sequence, randomOf(1));
    const free = [...crowd.free];
    expect(crowd.come(sequence, randomOf(1))).toBe(first);
    expect([...crowd.free]).toEqual(free);
    expect(newBoard(kinds, nodes).free.length * (kinds[0]?.demand.length ?? 0)).toBe(free.length);
  });
});
