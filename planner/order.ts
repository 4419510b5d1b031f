// In which order the objects of a plan are written and deleted: what others need comes first and goes last.
// It must not know clusters, nor how anything is written.
import { groupOf } from "../compiler/index.ts";

/** What ordering must know of an object: its kind, where it is, which workloads need it. */
export interface Ordered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly for?: readonly string[];
}

const first = ["CustomResourceDefinition.apiextensions.k8s.io"];

const grounds = [
  "Namespace",
  "ResourceQuota",
  "LimitRange",
  "PriorityClass.scheduling.k8s.io",
  "StorageClass.storage.k8s.io",
  "RuntimeClass.node.k8s.io",
  "IngressClass.networking.k8s.io",
  "GatewayClass.gateway.networking.k8s.io",
  "PersistentVolume",
];

/** Before the pods that they protect: a pod is never without the policy that an intent promised. */
const policies = [
  "NetworkPolicy.networking.k8s.io",
  "MultiNetworkPolicy.k8s.cni.cncf.io",
  "AdminNetworkPolicy.policy.networking.k8s.io",
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io",
  "CiliumNetworkPolicy.cilium.io",
  "CiliumClusterwideNetworkPolicy.cilium.io",
  "AuthorizationPolicy.security.istio.io",
  "PeerAuthentication.security.istio.io",
];

const identities = [
  "ServiceAccount",
  "ClusterRole.rbac.authorization.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
  "Role.rbac.authorization.k8s.io",
  "RoleBinding.rbac.authorization.k8s.io",
];

const contents = ["ConfigMap", "Secret", "PersistentVolumeClaim", "NetworkAttachmentDefinition.k8s.cni.cncf.io"];

const services = ["Service", "PodDisruptionBudget.policy"];

const workloads = [
  "DaemonSet.apps",
  "StatefulSet.apps",
  "Deployment.apps",
  "ReplicaSet.apps",
  "ReplicationController",
  "Pod",
  "Job.batch",
  "CronJob.batch",
];

/** Last: once they are there, they may refuse what comes after them. */
const gates = [
  "MutatingWebhookConfiguration.admissionregistration.k8s.io",
  "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
  "APIService.apiregistration.k8s.io",
];

const tiers: readonly (readonly string[])[] = [
  first,
  ["Namespace"],
  grounds,
  policies,
  identities,
  contents,
  services,
  workloads,
];
const rest = tiers.length;
const last = rest + 1;

const ranks = new Map<string, number>([
  ...gates.map((kind): [string, number] => [kind, last]),
  ...tiers.flatMap((tier, rank) => tier.map((kind): [string, number] => [kind, rank])).reverse(),
]);

/** `Deployment.apps`, `Service`: a kind without its version, as ApplySet and kubectl write it. */
export const groupKind = (object: { readonly apiVersion: string; readonly kind: string }): string => {
  const group = groupOf(object.apiVersion);
  return group === "" ? object.kind : `${object.kind}.${group}`;
};

/** The tier of a kind: lower is written earlier and deleted later. What is not known goes after the workloads. */
export const rankOf = (object: { readonly apiVersion: string; readonly kind: string }): number =>
  ranks.get(groupKind(object)) ?? rest;

export const isWorkload = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  workloads.includes(groupKind(object));

export const isPolicy = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  policies.includes(groupKind(object));

/** Kinds that hold what can not be made again, or that others stand on: never deleted because an intent no longer names them. */
const kept = [
  "Namespace",
  "CustomResourceDefinition.apiextensions.k8s.io",
  "PersistentVolumeClaim",
  "PersistentVolume",
];

export const isKept = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  kept.includes(groupKind(object));

/**
 * Objects in batches: each batch may be written at once, after the one before it. `order` gives workloads (`app/workload`) in the
 * order in which the packing of nodes is proven to hold, so each of those is a batch of its own; the others follow together.
 */
export function creationBatches<T extends Ordered>(
  objects: readonly T[],
  order: readonly string[] = [],
): readonly (readonly T[])[] {
  const position = new Map(order.map((workload, index) => [workload, index]));
  const placeOf = (object: T): string => {
    const rank = String(rankOf(object)).padStart(2, "0");
    if (!isWorkload(object)) return rank;
    const places = (object.for ?? []).flatMap((workload) => position.get(workload) ?? []);
    return `${rank}.${String(places.length === 0 ? order.length : Math.min(...places)).padStart(8, "0")}`;
  };
  return batches(objects, placeOf);
}

/** As `creationBatches`, backwards: what nobody needs any more goes first. */
export function deletionBatches<T extends Ordered>(objects: readonly T[]): readonly (readonly T[])[] {
  return [...batches(objects, (object) => String(rankOf(object)).padStart(2, "0"))].reverse();
}

function batches<T extends Ordered>(objects: readonly T[], placeOf: (object: T) => string): readonly (readonly T[])[] {
  const byPlace = new Map<string, T[]>();
  for (const object of [...objects].sort(byIdentity)) {
    const place = placeOf(object);
    const batch = byPlace.get(place);
    if (batch === undefined) byPlace.set(place, [object]);
    else batch.push(object);
  }
  return [...byPlace].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, batch]) => batch);
}

function byIdentity(a: Ordered, b: Ordered): number {
  const left = [groupKind(a), a.namespace, a.name].join("\0");
  const right = [groupKind(b), b.namespace, b.name].join("\0");
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * Whether `later` must not be written when `failed` could not be: its namespace or the definition of its kind, a policy that is to
 * protect its pods, or something that the same workload uses.
 */
export function needs(later: Ordered, failed: Ordered): boolean {
  if (failed.kind === "Namespace" && failed.apiVersion === "v1") return later.namespace === failed.name;
  if (groupKind(failed) === first[0]) return failed.name.endsWith(`.${groupOf(later.apiVersion)}`);
  if (!isWorkload(later)) return false;
  if (isPolicy(failed)) return failed.namespace === later.namespace || failed.namespace === "";
  const shared = (later.for ?? []).some((workload) => (failed.for ?? []).includes(workload));
  return shared && rankOf(failed) < rankOf(later);
}
