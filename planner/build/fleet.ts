// The fleet as numbers: clusters, pools with what one node has free, resources by index. It must not know workloads' intents.
import type { Amounts, Fleet, Ir, NodePool } from "../../compiler/index.ts";
import type { Because, ProblemCluster, ProblemPool } from "../problem.ts";

export interface FleetNumbers {
  readonly resources: readonly string[];
  readonly clusters: readonly ProblemCluster[];
  readonly pools: readonly ProblemPool[];
  /** The IR's pool of each `pools` entry. */
  readonly sources: readonly NodePool[];
  /** Labels of each pool's nodes: what it says, and what its features stand for. */
  readonly nodeLabels: readonly Readonly<Record<string, string>>[];
  readonly clusterIndex: ReadonlyMap<string, number>;
  /** What there is on each cluster, as a fact to point at. */
  readonly facts: readonly Because[];
}

/** Numbers the fleet. `without` names clusters that are taken to be lost: they have no nodes. */
export function numberFleet(ir: Ir, without: readonly string[] = []): FleetNumbers {
  const { fleet } = ir;
  const resources = namedResources(ir);
  const lost = new Set(without);
  const pools: ProblemPool[] = [];
  const sources: NodePool[] = [];
  const clusters = fleet.clusters.map((cluster, index): ProblemCluster => {
    const own: number[] = [];
    for (const pool of lost.has(cluster.name) ? [] : cluster.pools) {
      if (pool.count === 0) continue;
      own.push(pools.length);
      pools.push({ cluster: index, name: pool.name, count: pool.count, shape: free(pool.shape, resources, fleet) });
      sources.push(pool);
    }
    return { name: cluster.name, pools: own, labels: cluster.labels };
  });
  return {
    resources,
    clusters,
    pools,
    sources,
    nodeLabels: sources.map((pool) => labelsOfNodes(pool, fleet)),
    clusterIndex: new Map(clusters.map((cluster, index) => [cluster.name, index])),
    facts: fleet.clusters.map((cluster) => ({
      text: `cluster ${cluster.name} ${lost.has(cluster.name) ? "is taken to be lost" : `has ${poolsInWords(cluster.pools)}`}`,
      span: cluster.span,
      kind: "fleet",
    })),
  };
}

/** Labels that every node of a pool carries; features stand for labels, so that manifests and intents mean the same nodes. */
export function labelsOfNodes(pool: NodePool, fleet: Fleet): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { "kubernetes.io/os": "linux" };
  for (const feature of pool.features) {
    const label = fleet.featureLabels[feature];
    labels[label?.key ?? `placet.dev/${feature}`] = label?.value ?? "true";
  }
  return { ...labels, ...pool.labels };
}

/** Resources that a run asks for or the fleet prices: `cpu` first, the others sorted. What nobody asks for can not run out. */
function namedResources(ir: Ir): readonly string[] {
  const names = new Set<string>(["pods"]);
  for (const run of ir.runs) for (const [name, amount] of Object.entries(run.demand)) if (amount > 0) names.add(name);
  names.delete("cpu");
  return ["cpu", ...[...names].sort()];
}

function free(shape: Amounts, resources: readonly string[], fleet: Fleet): readonly number[] {
  return resources.map((resource) => {
    const amount = shape[resource] ?? (resource === "pods" ? 110 : 0);
    return amount - Math.floor(amount * fleet.reserve + 1e-6);
  });
}

function poolsInWords(pools: readonly NodePool[]): string {
  const nodes = pools.reduce((sum, pool) => sum + pool.count, 0);
  return nodes === 0 ? "no nodes" : nodes === 1 ? "one node" : `${nodes} nodes`;
}
