// Objects that no workload uses: they go to each cluster of the app, with what they need themselves.
// It must not know why workloads use what they use.
import type { Phase } from "../../grammar/index.ts";
import type { AppObject, ObjectKey } from "../ir.ts";
import { showObject } from "../objects.ts";
import { say } from "./diagnostics.ts";
import type { Closure, Travel } from "./travel.ts";

/** The loose objects and what they need (which may also travel with workloads), sorted; a hint for each that is not there for another. */
export function looseObjects(
  objects: readonly AppObject[],
  workloads: ReadonlySet<ObjectKey>,
  closures: readonly Closure[],
  travel: Travel,
): Phase<readonly ObjectKey[]> {
  const used = new Set<ObjectKey>([...workloads, ...closures.flatMap((closure) => closure.travels)]);
  const unused = objects.filter((object) => !used.has(object.key));
  const reasons = new Set<ObjectKey>();
  const loose = new Set<ObjectKey>(unused.map((object) => object.key));
  for (const object of unused) {
    for (const key of travel.closure(object).travels) {
      if (workloads.has(key)) continue;
      loose.add(key);
      reasons.add(key);
    }
  }
  const diagnostics = unused
    .filter((object) => !reasons.has(object.key))
    .map((object) => say["used-by-nothing"](object.origin.span, [showObject(object.object)]));
  return { value: [...loose].sort(), diagnostics };
}
