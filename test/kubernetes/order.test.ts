// A cluster that is full to the last CPU: only one order of creation lets the real scheduler find a node for every pod, and apply keeps it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workplace } from "../cli/kit.ts";
import { clusterTools, nodes, startClusters, toolsMissing, type Clusters } from "./clusters.ts";

// Created first, the small ones are spread over both nodes, and the large one has no node left.
const program = (context: string): string => `cluster tight {
  context "${context}"
  nodes general x2 { cpu 8  memory 32Gi }
}
app shop {
  workload small { image "registry.example/small:1"  cpu 2 }
  workload large { image "registry.example/large:1"  cpu 8 }
}
run small x4
run large
`;

describe.skipIf(toolsMissing(...clusterTools))("a full cluster", () => {
  let clusters: Clusters;

  beforeAll(async () => {
    clusters = await startClusters({
      names: ["tight"],
      nodes: { tight: nodes("tight", 2, { allocatable: { cpu: "8" } }) },
    });
  });
  afterAll(() => clusters?.stop());

  test("takes every pod, because the large one is created and scheduled first", async () => {
    const cluster = clusters.get("tight");
    const place = workplace({ "shop.intent": program(cluster.context) }, { KUBECONFIG: clusters.kubeconfig });
    for (let round = 0; round < 3; round++) {
      const plan = JSON.parse((await place.run("plan", "--json")).out) as { order: Record<string, readonly string[]> };
      expect(plan.order["tight"]?.[0]).toBe("shop/large");
      const { code, out, err } = await place.run("apply", "--yes");
      expect(code, out + err).toBe(0);
      const pods = JSON.parse(await cluster.kubectl(["-n", "shop", "get", "pods", "-o", "json"])) as {
        items: { spec: { nodeName?: string } }[];
      };
      expect(pods.items.map((pod) => pod.spec.nodeName !== undefined)).toEqual([true, true, true, true, true]);
      expect((await place.run("destroy", "--yes")).code).toBe(0);
    }
  });
});
