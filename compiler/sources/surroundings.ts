// What the objects of an app say about all of its workloads: indexes that are built once. It must not know single workloads.
import { identityOf } from "../objects.ts";
import type { FoundObject } from "./app-objects.ts";
import { scalersOf } from "./autoscaler.ts";
import { travelOf } from "./travel.ts";
import { at, textMap, viewOf } from "./view.ts";
import type { View } from "./view.ts";
import type { Surroundings } from "./workload.ts";

export function surroundingsOf(app: string, found: readonly FoundObject[]): Surroundings {
  const objects = found.map((o) => o.app);
  const limitRanges = new Map<string, View[]>();
  const namespaceLabels = new Map<string, Readonly<Record<string, string>>>();
  for (const { key, object } of objects) {
    const { namespace, name } = identityOf(key);
    const root = viewOf(object, []);
    if (key.startsWith("v1/LimitRange/"))
      limitRanges.set(namespace, [...(limitRanges.get(namespace) ?? []), at(root, "spec")]);
    if (key.startsWith("v1/Namespace/")) namespaceLabels.set(name, textMap(at(root, "metadata", "labels")));
  }
  return { app, travel: travelOf(objects), scalers: scalersOf(objects), limitRanges, namespaceLabels };
}
