// Hints about what workloads use and the app does not have. It must not know how references are found.
import type { Diagnostic } from "../../grammar/index.ts";
import type { ObjectKey } from "../ir.ts";
import { showObject } from "../objects.ts";
import type { FoundObject } from "./app-objects.ts";
import { objectName } from "./attachments.ts";
import { say } from "./diagnostics.ts";
import type { Travelling } from "./load.ts";

const CLUSTER_KINDS: readonly string[] = [
  "StorageClass",
  "PriorityClass",
  "RuntimeClass",
  "IngressClass",
  "GatewayClass",
  "PersistentVolume",
  "ClusterRole",
  "ClusterIssuer",
  "ClusterSecretStore",
  "ClusterTriggerAuthentication",
  "VolumeAttributesClass",
  "ClusterTrustBundle",
];

/** One hint for each object that is missing, with everyone who names it, at the first who does. */
export function missingHints(travelling: readonly Travelling[], found: readonly FoundObject[]): readonly Diagnostic[] {
  const order = new Map<ObjectKey, number>(found.map((object, i) => [object.app.key, i]));
  const missing = new Map<
    string,
    { readonly kind: string; readonly name: string; readonly namespace: string; readonly users: Set<number> }
  >();
  for (const { reference, user } of travelling.flatMap((t) => t.closure.missing)) {
    const namespace = CLUSTER_KINDS.includes(reference.kind) ? "" : reference.namespace;
    const key = objectName(reference.kind, namespace, reference.name);
    const entry = missing.get(key) ?? { kind: reference.kind, name: reference.name, namespace, users: new Set() };
    entry.users.add(order.get(user.key) ?? 0);
    missing.set(key, entry);
  }
  return [...missing.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { kind, name, namespace, users }]) => {
      const who = [...users].sort((a, b) => a - b).flatMap((i) => found[i] ?? []);
      const shown = who.slice(0, 3).map((user) => `\`${showObject(user.object)}\``);
      const more = who.length > 3 ? ` and ${who.length - 3} more` : "";
      return say["taken-to-exist"](who[0]?.source.span, [`${kind}/${name}`, namespace, `${shown.join(", ")}${more}`]);
    });
}
