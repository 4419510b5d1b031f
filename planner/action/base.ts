// Brings every object to the clusters that need it: workloads, what travels with them, what belongs to their app as a whole, and the
// namespaces of all of it. It must not change what an object says, beyond the namespace that it leaves out.
import {
  groupOf,
  identityOf,
  type App,
  type AppObject,
  type KubernetesObject,
  type Workload,
} from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { ActionController, ActionInput, ActionOutput, PlacedObject } from "./controller.ts";
import { presentOn } from "./present.ts";
import { sameObjects } from "./same-objects.ts";

export const base: ActionController = { name: "base", expand: bring };

/** One object of one app, ready to go: its place in the order of all objects, and who it stands for. */
export interface Offer {
  readonly rank: number;
  readonly app: App;
  readonly from: AppObject;
  readonly object: KubernetesObject;
  /** The same for what would be one object in a cluster, whatever version of its API each file names. */
  readonly identity: string;
}

function bring(input: ActionInput): ActionOutput {
  const { ir } = input;
  const offers = offersOf(ir.apps);
  const needs = needsOf(ir.workloads, offers);
  const loose = new Map(ir.apps.map((app) => [app.name, app.loose.flatMap((key) => offers.find(app.name, key))]));
  const sameness = sameObjects();
  const bySignature = new Map<string, readonly PlacedObject[]>();
  const objects: Record<string, readonly PlacedObject[]> = {};
  for (const [cluster, present] of [...presentOn(input)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const signature = present.join(" ");
    let list = bySignature.get(signature);
    if (list === undefined) {
      list = listOf(present, ir.workloads, needs, loose, (kept, other) => sameness.check(kept, other, cluster));
      bySignature.set(signature, list);
    }
    objects[cluster] = list;
  }
  return { objects, diagnostics: sameness.diagnostics };
}

interface Offers {
  /** The object of that key in the app; in any other app when the app itself does not have it. */
  readonly find: (app: string, key: string) => readonly Offer[];
}

/** What must be there before others are listed first; within a rank, objects are sorted by their keys. */
const FIRST_KINDS = ["Namespace", "CustomResourceDefinition"];

function offersOf(apps: readonly App[]): Offers {
  const all = apps.flatMap((app) => app.objects.map((from) => ({ app, from })));
  const order = (kind: string) => (FIRST_KINDS.includes(kind) ? FIRST_KINDS.indexOf(kind) : FIRST_KINDS.length);
  const sortKeys = all.map(({ app, from }) => `${order(from.object.kind)} ${from.key} ${app.name}`);
  const sorted = all
    .map((_, i) => i)
    .sort((a, b) => (sortKeys[a]! < sortKeys[b]! ? -1 : sortKeys[a]! > sortKeys[b]! ? 1 : a - b));
  const byApp = new Map<string, Offer>();
  const byKey = new Map<string, Offer>();
  sorted.forEach((index, rank) => {
    const { app, from } = all[index]!;
    const { apiVersion, kind, namespace, name } = identityOf(from.key);
    const identity = `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
    const offer: Offer = { rank, app, from, object: withNamespace(from, namespace || app.namespace), identity };
    byApp.set(`${app.name} ${from.key}`, offer);
    if (!byKey.has(from.key)) byKey.set(from.key, offer);
  });
  return {
    find: (app, key) => {
      const offer = byApp.get(`${app} ${key}`) ?? byKey.get(key);
      return offer === undefined ? [] : [offer];
    },
  };
}

function withNamespace({ object, clusterScoped }: AppObject, namespace: string): KubernetesObject {
  if (clusterScoped || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** The offers that each workload brings along, its own object first. */
function needsOf(workloads: readonly Workload[], offers: Offers): readonly (readonly Offer[])[] {
  return workloads.map((workload) =>
    [workload.object, ...workload.travels].flatMap((key) => offers.find(workload.app, key)),
  );
}

/** The list of one cluster; `clash` is asked about a second object that would be the same in the cluster. */
function listOf(
  present: readonly number[],
  workloads: readonly Workload[],
  needs: readonly (readonly Offer[])[],
  loose: ReadonlyMap<string, readonly Offer[]>,
  check: (kept: Offer, other: Offer) => void,
): readonly PlacedObject[] {
  const users = new Map<Offer, Workload[]>();
  for (const number of present) {
    for (const offer of needs[number]!) {
      const known = users.get(offer);
      if (known === undefined) users.set(offer, [workloads[number]!]);
      else known.push(workloads[number]!);
    }
  }
  for (const app of new Set(present.map((number) => workloads[number]!.app))) {
    for (const offer of loose.get(app) ?? []) if (!users.has(offer)) users.set(offer, []);
  }
  const kept = new Map<string, Offer>();
  for (const offer of [...users.keys()].sort((a, b) => a.rank - b.rank)) {
    const first = kept.get(offer.identity);
    if (first === undefined) kept.set(offer.identity, offer);
    else {
      check(first, offer);
      users.get(first)!.push(...users.get(offer)!);
    }
  }
  const placed = [...kept.values()].map((offer) => placedObject(offer, users.get(offer)!));
  return [...namespacesOf(placed, kept), ...placed];
}

function placedObject(offer: Offer, users: readonly Workload[]): PlacedObject {
  const { app, from, object } = offer;
  const own = users.find((workload) => workload.object === from.key);
  const because =
    own !== undefined
      ? `run ${own.name}`
      : users.length > 0
        ? `travels with ${several(users.map((w) => w.name))}`
        : `belongs to app ${app.name}`;
  const span = own?.span ?? users[0]?.span ?? app.span;
  return { key: from.key, object, app: app.name, for: users.map((w) => w.id), because, span };
}

/** The first three, and how many more. */
export function several(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  if (distinct.length <= 3) return distinct.join(", ");
  return `${distinct.slice(0, 3).join(", ")} and ${distinct.length - 3} more`;
}

/** Namespaces that every cluster has, or that Kubernetes itself looks after. */
const ownedByKubernetes = (namespace: string) => namespace === "default" || namespace.startsWith("kube-");

/** A Namespace for each one that is used and not among the objects themselves. */
function namespacesOf(placed: readonly PlacedObject[], kept: ReadonlyMap<string, Offer>): PlacedObject[] {
  const users = new Map<string, { app: string; for: Set<string>; span: Span | undefined }>();
  for (const object of placed) {
    const { namespace } = object.object.metadata;
    if (namespace === undefined || ownedByKubernetes(namespace) || kept.has(`/Namespace//${namespace}`)) continue;
    const known = users.get(namespace);
    if (known === undefined) users.set(namespace, { app: object.app, for: new Set(object.for), span: object.span });
    else for (const workload of object.for) known.for.add(workload);
  }
  return [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, user]) => ({
      key: `v1/Namespace//${name}`,
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      app: user.app,
      for: [...user.for].sort(),
      because: `namespace of app ${user.app}`,
      ...(user.span === undefined ? {} : { span: user.span }),
    }));
}
