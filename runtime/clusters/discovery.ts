// Which kinds an API server serves, and under which path. It must not know what they are for.
import type { ObjectRef } from "../inventory.ts";
import { Refusal } from "../targets/refusal.ts";
import { refusalOf } from "./answers.ts";
import type { Transport } from "./transport.ts";

export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ApiResources {
  /** Every kind in every served version; versions in the server's order of preference. */
  readonly all: readonly ApiResource[];
  readonly find: (apiVersion: string, kind: string) => ApiResource | undefined;
  /** Groups whose server did not answer: kinds of theirs may exist. */
  readonly silent: readonly string[];
}

interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly responseKind?: { readonly kind: string; readonly group?: string; readonly version?: string };
      readonly scope: string;
      readonly verbs: readonly string[];
    }[];
  }[];
}

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/** Aggregated discovery (two requests); servers before 1.27 are asked group by group. */
export async function discover(transport: Transport): Promise<ApiResources> {
  const lists = await Promise.all(["/api", "/apis"].map((path) => getJson(transport, path, aggregated)));
  const groups = lists.flatMap((list) =>
    list["kind"] === "APIGroupDiscoveryList" ? (list["items"] as readonly AggregatedGroup[]) : [],
  );
  if (groups.length === 0) return listed(await discoverOld(transport), []);
  const silent = groups
    .filter((group) => group.versions?.some((version) => version.freshness === "Stale"))
    .map((group) => group.metadata.name ?? "");
  return listed(groups.flatMap(resourcesOf), silent);
}

function resourcesOf(group: AggregatedGroup): ApiResource[] {
  return (group.versions ?? []).flatMap(({ version, resources }) =>
    (resources ?? []).flatMap((resource) => {
      if (resource.responseKind === undefined) return [];
      return {
        group: group.metadata.name ?? "",
        version,
        kind: resource.responseKind.kind,
        plural: resource.resource,
        namespaced: resource.scope === "Namespaced",
        verbs: resource.verbs,
      };
    }),
  );
}

interface OldResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

async function discoverOld(transport: Transport): Promise<ApiResource[]> {
  const groups = (await getJson(transport, "/apis"))["groups"] as readonly {
    name: string;
    versions: readonly { version: string }[];
  }[];
  const versions = [
    { group: "", version: "v1" },
    ...groups.flatMap((g) => g.versions.map(({ version }) => ({ group: g.name, version }))),
  ];
  const found = await Promise.all(
    versions.map(async ({ group, version }) => {
      const list = await getJson(transport, group === "" ? `/api/${version}` : `/apis/${group}/${version}`);
      return ((list["resources"] ?? []) as readonly OldResource[])
        .filter((resource) => !resource.name.includes("/"))
        .map(({ name, kind, namespaced, verbs }): ApiResource => ({
          group,
          version,
          kind,
          plural: name,
          namespaced,
          verbs,
        }));
    }),
  );
  return found.flat();
}

async function getJson(
  transport: Transport,
  path: string,
  accept?: string,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await transport.send({ method: "GET", path, ...(accept === undefined ? {} : { accept }) });
  if (answer.status >= 400) throw refusalOf(answer);
  try {
    return JSON.parse(answer.text) as Record<string, unknown>;
  } catch {
    throw new Refusal("unreachable", "what answers there is not a Kubernetes API server");
  }
}

function listed(all: readonly ApiResource[], silent: readonly string[]): ApiResources {
  const byKind = new Map(all.map((resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource]));
  return { all, silent, find: (apiVersion, kind) => byKind.get(`${apiVersion}/${kind}`) };
}

export const apiVersionOf = ({ group, version }: Pick<ApiResource, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;

/** `/apis/apps/v1/namespaces/core5g/deployments`, of all namespaces when none is given. */
export function collectionPath(resource: ApiResource, namespace: string): string {
  const base = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  return resource.namespaced && namespace !== ""
    ? `${base}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
    : `${base}/${resource.plural}`;
}

/** The path of one object; a namespaced one that names no namespace is in `default`. */
export function objectPath(resource: ApiResource, ref: Pick<ObjectRef, "namespace" | "name">): string {
  const namespace = resource.namespaced && ref.namespace === "" ? "default" : ref.namespace;
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(ref.name)}`;
}
