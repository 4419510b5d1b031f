// One object that has pods → the workload that intents speak of. It must not know which intents there are, or clusters.
import type { Span } from "../../grammar/index.ts";
import type { Amounts, AppObject, Workload, WorkloadKind } from "../ir.ts";
import { identityOf, workloadKindOf } from "../objects.ts";
import { objectName } from "./attachments.ts";
import { changesRequests, readAutoscaler } from "./autoscaler.ts";
import type { Autoscaler } from "./autoscaler.ts";
import { podClaims, templateClaims, templateClasses } from "./claims.ts";
import { podConstraints } from "./pod-constraints.ts";
import { limitDefaults, podDemand } from "./pod-demand.ts";
import { addedLabels, controllerOf, selectorOf } from "./pod-identity.ts";
import { containerPorts } from "./pod-ports.ts";
import { podTemplate } from "./pod-template.ts";
import type { Pods, Travel } from "./travel.ts";
import { storageClassReasons, unmodelledOf, verticalAutoscaler } from "./unmodelled.ts";
import type { Lookup } from "./unmodelled.ts";
import { absent, at, count, flag, text, textMap, viewOf } from "./view.ts";
import type { Problem, View } from "./view.ts";

/** What the app knows around one workload. */
export interface Surroundings {
  readonly app: string;
  readonly travel: Travel;
  /** Autoscalers of every kind, by the name of what they scale. */
  readonly scalers: ReadonlyMap<string, readonly AppObject[]>;
  /** `spec`s of the LimitRanges, by namespace. */
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

export interface WorkloadReading {
  /** `travels` and `services` are still empty: they follow from all objects, not from this one. */
  readonly workload: Workload;
  readonly pods: Pods;
  readonly problems: readonly Problem[];
}

/** The workload that an object is. Of kinds without a pod template only what is written in the usual places is known. */
export function readWorkload(object: AppObject, naming: Naming, around: Surroundings): WorkloadReading {
  const problems: Problem[] = [];
  const { namespace, name: ownName } = identityOf(object.key);
  const kind: WorkloadKind = workloadKindOf(object.object) ?? "other";
  const template = podTemplate(object.object, problems);
  const controller = controllerOf(kind, viewOf(object.object, problems));
  // A foreign kind may have anything there: what is not shaped like a pod then says nothing.
  const guess = at(viewOf(object.object, []), "spec", "template");
  const spec = template?.spec ?? at(guess, "spec");
  const labels = textMap(at(template?.metadata ?? at(guess, "metadata"), "labels"));
  const scalers = around.scalers.get(objectName(object.object.kind, namespace, ownName)) ?? [];
  const autoscaler = readAutoscaler(scalers);
  const replicas = readReplicas(kind, controller, autoscaler);
  const runtime = runtimeClassOf(spec, namespace, around);
  const { demand, containers } = podDemand(
    spec,
    limitDefaults(around.limitRanges.get(namespace) ?? []),
    overheadOf(spec, runtime),
  );
  const claims = [
    ...podClaims(spec, namespace),
    ...(kind === "StatefulSet" ? templateClaims(controller, namespace, ownName, replicas) : []),
  ];
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
    demand: naming.needs === undefined ? demand : { ...naming.needs, pods: 1 },
    pod: readConstraints(spec, labels, controller, { namespace, replicas, runtime, scalers, around }),
    containers,
    ports: containerPorts(spec),
    podLabels: labels,
    selector: selectorOf(kind, controller, object.object, labels),
    hostNetwork: flag(at(spec, "hostNetwork")),
    ...(autoscaler === undefined ? {} : { autoscaler }),
    claims: [...new Set(claims)].sort(),
    travels: [],
    services: [],
    properties: { ...naming.properties, app: around.app, name: naming.name, kind: object.object.kind, namespace },
    span: naming.span,
  };
  return { workload, pods: { namespace, labels, added: addedLabels(kind, ownName, controller, replicas) }, problems };
}

interface Readings {
  readonly namespace: string;
  readonly replicas: number;
  readonly runtime: View | undefined;
  readonly scalers: readonly AppObject[];
  readonly around: Surroundings;
}

/** Where the pods may run, with every reason why that can not be judged. */
function readConstraints(
  spec: View,
  podLabels: Readonly<Record<string, string>>,
  controller: View,
  r: Readings,
): Workload["pod"] {
  const { namespace, runtime } = r;
  const lookup: Lookup = (kind, name) => r.around.travel.find(kind, namespace, name);
  const place = {
    namespace,
    podLabels,
    namespaceLabels: r.around.namespaceLabels,
    ...(runtime === undefined ? {} : { runtimeClass: runtime }),
  };
  const constraints = podConstraints(spec, place);
  const unmodelled = [
    ...constraints.unmodelled,
    ...unmodelledOf(spec, lookup, r.replicas),
    ...templateClasses(controller).flatMap((name) => storageClassReasons(name, lookup)),
    ...r.scalers.filter(changesRequests).map((scaler) => verticalAutoscaler(scaler.object.metadata.name)),
  ];
  return { ...constraints, unmodelled: [...new Set(unmodelled)] };
}

function runtimeClassOf(spec: View, namespace: string, around: Surroundings): View | undefined {
  const name = text(at(spec, "runtimeClassName"));
  const found = name === undefined ? undefined : around.travel.find("RuntimeClass", namespace, name);
  return found === undefined ? undefined : viewOf(found.object, []);
}

/** The API server copies a RuntimeClass's overhead into the pod; a pod that states another one is refused there. */
const overheadOf = (spec: View, runtimeClass: View | undefined): View => {
  const own = at(spec, "overhead");
  return absent(own) && runtimeClass !== undefined ? at(runtimeClass, "overhead", "podFixed") : own;
};

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
  if (autoscaler !== undefined) {
    const { kind: scaler, name } = identityOf(autoscaler.object);
    return `has an autoscaler (\`${scaler}/${name}\`), which decides how many there are`;
  }
  const [claim] = claims;
  return claim === undefined
    ? undefined
    : `uses the claim \`${claim.slice(claim.indexOf("/") + 1)}\`, whose data is in one place`;
}
