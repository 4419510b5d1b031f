// Reads a fleet from clusters that run, and writes it in the language's own form. It must not change anything on them.
import { compile, manifestAmount, memoryHost, type Fleet } from "../compiler/index.ts";
import { print, type Diagnostic } from "../grammar/index.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import type { ClusterFacts } from "./discover/facts.ts";
import { poolsOf, type FoundPools } from "./discover/pools.ts";
import { joinRanges } from "./discover/ranges.ts";
import { clustersAtOnce, inParallel } from "./parallel.ts";
import { asRefusal } from "./targets/refusal.ts";
import type { World } from "./world.ts";

export interface DiscoveredFleet {
  /** A `.intent` file. */
  readonly text: string;
  /** What the text means. */
  readonly fleet: Fleet;
  readonly diagnostics: readonly Diagnostic[];
}

export interface FoundCluster {
  readonly name: string;
  readonly context: string;
  readonly facts: ClusterFacts;
  readonly found: FoundPools;
}

/** Reads the clusters of these kubeconfig contexts (none: of all) at once. One that does not answer is a diagnostic, and left out. */
export async function discoverFleet(contexts: readonly string[], world: World): Promise<DiscoveredFleet> {
  const { contextNames } = await import("./clusters/open.ts");
  const asked = contexts.length === 0 ? contextNames(world.kubeconfig) : [...new Set(contexts)];
  const { clusters, diagnostics } = await discoverClusters(
    asked.map((context) => ({ context, name: clusterName(context) })),
    world,
  );
  const text = fleetText(distinct(clusters, diagnostics));
  const { value: ir } = compile(["fleet.intent"], memoryHost({ "fleet.intent": text }), {});
  return { text, fleet: ir.fleet, diagnostics };
}

export async function discoverClusters(
  asked: readonly { readonly name: string; readonly context: string }[],
  world: World,
) {
  const { openCluster } = await import("./clusters/open.ts");
  const { readFacts } = await import("./discover/facts.ts");
  const diagnostics: Diagnostic[] = [];
  const read = await inParallel(asked, clustersAtOnce, async ({ name, context }): Promise<FoundCluster[]> => {
    const cluster = openCluster(world, context);
    try {
      const facts = await readFacts(cluster);
      const found = poolsOf(facts.nodes, facts.foreignPods);
      const made = runtimeDiagnostics.make;
      if (facts.unread.length > 0) diagnostics.push(made["not-discovered"](undefined, [name, facts.unread.join(", ")]));
      if (found.closed.length > 0) diagnostics.push(made["closed-nodes"](undefined, [name, found.closed]));
      return [{ name, context, facts, found }];
    } catch (error) {
      diagnostics.push(runtimeDiagnostics.make["cluster-unknown"](undefined, [name, asRefusal(error).message]));
      return [];
    } finally {
      await cluster.transport.close();
    }
  });
  diagnostics.sort((a, b) => (a.message < b.message ? -1 : 1));
  return { clusters: read.flat(), diagnostics };
}

/** Two contexts of one cluster (two users of it) are one cluster; two clusters never share a name. */
function distinct(clusters: readonly FoundCluster[], diagnostics: Diagnostic[]): FoundCluster[] {
  const byIdentity = new Map<string, FoundCluster>();
  const names = new Set<string>();
  for (const cluster of clusters) {
    const same = byIdentity.get(cluster.facts.identity);
    if (same !== undefined) {
      diagnostics.push(runtimeDiagnostics.make["same-cluster"](undefined, [cluster.context, same.context]));
      continue;
    }
    let name = cluster.name;
    for (let n = 2; names.has(name); n++) name = `${cluster.name}-${n}`;
    names.add(name);
    byIdentity.set(cluster.facts.identity, { ...cluster, name });
  }
  return [...byIdentity.values()];
}

/** `arn:aws:eks:eu-west-3:1:cluster/shop` → `shop`; else what of the name may stand in a name. */
function clusterName(context: string): string {
  const last = context.split(/[/:]/).at(-1) ?? context;
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  return name === "" ? "cluster" : name;
}

type Statement = Parameters<typeof print>[0][number];
type ClusterStatement = Extract<Statement, { readonly kind: "cluster" }>;
type ClusterEntry = ClusterStatement["entries"][number];
type Word = ClusterStatement["name"];

const span = { file: "fleet.intent", start: 0, end: 0 };
// A feature found on a node is quoted: it means what the node says, whatever the word means elsewhere.
const quoted = (text: string): Word => ({ form: "string", text, span });
const name = (text: string): Word => ({ form: /^[A-Za-z][\w./-]*$/.test(text) ? "name" : "string", text, span });
const amount = (text: string): Word => ({ form: "quantity", text, span });

function fleetText(clusters: readonly FoundCluster[]): string {
  const featureLabels = Object.assign(
    {},
    ...clusters.map(({ found }) => found.featureLabels),
  ) as FoundPools["featureLabels"];
  const features = Object.entries(featureLabels).sort(([a], [b]) => (a < b ? -1 : 1));
  const settings: Statement[] =
    features.length === 0
      ? []
      : [
          {
            kind: "fleet",
            span,
            entries: features.map(([feature, { key, value }]) => ({
              kind: "feature",
              name: quoted(feature),
              label: quoted(`${key}=${value}`),
              span,
            })),
          },
        ];
  const text = print([...clusters.map(clusterStatement), ...settings]);
  return escaped(
    `// What \`placet discover\` found. Room is what is allocatable less what the pods of others request.\n${text}`,
  );
}

/** Whatever a kubeconfig or a cluster called itself, it acts on no terminal and hides nothing from a reader. */
const escaped = (text: string): string =>
  text.replaceAll(
    /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

function clusterStatement({ name: called, context, facts, found }: FoundCluster): ClusterStatement {
  const label = (key: string, value: string | undefined): ClusterEntry[] =>
    value === undefined ? [] : [{ kind: "label", key: name(key), value: name(value), span }];
  const ranges = joinRanges(facts.podRanges);
  const entries: ClusterEntry[] = [
    ...label("region", found.region),
    ...label("zone", found.zone),
    ...label("version", facts.version),
    ...facts.installed.map((group): ClusterEntry => ({ kind: "feature", name: quoted(group), span })),
    { kind: "context", context: quoted(context), span },
    ...found.pools.map((pool): ClusterEntry => ({
      kind: "nodes",
      name: name(pool.name),
      count: { form: "number", text: String(pool.count), span },
      entries: poolEntries(pool),
      span,
    })),
    ...(facts.networks.length === 0 ? [] : [{ kind: "networks" as const, names: facts.networks.map(name), span }]),
    ...(ranges.length === 0
      ? []
      : [{ kind: "pods" as const, ranges: ranges.map((text): Word => ({ form: "address", text, span })), span }]),
    ...(facts.apiAddresses.length === 0
      ? []
      : [
          {
            kind: "api" as const,
            addresses: facts.apiAddresses.map((text): Word => ({ form: "address", text, span })),
            span,
          },
        ]),
  ];
  return { kind: "cluster", name: name(called), entries, span };
}

type PoolEntry = Extract<ClusterEntry, { readonly kind: "nodes" }>["entries"][number];

function poolEntries(pool: FoundPools["pools"][number]): PoolEntry[] {
  // 110 pods a node is what the language takes when nothing is said.
  const said = Object.entries(pool.shape).filter(([resource, units]) => resource !== "pods" || units !== 110);
  const resources = said.sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1));
  return [
    ...resources.map(([resource, units]): PoolEntry => ({
      kind: "resource",
      resource: name(resource),
      amount: amount(manifestAmount(resource, units)),
      span,
    })),
    ...pool.features.map((feature): PoolEntry => ({ kind: "feature", name: quoted(feature), span })),
    ...Object.entries(pool.labels).map(([key, value]): PoolEntry => ({
      kind: "label",
      key: name(key),
      value: name(value),
      span,
    })),
    ...pool.taints.map(({ key, value, effect }): PoolEntry => ({
      kind: "taint",
      key: name(key),
      ...(value === "" ? {} : { value: name(value) }),
      ...(effect === "NoSchedule" ? {} : { effect: name(effect) }),
      span,
    })),
  ];
}

const first = ["cpu", "memory", "ephemeral-storage", "pods"];
const place = (resource: string): number => (first.includes(resource) ? first.indexOf(resource) : first.length);
