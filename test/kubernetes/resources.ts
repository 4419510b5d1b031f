// From a manifest to its address on an API server, by asking the server which kinds it knows.
import type { Api, Manifest } from "./api.ts";

export interface Resources {
  /** Where the manifest is created: `/apis/apps/v1/namespaces/shop/deployments`. Undefined when the server knows no such kind. */
  collection(manifest: Manifest): Promise<string | undefined>;
  /** The object itself. */
  object(manifest: Manifest): Promise<string | undefined>;
  namespaced(manifest: Manifest): Promise<boolean>;
}

interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly namespaced: boolean;
}

export function resourcesOf(api: Api): Resources {
  const known = new Map<string, Promise<readonly Resource[]>>();

  const root = ({ apiVersion = "" }: Manifest) =>
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const ask = async (path: string): Promise<readonly Resource[]> => {
    const list = await api.call("GET", path, undefined, { expected: [404] });
    return (list.resources ?? []).filter((resource: Resource) => !resource.name.includes("/"));
  };
  const find = async (manifest: Manifest): Promise<Resource | undefined> => {
    const path = root(manifest);
    const list = known.get(path) ?? ask(path);
    known.set(path, list);
    return (await list).find((one) => one.kind === manifest.kind);
  };
  const collection = async (manifest: Manifest) => {
    const resource = await find(manifest);
    if (resource === undefined) return undefined;
    const namespace = resource.namespaced ? `/namespaces/${namespaceOf(manifest)}` : "";
    return `${root(manifest)}${namespace}/${resource.name}`;
  };
  return {
    collection,
    async object(manifest) {
      const path = await collection(manifest);
      return path === undefined ? undefined : `${path}/${manifest.metadata?.name}`;
    },
    namespaced: async (manifest) => (await find(manifest))?.namespaced ?? false,
  };
}

export function namespaceOf(manifest: Manifest): string {
  return manifest.metadata?.namespace ?? "default";
}
