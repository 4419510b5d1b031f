// Creates the manifests of a case, in the order in which they need each other, otherwise all at once.
// What the cluster has no kind for it leaves out, and says so.
import { inParallel, type Api, type Manifest } from "../api.ts";
import { namespaceOf, resourcesOf } from "../resources.ts";

export async function create(api: Api, manifests: readonly Manifest[]): Promise<readonly string[]> {
  const resources = resourcesOf(api);
  const ignored: string[] = [];
  const post = async (manifest: Manifest) => {
    const path = await resources.collection(manifest);
    const expected = manifest.kind === "Namespace" ? [409] : []; // it may be there already
    if (path === undefined) ignored.push(`${manifest.kind}/${manifest.metadata?.name}`);
    else await api.call("POST", path, manifest, { expected });
  };
  for (const batch of inOrder(manifests)) {
    const namespaced = await inParallel(batch, (manifest) => resources.namespaced(manifest));
    const named = new Set(batch.filter((_, index) => namespaced[index]).map(namespaceOf));
    await inParallel([...named].map(namespace), post);
    await inParallel(batch, post);
  }
  return ignored;
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
