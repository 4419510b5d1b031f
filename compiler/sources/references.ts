// Which objects an object names: what must be where it is. It must not know which of them exist.
import type { KubernetesObject } from "../ir.ts";
import { groupOf } from "../objects.ts";
import { networkNames } from "./network-names.ts";
import { podTemplates } from "./pod-template.ts";
import { absent, at, entries, flag, items, text, viewOf } from "./view.ts";
import type { Problem, View } from "./view.ts";

/** A name in an object that means another object. */
export interface Reference {
  readonly kind: string;
  readonly name: string;
  /** The namespace of the referring object unless it names another; not looked at for what is cluster-scoped. */
  readonly namespace: string;
  /** Pods start without it. */
  readonly optional: boolean;
}

type Add = (
  kind: string,
  name: View,
  options?: { readonly optional?: boolean; readonly namespace?: string | undefined },
) => void;

/** Names that every cluster answers to. */
const EVERYWHERE: readonly string[] = [
  "ServiceAccount/default",
  "PriorityClass/system-cluster-critical",
  "PriorityClass/system-node-critical",
  "ConfigMap/kube-root-ca.crt",
];

/** What `object`, which lives in `namespace`, names. Each once, in the order in which it is named. */
export function referencesOf(
  object: KubernetesObject,
  namespace: string,
  problems: Problem[] = [],
): readonly Reference[] {
  const found = new Map<string, Reference>();
  const add: Add = (kind, name, options = {}) => {
    const value = absent(name) ? undefined : text(name);
    if (value === undefined || value === "" || EVERYWHERE.includes(`${kind}/${value}`)) return;
    const reference = {
      kind,
      name: value,
      namespace: options.namespace ?? namespace,
      optional: options.optional ?? false,
    };
    const key = `${kind}/${reference.namespace}/${value}`;
    const before = found.get(key);
    if (before === undefined || before.optional) found.set(key, reference);
  };
  const root = viewOf(object, problems);
  for (const template of podTemplates(object, problems)) {
    podReferences(template.spec, add);
    for (const network of networkNames(template.annotations, namespace))
      found.set(`${network.kind}/${network.namespace}/${network.name}`, network);
  }
  OF_KIND[`${groupOf(object.apiVersion)}/${object.kind}`]?.(at(root, "spec"), root, add);
  return [...found.values()];
}

/** Everything that a pod's spec names. */
function podReferences(spec: View, add: Add): void {
  add(
    "ServiceAccount",
    absent(at(spec, "serviceAccountName")) ? at(spec, "serviceAccount") : at(spec, "serviceAccountName"),
  );
  add("PriorityClass", at(spec, "priorityClassName"));
  add("RuntimeClass", at(spec, "runtimeClassName"));
  for (const secret of items(at(spec, "imagePullSecrets"))) add("Secret", at(secret, "name"));
  for (const claim of items(at(spec, "resourceClaims"))) {
    add("ResourceClaim", at(claim, "resourceClaimName"));
    add("ResourceClaimTemplate", at(claim, "resourceClaimTemplateName"));
  }
  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    for (const container of items(at(spec, list))) environmentReferences(container, add);
  }
  for (const volume of items(at(spec, "volumes"))) volumeReferences(volume, add);
}

function environmentReferences(container: View, add: Add): void {
  for (const variable of items(at(container, "env"))) {
    const map = at(variable, "valueFrom", "configMapKeyRef");
    const secret = at(variable, "valueFrom", "secretKeyRef");
    add("ConfigMap", at(map, "name"), { optional: flag(at(map, "optional")) });
    add("Secret", at(secret, "name"), { optional: flag(at(secret, "optional")) });
  }
  for (const source of items(at(container, "envFrom"))) {
    add("ConfigMap", at(source, "configMapRef", "name"), { optional: flag(at(source, "configMapRef", "optional")) });
    add("Secret", at(source, "secretRef", "name"), { optional: flag(at(source, "secretRef", "optional")) });
  }
}

function volumeReferences(volume: View, add: Add): void {
  const named = (kind: string, view: View, key: string) =>
    add(kind, at(view, key), { optional: flag(at(view, "optional")) });
  named("ConfigMap", at(volume, "configMap"), "name");
  named("Secret", at(volume, "secret"), "secretName");
  for (const source of items(at(volume, "projected", "sources"))) {
    named("ConfigMap", at(source, "configMap"), "name");
    named("Secret", at(source, "secret"), "name");
    named("ClusterTrustBundle", at(source, "clusterTrustBundle"), "name");
  }
  add("PersistentVolumeClaim", at(volume, "persistentVolumeClaim", "claimName"));
  add("StorageClass", at(volume, "ephemeral", "volumeClaimTemplate", "spec", "storageClassName"));
  add("Secret", at(volume, "csi", "nodePublishSecretRef", "name"));
  add("SecretProviderClass", at(volume, "csi", "volumeAttributes", "secretProviderClass"));
  add("Secret", at(volume, "azureFile", "secretName"));
  for (const kind of ["cephfs", "rbd", "iscsi", "flexVolume", "scaleIO", "storageos"])
    add("Secret", at(volume, kind, "secretRef", "name"));
}

/** A KubeVirt machine: its volumes, and the networks that are Multus's. */
function machineReferences(spec: View, add: Add): void {
  for (const volume of items(at(spec, "volumes"))) {
    volumeReferences(volume, add);
    add("DataVolume", at(volume, "dataVolume", "name"));
    add("ServiceAccount", at(volume, "serviceAccount", "serviceAccountName"));
    for (const init of ["cloudInitNoCloud", "cloudInitConfigDrive"]) {
      add("Secret", at(volume, init, "secretRef", "name"));
      add("Secret", at(volume, init, "networkDataSecretRef", "name"));
    }
  }
  for (const credential of items(at(spec, "accessCredentials"))) {
    add("Secret", at(credential, "sshPublicKey", "source", "secret", "secretName"));
  }
  for (const network of items(at(spec, "networks"))) {
    const [first, second] = (text(at(network, "multus", "networkName")) ?? "").split("/");
    const name = at(network, "multus", "networkName");
    if (second === undefined) add("NetworkAttachmentDefinition", name);
    else add("NetworkAttachmentDefinition", { ...name, value: second }, { namespace: first });
  }
}

type Reader = (spec: View, root: View, add: Add) => void;

function claimSpec(spec: View, add: Add): void {
  add("StorageClass", at(spec, "storageClassName"));
  add("PersistentVolume", at(spec, "volumeName"));
  add("VolumeAttributesClass", at(spec, "volumeAttributesClassName"));
  for (const source of [at(spec, "dataSource"), at(spec, "dataSourceRef")]) {
    const kind = at(source, "kind").value;
    if (typeof kind === "string") add(kind, at(source, "name"), { namespace: text(at(source, "namespace")) });
  }
}

const roleOfBinding: Reader = (_spec, root, add) => {
  const role = at(root, "roleRef");
  add(at(role, "kind").value === "ClusterRole" ? "ClusterRole" : "Role", at(role, "name"));
};

/** A route's gateways. Its backends follow their own workloads; see `attachments.ts`. */
const route: Reader = (spec, _root, add) => {
  for (const parent of items(at(spec, "parentRefs"))) {
    if ((text(at(parent, "kind")) ?? "Gateway") === "Gateway")
      add("Gateway", at(parent, "name"), { namespace: text(at(parent, "namespace")) });
  }
};

/** By `group/Kind`. Only names that make the object useless where they are missing. */
const OF_KIND: Readonly<Record<string, Reader>> = {
  "/ServiceAccount": (_spec, root, add) => {
    for (const secret of items(at(root, "imagePullSecrets"))) add("Secret", at(secret, "name"));
    // The list of secrets only says which ones pods may mount; each pod names those that it needs.
    for (const secret of items(at(root, "secrets"))) add("Secret", at(secret, "name"), { optional: true });
  },
  "/PersistentVolumeClaim": (spec, _root, add) => claimSpec(spec, add),
  "/PersistentVolume": (spec, _root, add) => add("StorageClass", at(spec, "storageClassName")),
  "apps/StatefulSet": (spec, _root, add) => {
    add("Service", at(spec, "serviceName"));
    for (const template of items(at(spec, "volumeClaimTemplates"))) claimSpec(at(template, "spec"), add);
  },
  "rbac.authorization.k8s.io/RoleBinding": roleOfBinding,
  "rbac.authorization.k8s.io/ClusterRoleBinding": roleOfBinding,
  "networking.k8s.io/Ingress": (spec, _root, add) => {
    add("IngressClass", at(spec, "ingressClassName"));
    for (const tls of items(at(spec, "tls"))) add("Secret", at(tls, "secretName"));
  },
  "gateway.networking.k8s.io/HTTPRoute": route,
  "gateway.networking.k8s.io/GRPCRoute": route,
  "gateway.networking.k8s.io/TLSRoute": route,
  "gateway.networking.k8s.io/TCPRoute": route,
  "gateway.networking.k8s.io/UDPRoute": route,
  "gateway.networking.k8s.io/Gateway": (spec, _root, add) => {
    add("GatewayClass", at(spec, "gatewayClassName"));
    for (const listener of items(at(spec, "listeners"))) {
      for (const secret of items(at(listener, "tls", "certificateRefs")))
        add("Secret", at(secret, "name"), { namespace: text(at(secret, "namespace")) });
    }
  },
  "kubevirt.io/VirtualMachine": (spec, _root, add) => machineReferences(at(spec, "template", "spec"), add),
  "kubevirt.io/VirtualMachineInstance": (spec, _root, add) => machineReferences(spec, add),
  "external-secrets.io/ExternalSecret": (spec, _root, add) => {
    add(text(at(spec, "secretStoreRef", "kind")) ?? "SecretStore", at(spec, "secretStoreRef", "name"));
  },
  "cert-manager.io/Certificate": (spec, _root, add) => {
    add(text(at(spec, "issuerRef", "kind")) ?? "Issuer", at(spec, "issuerRef", "name"));
  },
  "keda.sh/ScaledObject": (spec, _root, add) => {
    for (const trigger of items(at(spec, "triggers"))) {
      const kind = text(at(trigger, "authenticationRef", "kind")) ?? "TriggerAuthentication";
      add(kind, at(trigger, "authenticationRef", "name"));
    }
  },
};

/** The names of Services that an Ingress, or a route, sends traffic to, with their namespaces. */
export function backendsOf(
  object: KubernetesObject,
  namespace: string,
  problems: Problem[] = [],
): readonly { readonly name: string; readonly namespace: string }[] {
  const spec = at(viewOf(object, problems), "spec");
  const group = groupOf(object.apiVersion);
  if ((group === "networking.k8s.io" || group === "extensions") && object.kind === "Ingress") {
    const paths = items(at(spec, "rules")).flatMap((rule) =>
      items(at(rule, "http", "paths")).map((path) => at(path, "backend")),
    );
    const backends = [at(spec, "defaultBackend"), at(spec, "backend"), ...paths];
    return backends
      .flatMap((backend) => text(at(backend, "service", "name")) ?? text(at(backend, "serviceName")) ?? [])
      .map((name) => ({ name, namespace }));
  }
  if (group !== "gateway.networking.k8s.io" || !object.kind.endsWith("Route")) return [];
  return items(at(spec, "rules"))
    .flatMap((rule) => items(at(rule, "backendRefs")))
    .filter((backend) => (text(at(backend, "kind")) ?? "Service") === "Service")
    .flatMap((backend) => {
      const name = text(at(backend, "name"));
      return name === undefined ? [] : [{ name, namespace: text(at(backend, "namespace")) ?? namespace }];
    });
}

/** The annotations of an object as texts. */
export const annotation = (object: KubernetesObject, key: string): string | undefined =>
  entries(at(viewOf(object, []), "metadata", "annotations")).flatMap(([k, v]) =>
    k === key && typeof v.value === "string" ? [v.value] : [],
  )[0];
