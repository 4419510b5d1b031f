// The closure of what travels with a workload: what it names, what follows it, and what those need in turn. What no workload
// reaches is loose. It must not know how workloads are read or where they run.
import type { AppObject, KubernetesObject, ObjectKey, Selector } from "../ir.ts";
import { groupOf, identityOf } from "../objects.ts";
import { followsOf, isProducer, nameOf, objectName, selectingOf, serviceAccountGroups } from "./attachments.ts";
import type { ObjectName, Selecting } from "./attachments.ts";
import { backendsOf, referencesOf } from "./references.ts";
import type { Reference } from "./references.ts";
import { matches, readSelector, readServiceSelector } from "./selectors.ts";
import { absent, at, items, text, viewOf } from "./view.ts";

/** The pods of a workload, as those see them who select by labels. */
export interface Pods {
  readonly namespace: string;
  /** Labels of the template; empty where nothing is known of the pods. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that controllers add to single pods or to all of them: each alternative is joined to `labels`. */
  readonly added: readonly Readonly<Record<string, string>>[];
}

export interface MissingReference {
  readonly reference: Reference;
  /** The object that names it. */
  readonly user: AppObject;
}

export interface Closure {
  readonly travels: readonly ObjectKey[];
  /** Services among them that select the pods. */
  readonly services: readonly ObjectKey[];
  readonly missing: readonly MissingReference[];
}

export interface Travel {
  /** The first of the name, in the namespace or cluster-scoped. */
  readonly find: (kind: string, namespace: string, name: string) => AppObject | undefined;
  /** Everything that has to be where `object` is; with its pods, also what selects them. */
  readonly closure: (object: AppObject, pods?: Pods) => Closure;
}

/** Indexes the objects of an app once; every question after that costs what its answer holds. */
export function travelOf(objects: readonly AppObject[]): Travel {
  const index = buildIndex(objects);
  const find = (kind: string, namespace: string, name: string) =>
    index.named.get(objectName(kind, namespace, name)) ?? index.named.get(objectName(kind, "", name));
  return { find, closure: (object, pods) => walk(object, pods, index, find) };
}

interface Index {
  readonly named: ReadonlyMap<ObjectName, AppObject>;
  readonly followers: ReadonlyMap<ObjectName, readonly AppObject[]>;
  /** Objects that select by label: under `namespace|key=value` of one of their requirements, or under `namespace|`. */
  readonly selecting: {
    readonly pods: ReadonlyMap<string, readonly Selecting[]>;
    readonly services: ReadonlyMap<string, readonly Selecting[]>;
  };
  readonly definitions: ReadonlyMap<string, AppObject>;
  readonly clusterRoles: readonly AppObject[];
  readonly references: Map<ObjectKey, readonly Reference[]>;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function buildIndex(objects: readonly AppObject[]): Index {
  const named = new Map<ObjectName, AppObject>();
  const followers = new Map<ObjectName, AppObject[]>();
  const selecting = { pods: new Map<string, Selecting[]>(), services: new Map<string, Selecting[]>() };
  const definitions = new Map<string, AppObject>();
  for (const app of objects) {
    const { kind } = identityOf(app.key);
    const own = nameOf(app);
    if (!named.has(own)) named.set(own, app);
    for (const followed of new Set(followsOf(app))) push(followers, followed, app);
    const selector = selectingOf(app);
    if (selector !== undefined)
      for (const bucket of bucketsOf(selector)) push(selecting[selector.selects], bucket, selector);
    if (kind === "CustomResourceDefinition") definitions.set(definedKind(app.object), app);
  }
  const clusterRoles = objects.filter((app) => app.object.kind === "ClusterRole");
  return { named, followers, selecting, definitions, clusterRoles, references: new Map() };
}

/** `group/Kind` that a CustomResourceDefinition defines. */
export function definedKind(object: KubernetesObject): string {
  const spec = at(viewOf(object, []), "spec");
  return `${text(at(spec, "group")) ?? ""}/${text(at(spec, "names", "kind")) ?? ""}`;
}

const ANY_NAMESPACE = "*";

function bucketsOf({ selector, namespaces }: Selecting): readonly string[] {
  const exact = selector.find((r) => r.operator === "In" && r.values.length <= 1);
  const rest = exact === undefined ? "" : `${exact.key}=${exact.values[0] ?? ""}`;
  return (namespaces === "all" ? [ANY_NAMESPACE] : namespaces).map((namespace) => `${namespace}|${rest}`);
}

/** Those who select `labels` in `namespace`. */
function selectedBy(
  buckets: ReadonlyMap<string, readonly Selecting[]>,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly AppObject[] {
  const keys = ["", ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)];
  const candidates = [namespace, ANY_NAMESPACE].flatMap((space) =>
    keys.flatMap((key) => buckets.get(`${space}|${key}`) ?? []),
  );
  return candidates.filter((candidate) => matches(candidate.selector, labels)).map((candidate) => candidate.object);
}

function walk(start: AppObject, pods: Pods | undefined, index: Index, find: Travel["find"]): Closure {
  const reached = new Map<ObjectKey, AppObject>();
  const asked = new Set<ObjectName>();
  const missing: MissingReference[] = [];
  const queue: AppObject[] = [start];
  const add = (app: AppObject | undefined): void => {
    if (app === undefined || app.key === start.key || reached.has(app.key)) return;
    reached.set(app.key, app);
    queue.push(app);
  };
  const follow = (name: ObjectName): void => {
    if (asked.has(name)) return;
    asked.add(name);
    for (const follower of index.followers.get(name) ?? []) add(follower);
  };
  const services = new Set<ObjectKey>();
  for (const labels of pods === undefined
    ? []
    : [pods.labels, ...pods.added.map((more) => ({ ...pods.labels, ...more }))]) {
    for (const app of selectedBy(index.selecting.pods, pods?.namespace ?? "", labels)) {
      add(app);
      if (app.object.kind === "Service") services.add(app.key);
    }
  }
  // A pod without an account runs as `default`, which bindings may mean.
  if (pods !== undefined && !index.references.has(start.key))
    index.references.set(start.key, referencesOf(start.object, identityOf(start.key).namespace));
  const named = index.references.get(start.key) ?? [];
  if (pods !== undefined && !named.some((r) => r.kind === "ServiceAccount")) {
    for (const name of [
      objectName("ServiceAccount", pods.namespace, "default"),
      ...serviceAccountGroups(pods.namespace),
    ])
      follow(name);
    add(find("ServiceAccount", pods.namespace, "default"));
  }
  for (let app = queue.pop(); app !== undefined; app = queue.pop()) visit(app, index, find, { add, follow, missing });
  return { travels: [...reached.keys()].sort(), services: [...services].sort(), missing };
}

interface Visitor {
  readonly add: (app: AppObject | undefined) => void;
  readonly follow: (name: ObjectName) => void;
  readonly missing: MissingReference[];
}

/** What one object names, what follows it, and what its kind and namespace need. */
function visit(app: AppObject, index: Index, find: Travel["find"], { add, follow, missing }: Visitor): void {
  const { kind, namespace, apiVersion } = identityOf(app.key);
  let references = index.references.get(app.key);
  if (references === undefined) {
    references = referencesOf(app.object, namespace);
    index.references.set(app.key, references);
  }
  for (const reference of references) {
    const target = find(reference.kind, reference.namespace, reference.name);
    if (target !== undefined) add(target);
    else if (!reference.optional && !isMade(reference, index)) missing.push({ reference, user: app });
    follow(objectName(reference.kind, reference.namespace, reference.name));
    if (reference.kind === "ServiceAccount")
      for (const group of serviceAccountGroups(reference.namespace)) follow(group);
  }
  follow(nameOf(app));
  if (kind === "ServiceAccount") for (const group of serviceAccountGroups(namespace)) follow(group);
  if (kind === "Service")
    for (const monitor of selectedBy(index.selecting.services, namespace, app.object.metadata.labels ?? {}))
      add(monitor);
  for (const backend of backendsOf(app.object, namespace)) {
    const service = find("Service", backend.namespace, backend.name);
    if (
      service !== undefined &&
      readServiceSelector(at(viewOf(service.object, []), "spec", "selector"))[0]?.values.length === 0
    )
      add(service);
  }
  for (const role of aggregated(app, index.clusterRoles)) add(role);
  add(index.definitions.get(`${groupOf(apiVersion)}/${kind}`));
  if (namespace !== "") add(index.named.get(objectName("Namespace", "", namespace)));
}

/** Whether an operator makes the object in the cluster, out of another object of the app. */
const isMade = ({ kind, namespace, name }: Reference, index: Index): boolean =>
  (index.followers.get(objectName(kind, namespace, name)) ?? []).some(isProducer);

/** ClusterRoles that an aggregating one is made of. */
function aggregated(app: AppObject, clusterRoles: readonly AppObject[]): readonly AppObject[] {
  if (app.object.kind !== "ClusterRole") return [];
  const rule = at(viewOf(app.object, []), "aggregationRule");
  if (absent(rule)) return [];
  const selectors: readonly Selector[] = items(at(rule, "clusterRoleSelectors")).map(readSelector);
  return clusterRoles.filter((role) =>
    selectors.some((selector) => matches(selector, role.object.metadata.labels ?? {})),
  );
}
