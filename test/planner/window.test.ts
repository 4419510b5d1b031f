// Which nodes the kube-scheduler looks at, and what its scores by resources say: figures that follow from its source and a pencil.
import { describe, expect, it } from "vitest";
import { randomOf } from "../../planner/nodes/scheduler.ts";
import { deal, enoughOf, look, newWindow } from "../../planner/nodes/window.ts";
import { worth } from "../../planner/nodes/worth.ts";

describe("the scheduler's window", () => {
  it.each([
    [1, 1],
    [99, 99],
    [100, 100],
    [101, 100],
    [300, 144],
    [1523, 578],
    [5000, 500],
    [10_000, 500],
  ])("of %i nodes, %i that take a pod are enough", (nodes, enough) => {
    expect(enoughOf(nodes)).toBe(enough);
  });

  it("goes on where it stopped, and comes round", () => {
    const window = newWindow(150);
    const found = new Int32Array(150);
    expect(look(window, () => true, found)).toBe(100);
    expect([...found.subarray(0, 100)]).toEqual([...window.order.subarray(0, 100)]);
    expect(look(window, (node) => node % 2 === 0, found)).toBe(75);
    expect(found[0]).toBe(100);
    expect(look(window, () => true, found)).toBe(100);
    expect([...found.subarray(0, 51)]).toEqual([...window.order.subarray(100), 0]);
  });

  it("deals an order only where it does not look at all nodes", () => {
    const none = (): number => {
      throw new Error("drawn");
    };
    deal(newWindow(99), none);
    const window = newWindow(300);
    deal(window, randomOf(1));
    const first = [...window.order];
    expect(first).not.toEqual(first.toSorted((a, b) => a - b));
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    deal(window, randomOf(1));
    expect([...window.order]).toEqual(first);
  });
});

describe("what a node is worth by its resources", () => {
  const asked = (cpu: number, memory: number) => ({
    cpu,
    memory,
    countedCpu: cpu || 100,
    countedMemory: memory || 200,
  });

  it("is what is left, in percent, and what the pod does to the balance", () => {
    // Left: 75 % and 75 %. Balanced before and after: 50 + (50 + 100 - 100) / 2.
    expect(worth(4000, 8000, 0, 0, 0, 0, asked(1000, 2000))).toBe(75 + 75);
    // Left: 50 % and 100 %, 75. Apart by a half, after none: 100 - 25 = 75.
    expect(worth(4000, 8000, 0, 0, 0, 0, asked(2000, 1))).toBe(74 + 50 + 12);
    // It restores the balance: from 75 to 100.
    expect(worth(4000, 8000, 2000, 0, 2000, 0, { ...asked(0, 4000), countedCpu: 0 })).toBe(50 + 50 + 37);
  });

  it("counts a pod that asks for nothing as a little, which balances nothing", () => {
    expect(worth(1000, 1000, 0, 0, 0, 0, asked(0, 0))).toBe(85);
  });

  it("leaves out what a node does not say", () => {
    expect(worth(4000, 0, 0, 0, 0, 0, asked(1000, 500))).toBe(75 + 75);
    expect(worth(0, 0, 0, 0, 0, 0, asked(1000, 500))).toBe(0);
  });

  it("cuts whole percents off as integers do", () => {
    expect(worth(1000, 1000, 0, 0, 0, 0, asked(900, 900))).toBe(10 + 75);
  });
});
