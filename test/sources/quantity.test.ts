// Quantities against Kubernetes' documents, and against themselves.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import * as q from "../../compiler/quantity.ts";

const runs = { seed: 11, numRuns: 2000 };
const value = <T>(reading: q.Reading<T>): T | string => (reading.ok ? reading.value : `✗ ${reading.problem}`);

describe("quantities", () => {
  it.each([
    ["cpu", "500m", 500],
    ["cpu", "8", 8000],
    ["cpu", "0.5", 500],
    ["cpu", ".5", 500],
    ["cpu", "5.", 5000],
    ["cpu", "+2", 2000],
    ["cpu", "0.1", 100],
    ["cpu", "0.0001", 1],
    ["cpu", "100u", 1],
    ["cpu", "1n", 1],
    ["cpu", "1.0000000001", 1001],
    ["cpu", "1e3", 1_000_000],
    ["cpu", "2E-1", 200],
    ["cpu", "1k", 1_000_000],
    ["memory", "16Gi", 17_179_869_184],
    ["memory", "1500M", 1_500_000_000],
    ["memory", "1.5Gi", 1_610_612_736],
    ["memory", "128974848", 128_974_848],
    ["memory", "129e6", 129_000_000],
    ["memory", "129M", 129_000_000],
    ["memory", "128974848000m", 128_974_848],
    ["memory", "123Mi", 128_974_848],
    ["memory", "1m", 1],
    ["ephemeral-storage", "2Ki", 2048],
    ["hugepages-2Mi", "4Mi", 4_194_304],
    ["nvidia.com/gpu", "2", 2],
    ["nvidia.com/gpu", "1k", 1000],
    ["nvidia.com/gpu", "2000m", 2],
    ["pods", "0", 0],
  ] as const)("%s %s is %d", (resource, text, amount) => {
    expect(value(q.readAmount(resource, text))).toBe(amount);
  });

  it.each([
    "",
    "x",
    "5 Gi",
    "5gi",
    "1e",
    "Mi",
    ".",
    "+",
    "1.2.3",
    "0x10",
    "1_000",
    "16GB",
    "5e3M",
    "∞",
    "-",
    "9".repeat(100),
  ])("refuses %j", (text) => {
    expect(q.readAmount("memory", text).ok).toBe(false);
  });

  it("refuses what is negative, and parts of pieces", () => {
    expect(value(q.readAmount("cpu", "-1"))).toBe("✗ is negative");
    expect(value(q.readAmount("memory", "1E"))).toBe("✗ is larger than anything that can be counted here");
    expect(value(q.readAmount("nvidia.com/gpu", "0.5"))).toContain("not a whole number");
    expect(value(q.readAmount("nvidia.com/gpu", "500m"))).toContain("not a whole number");
  });

  it("caps like Kubernetes, also absurd exponents, at once", () => {
    expect(value(q.readQuantity("1e999999999"))).toBe((2n ** 63n - 1n) * 10n ** 9n);
    expect(value(q.readQuantity("1e-999999999"))).toBe(1n);
    expect(value(q.readQuantity("-9E"))).toBe(-9n * 10n ** 27n);
    expect(value(q.readQuantity("9.3E"))).toBe((2n ** 63n - 1n) * 10n ** 9n);
  });

  it("written for a manifest and read again is the same", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("cpu", "memory", "nvidia.com/gpu", "hugepages-1Gi"),
        fc.maxSafeNat(),
        (resource, amount) => {
          expect(value(q.readAmount(resource, q.manifestAmount(resource, amount)))).toBe(amount);
        },
      ),
      runs,
    );
  });

  it("is written in its canonical form", () => {
    expect([q.manifestAmount("cpu", 8000), q.manifestAmount("cpu", 500), q.manifestAmount("cpu", 0)]).toEqual([
      "8",
      "500m",
      "0",
    ]);
    expect(
      ["memory", "memory", "memory"].map((r, i) => q.manifestAmount(r, [2 ** 34, 1_500_000_000, 1536][i] ?? 0)),
    ).toEqual(["16Gi", "1500000000", "1536"]);
    expect(q.manifestAmount("nvidia.com/gpu", 1024)).toBe("1024");
  });

  it("is added exactly: the scale of two writings does not matter", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 9 }), fc.nat({ max: 9 }), (n, digits) => {
        const scaled = `${n}e-${digits}`;
        const padded = String(n).padStart(digits + 1, "0");
        const decimal = `${padded.slice(0, padded.length - digits)}.${padded.slice(padded.length - digits)}`;
        expect(value(q.readQuantity(scaled))).toBe(value(q.readQuantity(decimal)));
      }),
      runs,
    );
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30, unit: fc.constantFrom(..."0123456789.eE+-numkMGTPEi%psh ") }), (text) => {
        for (const read of [q.readQuantity, q.readDuration, q.readRate, q.readPercent])
          expect(typeof read(text).ok).toBe("boolean");
      }),
      runs,
    );
  });
});

describe("amounts for people", () => {
  it.each([
    ["cpu", 8000, "8"],
    ["cpu", 500, "500m"],
    ["cpu", 7610, "7.61"],
    ["cpu", 1005, "1.005"],
    ["cpu", 0, "0"],
    ["memory", 2 ** 34, "16Gi"],
    ["memory", 1.5 * 2 ** 30, "1.5Gi"],
    ["memory", 2 ** 30 + 1, "~1Gi"],
    ["memory", 1000, "1000"],
    ["memory", 0, "0"],
    ["nvidia.com/gpu", 3, "3"],
  ] as const)("%s %d is %s", (resource, amount, shown) => {
    expect(q.formatAmount(resource, amount)).toBe(shown);
  });
});

describe("durations, rates, percentages", () => {
  it.each([
    ["10ms", 10_000],
    ["1.5s", 1_500_000],
    ["5m", 300_000_000],
    ["1h30m", 5_400_000_000],
    ["1us", 1],
    ["0.1us", 1],
    ["2d", 172_800_000_000],
  ] as const)("%s is %d microseconds", (text, microseconds) => {
    expect(value(q.readDuration(text))).toBe(microseconds);
  });

  it.each([
    ["1Gbps", 1e9],
    ["2.5Mbps", 2_500_000],
    ["100kbps", 100_000],
    ["8bps", 8],
  ] as const)("%s is %d bits a second", (text, rate) => {
    expect(value(q.readRate(text))).toBe(rate);
  });

  it.each(["", "10", "ms", "10 ms", "10x", "1h30", "-1s", "9999999999999d"])("refuses the duration %j", (text) => {
    expect(q.readDuration(text).ok).toBe(false);
  });

  it("reads percentages as shares", () => {
    expect([value(q.readPercent("70%")), value(q.readPercent("0.5%")), value(q.readPercent("100%"))]).toEqual([
      0.7, 0.005, 1,
    ]);
    expect([q.readPercent("70").ok, q.readPercent("-1%").ok, q.readPercent("%").ok]).toEqual([false, false, false]);
  });

  it("written and read again is the same", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (n) => {
        expect(value(q.readDuration(q.formatDuration(n)))).toBe(n);
        expect(value(q.readRate(q.formatRate(n)))).toBe(n);
      }),
      runs,
    );
    expect([
      q.formatDuration(10_000),
      q.formatDuration(90_000_000),
      q.formatRate(10 ** 10),
      q.formatPercent(0.7),
    ]).toEqual(["10ms", "1.5m", "10Gbps", "70%"]);
  });
});
