// How our objects are told from others': the labels of ApplySet (KEP-3659), which kubectl understands too, and our field manager.
// It must not know transports.
import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../compiler/index.ts";
import type { InventoryEntry } from "../inventory.ts";

export const partOf = "applyset.kubernetes.io/part-of";
export const setId = "applyset.kubernetes.io/id";
export const tooling = "applyset.kubernetes.io/tooling";
export const groupKinds = "applyset.kubernetes.io/contains-group-kinds";
export const otherNamespaces = "applyset.kubernetes.io/additional-namespaces";
export const shardOf = "placet.dev/inventory-of";

/** The inventory, its shards and the lock lie here: the one namespace that every cluster has and people may write to. */
export const homeNamespace = "default";

export interface Marks {
  /** Name of the ConfigMap that is the parent of the set, and of the Lease. */
  readonly name: string;
  /** Value of `part-of` on every object of ours. */
  readonly id: string;
  /** Field manager of server-side apply; one for each project, so that two projects conflict instead of fighting. */
  readonly manager: string;
  /** Label selector of our objects. */
  readonly selector: string;
}

export function marksOf(project: string): Marks {
  const name = `placet-${project}`;
  const hash = createHash("sha256").update(`${name}.${homeNamespace}.ConfigMap.`).digest("base64url");
  const id = `applyset-${hash}-v1`;
  return { name, id, manager: `placet.dev/${project}`, selector: `${partOf}=${id}` };
}

export type Ownership =
  | { readonly kind: "ours" }
  /** Someone else's; `owner` names another set when there is one. */
  | { readonly kind: "foreign"; readonly owner: string | undefined };

/** Ours by its label, by its uid in our inventory, or because we have applied it before and nobody else claims it. */
export function ownershipOf(object: KubernetesObject, known: InventoryEntry | undefined, marks: Marks): Ownership {
  const label = object.metadata.labels?.[partOf];
  if (label === marks.id) return { kind: "ours" };
  if (label !== undefined) return { kind: "foreign", owner: label };
  const sameUid = known?.uid !== undefined && known.uid === object.metadata["uid"];
  return sameUid || appliedBy(object, marks) ? { kind: "ours" } : { kind: "foreign", owner: undefined };
}

interface ManagedField {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
}

export const managedFields = (object: KubernetesObject): readonly ManagedField[] => {
  const fields = object.metadata["managedFields"];
  return Array.isArray(fields) ? (fields as readonly ManagedField[]) : [];
};

const appliedBy = (object: KubernetesObject, marks: Marks): boolean =>
  managedFields(object).some((field) => field.manager === marks.manager && field.operation === "Apply");

/** Fields that only a server may set; a manifest exported from a cluster holds them, and the server would refuse or misread them. */
const serverFields = ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"];

/** What goes on the wire: the manifest, our mark, and the identity that must hold. */
export function wireBody(
  object: KubernetesObject,
  parts: {
    readonly mark: string | undefined;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly withoutReplicas?: boolean;
  },
): KubernetesObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !serverFields.includes(key)));
  const labels =
    parts.mark === undefined ? object.metadata.labels : { ...object.metadata.labels, [partOf]: parts.mark };
  const body = {
    ...object,
    metadata: {
      ...metadata,
      name: object.metadata.name,
      ...(labels === undefined ? {} : { labels }),
      ...(parts.uid === undefined ? {} : { uid: parts.uid }),
      ...(parts.resourceVersion === undefined ? {} : { resourceVersion: parts.resourceVersion }),
    },
  };
  if (parts.withoutReplicas !== true) return body;
  const { replicas: _replicas, ...spec } = object["spec"] as Readonly<Record<string, unknown>>;
  return { ...body, spec };
}
