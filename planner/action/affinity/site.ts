// A cluster as conditions see it: its own labels, and its pools with the labels that their nodes carry. It must not know workloads.
import { holdsOnPool } from "../../../compiler/index.ts";
import type { Cluster, ConditionIr, Fleet, NodePool } from "../../../compiler/index.ts";
import type { NodeLabels } from "./tell-apart.ts";

export interface SitePool {
  readonly pool: NodePool;
  readonly labels: NodeLabels;
}

export interface Site {
  readonly cluster: Cluster;
  readonly pools: readonly SitePool[];
  /** The same for clusters whose pools can not be told from one another's. */
  readonly likeness: number;
}

/** The node label that stands for a feature. */
export function labelOfFeature(fleet: Fleet, name: string): { readonly key: string; readonly value: string } {
  return fleet.featureLabels[name] ?? { key: `placet.dev/${name}`, value: "true" };
}

/** The fleet's clusters by name. */
export function sitesOf(fleet: Fleet): ReadonlyMap<string, Site> {
  const likenesses = new Map<string, number>();
  return new Map(
    fleet.clusters.map((cluster) => {
      const pools = poolsOf(fleet, cluster);
      const text = JSON.stringify(pools.map(({ pool, labels }) => [labels, pool.shape, pool.features]));
      const likeness = likenesses.get(text) ?? likenesses.size;
      likenesses.set(text, likeness);
      return [cluster.name, { cluster, pools, likeness }];
    }),
  );
}

function poolsOf(fleet: Fleet, cluster: Cluster): readonly SitePool[] {
  return cluster.pools
    .filter((pool) => pool.count > 0)
    .map((pool) => {
      const labels: Record<string, string> = { ...pool.labels };
      for (const feature of pool.features) {
        const { key, value } = labelOfFeature(fleet, feature);
        labels[key] = value;
      }
      return { pool, labels };
    });
}

/** Whether what a condition says of the cluster itself is true of it. */
export const trueOfCluster = (condition: ConditionIr, { cluster }: Site): boolean =>
  holdsOnPool(condition, cluster, NO_POOL);

const NO_POOL: NodePool = {
  name: "",
  count: 0,
  shape: {},
  labels: {},
  features: [],
  taints: [],
  span: { file: "", start: 0, end: 0 },
};
