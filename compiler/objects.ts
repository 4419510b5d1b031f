// Kubernetes objects as identities: their keys, their kinds, and which kinds belong to no namespace.
// It must not know where objects came from or what is in their specs.
import type { KubernetesObject, ObjectKey } from "./ir.ts";

/** What a key says. `namespace` is empty for what is cluster-scoped. */
export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `apiVersion/kind/namespace/name`; the namespace is empty for what is cluster-scoped (`v1/Namespace//core`). */
export const objectKey = (o: ObjectIdentity): ObjectKey => `${o.apiVersion}/${o.kind}/${o.namespace}/${o.name}`;

/** The reverse of `objectKey`. The apiVersion may hold a slash of its own, the other parts may not (names of RBAC hold `:` only). */
export function identityOf(key: ObjectKey): ObjectIdentity {
  const name = key.lastIndexOf("/");
  const namespace = key.lastIndexOf("/", name - 1);
  const kind = key.lastIndexOf("/", namespace - 1);
  return {
    apiVersion: key.slice(0, kind),
    kind: key.slice(kind + 1, namespace),
    namespace: key.slice(namespace + 1, name),
    name: key.slice(name + 1),
  };
}

/** `apps/v1` → `apps`; the core group is empty. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

/** How people name an object: `Deployment/amf`. */
export const showObject = (o: { readonly kind: string; readonly metadata: { readonly name: string } }): string =>
  `${o.kind}/${o.metadata.name}`;

/** As `showObject`, from a key, with the namespace: `Deployment/amf in core5g`. */
export function showKey(key: ObjectKey): string {
  const { kind, namespace, name } = identityOf(key);
  return namespace === "" ? `${kind}/${name}` : `${kind}/${name} in ${namespace}`;
}

/** Kinds of Kubernetes itself and of common add-ons, by group; all other kinds of a listed group are namespaced. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  "": ["Namespace", "Node", "PersistentVolume", "ComponentStatus"],
  apps: [],
  batch: [],
  autoscaling: [],
  policy: ["PodSecurityPolicy"],
  extensions: ["PodSecurityPolicy"],
  "events.k8s.io": [],
  "discovery.k8s.io": [],
  "coordination.k8s.io": [],
  "admissionregistration.k8s.io": [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
  ],
  "apiextensions.k8s.io": ["CustomResourceDefinition"],
  "apiregistration.k8s.io": ["APIService"],
  "certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
  "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
  "internal.apiserver.k8s.io": ["StorageVersion"],
  "networking.k8s.io": ["IngressClass", "IPAddress", "ServiceCIDR"],
  "node.k8s.io": ["RuntimeClass"],
  "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
  "resource.k8s.io": ["DeviceClass", "ResourceSlice", "DeviceTaintRule"],
  "scheduling.k8s.io": ["PriorityClass"],
  "storage.k8s.io": ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
  "storagemigration.k8s.io": ["StorageVersionMigration"],
  "snapshot.storage.k8s.io": ["VolumeSnapshotClass", "VolumeSnapshotContent"],
  "gateway.networking.k8s.io": ["GatewayClass"],
  "policy.networking.k8s.io": ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"],
  "multicluster.x-k8s.io": [],
  "k8s.cni.cncf.io": [],
  "k8s.ovn.org": ["EgressIP", "AdminPolicyBasedExternalRoute", "EgressService", "ClusterUserDefinedNetwork"],
  "sriovnetwork.openshift.io": [],
  "monitoring.coreos.com": [],
  "cert-manager.io": ["ClusterIssuer"],
  "keda.sh": ["ClusterTriggerAuthentication"],
  "autoscaling.k8s.io": [],
  "cilium.io": [
    "CiliumClusterwideNetworkPolicy",
    "CiliumClusterwideEnvoyConfig",
    "CiliumExternalWorkload",
    "CiliumIdentity",
    "CiliumLoadBalancerIPPool",
    "CiliumNode",
    "CiliumEgressGatewayPolicy",
    "CiliumCIDRGroup",
    "CiliumL2AnnouncementPolicy",
    "CiliumBGPPeeringPolicy",
    "CiliumBGPClusterConfig",
    "CiliumBGPPeerConfig",
    "CiliumBGPAdvertisement",
    "CiliumBGPNodeConfigOverride",
  ],
  "crd.projectcalico.org": [
    "BGPConfiguration",
    "BGPPeer",
    "FelixConfiguration",
    "GlobalNetworkPolicy",
    "GlobalNetworkSet",
    "HostEndpoint",
    "IPPool",
  ],
  "networking.istio.io": [],
  "security.istio.io": [],
  "telemetry.istio.io": [],
  "kubevirt.io": [],
  "cdi.kubevirt.io": ["CDI", "CDIConfig", "StorageProfile"],
  "argoproj.io": ["ClusterWorkflowTemplate", "ClusterAnalysisTemplate"],
  "serving.knative.dev": [],
  "external-secrets.io": ["ClusterSecretStore", "ClusterExternalSecret"],
  "bitnami.com": [],
  "secrets-store.csi.x-k8s.io": [],
  "kyverno.io": ["ClusterPolicy", "ClusterCleanupPolicy"],
  "metallb.io": [],
};

/** What is known of a kind: its scope, or `unknown` for a kind of a group that this table does not have. */
export function scopeOf(apiVersion: string, kind: string): "cluster" | "namespaced" | "unknown" {
  const kinds = CLUSTER_SCOPED[groupOf(apiVersion)];
  if (kinds === undefined) return "unknown";
  return kinds.includes(kind) ? "cluster" : "namespaced";
}

const PLAIN_KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet", "Pod"] as const;

/** The workload kind of an object whose pods the scheduler places, or undefined. The group counts: a `Job` of another group is not one. */
export function workloadKindOf(
  object: Pick<KubernetesObject, "apiVersion" | "kind">,
): (typeof PLAIN_KINDS)[number] | undefined {
  const kind = PLAIN_KINDS.find((k) => k === object.kind);
  if (kind === undefined) return undefined;
  const group = groupOf(object.apiVersion);
  const expected = kind === "Pod" ? [""] : kind === "Job" || kind === "CronJob" ? ["batch"] : ["apps", "extensions"];
  return expected.includes(group) ? kind : undefined;
}
