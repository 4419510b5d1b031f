// From a manifest to its address on an API server, by asking the server which kinds it knows.
import type { Api, Manifest } from "./api.ts";

export interface Resources {
  /** The collection that the manifest is created in: `/apis/apps/v1/namespaces/shop/deployments`. */
  collection(manifest: Manifest): Promise<string>;
  /** The object itself. */
  object(manifest: Manifest): Promise<string>;
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
    const list = await api.call("GET", path);
    return list.resources.filter((resource: Resource) => !resource.name.includes("/"));
  };
  const find = async (manifest: Manifest): Promise<Resource> => {
    const path = root(manifest);
    const list = known.get(path) ?? ask(path);
    known.set(path, list);
    const resource = (await list.catch(() => [])).find((one) => one.kind === manifest.kind);
    if (resource) return resource;
    known.delete(path); // its definition may come later
    throw new Error(`the API server knows no ${manifest.kind} in ${manifest.apiVersion}`);
  };
  const collection = async (manifest: Manifest) => {
    const resource = await find(manifest);
    const namespace = resource.namespaced ? `/namespaces/${namespaceOf(manifest)}` : "";
    return `${root(manifest)}${namespace}/${resource.name}`;
  };
  return {
    collection,
    object: async (manifest) => `${await collection(manifest)}/${manifest.metadata?.name}`,
    namespaced: async (manifest) => (await find(manifest)).namespaced,
  };
}

export function namespaceOf(manifest: Manifest): string {
  return manifest.metadata?.namespace ?? "default";
}
