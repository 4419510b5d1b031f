// Which persistent volume claims the pods of a workload use. It must not know the claims themselves.
import { at, count, items, text } from "./view.ts";
import type { View } from "./view.ts";

/** Claims that the pod's volumes name, as `namespace/name`. */
export const podClaims = (spec: View, namespace: string): readonly string[] =>
  items(at(spec, "volumes")).flatMap((volume) => {
    const name = text(at(volume, "persistentVolumeClaim", "claimName"));
    return name === undefined ? [] : [`${namespace}/${name}`];
  });

/** More replicas than this share no claim with anyone in practice; a manifest that asks for 10⁹ must not cost memory. */
const MOST_ORDINALS = 1000;

/** The claims that a StatefulSet's templates make: `namespace/TEMPLATE-SET-ORDINAL`. */
export function templateClaims(
  statefulSet: View,
  namespace: string,
  name: string,
  replicas: number,
): readonly string[] {
  const first = count(at(statefulSet, "ordinals", "start")) ?? 0;
  return items(at(statefulSet, "volumeClaimTemplates")).flatMap((template) => {
    const prefix = text(at(template, "metadata", "name"));
    if (prefix === undefined) return [];
    return Array.from(
      { length: Math.min(Math.max(replicas, 1), MOST_ORDINALS) },
      (_, i) => `${namespace}/${prefix}-${name}-${first + i}`,
    );
  });
}

/** The storage classes that those templates name. */
export const templateClasses = (statefulSet: View): readonly string[] =>
  items(at(statefulSet, "volumeClaimTemplates")).flatMap(
    (template) => text(at(template, "spec", "storageClassName")) ?? [],
  );
