// Somebody else's real charts, rendered: plan, apply, move one workload, destroy, on three real clusters. The manifests stay where they are.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { workplace, type Workplace } from "../cli/kit.ts";
import { clusterTools, nodes, startClusters, toolsMissing, type Cluster, type Clusters } from "./clusters.ts";

const shared = join(import.meta.dirname, "../../../shared");
const manifests = join(shared, "manifests/free5gc.yaml");
const definition = join(shared, "crds/multus/network-attachment-definitions.yaml");
const absent = !existsSync(manifests) || !existsSync(definition);
if (absent) console.warn("SKIPPED: ../shared/manifests/free5gc.yaml is not there");

const names = ["core", "edge-1", "edge-2"] as const;
const fleet = (contextOf: (name: string) => string): string =>
  names
    .map((name) => {
      const pool = `nodes general x3 { cpu 8  memory 32Gi }`;
      return `cluster ${name} { tier = ${name === "core" ? "core" : "edge"}  context "${contextOf(name)}"  ${pool} }\n`;
    })
    .join("") + "fleet { connectivity flat }\n";

const app =
  'app free5gc {\n  manifests "free5gc.yaml"\n  workload upf = Deployment/core-free5gc-upf-upf\n}\nrun app free5gc except upf on core\n';

interface Plan {
  readonly placements: readonly { readonly workload: string; readonly cluster: string }[];
  readonly manifests: Readonly<Record<string, readonly Thing[]>>;
  readonly changes: readonly {
    readonly cluster: string;
    readonly action: string;
    readonly kind: string;
    readonly name: string;
  }[];
}

interface Thing {
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly uid?: string;
  };
}

describe.skipIf(absent || toolsMissing(...clusterTools))("free5gc on three clusters", () => {
  let clusters: Clusters;
  let place: Workplace;

  beforeAll(async () => {
    clusters = await startClusters({
      names: [...names],
      nodes: Object.fromEntries(names.map((name) => [name, nodes(name, 3)])),
      volumes: 3,
    });
    for (const cluster of clusters.all) {
      await cluster.kubectl(["apply", "--server-side", "-f", definition]);
      await cluster.kubectl(["create", "namespace", "free5gc"]);
      await cluster.kubectl(["-n", "free5gc", "create", "configmap", "not-ours", "--from-literal=a=b"]);
    }
  });
  afterAll(() => clusters?.stop());

  test("plan, apply, status, move one workload, destroy", async () => {
    place = workplace(
      {
        "fleet.intent": fleet((name) => clusters.get(name).context),
        "free5gc.yaml": readFileSync(manifests, "utf8"),
        "app.intent": app,
        "upf.intent": "run upf on edge-1\n",
      },
      { KUBECONFIG: clusters.kubeconfig },
    );

    const plan = await planOf(place);
    expect(new Set(plan.placements.map((p) => p.workload)).size).toBe(12);
    everyObjectIsThereUnchanged(plan);
    const upf = (plan.manifests["edge-1"] ?? []).map((o) => o.kind);
    expect(upf.filter((kind) => kind === "NetworkAttachmentDefinition")).toHaveLength(3);
    expect(upf).not.toContain("StatefulSet");
    expect(plan.manifests["edge-2"] ?? []).toEqual([]);

    const applied = await place.run("apply", "--yes");
    expect(applied.err).not.toContain("error");
    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(await available(clusters.get("core"))).toBe(10);
    expect(await available(clusters.get("edge-1"))).toBe(1);

    const status = JSON.parse((await place.run("status", "--json")).out) as {
      workloads: { health: string }[];
      drift: unknown[];
    };
    expect(status.workloads.map((w) => w.health)).toEqual(status.workloads.map(() => "ready"));
    expect(status.drift).toEqual([]);
    expect((await place.run("plan", "--detailed-exitcode")).code).toBe(0);

    const before = await versions(clusters.get("core"));
    place.write("upf.intent", "run upf on edge-2\n");
    const moved = await planOf(place);
    expect(new Set(moved.changes.filter((c) => c.action !== "none").map((c) => c.cluster))).toEqual(
      new Set(["edge-1", "edge-2"]),
    );
    expect((await place.run("apply", "--yes")).code).toBe(0);
    expect(await available(clusters.get("edge-2"))).toBe(1);
    expect(await available(clusters.get("edge-1"))).toBe(0);
    expect(await versions(clusters.get("core"))).toEqual(before);

    const destroyed = await place.run("destroy", "--yes");
    expect(destroyed.code, destroyed.out + destroyed.err).toBe(0);
    for (const cluster of clusters.all) {
      const left = await cluster.kubectl([
        "-n",
        "free5gc",
        "get",
        "deployments,statefulsets,services,configmaps,networkpolicies,network-attachment-definitions",
        "-o",
        "name",
      ]);
      const ours = left.split("\n").filter((line) => line !== "" && !line.includes("kube-root-ca"));
      expect(ours, cluster.name).toEqual(["configmap/not-ours"]);
    }
  });
});

async function planOf(place: Workplace): Promise<Plan> {
  const { out, err, code } = await place.run("plan", "--json");
  expect(code, err + out.slice(0, 2000)).toBe(0);
  return JSON.parse(out) as Plan;
}

/** Every object of the file but Helm's tests, as it was read: nothing but its namespace may have been added. */
function everyObjectIsThereUnchanged(plan: Plan): void {
  const read = parseAllDocuments(readFileSync(manifests, "utf8"), { version: "1.1" })
    .map((document) => document.toJS() as Thing | null)
    .filter((o): o is Thing => o !== null);
  const kept = read.filter((o) => JSON.stringify(o.metadata["annotations"] ?? {}).includes("helm.sh/hook") === false);
  expect(kept).toHaveLength(38);
  const planned = Object.values(plan.manifests).flat();
  for (const object of kept) {
    const found = planned.find((p) => p.kind === object.kind && p.metadata.name === object.metadata.name);
    expect(found, `${object.kind} ${object.metadata.name}`).toBeDefined();
    expect({ ...found, metadata: { ...found?.metadata, namespace: undefined } }).toEqual({
      ...object,
      metadata: { ...object.metadata, namespace: undefined },
    });
  }
}

async function available(cluster: Cluster): Promise<number> {
  const list = JSON.parse(await cluster.kubectl(["-n", "free5gc", "get", "deployments", "-o", "json"])) as {
    items: { status: { availableReplicas?: number; replicas?: number } }[];
  };
  return list.items.filter(
    (d) => (d.status.availableReplicas ?? 0) > 0 && d.status.availableReplicas === d.status.replicas,
  ).length;
}

/** uid and generation of every workload: what stays the same was not touched. */
async function versions(cluster: Cluster): Promise<readonly string[]> {
  const list = JSON.parse(
    await cluster.kubectl(["-n", "free5gc", "get", "deployments,statefulsets,configmaps,services", "-o", "json"]),
  ) as {
    items: (Thing & { metadata: { generation?: number } })[];
  };
  return list.items
    .map((o) => `${o.kind}/${o.metadata.name} ${o.metadata.uid} ${o.metadata.generation ?? o.metadata.resourceVersion}`)
    .sort();
}
