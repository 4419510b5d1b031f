// Creates the manifests of a case, in the order in which they need each other, otherwise all at once.
import { inParallel, type Api, type Manifest } from "../api.ts";
import { namespaceOf, resourcesOf } from "../resources.ts";

export async function create(api: Api, manifests: readonly Manifest[]): Promise<void> {
  const resources = resourcesOf(api);
  const post = async (manifest: Manifest, expected: readonly number[] = []) =>
    await api.call("POST", await resources.collection(manifest), manifest, { expected });

  for (const batch of inOrder(manifests)) {
    const inNamespaces = await inParallel(batch, async (one) =>
      (await resources.namespaced(one)) ? [namespaceOf(one)] : [],
    );
    const missing = [...new Set(inNamespaces.flat())].map(namespace);
    await inParallel(missing, (one) => post(one, [409]));
    await inParallel(batch, (one) => post(one));
  }
}

/** Pods that have their node already come before those that the scheduler must put around them. */
function inOrder(manifests: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const batches: Manifest[][] = [[], [], [], []];
  for (const manifest of manifests) batches[rank(manifest)]?.push(manifest);
  return batches;
}

function rank(manifest: Manifest): number {
  if (manifest.kind === "Namespace") return 0;
  if (hasNode(manifest)) return 2;
  return runsPods(manifest) ? 3 : 1;
}

function hasNode(manifest: any): boolean {
  return manifest.kind === "Pod" && manifest.spec?.nodeName !== undefined;
}

export function runsPods({ apiVersion = "", kind = "" }: Manifest): boolean {
  return (
    /^(v1|apps\/v1|batch\/v1)$/.test(apiVersion) && /^(Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/.test(kind)
  );
}

const namespace = (name: string): Manifest => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
