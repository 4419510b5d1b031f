// One object that has pods → the workload that intents speak of. It must not know which intents there are, or clusters.
import type { Span } from "../../grammar/index.ts";
import type { Amounts, AppObject, Selector, Workload, WorkloadKind } from "../ir.ts";
import { groupOf, identityOf, workloadKindOf } from "../objects.ts";
import { scaleTarget, objectName } from "./attachments.ts";
import { podClaims, templateClaims } from "./claims.ts";
import { containerPorts, podConstraints } from "./pod-constraints.ts";
import { limitDefaults, podDemand } from "./pod-demand.ts";
import { podTemplate } from "./pod-template.ts";
import { fromLabels, readSelector } from "./selectors.ts";
import type { Pods, Travel } from "./travel.ts";
import { storageClassReasons, unmodelledOf, verticalAutoscaler } from "./unmodelled.ts";
import { absent, at, count, flag, items, text, textMap, viewOf } from "./view.ts";
import type { Problem, View } from "./view.ts";

/** What the app knows around one workload. */
export interface Surroundings {
  readonly app: string;
  readonly travel: Travel;
  /** Autoscalers of every kind, by the name of what they scale. */
  readonly scalers: ReadonlyMap<string, readonly AppObject[]>;
  readonly limitRanges: ReadonlyMap<string, readonly View[]>;
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export interface Naming {
  readonly name: string;
  readonly span: Span;
  /** Of a foreign kind: what `needs` says. */
  readonly needs?: Amounts;
  /** What `accepts` may ask, beside what every workload has. */
  readonly properties: Readonly<Record<string, string>>;
}

/** The workload, without what travels with it, and the shape problems that were met. */
export function readWorkload(
  object: AppObject,
  naming: Naming,
  around: Surroundings,
): { readonly workload: Workload; readonly pods: Pods; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const { namespace, name: ownName } = identityOf(object.key);
  const kind: WorkloadKind = workloadKindOf(object.object) ?? "other";
  const template = podTemplate(object.object, problems);
  const root = viewOf(object.object, problems);
  const controller = kind === "CronJob" ? at(root, "spec", "jobTemplate", "spec") : at(root, "spec");
  const spec = template?.spec ?? at(controller, "template", "spec");
  const podLabels = template === undefined ? {} : textMap(at(template.metadata, "labels"));
  const lookup = (wanted: string, called: string): AppObject | undefined =>
    around.travel.find(wanted, namespace, called);
  const runtimeClassName = text(at(spec, "runtimeClassName"));
  const runtimeClass = runtimeClassName === undefined ? undefined : lookup("RuntimeClass", runtimeClassName);
  const runtimeView = runtimeClass === undefined ? undefined : viewOf(runtimeClass.object, problems);
  const scalers = around.scalers.get(objectName(object.object.kind, namespace, ownName)) ?? [];
  const autoscaler = readAutoscaler(scalers, problems);
  const replicas = readReplicas(kind, controller, autoscaler);
  const demand = podDemand(spec, limitDefaults(around.limitRanges.get(namespace) ?? []), overheadOf(spec, runtimeView));
  const constraints = podConstraints(spec, {
    namespace,
    podLabels,
    namespaceLabels: around.namespaceLabels,
    ...(runtimeView === undefined ? {} : { runtimeClass: runtimeView }),
  });
  const claims = [
    ...podClaims(spec, namespace),
    ...templateClaims(kind === "StatefulSet" ? controller : undefined, namespace, ownName, replicas),
  ];
  const verticals = scalers.filter(
    (scaler) => scaler.object.kind === "VerticalPodAutoscaler" && changesRequests(scaler),
  );
  const indivisible = whyWhole(kind, object, autoscaler, claims);
  const workload: Workload = {
    id: `${around.app}/${naming.name}`,
    app: around.app,
    name: naming.name,
    kind,
    namespace,
    object: object.key,
    replicas,
    ...(indivisible === undefined ? {} : { indivisible }),
    perNode: kind === "DaemonSet",
    demand: naming.needs === undefined ? demand.demand : { ...naming.needs, pods: 1 },
    pod: {
      ...constraints,
      unmodelled: [
        ...constraints.unmodelled,
        ...unmodelledOf(spec, lookup, replicas),
        ...templateClasses(controller).flatMap((name) => storageClassReasons(name, lookup)),
        ...verticals.map((scaler) => verticalAutoscaler(scaler.object.metadata.name)),
      ],
    },
    containers: demand.containers,
    ports: containerPorts(spec),
    podLabels,
    selector: selectorOf(kind, object, podLabels, problems),
    hostNetwork: flag(at(spec, "hostNetwork")),
    ...(autoscaler === undefined ? {} : { autoscaler }),
    claims: [...new Set(claims)].sort(),
    travels: [],
    services: [],
    properties: { ...naming.properties, app: around.app, name: naming.name, kind: object.object.kind, namespace },
    span: naming.span,
  };
  return {
    workload,
    pods: { namespace, labels: podLabels, added: addedLabels(kind, ownName, controller, replicas) },
    problems,
  };
}

/** The API server copies a RuntimeClass's overhead into the pod; a pod that states another one is refused there. */
const overheadOf = (spec: View, runtimeClass: View | undefined): View => {
  const own = at(spec, "overhead");
  return absent(own) && runtimeClass !== undefined ? at(runtimeClass, "overhead", "podFixed") : own;
};

type Autoscaler = NonNullable<Workload["autoscaler"]>;

/** A HorizontalPodAutoscaler (1 to `maxReplicas` by default) or a KEDA ScaledObject (0 to 100 by default). */
function readAutoscaler(scalers: readonly AppObject[], problems: Problem[]): Autoscaler | undefined {
  const object = scalers.find((scaler) => scaler.object.kind !== "VerticalPodAutoscaler");
  if (object === undefined) return undefined;
  const spec = at(viewOf(object.object, problems), "spec");
  const keda = object.object.kind === "ScaledObject";
  const min = count(at(spec, keda ? "minReplicaCount" : "minReplicas")) ?? (keda ? 0 : 1);
  const max = count(at(spec, keda ? "maxReplicaCount" : "maxReplicas")) ?? (keda ? 100 : min);
  return { min, max: Math.max(min, max), object: object.key };
}

const changesRequests = (scaler: AppObject): boolean =>
  at(viewOf(scaler.object, []), "spec", "updatePolicy", "updateMode").value !== "Off";

/** The autoscaler's bounds hold for what the manifest says, unless that is 0, which turns autoscaling off. */
function readReplicas(kind: WorkloadKind, controller: View, autoscaler: Autoscaler | undefined): number {
  if (kind === "Pod" || kind === "DaemonSet") return 1;
  if (kind === "Job" || kind === "CronJob") {
    const parallelism = count(at(controller, "parallelism")) ?? 1;
    return Math.min(parallelism, count(at(controller, "completions")) ?? parallelism);
  }
  const stated = count(at(controller, "replicas")) ?? 1;
  return autoscaler === undefined || stated === 0 ? stated : Math.min(Math.max(stated, autoscaler.min), autoscaler.max);
}

/** Why `xN` may not divide it, in words that follow its name. */
function whyWhole(
  kind: WorkloadKind,
  object: AppObject,
  autoscaler: Autoscaler | undefined,
  claims: readonly string[],
): string | undefined {
  if (kind === "StatefulSet") return "is a StatefulSet, whose pods have names and storage of their own";
  if (kind === "DaemonSet") return "is a DaemonSet, which has one pod on each node";
  if (kind === "Job" || kind === "CronJob") return `is a ${kind}, which is done once as a whole`;
  if (kind === "Pod") return "is a single Pod";
  if (kind === "other") return `is a ${object.object.kind}, which is taken whole`;
  if (autoscaler !== undefined)
    return `has an autoscaler (\`${identityOf(autoscaler.object).kind}/${identityOf(autoscaler.object).name}\`), which decides how many there are`;
  const [claim] = claims;
  return claim === undefined
    ? undefined
    : `uses the claim \`${claim.slice(claim.indexOf("/") + 1)}\`, whose data is in one place`;
}

/** Jobs without a selector get one from their controller; the job's name stands for it. Foreign kinds may not have one. */
function selectorOf(
  kind: WorkloadKind,
  object: AppObject,
  podLabels: Readonly<Record<string, string>>,
  problems: Problem[],
): Selector {
  if (kind === "Pod") return fromLabels(podLabels);
  const spec = at(viewOf(object.object, problems), "spec");
  const view = at(spec, "selector");
  if (kind === "Job" && absent(view))
    return fromLabels({ "batch.kubernetes.io/job-name": object.object.metadata.name });
  if (kind === "CronJob" || absent(view)) return fromLabels(podLabels);
  // A ReplicationController's selector is a plain mapping.
  const plain =
    kind === "other" && groupOf(object.object.apiVersion) === "" && object.object.kind === "ReplicationController";
  return plain ? fromLabels(textMap(view)) : readSelector(view);
}

const templateClasses = (controller: View): readonly string[] =>
  items(at(controller, "volumeClaimTemplates")).flatMap(
    (template) => text(at(template, "spec", "storageClassName")) ?? [],
  );

/** Labels of single pods that Services select now and then: of a StatefulSet's ordinals, of a Job's pods. */
function addedLabels(kind: WorkloadKind, name: string, controller: View, replicas: number): Pods["added"] {
  if (kind === "Job") return [{ "job-name": name, "batch.kubernetes.io/job-name": name }];
  if (kind !== "StatefulSet") return [];
  const first = count(at(controller, "ordinals", "start")) ?? 0;
  return Array.from({ length: Math.min(replicas, 1000) }, (_, i) => ({
    "statefulset.kubernetes.io/pod-name": `${name}-${first + i}`,
    "apps.kubernetes.io/pod-index": String(first + i),
  }));
}

/** Autoscalers by what they scale; `scalersOf(objects).get("Deployment/ns/web")`. */
export function scalersOf(objects: readonly AppObject[]): ReadonlyMap<string, readonly AppObject[]> {
  const found = new Map<string, AppObject[]>();
  for (const object of objects) {
    const target = scaleTarget(object.object, identityOf(object.key).namespace);
    if (target !== undefined) found.set(target, [...(found.get(target) ?? []), object]);
  }
  return found;
}
