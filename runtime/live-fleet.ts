// The written fleet, with what its clusters offer right now in place of what was written of their nodes. It must not change anything.
import type { Cluster, Fleet, NodePool } from "../compiler/index.ts";
import { joinRanges } from "./discover/ranges.ts";
import { discoverClusters, type FoundCluster } from "./discover.ts";
import type { World } from "./world.ts";

/**
 * Replaces the node pools of every cluster that has a context, adds installed APIs as features and the version as a label where none is
 * written. What a person wrote (labels, prices, links, `accepts`) stays; a cluster that does not answer stays as it was written.
 */
export async function liveFleet(fleet: Fleet, world: World): Promise<Fleet> {
  const asked = fleet.clusters.flatMap(({ name, context }) => (context === undefined ? [] : [{ name, context }]));
  if (asked.length === 0) return fleet;
  const { clusters } = await discoverClusters(asked, world);
  const found = new Map(clusters.map((cluster) => [cluster.name, cluster]));
  const featureLabels = Object.assign(
    {},
    ...clusters.map((cluster) => cluster.found.featureLabels),
  ) as Fleet["featureLabels"];
  return {
    ...fleet,
    clusters: fleet.clusters.map((cluster) => {
      const live = found.get(cluster.name);
      return live === undefined ? cluster : liveCluster(cluster, live);
    }),
    featureLabels: { ...featureLabels, ...fleet.featureLabels },
  };
}

function liveCluster(cluster: Cluster, { facts, found }: FoundCluster): Cluster {
  const pools = found.pools.map((pool): NodePool => ({ ...pool, span: cluster.span }));
  const nodeWords = new Set(pools.flatMap((pool) => [...Object.keys(pool.labels), ...pool.features]));
  const seen = {
    version: facts.version,
    ...(found.region === undefined ? {} : { region: found.region }),
    ...(found.zone === undefined ? {} : { zone: found.zone }),
  };
  const features = [...cluster.features, ...facts.installed].filter((feature) => !nodeWords.has(feature));
  return {
    ...cluster,
    labels: { ...seen, ...cluster.labels },
    features: [...new Set(features)],
    pools,
    networks: [...new Set([...cluster.networks, ...facts.networks])],
    podRanges: cluster.podRanges.length > 0 ? cluster.podRanges : joinRanges(facts.podRanges),
    apiAddresses: cluster.apiAddresses.length > 0 ? cluster.apiAddresses : facts.apiAddresses,
  };
}
