// The kube-scheduler's way of placing pods, and the orders of creation in which it finds a node for each. The real one is asked in
// test/kubernetes; here are the cases that a pencil can follow.
import { describe, expect, it } from "vitest";
import { dice } from "../oracles/dice.ts";
import { newBoard } from "../../planner/nodes/board.ts";
import type { BoardNode, PodKind } from "../../planner/nodes/board.ts";
import { creationOrder } from "../../planner/nodes/creation-order.ts";
import type { Schedulable } from "../../planner/nodes/creation-order.ts";
import { newScheduler, randomOf } from "../../planner/nodes/scheduler.ts";
import { noConstraints } from "../kit/ir.ts";

const GiB = 2 ** 30;

const kind = (id: string, cpu: number, memory: number, count: number, more: Partial<PodKind> = {}): PodKind => ({
  id,
  namespace: "app",
  labels: { app: id },
  demand: [cpu, memory],
  pools: new Set([0]),
  spreadPools: new Set([0]),
  toleratedPools: new Set([0]),
  perNode: false,
  count,
  pod: noConstraints,
  ...more,
});

function ground(kinds: readonly PodKind[], shapes: readonly (readonly [number, number])[]): Schedulable {
  const nodes = shapes.map((shape): BoardNode => ({ pool: 0, labels: {}, shape }));
  return {
    kinds,
    nodes,
    scoredNodes: shapes.map(([cpu, memory]) => ({ cpu, memory, zone: undefined, disliked: () => 0 })),
    scoredKinds: kinds.map(({ demand }) => ({
      cpu: demand[0] ?? 0,
      memory: demand[1] ?? 0,
      countedCpu: demand[0] || 100,
      countedMemory: demand[1] || 200 * 2 ** 20,
      spreads: true,
    })),
  };
}

function schedule(of: Schedulable, pods: readonly number[], seed = 1): readonly (readonly number[])[] {
  const board = newBoard(of.kinds, of.nodes);
  const scheduler = newScheduler(board, of.scoredNodes, of.scoredKinds, randomOf(seed));
  for (const pod of pods) scheduler.schedule(pod);
  return board.pods.map((here) => [...here]);
}

describe("the scheduler", () => {
  it("takes the emptier node", () => {
    const of = ground(
      [kind("a", 1000, GiB, 1), kind("b", 2000, 2 * GiB, 1)],
      [
        [4000, 8 * GiB],
        [8000, 16 * GiB],
      ],
    );
    expect(schedule(of, [1])).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it("spreads the pods of one workload", () => {
    const of = ground(
      [kind("a", 100, GiB / 8, 4)],
      [
        [4000, 8 * GiB],
        [4000, 8 * GiB],
      ],
    );
    for (let seed = 1; seed < 6; seed++) expect(schedule(of, [0, 0, 0, 0], seed)).toEqual([[2], [2]]);
  });

  it("breaks ties by chance, and the same seed the same way", () => {
    const of = ground(
      [kind("a", 1000, GiB, 1)],
      [
        [4000, 8 * GiB],
        [4000, 8 * GiB],
      ],
    );
    const first = Array.from({ length: 12 }, (_, seed) => schedule(of, [0], seed + 1)[0]?.[0]);
    expect(new Set(first)).toEqual(new Set([0, 1]));
    expect(Array.from({ length: 12 }, (_, seed) => schedule(of, [0], seed + 1)[0]?.[0])).toEqual(first);
  });

  it("refuses what no node admits", () => {
    const of = ground([kind("a", 5000, GiB, 1)], [[4000, 8 * GiB]]);
    const board = newBoard(of.kinds, of.nodes);
    expect(newScheduler(board, of.scoredNodes, of.scoredKinds, randomOf(1)).schedule(0)).toBe(false);
  });
});

describe("an order of creation", () => {
  it("does not matter where there is room enough", () => {
    const of = ground(
      [kind("a", 1000, GiB, 2), kind("b", 500, GiB, 2)],
      [
        [8000, 32 * GiB],
        [8000, 32 * GiB],
      ],
    );
    expect(creationOrder(of)).toEqual({ kind: "any" });
  });

  it("does not matter on one node that takes all by sums, and is full then", () => {
    const full = ground([kind("a", 3000, 2 * GiB, 2), kind("b", 500, 6 * GiB, 4)], [[8000, 28 * GiB]]);
    const how = { mixtures: false, repairs: 0 };
    expect(creationOrder(full, how)).toEqual({ kind: "any" });
    const over = ground([kind("a", 3000, 2 * GiB, 2), kind("b", 500, 6 * GiB, 4)], [[8000, 27 * GiB]]);
    expect(creationOrder(over, how).kind).toBe("none");
  });

  it("does not matter only where every mixture of pods finds its nodes", () => {
    let any = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const roll = dice(seed);
      const nodes = Array.from({ length: roll.between(1, 3) }, (): [number, number] => [
        1000 * roll.between(4, 8),
        roll.between(8, 16) * GiB,
      ]);
      const kinds = Array.from({ length: roll.between(1, 3) }, (_, k) =>
        kind(`w${k}`, 500 * roll.between(1, 4), roll.between(1, 4) * GiB, roll.between(1, 3)),
      );
      const of = ground(kinds, nodes);
      if (creationOrder(of, { mixtures: false, repairs: 0 }).kind !== "any") continue;
      any++;
      const pods = of.kinds.flatMap(({ count }, k) => Array<number>(count).fill(k));
      for (let tie = 1; tie <= 5; tie++) {
        const scheduler = newScheduler(newBoard(of.kinds, of.nodes), of.scoredNodes, of.scoredKinds, randomOf(tie));
        for (const k of roll.shuffle(pods)) expect(scheduler.schedule(k), `seed ${seed}`).not.toBe(false);
      }
    }
    expect(any).toBeGreaterThan(60);
  });

  it("puts first what needs a whole node", () => {
    const of = ground(
      [kind("small", 1000, GiB, 4), kind("large", 8000, GiB, 1)],
      [
        [8000, 64 * GiB],
        [8000, 64 * GiB],
      ],
    );
    expect(creationOrder(of)).toEqual({ kind: "sequence", sequence: [1, 0] });
  });

  it("puts a DaemonSet first, whose pods have one node each", () => {
    const of = ground(
      [kind("web", 3000, GiB, 2), kind("log", 1000, GiB, 1, { perNode: true })],
      [
        [4000, 64 * GiB],
        [4000, 64 * GiB],
      ],
    );
    expect(creationOrder(of)).toEqual({ kind: "sequence", sequence: [1, 0] });
  });

  it("does not exist where filling to the brim needs one pod here and one there", () => {
    // Two nodes of 6: only 3 + 3 and 2 + 2 + 2 fill them, and the scheduler spreads both kinds.
    const of = ground(
      [kind("three", 3000, GiB, 2), kind("two", 2000, GiB, 3)],
      [
        [6000, 64 * GiB],
        [6000, 64 * GiB],
      ],
    );
    expect(creationOrder(of).kind).toBe("none");
  });

  it("holds for ties that were not tried", () => {
    const kinds = [kind("a", 2500, GiB, 2), kind("b", 1500, GiB, 3), kind("c", 500, GiB, 3)];
    const of = ground(kinds, [
      [4000, 16 * GiB],
      [4000, 16 * GiB],
      [4000, 16 * GiB],
    ]);
    const order = creationOrder(of);
    expect(order.kind).not.toBe("none");
    const sequence = order.kind === "sequence" ? order.sequence : [2, 1, 0];
    const pods = sequence.flatMap((k) => Array<number>(kinds[k]!.count).fill(k));
    for (let seed = 100; seed < 140; seed++)
      expect(
        schedule(of, pods, seed)
          .flat()
          .reduce((x, y) => x + y, 0),
      ).toBe(pods.length);
  });
});
