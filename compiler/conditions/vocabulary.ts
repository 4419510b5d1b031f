// The words that a fleet gives to conditions: labels and their values, features, resources, and on which level each is said.
// It must not know conditions themselves.
import type { Cluster } from "../ir.ts";

export interface Vocabulary {
  /** Label → its values, as clusters say them. */
  readonly clusterLabels: ReadonlyMap<string, ReadonlySet<string>>;
  /** Label → its values, as node pools say them. */
  readonly nodeLabels: ReadonlyMap<string, ReadonlySet<string>>;
  readonly clusterFeatures: ReadonlySet<string>;
  readonly nodeFeatures: ReadonlySet<string>;
  /** Kubernetes names of the resources that node pools offer. */
  readonly resources: ReadonlySet<string>;
  readonly resourceNames: Readonly<Record<string, string>>;
  readonly featureLabels: Readonly<Record<string, { readonly key: string; readonly value: string }>>;
  /** Label → the values that it has anywhere, sorted. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Value → the first label that has it, for proposals. */
  readonly labelOfValue: ReadonlyMap<string, string>;
  readonly clusterNames: ReadonlySet<string>;
  readonly groupNames: ReadonlySet<string>;
  /** Keys of taints of node pools. */
  readonly taints: ReadonlySet<string>;
}

export function vocabularyOf(
  clusters: readonly Cluster[],
  groupNames: ReadonlySet<string>,
  resourceNames: Readonly<Record<string, string>>,
  featureLabels: Vocabulary["featureLabels"],
): Vocabulary {
  const clusterLabels = new Map<string, Set<string>>();
  const nodeLabels = new Map<string, Set<string>>();
  const labelOfValue = new Map<string, string>();
  const clusterFeatures = new Set<string>();
  const nodeFeatures = new Set<string>();
  const resources = new Set<string>();
  const taints = new Set<string>();
  const addLabels = (to: Map<string, Set<string>>, labels: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(labels)) {
      const values = to.get(key) ?? new Set();
      to.set(key, values.add(value));
      const other = labelOfValue.get(value);
      if (other === undefined || key < other) labelOfValue.set(value, key);
    }
  };
  for (const cluster of clusters) {
    addLabels(clusterLabels, cluster.labels);
    for (const feature of cluster.features) clusterFeatures.add(feature);
    for (const pool of cluster.pools) {
      addLabels(nodeLabels, pool.labels);
      for (const feature of pool.features) nodeFeatures.add(feature);
      for (const resource of Object.keys(pool.shape)) resources.add(resource);
      for (const taint of pool.taints) taints.add(taint.key);
    }
  }
  const values = new Map<string, readonly string[]>();
  for (const key of new Set([...clusterLabels.keys(), ...nodeLabels.keys()])) {
    values.set(key, [...new Set([...(clusterLabels.get(key) ?? []), ...(nodeLabels.get(key) ?? [])])].sort());
  }
  const clusterNames = new Set(clusters.map((c) => c.name));
  return {
    clusterLabels,
    nodeLabels,
    clusterFeatures,
    nodeFeatures,
    resources,
    resourceNames,
    featureLabels,
    values,
    labelOfValue,
    clusterNames,
    groupNames,
    taints,
  };
}

/** Every word that a condition could use, for proposals. */
export function* wordsOf(v: Vocabulary): Generator<string> {
  yield* v.clusterFeatures;
  yield* v.nodeFeatures;
  yield* v.clusterLabels.keys();
  yield* v.nodeLabels.keys();
  yield* Object.keys(v.resourceNames);
  yield* v.resources;
}

/** The values that a label has anywhere in the fleet, sorted; none when no one has the label. */
export const valuesOf = (v: Vocabulary, key: string): readonly string[] => v.values.get(key) ?? [];
