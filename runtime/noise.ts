// What of a live object is not ours to compare: what the API server writes by itself. It must not know any kind.
import type { KubernetesObject } from "../compiler/index.ts";

const serverMetadata = [
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
  "deletionGracePeriodSeconds",
];

/** The object without its status and without what only the server sets. */
export function withoutNoise(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverMetadata.includes(key)));
  return { ...rest, metadata: kept };
}

/** Whether everything that `wanted` says is so in `live`; lists must have the same length and order. */
export function covers(live: unknown, wanted: unknown): boolean {
  if (live === wanted) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((entry, index) => covers(live[index], entry))
    );
  }
  if (typeof wanted !== "object" || wanted === null || typeof live !== "object" || live === null || Array.isArray(live))
    return false;
  return Object.entries(wanted).every(([key, value]) => covers((live as Record<string, unknown>)[key], value));
}
