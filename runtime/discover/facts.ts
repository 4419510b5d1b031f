// Reads from a cluster what a fleet says of it: nodes, the pods on them, versions, installed APIs. It must not know the language.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { ApiResource } from "../clusters/discovery.ts";
import type { OpenCluster } from "../clusters/open.ts";
import { refusalOf } from "../clusters/answers.ts";
import { partOf } from "../clusters/marks.ts";
import { Refusal } from "../targets/refusal.ts";

export interface ClusterFacts {
  /** uid of kube-system: two contexts may lead to one cluster. */
  readonly identity: string;
  /** `1.36.3`. */
  readonly version: string;
  readonly nodes: readonly KubernetesObject[];
  /** Pods that have a node, take room there and are not ours. */
  readonly foreignPods: readonly KubernetesObject[];
  /** API groups that are not Kubernetes' own. */
  readonly installed: readonly string[];
  /** Names of NetworkAttachmentDefinitions. */
  readonly networks: readonly string[];
  readonly podRanges: readonly string[];
  readonly apiAddresses: readonly string[];
  /** What could not be read, for people. */
  readonly unread: readonly string[];
}

const core = (kind: string, plural: string, namespaced: boolean): ApiResource => ({
  group: "",
  version: "v1",
  kind,
  plural,
  namespaced,
  verbs: [],
});

export async function readFacts({ client, marks }: OpenCluster): Promise<ClusterFacts> {
  const answer = await client.raw("/version", 10_000);
  if (answer.status >= 400) throw refusalOf(answer);
  const { gitVersion = "" } = JSON.parse(answer.text) as { gitVersion?: string };
  const system = await client.get(core("Namespace", "namespaces", false), { namespace: "", name: "kube-system" });
  const unread: string[] = [];
  const optional = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind !== "forbidden") throw error;
      unread.push(what);
      return otherwise;
    }
  };
  const resources = await client.resources();
  const nodes = await client.list(core("Node", "nodes", false), {});
  const pods = await client.list(core("Pod", "pods", true), {});
  const ours = await ownUids({ client, marks });
  const attachments = resources.find("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition");
  const networks =
    attachments === undefined
      ? []
      : await optional("network attachments", () => client.list(attachments, { metadataOnly: true }), []);
  const podRange = await optional("the pod range of kubeadm", () => kubeadmRange(client), undefined);
  return {
    identity: String(system?.metadata["uid"] ?? ""),
    version: /^v?(\d+\.\d+(?:\.\d+)?)/.exec(gitVersion)?.[1] ?? gitVersion,
    nodes,
    foreignPods: pods.filter((pod) => takesRoom(pod) && !isOurs(pod, ours)),
    installed: installedGroups(resources.all),
    networks: [...new Set(networks.map((one) => one.metadata.name))].sort(),
    podRanges:
      podRange ?? nodes.flatMap((node) => (node["spec"] as { podCIDRs?: string[] } | undefined)?.podCIDRs ?? []),
    apiAddresses: await optional("the API server's addresses", () => apiAddresses(client), []),
    unread,
  };
}

function takesRoom(pod: KubernetesObject): boolean {
  const phase = (pod["status"] as { phase?: string } | undefined)?.phase;
  const node = (pod["spec"] as { nodeName?: string } | undefined)?.nodeName;
  return node !== undefined && node !== "" && phase !== "Succeeded" && phase !== "Failed";
}

type Owner = { readonly uid: string };
const ownersOf = (object: KubernetesObject): readonly Owner[] =>
  (object.metadata["ownerReferences"] as readonly Owner[] | undefined) ?? [];

function isOurs(pod: KubernetesObject, ours: ReadonlySet<string>): boolean {
  return ours.has(String(pod.metadata["uid"])) || ownersOf(pod).some((owner) => ours.has(owner.uid));
}

const owners: readonly ApiResource[] = [
  { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true, verbs: [] },
  { group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets", namespaced: true, verbs: [] },
  { group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets", namespaced: true, verbs: [] },
  { group: "batch", version: "v1", kind: "CronJob", plural: "cronjobs", namespaced: true, verbs: [] },
  // After those that own them.
  { group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets", namespaced: true, verbs: [] },
  { group: "batch", version: "v1", kind: "Job", plural: "jobs", namespaced: true, verbs: [] },
  core("Pod", "pods", true),
];

/** Uids of our objects that own pods, and of what these own: a pod does not carry our label itself. */
async function ownUids({ client, marks }: Pick<OpenCluster, "client" | "marks">): Promise<ReadonlySet<string>> {
  const uids = new Set<string>();
  for (const resource of owners) {
    for (const object of await client.list(resource, { metadataOnly: true })) {
      const marked = object.metadata.labels?.[partOf] === marks.id;
      if (marked || ownersOf(object).some((owner) => uids.has(owner.uid))) uids.add(String(object.metadata["uid"]));
    }
  }
  return uids;
}

/** Groups of Kubernetes itself, up to 1.36; every other one was installed. */
const builtIn = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  ...[
    "admissionregistration",
    "apiextensions",
    "apiregistration",
    "authentication",
    "authorization",
    "certificates",
    "coordination",
    "discovery",
    "events",
    "internal.apiserver",
    "flowcontrol.apiserver",
    "networking",
    "node",
    "rbac.authorization",
    "resource",
    "scheduling",
    "storage",
    "storagemigration",
  ].map((name) => `${name}.k8s.io`),
]);

const installedGroups = (all: readonly ApiResource[]): string[] =>
  [...new Set(all.map((resource) => resource.group))].filter((group) => !builtIn.has(group)).sort();

/** `podSubnet` of a cluster that kubeadm made: its nodes of tomorrow are in it too. */
async function kubeadmRange(client: OpenCluster["client"]): Promise<readonly string[] | undefined> {
  const config = await client.get(core("ConfigMap", "configmaps", true), {
    namespace: "kube-system",
    name: "kubeadm-config",
  });
  const text = (config?.["data"] as { ClusterConfiguration?: string } | undefined)?.ClusterConfiguration ?? "";
  return /^\s*podSubnet:\s*"?([0-9a-fA-F.:/,]+)"?\s*$/m.exec(text)?.[1]?.split(",");
}

/** Where the API server answers behind the Service `kubernetes`: policies see the addresses behind it. */
async function apiAddresses(client: OpenCluster["client"]): Promise<string[]> {
  const slices = {
    group: "discovery.k8s.io",
    version: "v1",
    kind: "EndpointSlice",
    plural: "endpointslices",
    namespaced: true,
    verbs: [],
  };
  const found = await client.list(slices, { namespace: "default", labels: "kubernetes.io/service-name=kubernetes" });
  const addresses = found.flatMap((slice) =>
    ((slice["endpoints"] as readonly { addresses?: readonly string[] }[] | undefined) ?? []).flatMap(
      (endpoint) => endpoint.addresses ?? [],
    ),
  );
  return [...new Set(addresses)].sort();
}
