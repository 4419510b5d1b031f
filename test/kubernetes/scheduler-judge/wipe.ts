// Empties a judge's cluster after a case, without waiting for controllers that would do the same in their own time.
import { inParallel, type Api, type Manifest } from "../api.ts";
import { eventually } from "../processes.ts";
import { resourcesOf } from "../resources.ts";
import { releaseVolumes } from "../volumes.ts";
import { runsPods } from "./create.ts";

const leftovers = [
  "/apis/apps/v1/replicasets",
  "/apis/apps/v1/controllerrevisions",
  "/api/v1/persistentvolumeclaims",
  "/api/v1/pods",
];
const keptNamespaces = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);
const atOnce = { gracePeriodSeconds: 0, propagationPolicy: "Background" };

export async function wipe(api: Api, manifests: readonly Manifest[]): Promise<void> {
  const resources = resourcesOf(api);
  const remove = async (path: string) => await api.call("DELETE", path, atOnce, { expected: [404, 409] });
  const removeAll = async (some: readonly Manifest[]) =>
    await inParallel(some, async (manifest) => {
      const path = await resources.object(manifest);
      if (path !== undefined) await remove(path);
    });

  // A namespace that is going takes no new objects, so a controller that is late makes no more pods in it.
  const namespaces = (await names(api, "/api/v1/namespaces")).filter((name) => !keptNamespaces.has(name));
  await inParallel(namespaces, (name) => remove(`/api/v1/namespaces/${name}`));
  await removeAll(manifests.filter(runsPods));
  await removeAll(manifests.filter((manifest) => !runsPods(manifest) && manifest.kind !== "Namespace"));
  await inParallel(await names(api, "/api/v1/nodes"), (name) => remove(`/api/v1/nodes/${name}`));
  await eventually(() => emptied(api, remove), {
    seconds: 30,
    otherwise: () => "the cluster of a scheduler judge could not be emptied",
  });
  await releaseVolumes(api);
  await inParallel(namespaces, (name) =>
    api.call("PUT", `/api/v1/namespaces/${name}/finalize`, finalized(name), { expected: [404, 409] }),
  );
}

/** Removes what controllers made, and answers true when there is nothing more. */
async function emptied(api: Api, remove: (path: string) => Promise<unknown>): Promise<true | undefined> {
  const lists = await inParallel(leftovers, (path) => objects(api, path));
  const left = lists.flat();
  await inParallel(left, remove);
  return left.length === 0 ? true : undefined;
}

/** The paths of all objects of a kind, in every namespace. */
async function objects(api: Api, path: string): Promise<readonly string[]> {
  const [, root = "", resource = ""] = /^(.*)\/(\w+)$/.exec(path) ?? [];
  const list = await api.call("GET", path);
  return list.items.map(({ metadata }: any) => `${root}/namespaces/${metadata.namespace}/${resource}/${metadata.name}`);
}

async function names(api: Api, path: string): Promise<readonly string[]> {
  const list = await api.call("GET", path);
  return list.items.map(({ metadata }: any) => metadata.name);
}

const finalized = (name: string) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
  spec: { finalizers: [] },
});
