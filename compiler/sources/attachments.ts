// Which objects follow others without being named by them: what selects pods, what points at a Service, a ServiceAccount, a workload.
// It must not know which workloads there are; `travel.ts` walks what is found here.
import type { AppObject, KubernetesObject, Selector } from "../ir.ts";
import { groupOf, identityOf } from "../objects.ts";
import { annotation, backendsOf } from "./references.ts";
import { readSelector, readServiceSelector } from "./selectors.ts";
import { absent, at, items, text, texts, textMap, viewOf } from "./view.ts";
import type { Problem, View } from "./view.ts";

/** `Kind/namespace/name`: what a reference can say about an object. The namespace of cluster-scoped ones is empty. */
export type ObjectName = string;

export const objectName = (kind: string, namespace: string, name: string): ObjectName => `${kind}/${namespace}/${name}`;

/** Kinds whose plain name other groups use too: a reference means the one of this group. */
const GROUP_OF_NAME: Readonly<Record<string, string>> = {
  ConfigMap: "",
  Gateway: "gateway.networking.k8s.io",
  Namespace: "",
  PersistentVolumeClaim: "",
  Secret: "",
  Service: "",
  ServiceAccount: "",
};

/** The name under which references find an object; a Knative `Service` is none that a plain reference means. */
export function nameOf(app: AppObject): ObjectName {
  const { apiVersion, kind, namespace, name } = identityOf(app.key);
  const group = groupOf(apiVersion);
  const foreign = Object.hasOwn(GROUP_OF_NAME, kind) && GROUP_OF_NAME[kind] !== group;
  return objectName(foreign ? `${kind}.${group}` : kind, namespace, name);
}

/** Everybody in a namespace, or everybody: who bindings to groups mean. */
export const serviceAccountGroups = (namespace: string): readonly ObjectName[] => [
  objectName("ServiceAccount", namespace, "*"),
  objectName("ServiceAccount", "*", "*"),
];

/** An object that follows pods, or Services, by their labels. */
export interface Selecting {
  readonly object: AppObject;
  readonly selects: "pods" | "services";
  readonly selector: Selector;
  readonly namespaces: readonly string[] | "all";
}

/** What the object selects by labels, if its kind does that. */
export function selectingOf(app: AppObject, problems: Problem[] = []): Selecting | undefined {
  const { object } = app;
  const namespaces = [identityOf(app.key).namespace];
  const spec = at(viewOf(object, problems), "spec");
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
  if (kind === "/Service")
    return { object: app, selects: "pods", selector: readServiceSelector(at(spec, "selector")), namespaces };
  if (kind === "monitoring.coreos.com/ServiceMonitor" || kind === "monitoring.coreos.com/PodMonitor") {
    const named = texts(at(spec, "namespaceSelector", "matchNames"));
    const everywhere = at(spec, "namespaceSelector", "any").value === true;
    const selects = object.kind === "PodMonitor" ? "pods" : "services";
    return {
      object: app,
      selects,
      selector: readSelector(at(spec, "selector")),
      namespaces: everywhere ? "all" : named.length > 0 ? named : namespaces,
    };
  }
  const field = POD_SELECTORS[kind];
  if (field === undefined) return undefined;
  const view = at(spec, ...field.path);
  return {
    object: app,
    selects: "pods",
    selector: absent(view) && field.absentMeansAll ? [] : selectorOf(view, field.plain),
    namespaces,
  };
}

/** Istio's `workloadSelector` and the like are plain mappings below `labels` or `matchLabels`. */
const selectorOf = (view: View, plain: string | undefined): Selector =>
  plain === undefined
    ? readSelector(view)
    : Object.entries(textMap(at(view, plain))).map(([key, value]) => ({ key, operator: "In", values: [value] }));

interface PodSelector {
  readonly path: readonly string[];
  readonly absentMeansAll: boolean;
  readonly plain?: string;
}

/** Where kinds that apply to pods of their own namespace say to which. */
const POD_SELECTORS: Readonly<Record<string, PodSelector>> = {
  "policy/PodDisruptionBudget": { path: ["selector"], absentMeansAll: false },
  "networking.k8s.io/NetworkPolicy": { path: ["podSelector"], absentMeansAll: true },
  "cilium.io/CiliumNetworkPolicy": { path: ["endpointSelector"], absentMeansAll: false },
  "/LimitRange": { path: ["everything"], absentMeansAll: true },
  "/ResourceQuota": { path: ["everything"], absentMeansAll: true },
  "security.istio.io/AuthorizationPolicy": { path: ["selector"], absentMeansAll: true, plain: "matchLabels" },
  "security.istio.io/PeerAuthentication": { path: ["selector"], absentMeansAll: true, plain: "matchLabels" },
  "security.istio.io/RequestAuthentication": { path: ["selector"], absentMeansAll: true, plain: "matchLabels" },
  "networking.istio.io/Sidecar": { path: ["workloadSelector"], absentMeansAll: true, plain: "labels" },
};

/** The kinds that scale a workload; they name it in `spec.scaleTargetRef` or `spec.targetRef`. */
const SCALERS: Readonly<Record<string, string>> = {
  "autoscaling/HorizontalPodAutoscaler": "scaleTargetRef",
  "keda.sh/ScaledObject": "scaleTargetRef",
  "autoscaling.k8s.io/VerticalPodAutoscaler": "targetRef",
};

/** The workload that an autoscaler scales. KEDA's default kind is Deployment. */
export function scaleTarget(
  object: KubernetesObject,
  namespace: string,
  problems: Problem[] = [],
): ObjectName | undefined {
  const field = SCALERS[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (field === undefined) return undefined;
  const target = at(viewOf(object, problems), "spec", field);
  const name = text(at(target, "name"));
  return name === undefined ? undefined : objectName(text(at(target, "kind")) ?? "Deployment", namespace, name);
}

/** The objects, by name, that `object` follows. */
export function followsOf(app: AppObject, problems: Problem[] = []): readonly ObjectName[] {
  const { object } = app;
  const { namespace } = identityOf(app.key);
  const name = object.metadata.name;
  const target = scaleTarget(object, namespace, problems);
  if (target !== undefined) return [target];
  switch (`${groupOf(object.apiVersion)}/${object.kind}`) {
    case "/Endpoints":
    case "multicluster.x-k8s.io/ServiceExport":
    case "multicluster.x-k8s.io/ServiceImport":
      return [objectName("Service", namespace, name)];
    case "discovery.k8s.io/EndpointSlice": {
      const service = object.metadata.labels?.["kubernetes.io/service-name"];
      return service === undefined ? [] : [objectName("Service", namespace, service)];
    }
    case "/Secret": {
      const account = annotation(object, "kubernetes.io/service-account.name");
      return account === undefined ? [] : [objectName("ServiceAccount", namespace, account)];
    }
    case "/PersistentVolume": {
      const claim = at(viewOf(object, problems), "spec", "claimRef");
      const claimed = text(at(claim, "name"));
      return claimed === undefined
        ? []
        : [objectName("PersistentVolumeClaim", text(at(claim, "namespace")) ?? "", claimed)];
    }
    case "rbac.authorization.k8s.io/RoleBinding":
    case "rbac.authorization.k8s.io/ClusterRoleBinding":
      return items(at(viewOf(object, problems), "subjects")).flatMap((subject) => boundAccounts(subject, namespace));
    case "networking.istio.io/VirtualService":
    case "networking.istio.io/DestinationRule":
      return istioHosts(at(viewOf(object, problems), "spec"), namespace);
    default:
      if (isProducer(app)) return [objectName("Secret", namespace, producedSecret(object, problems))];
      return backendsOf(object, namespace, problems).map((backend) =>
        objectName("Service", backend.namespace, backend.name),
      );
  }
}

/** Where kinds that make a Secret in the cluster say its name; without one it is their own. */
const PRODUCERS: Readonly<Record<string, readonly string[]>> = {
  "external-secrets.io/ExternalSecret": ["spec", "target", "name"],
  "bitnami.com/SealedSecret": ["spec", "template", "metadata", "name"],
  "cert-manager.io/Certificate": ["spec", "secretName"],
};

/** Whether an operator makes a Secret out of the object: who uses the Secret needs the object. */
export const isProducer = ({ object }: AppObject): boolean =>
  Object.hasOwn(PRODUCERS, `${groupOf(object.apiVersion)}/${object.kind}`);

function producedSecret(object: KubernetesObject, problems: Problem[]): string {
  const path = PRODUCERS[`${groupOf(object.apiVersion)}/${object.kind}`] ?? [];
  return text(at(viewOf(object, problems), ...path)) ?? object.metadata.name;
}

/** Hosts that name a Service of the cluster: `web`, or `web.namespace` with what may follow. */
function istioHosts(spec: View, namespace: string): readonly ObjectName[] {
  return [...texts(at(spec, "hosts")), text(at(spec, "host")) ?? ""].flatMap((host) => {
    const match = /^([a-z0-9-]+)(?:\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?)?$/.exec(host);
    return match === null ? [] : [objectName("Service", match[2] ?? namespace, match[1] ?? "")];
  });
}

/** ServiceAccounts that a subject of a binding means, by name or by group. */
function boundAccounts(subject: View, namespace: string): readonly ObjectName[] {
  const name = text(at(subject, "name")) ?? "";
  const kind = text(at(subject, "kind"));
  if (kind === "ServiceAccount")
    return [objectName("ServiceAccount", text(at(subject, "namespace")) ?? namespace, name)];
  const group = /^system:serviceaccounts:(.+)$/.exec(name);
  if (kind === "Group" && group !== null) return [objectName("ServiceAccount", group[1] ?? "", "*")];
  if (kind === "Group" && (name === "system:serviceaccounts" || name === "system:authenticated"))
    return [objectName("ServiceAccount", "*", "*")];
  const user = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  return kind === "User" && user !== null ? [objectName("ServiceAccount", user[1] ?? "", user[2] ?? "")] : [];
}
