// Grouping nodes into pools and joining address ranges, without any cluster.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { poolsOf } from "../../runtime/discover/pools.ts";
import { joinRanges } from "../../runtime/discover/ranges.ts";
import { roomOf } from "../../runtime/discover/room.ts";

const node = (
  name: string,
  allocatable: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
  status: { allocatable },
});

const pod = (nodeName: string, cpu: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `pod-${nodeName}-${cpu}` },
  spec: { nodeName, containers: [{ resources: { requests: { cpu } } }] },
});

describe("room", () => {
  it("counts a pod as the kube-scheduler does", () => {
    const always = { restartPolicy: "Always", resources: { requests: { cpu: "1" } } };
    const spec = {
      nodeName: "n",
      initContainers: [{ resources: { requests: { cpu: "6" } } }, always, { resources: { requests: { cpu: "6" } } }],
      containers: [{ resources: { requests: { cpu: "2", memory: "1Gi" } } }],
      overhead: { cpu: "250m" },
    };
    const room = roomOf(node("n", { cpu: "10", memory: "4Gi", pods: "5" }), [
      { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec },
    ]);
    // Init containers: max(6, 1 + 6) = 7, more than 2 + 1; and the overhead.
    expect(room).toEqual({ cpu: 2_750, memory: 3 * 1024 ** 3, pods: 4 });
  });

  it("is never below nothing, and rounded down", () => {
    expect(roomOf(node("n", { cpu: "1", memory: "1000.5", pods: "1" }), [pod("n", "3")])).toEqual({
      cpu: 0,
      memory: 1000,
      pods: 0,
    });
  });
});

describe("pools", () => {
  it("never promise more than any of their nodes has, and count every node", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 7_000 }), { minLength: 1, maxLength: 60 }), (used) => {
        const nodes = used.map((_, i) =>
          node(`n${i}`, { cpu: "8", memory: "1Gi", pods: "110" }, { kind: i % 2 === 0 ? "a" : "b" }),
        );
        const pods = used.map((milli, i) => pod(`n${i}`, `${milli}m`));
        const { pools } = poolsOf(nodes, pods);
        expect(pools.reduce((sum, pool) => sum + pool.count, 0)).toBe(nodes.length);
        expect(pools.length).toBeLessThanOrEqual(16);
        for (const kind of ["a", "b"]) {
          const offered = pools
            .filter((p) => p.labels["kind"] === kind)
            .flatMap((p) => Array.from({ length: p.count }, () => p.shape["cpu"] ?? 0));
          const there = used.flatMap((milli, i) => ((i % 2 === 0 ? "a" : "b") === kind ? [8_000 - milli] : []));
          offered.sort((a, b) => a - b);
          there.sort((a, b) => a - b);
          offered.forEach((cpu, i) => expect(cpu).toBeLessThanOrEqual(there[i] ?? 0));
        }
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it("have names of their own", () => {
    const nodes = [
      node("a", { cpu: "1" }, { "node.kubernetes.io/instance-type": "Big.Type" }),
      node("b", { cpu: "2" }, { "node.kubernetes.io/instance-type": "Big.Type" }),
    ];
    expect(poolsOf(nodes, []).pools.map((p) => p.name)).toEqual(["big-type", "big-type-2"]);
  });
});

describe("address ranges", () => {
  it("are joined when they are halves of a larger one", () => {
    expect(joinRanges(["10.244.1.0/24", "10.244.0.0/24", "10.244.3.0/24", "10.244.2.0/24", "10.244.0.128/25"])).toEqual(
      ["10.244.0.0/22"],
    );
    expect(joinRanges(["10.0.1.0/24", "10.0.2.0/24"])).toEqual(["10.0.1.0/24", "10.0.2.0/24"]);
    expect(joinRanges(["fd00:0:0:1::/64", "fd00::/64", "nonsense", "10.0.0.0/33"])).toEqual(["fd00::/63"]);
  });

  it("cover exactly the same addresses", () => {
    const cidr = fc
      .tuple(fc.nat({ max: 255 }), fc.integer({ min: 24, max: 32 }))
      .map(([last, length]) => `10.0.0.${last}/${length}`);
    const covered = (cidrs: readonly string[]): Set<number> =>
      new Set(
        cidrs.flatMap((text) => {
          const [, last = "0", length = "32"] = /\.(\d+)\/(\d+)$/.exec(text) ?? [];
          const size = 2 ** (32 - Number(length));
          const start = Math.floor(Number(last) / size) * size;
          return Array.from({ length: size }, (_, i) => start + i);
        }),
      );
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 12 }), (cidrs) => {
        const joined = joinRanges(cidrs);
        expect(covered(joined)).toEqual(covered(cidrs));
        expect(joined.length).toBeLessThanOrEqual(cidrs.length);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
