// A fleet read from real clusters says what a person would have written, and the compiler reads it back without a complaint.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { discoverFleet } from "../../runtime/discover.ts";
import { liveFleet } from "../../runtime/live-fleet.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply, deployment, planOf } from "../runtime/memory-world.ts";
import { clusterTools, nodes, startClusters, toolsAvailable, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);

describe.skipIf(!tools.available)(`discover${tools.available ? "" : ` (skipped: ${tools.reason})`}`, () => {
  let clusters: Clusters;
  let world: World;

  beforeAll(async () => {
    const zone = { "topology.kubernetes.io/zone": "paris-1", "topology.kubernetes.io/region": "eu-west" };
    clusters = await startClusters({
      names: ["paris", "lyon"],
      nodes: {
        paris: [
          ...nodes("general", 3, {
            allocatable: { cpu: "16", memory: "64Gi" },
            labels: { ...zone, "node.kubernetes.io/instance-type": "m5.4xlarge" },
          }),
          ...nodes("accel", 2, {
            allocatable: { cpu: "31500m", memory: "128Gi", "nvidia.com/gpu": "2" },
            labels: { ...zone, "node.kubernetes.io/instance-type": "p4", "feature.node.kubernetes.io/dpdk": "true" },
            taints: [{ key: "accel-only", effect: "NoSchedule" }],
          }),
          ...nodes("away", 1, { unschedulable: true }),
        ],
        lyon: nodes("node", 1),
      },
    });
    const context = {
      env: { KUBECONFIG: clusters.kubeconfig },
      now: () => performance.now(),
      signal: new AbortController().signal,
    };
    world = realWorld(clusters.directory, context, "discover");
    const paris = clusters.get("paris");
    const foreign = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "agent", namespace: "default" },
      spec: {
        nodeName: "general-1",
        initContainers: [{ name: "init", image: "x", resources: { requests: { cpu: "5" } } }],
        containers: [
          { name: "a", image: "x", resources: { requests: { cpu: "1500m", memory: "1Gi" } } },
          { name: "b", image: "x", resources: { requests: { memory: "3Gi" } } },
        ],
      },
    };
    await paris.kubectl(["apply", "-f", "-"], { input: JSON.stringify(foreign) });
    const web = deployment("web", 2);
    const ours = await apply(
      await planOf(world, ["paris"], { paris: { "shop/web": [web] } }, {}, { paris: "paris" }),
      world,
    );
    expect(ours.outcome).toBe("done");
  });
  afterAll(async () => {
    await world?.close();
    await clusters?.stop();
  });

  it("groups nodes into pools by what they are, less what the pods of others request, and not ours", async () => {
    const { text, fleet, diagnostics } = await discoverFleet(["paris", "lyon", "nowhere"], world);
    expect(diagnostics.map((d) => [d.code, d.message])).toEqual([
      ["runtime/closed-nodes", "1 node of `paris` takes no pods now and is left out: away-1"],
      [
        "runtime/cluster-unknown",
        expect.stringContaining("cluster `nowhere` is unknown: there is no context `nowhere`"),
      ],
    ]);
    const paris = fleet.clusters.find((c) => c.name === "paris");
    expect(paris).toMatchObject({
      context: "paris",
      labels: { region: "eu-west", zone: "paris-1", version: "1.36.3" },
    });
    const gib = 1024 ** 3;
    expect(
      paris?.pools.map(({ name, count, shape }) => [
        name,
        count,
        shape["cpu"],
        shape["memory"],
        shape["nvidia.com/gpu"],
        shape["pods"],
      ]),
    ).toEqual([
      ["p4", 2, 31_500, 128 * gib, 2, 110],
      ["m5-4xlarge", 2, 16_000, 64 * gib, undefined, 110],
      // One node carries somebody's pod: 5 CPU for its init container, 4 GiB for its two others.
      ["m5-4xlarge-2", 1, 11_000, 60 * gib, undefined, 109],
    ]);
    const accel = paris?.pools.find((pool) => pool.name === "p4");
    expect(accel).toMatchObject({
      features: ["dpdk"],
      taints: [{ key: "accel-only", value: "", effect: "NoSchedule" }],
    });
    expect(fleet.featureLabels["dpdk"]).toEqual({ key: "feature.node.kubernetes.io/dpdk", value: "true" });
    const read = compile(["f.intent"], memoryHost({ "f.intent": text }), {});
    expect(read.diagnostics.filter((d) => d.severity !== "hint")).toEqual([]);
  });

  it("gives a written fleet the nodes that there are now, and keeps what people wrote", async () => {
    const written = compile(
      ["f.intent"],
      memoryHost({
        "f.intent":
          'cluster edge { tier = gold  zone = mine  context "paris"  cost 0.04  nodes old x9 { cpu 1  memory 1Gi } }\ncluster box { nodes n { cpu 2  memory 4Gi } }\n',
      }),
      {},
    ).value.fleet;
    const live = await liveFleet(written, world);
    const edge = live.clusters.find((c) => c.name === "edge");
    expect(edge).toMatchObject({
      labels: { tier: "gold", zone: "mine", region: "eu-west", version: "1.36.3" },
      prices: { cpu: 0.04 },
    });
    expect(edge?.pools.map((pool) => [pool.name, pool.count])).toEqual([
      ["p4", 2],
      ["m5-4xlarge", 2],
      ["m5-4xlarge-2", 1],
    ]);
    expect(live.clusters.find((c) => c.name === "box")).toEqual(written.clusters.find((c) => c.name === "box"));
  });
});
