// The verbs of an API server, on plain JSON: what a manifest says is what is sent. It must not know plans or inventories.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { ObjectRef } from "../inventory.ts";
import { Refusal } from "../targets/refusal.ts";
import { refusalOf } from "./answers.ts";
import {
  apiVersionOf,
  collectionPath,
  discover,
  objectPath,
  type ApiResource,
  type ApiResources,
} from "./discovery.ts";
import type { Answer, Transport } from "./transport.ts";

export interface ApplyParameters {
  readonly manager: string;
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface ListParameters {
  readonly namespace?: string;
  readonly labels?: string;
  /** Only metadata: names, labels, owners. */
  readonly metadataOnly?: boolean;
  /** Give at most this many. */
  readonly most?: number;
}

export interface ClusterClient {
  /** What is served; asked once, until `forgetResources`. */
  readonly resources: () => Promise<ApiResources>;
  readonly forgetResources: () => void;
  /** Undefined when it is not there, or its kind or namespace is not. */
  readonly get: (
    resource: ApiResource,
    ref: Pick<ObjectRef, "namespace" | "name">,
    within?: number,
  ) => Promise<KubernetesObject | undefined>;
  readonly list: (resource: ApiResource, parameters: ListParameters) => Promise<readonly KubernetesObject[]>;
  /** Server-side apply. `body` goes out as it is. */
  readonly apply: (
    resource: ApiResource,
    ref: ObjectRef,
    body: unknown,
    parameters: ApplyParameters,
  ) => Promise<KubernetesObject>;
  readonly create: (resource: ApiResource, namespace: string, body: KubernetesObject) => Promise<KubernetesObject>;
  readonly replace: (resource: ApiResource, ref: ObjectRef, body: KubernetesObject) => Promise<KubernetesObject>;
  readonly merge: (resource: ApiResource, ref: ObjectRef, patch: unknown, manager: string) => Promise<void>;
  /** Gives what is left of it: undefined when it is gone. Refused as `moved` when it is not the object with this uid (and version). */
  readonly remove: (
    resource: ApiResource,
    ref: ObjectRef,
    preconditions: { readonly uid: string; readonly resourceVersion?: string },
    propagationPolicy: "Background" | "Foreground",
    within?: number,
  ) => Promise<KubernetesObject | undefined>;
  readonly raw: (path: string, within?: number) => Promise<Answer>;
}

const pageSize = 500;
/** A list that takes so long that its pages expire is begun again this often. */
const listAttempts = 3;

export function clusterClient(transport: Transport): ClusterClient {
  let known: Promise<ApiResources> | undefined;
  const ask = async (request: Parameters<Transport["send"]>[0]): Promise<KubernetesObject> => {
    const answer = await transport.send(request);
    if (answer.status >= 400) throw refusalOf(answer);
    return parsed(answer);
  };
  const orAbsent = async <T>(run: Promise<T>): Promise<T | undefined> => {
    try {
      return await run;
    } catch (error) {
      if (error instanceof Refusal && ["absent", "not-served", "namespace-missing"].includes(error.kind))
        return undefined;
      throw error;
    }
  };

  return {
    resources() {
      known ??= discover(transport).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    forgetResources: () => void (known = undefined),
    get: (resource, ref, within) =>
      orAbsent(ask({ method: "GET", path: objectPath(resource, ref), ...(within === undefined ? {} : { within }) })),
    list: (resource, parameters) => listAll(transport, resource, parameters),
    apply: (resource, ref, body, { manager, force, dryRun }) => {
      const query = new URLSearchParams({
        fieldManager: manager,
        force: String(force),
        ...(dryRun ? { dryRun: "All" } : {}),
      });
      return ask({
        method: "PATCH",
        path: `${objectPath(resource, ref)}?${query}`,
        contentType: "application/apply-patch+yaml",
        body: JSON.stringify(body),
      });
    },
    create: (resource, namespace, body) =>
      ask({ method: "POST", path: collectionPath(resource, namespace), body: JSON.stringify(body) }),
    replace: (resource, ref, body) =>
      ask({ method: "PUT", path: objectPath(resource, ref), body: JSON.stringify(body) }),
    async merge(resource, ref, patch, manager) {
      const path = `${objectPath(resource, ref)}?${new URLSearchParams({ fieldManager: manager })}`;
      await ask({ method: "PATCH", path, contentType: "application/merge-patch+json", body: JSON.stringify(patch) });
    },
    async remove(resource, ref, preconditions, propagationPolicy, within) {
      const body = JSON.stringify({
        kind: "DeleteOptions",
        apiVersion: "v1",
        propagationPolicy,
        preconditions,
      });
      const left = await orAbsent(
        ask({ method: "DELETE", path: objectPath(resource, ref), body, ...(within === undefined ? {} : { within }) }),
      );
      // A Status means that it is gone; an object, that finalizers hold it.
      return left === undefined || left.kind === "Status" ? undefined : left;
    },
    raw: (path, within) => transport.send({ method: "GET", path, ...(within === undefined ? {} : { within }) }),
  };
}

function parsed(answer: Answer): KubernetesObject {
  try {
    return JSON.parse(answer.text) as KubernetesObject;
  } catch {
    throw new Refusal("unreachable", "what answers there is not a Kubernetes API server");
  }
}

interface Page {
  /** Null in an empty list of metadata. */
  readonly items: readonly KubernetesObject[] | null;
  readonly metadata?: { readonly continue?: string };
}

async function listAll(
  transport: Transport,
  resource: ApiResource,
  parameters: ListParameters,
): Promise<readonly KubernetesObject[]> {
  const { namespace = "", labels, metadataOnly = false, most = Infinity } = parameters;
  for (let attempt = 1; ; attempt++) {
    const items: KubernetesObject[] = [];
    let next: string | undefined;
    let expired = false;
    do {
      const query = new URLSearchParams({ limit: String(Math.min(pageSize, most)) });
      if (labels !== undefined) query.set("labelSelector", labels);
      if (next !== undefined) query.set("continue", next);
      const path = `${collectionPath(resource, namespace)}?${query}`;
      const accept = metadataOnly
        ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        : "application/json";
      const answer = await transport.send({ method: "GET", path, accept });
      expired = answer.status === 410;
      if (expired) break;
      if (answer.status >= 400) throw refusalOf(answer);
      const page = parsed(answer) as unknown as Page;
      items.push(...(page.items ?? []));
      next = page.metadata?.continue === "" ? undefined : page.metadata?.continue;
    } while (next !== undefined && items.length < most);
    // Half of a list is no list: what it lacks would look deleted.
    if (!expired) return items.map((item) => ({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind }));
    if (attempt === listAttempts) throw new Refusal("server", `the list of ${resource.plural} expired before its end`);
  }
}
