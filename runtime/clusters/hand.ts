// What the parts of the Kubernetes target share: the client, our marks, and how a live object is seen. It must not know plans.
import { showRef, type ObjectRef } from "../inventory.ts";
import type { Live } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { ClusterClient } from "./client.ts";
import type { ApiResource } from "./discovery.ts";
import { ownershipOf, type Marks } from "./marks.ts";
import { isShared } from "../shared-kinds.ts";

export interface ClusterHand {
  readonly cluster: string;
  readonly client: ClusterClient;
  readonly marks: Marks;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** The resource of a kind; undefined when it is not served, after asking again. */
  readonly resourceOf: (ref: Pick<ObjectRef, "apiVersion" | "kind">) => Promise<ApiResource | undefined>;
}

export function liveOf(ref: ObjectRef, object: Live["object"]): Live {
  const { uid, resourceVersion } = object.metadata;
  return { ref, object, ...(typeof uid === "string" ? { uid } : {}), resourceVersion: String(resourceVersion) };
}

/** Why an object that exists may not be touched; undefined when it may. */
export function foreignRefusal(
  hand: ClusterHand,
  live: Live,
  known: Parameters<typeof ownershipOf>[1],
): Refusal | undefined {
  const ownership = ownershipOf(live.object, known, hand.marks);
  if (ownership.kind === "ours" || isShared(live.ref)) return undefined;
  const owner = ownership.owner === undefined ? "" : `; it belongs to the set \`${ownership.owner}\``;
  return new Refusal("foreign", `${showRef(live.ref)} exists and is not ours${owner}`, {
    help: "`--adopt` takes it over; or name the object differently",
  });
}
