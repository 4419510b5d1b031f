// Everything about places: settings, clusters (written, from tables, or live in their stead), groups and links.
// It must not know apps and intents; who answers DNS and what a site accepts speak of workloads and are resolved later.
import type { Condition, Diagnostic, Phase, Span } from "../../grammar/index.ts";
import { vocabularyOf } from "../conditions/vocabulary.ts";
import type { Vocabulary } from "../conditions/vocabulary.ts";
import { diagnose } from "../diagnostics.ts";
import type { Host } from "../host.ts";
import type { Cluster, Fleet } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import { claimName } from "../reading/declare.ts";
import type { Declarations, StatementOf } from "../reading/declare.ts";
import { clustersFrom } from "./clusters-from.ts";
import { readCluster } from "./clusters.ts";
import { readGroups } from "./groups.ts";
import { readLinks } from "./links.ts";
import { resourceWords } from "./resources.ts";
import { readSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { checkBareWords, checkLevels } from "./suspicious.ts";

export interface ReadFleet {
  /** Without `dns` and `accepts`, which speak of workloads. */
  readonly fleet: Omit<Fleet, "dns">;
  readonly dns: Settings["dns"];
  /** Cluster name → the conditions of its `accepts`. */
  readonly accepts: ReadonlyMap<string, readonly Condition[]>;
  readonly vocabulary: Vocabulary;
}

/** `live`: what was discovered, which replaces the written clusters; groups, links and settings stay as written. */
export function readFleet(
  declarations: Declarations,
  host: Host,
  suggest: Suggest,
  live: Fleet | undefined,
): Phase<ReadFleet> {
  const diagnostics: Diagnostic[] = [];
  const say = (d: Diagnostic) => void diagnostics.push(d);
  const settings = readSettings(declarations, suggest);
  const resources = resourceWords({ ...live?.resourceNames, ...settings.value.resourceNames });

  const written = clusterStatements(declarations, host, resources.names(), say);
  const drafts = live === undefined ? written.map((statement) => readCluster(statement, resources, say)) : [];
  const clusters: readonly Cluster[] = (live?.clusters ?? drafts.map((d) => d.cluster)).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const featureLabels = { ...live?.featureLabels, ...settings.value.featureLabels };
  const groupNames = new Set(declarations.groups.keys());
  const vocabulary = vocabularyOf(clusters, groupNames, resources.names(), featureLabels);

  if (clusters.length === 0) say(diagnose["no-clusters"](undefined, []));
  for (const cluster of clusters)
    if (cluster.pools.length === 0) say(diagnose["no-nodes"](cluster.span, [cluster.name]));
  if (live === undefined) checkBareWords([...declarations.clusters.values()], vocabulary, say);
  checkLevels(clusters, say);
  const groups = readGroups(declarations, clusters, vocabulary, suggest);
  const links = readLinks(declarations, vocabulary.clusterNames, suggest);

  const fleet = {
    clusters,
    groups: groups.value,
    links: links.value.length === 0 ? (live?.links ?? []) : links.value,
    connectivity: settings.value.connectivity,
    reserve: settings.value.reserve,
    resourceNames: sorted(resources.names()),
    featureLabels: sorted(featureLabels),
  };
  return {
    value: {
      fleet,
      dns: settings.value.dns,
      accepts: new Map(drafts.map((d) => [d.cluster.name, d.accepts])),
      vocabulary,
    },
    diagnostics: [...settings.diagnostics, ...diagnostics, ...groups.diagnostics, ...links.diagnostics],
  };
}

/** Written clusters, then the rows of tables; a name that is taken is said, and its row left out. */
function clusterStatements(
  declarations: Declarations,
  host: Host,
  resourceNames: Fleet["resourceNames"],
  say: (d: Diagnostic) => void,
): readonly StatementOf<"cluster">[] {
  const found = [...declarations.clusters.values()];
  const places = new Map<string, Span>(
    [...declarations.clusters, ...declarations.groups].map(([name, s]) => [name, s.name.span]),
  );
  for (const statement of declarations.of("clusters-from")) {
    for (const row of clustersFrom(statement, host, resourceNames, say)) {
      const taken = places.has(row.name.text);
      const problem = claimName(row.name, "clusters or groups", "a cluster", places);
      if (problem !== undefined) say(problem);
      if (!taken) found.push(row);
    }
  }
  return found;
}

const sorted = <T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
