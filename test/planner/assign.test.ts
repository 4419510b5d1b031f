// Node certificates of placements, held by the checker that shares no code with what makes them.
import { describe, expect, it } from "vitest";
import { assignNodes, buildProblem, place, verifyPlacement } from "../../planner/index.ts";
import { cluster, irOf, pool, run, workload } from "../kit/ir.ts";

const GiB = 2 ** 30;

async function full(pods: number) {
  const site = cluster("paris", [
    pool("small", 3, { cpu: 4000, memory: 16 * GiB }),
    pool("large", 2, { cpu: 16_000, memory: 64 * GiB }),
  ]);
  const workloads = [
    workload("a/big", { demand: { cpu: 6000, memory: 8 * GiB }, replicas: 4 }),
    workload("a/small", { demand: { cpu: 1000, memory: 4 * GiB }, replicas: pods }),
  ];
  const ir = irOf({ clusters: [site], workloads, runs: workloads.map((w) => run(w)) });
  const options = { gap: 0, timeLimit: 10_000, seed: 1, solver: "auto", now: () => 0, stopped: () => false };
  return { ir, outcome: await place(ir, {}, options) };
}

describe("a node certificate", () => {
  it("spares the checker every step of its own search", async () => {
    const { ir, outcome } = await full(20);
    const nodes = assignNodes(ir, buildProblem(ir, {}).value, outcome.placement!, outcome.order);
    const pods = Object.values(nodes["paris"]!).reduce((sum, here) => sum + (here["a/big"] ?? 0), 0);
    expect(pods).toBe(4);
    const of = (given: typeof nodes | undefined) =>
      verifyPlacement(ir, {}, outcome.placed, { steps: 0, ...(given === undefined ? {} : { nodes: given }) });
    expect(of(nodes).map(({ rule }) => rule)).toEqual([]);
    const [first = ""] = Object.keys(nodes["paris"]!);
    const wrong = { paris: { ...nodes["paris"], [first]: { "a/big": 3 } } };
    expect(of(wrong).map(({ rule }) => rule)).not.toEqual([]);
  });
});

describe("on many nodes, pods that ask for more than room", () => {
  const zones = ["a", "b", "c"];
  const own = (name: string) => ({
    selector: [{ key: "app", operator: "In" as const, values: [name] }],
    namespaces: ["a"],
  });
  const askers = {
    "spread over hosts": (name: string) => ({
      spread: [
        {
          topologyKey: "kubernetes.io/hostname",
          maxSkew: 1,
          selector: own(name).selector,
          nodeAffinityPolicy: "Honor" as const,
          nodeTaintsPolicy: "Ignore" as const,
        },
      ],
    }),
    "spread over zones": (name: string) => ({
      spread: [
        {
          topologyKey: "topology.kubernetes.io/zone",
          maxSkew: 1,
          selector: own(name).selector,
          nodeAffinityPolicy: "Honor" as const,
          nodeTaintsPolicy: "Ignore" as const,
        },
      ],
    }),
    "one a host": (name: string) => ({
      podAntiAffinity: [{ topologyKey: "kubernetes.io/hostname", ...own(name) }],
    }),
    "a port of the host": () => ({ hostPorts: [{ port: 80, protocol: "TCP" as const, ip: "" }] }),
  };

  it.each(Object.entries(askers))("are placed and certified: %s", async (_, asks) => {
    const pools = zones.map((zone) =>
      pool(zone, 100, { cpu: 8000, memory: 32 * GiB }, { labels: { "topology.kubernetes.io/zone": zone } }),
    );
    const workloads = Array.from({ length: 8 }, (_each, k) =>
      workload(`a/w${k}`, {
        demand: { cpu: 500 + 100 * k, memory: GiB },
        replicas: 33,
        ...(k < 4 ? { pod: asks(`w${k}`) } : {}),
      }),
    );
    const agent = workload("a/agent", { kind: "DaemonSet", demand: { cpu: 100, memory: GiB } });
    const all = [...workloads, agent];
    const ir = irOf({ clusters: [cluster("paris", pools)], workloads: all, runs: all.map((w) => run(w)) });
    const options = { gap: 0, timeLimit: Infinity, seed: 1, solver: "auto", now: () => 0, stopped: () => false };
    const outcome = await place(ir, {}, options);
    expect(outcome.status).toBe("optimal");
    expect(outcome.diagnostics).toEqual([]);
    const nodes = assignNodes(ir, buildProblem(ir, {}).value, outcome.placement!, outcome.order);
    expect(Object.keys(nodes)).toEqual(["paris"]);
    expect(verifyPlacement(ir, {}, outcome.placed, { steps: 0, nodes })).toEqual([]);
  });
});
