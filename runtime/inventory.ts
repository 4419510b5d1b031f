// What a project has on one cluster: written before the first change (a superset of what will be) and shrunk after the last.
// It must not know where it is kept, nor any cluster.
import { createHash } from "node:crypto";
import type { KubernetesObject } from "../compiler/index.ts";
import { groupKind } from "../planner/index.ts";

/** An object's identity; the namespace is empty for what is cluster-scoped. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface InventoryEntry extends ObjectRef {
  readonly app: string;
  /** Workloads (`app/workload`) that need it there. */
  readonly for: readonly string[];
  /** Absent: announced, but not known to exist. */
  readonly uid?: string;
  /** `digestOf` the manifest as it was last applied; absent: not known (an apply was interrupted, or it is a Secret). */
  readonly digest?: string;
  /** The resourceVersion that our last write left: while it is the same, nothing at all has changed there. */
  readonly version?: string;
  /** It did not exist before we wrote it; only such a namespace or definition is deleted, and only by `destroy`. */
  readonly created?: boolean;
  /** Found by its label after the inventory was lost: deleted by nothing but `destroy`. */
  readonly recovered?: boolean;
}

export interface Inventory {
  readonly format: "placet.inventory/v1";
  readonly project: string;
  /** Counts the applies that changed something. */
  readonly generation: number;
  /** Digest of the inputs of the plan that was applied last. */
  readonly plan: string;
  /** `decision` of that plan, and the gap that it was proven to have. */
  readonly decided?: { readonly digest: string; readonly gap: number };
  /** An apply that began and has not ended: by whom, since when (for people only). */
  readonly applying?: { readonly by: string; readonly since: string };
  /** Replicas by workload (`app/workload`), as placed there. */
  readonly placed: Readonly<Record<string, number>>;
  /** Sorted by `refKey`. */
  readonly objects: readonly InventoryEntry[];
}

export const emptyInventory = (project: string): Inventory => ({
  format: "placet.inventory/v1",
  project,
  generation: 0,
  plan: "",
  placed: {},
  objects: [],
});

/** `Deployment.apps/core5g/amf`: the same for every version of a kind, so that a newer `apiVersion` is a change and not a new object. */
export const refKey = (ref: ObjectRef): string => `${groupKind(ref)}/${ref.namespace}/${ref.name}`;

/** `Deployment core5g/amf`, for people. */
export const showRef = (ref: ObjectRef): string =>
  `${ref.kind} ${ref.namespace === "" ? ref.name : `${ref.namespace}/${ref.name}`}`;

export const refOf = (object: KubernetesObject): ObjectRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
});

/** SHA-256 (hex, 32 digits kept) of a JSON value with its keys sorted. */
export const digestOf = (value: unknown): string =>
  createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);

/**
 * The digest kept for an object. None for a Secret: whoever may read the inventory but not the Secret could try guesses against it.
 */
export const manifestDigest = (object: KubernetesObject): string | undefined =>
  object.kind === "Secret" ? undefined : digestOf(object);

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(",")}}`;
}

/** The inventory in its canonical order. */
export const sortedInventory = (inventory: Inventory): Inventory => ({
  ...inventory,
  placed: Object.fromEntries(Object.entries(inventory.placed).sort(([a], [b]) => (a < b ? -1 : 1))),
  objects: [...inventory.objects].sort((a, b) => (refKey(a) < refKey(b) ? -1 : 1)),
});

export const isEmptyInventory = (inventory: Inventory): boolean =>
  inventory.objects.length === 0 && Object.keys(inventory.placed).length === 0;

/** Whether two say the same of the cluster, whatever apply said it. */
export const sameContent = (a: Inventory, b: Inventory): boolean =>
  a.applying === undefined &&
  b.applying === undefined &&
  canonicalJson([a.placed, a.objects]) === canonicalJson([b.placed, b.objects]);

/** Reads what `JSON.stringify` of an inventory gave; undefined for anything else. */
export function parseInventory(text: string): Inventory | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isInventory(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInventory(value: unknown): value is Inventory {
  if (typeof value !== "object" || value === null) return false;
  const { format, project, generation, plan, placed, objects } = value as Record<string, unknown>;
  if (format !== "placet.inventory/v1" || typeof project !== "string" || typeof plan !== "string") return false;
  if (typeof generation !== "number" || typeof placed !== "object" || placed === null) return false;
  if (Object.values(placed).some((replicas) => typeof replicas !== "number")) return false;
  return Array.isArray(objects) && objects.every(isEntry);
}

function isEntry(value: unknown): value is InventoryEntry {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Record<string, unknown>;
  const texts = [entry["apiVersion"], entry["kind"], entry["namespace"], entry["name"], entry["app"]];
  return texts.every((text) => typeof text === "string") && Array.isArray(entry["for"]);
}
