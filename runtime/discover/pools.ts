// Groups the nodes of a cluster into pools: same labels, features and taints, and about the same room. It must not know the language.
import type { Amounts, KubernetesObject, Taint } from "../../compiler/index.ts";
import { roomOf } from "./room.ts";

export interface FoundPool {
  readonly name: string;
  readonly count: number;
  readonly shape: Amounts;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly taints: readonly Taint[];
}

export interface FoundPools {
  readonly pools: readonly FoundPool[];
  /** Labels that every node shares: `topology.kubernetes.io/region` and the like, for the cluster itself. */
  readonly region: string | undefined;
  readonly zone: string | undefined;
  /** Feature → the node label that it stands for. */
  readonly featureLabels: Readonly<Record<string, { readonly key: string; readonly value: string }>>;
  /** Names of nodes that take no pods now. */
  readonly closed: readonly string[];
}

/** Prefix of what Node Feature Discovery finds: https://kubernetes-sigs.github.io/node-feature-discovery. */
const nfd = "feature.node.kubernetes.io/";
const regionLabel = "topology.kubernetes.io/region";
const zoneLabel = "topology.kubernetes.io/zone";

/** Different on every node, or said in other words by another label. */
const ignoredLabels =
  /^(kubernetes\.io\/hostname|beta\.kubernetes\.io\/.*|failure-domain\.beta\.kubernetes\.io\/.*|node\.kubernetes\.io\/exclude-from.*|.*\/hostname)$/;

/** Taints of nodes that are away or being emptied; they pass, so such nodes are not offered at all. */
const passingTaints =
  /^node\.kubernetes\.io\/(not-ready|unreachable|unschedulable|out-of-service|network-unavailable|.*-pressure)$/;

/** Pools of one kind of node that differ only in the room that others leave: at most so many, each with the least room of its nodes. */
const mostShapes = 8;

export function poolsOf(nodes: readonly KubernetesObject[], foreignPods: readonly KubernetesObject[]): FoundPools {
  const podsByNode = Map.groupBy(foreignPods, (pod) => (pod["spec"] as { nodeName?: string }).nodeName ?? "");
  const sorted = [...nodes].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const open = sorted.filter((node) => !isClosed(node));
  const keys = tellingLabels(open);
  const seen = open.map((node) => ({
    ...traitsOf(node, keys),
    room: roomOf(node, podsByNode.get(node.metadata.name) ?? []),
  }));
  const groups = Map.groupBy(seen, ({ labels, features, taints }) => JSON.stringify([labels, features, taints]));
  const pools = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { labels, features, taints } = first;
    return shapesOf(group.map((one) => one.room)).map(({ count, shape }) => ({
      count,
      shape,
      labels,
      features,
      taints,
    }));
  });
  const common = (key: string): string | undefined => {
    const values = new Set(open.map((node) => node.metadata.labels?.[key]));
    return values.size === 1 ? [...values][0] : undefined;
  };
  const features = new Set(seen.flatMap((one) => one.features));
  return {
    pools: named(pools),
    region: common(regionLabel),
    zone: common(zoneLabel),
    featureLabels: Object.fromEntries(
      [...features].sort().map((feature) => [feature, { key: nfd + feature, value: "true" }]),
    ),
    closed: sorted.filter(isClosed).map((node) => node.metadata.name),
  };
}

const taintsIn = (node: KubernetesObject): readonly { key: string; value?: string; effect: Taint["effect"] }[] =>
  (node["spec"] as { taints?: { key: string; value?: string; effect: Taint["effect"] }[] } | undefined)?.taints ?? [];

function isClosed(node: KubernetesObject): boolean {
  const conditions =
    (node["status"] as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === "Ready");
  const unschedulable = (node["spec"] as { unschedulable?: boolean } | undefined)?.unschedulable === true;
  return (
    unschedulable ||
    (ready !== undefined && ready.status !== "True") ||
    taintsIn(node).some((taint) => passingTaints.test(taint.key))
  );
}

/** Labels that tell kinds of nodes apart, and not each node from every other. */
function tellingLabels(nodes: readonly KubernetesObject[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const node of nodes) {
    for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
      if (ignoredLabels.test(key)) continue;
      values.set(key, (values.get(key) ?? new Set()).add(value));
    }
  }
  const most = Math.max(4, nodes.length / 2);
  return [...values]
    .filter(([, found]) => found.size <= most)
    .map(([key]) => key)
    .sort();
}

function traitsOf(node: KubernetesObject, keys: readonly string[]): Pick<FoundPool, "labels" | "features" | "taints"> {
  const labels: Record<string, string> = {};
  const features: string[] = [];
  for (const key of keys) {
    const value = node.metadata.labels?.[key];
    if (value === undefined) continue;
    if (key.startsWith(nfd) && value === "true") features.push(key.slice(nfd.length));
    else labels[key] = value;
  }
  const taints = taintsIn(node)
    .map(({ key, value, effect }): Taint => ({ key, value: value ?? "", effect }))
    .sort((a, b) => (`${a.key}${a.effect}` < `${b.key}${b.effect}` ? -1 : 1));
  return { labels, features, taints };
}

/** Equal rooms together; when there are too many different ones, neighbours together, with the least of each resource: never too much. */
function shapesOf(rooms: readonly Amounts[]): { count: number; shape: Amounts }[] {
  const equal = [...Map.groupBy(rooms, (room) => JSON.stringify(room)).values()].sort(
    (a, b) => size(b[0]) - size(a[0]),
  );
  const width = Math.ceil(equal.length / mostShapes);
  const buckets = Array.from({ length: Math.ceil(equal.length / Math.max(1, width)) }, (_, i) =>
    equal.slice(i * width, (i + 1) * width).flat(),
  );
  return buckets.map((bucket) => ({ count: bucket.length, shape: bucket.reduce(least) }));
}

const size = (room: Amounts | undefined): number => room?.["cpu"] ?? 0;

function least(a: Amounts, b: Amounts): Amounts {
  const shared = Object.keys(a).filter((resource) => Object.hasOwn(b, resource));
  return Object.fromEntries(shared.map((resource) => [resource, Math.min(a[resource] ?? 0, b[resource] ?? 0)]));
}

const nameLabels = [
  "node.kubernetes.io/instance-type",
  "cloud.google.com/gke-nodepool",
  "eks.amazonaws.com/nodegroup",
  "kubernetes.azure.com/agentpool",
  "node-role",
];

/** The name of a pool is what its makers call it, or its role; several of one name are numbered. */
function named(pools: readonly Omit<FoundPool, "name">[]): FoundPool[] {
  const used = new Map<string, number>();
  return pools.map((pool) => {
    const role = Object.keys(pool.labels)
      .find((key) => key.startsWith("node-role.kubernetes.io/"))
      ?.slice("node-role.kubernetes.io/".length);
    const given = nameLabels.map((label) => pool.labels[label]).find((value) => value !== undefined) ?? role ?? "nodes";
    const name =
      given
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, "-")
        .replaceAll(/^-+|-+$/g, "") || "nodes";
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return { name: count === 1 ? name : `${name}-${count}`, ...pool };
  });
}
