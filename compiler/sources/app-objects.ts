// What was read → the objects of the app: scope and namespace of each decided, doubles found. It must not know workloads.
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import type { AppObject, KubernetesObject } from "../ir.ts";
import { groupOf, objectKey, scopeOf, showObject } from "../objects.ts";
import { say } from "./diagnostics.ts";
import type { SourceObject } from "./source-object.ts";
import { definedKind } from "./travel.ts";
import { at, text, viewOf } from "./view.ts";

/** An object of the app together with where it was read. */
export interface FoundObject {
  readonly app: AppObject;
  readonly object: KubernetesObject;
  readonly source: SourceObject;
}

/**
 * Gives each object its key. The namespace of a namespaced object is its own, else `appNamespace`. Equal doubles count once; two
 * different objects of one group, kind, namespace and name are an error, and the first is kept.
 */
export function appObjects(sources: readonly SourceObject[], appNamespace: string): Phase<readonly FoundObject[]> {
  const scopes = definedScopes(sources);
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, FoundObject>();
  for (const source of sources) {
    const { object } = source;
    const { apiVersion, kind } = object;
    const own = object.metadata.namespace ?? "";
    const known = scopes.get(`${groupOf(apiVersion)}/${kind}`) ?? scopeOf(apiVersion, kind);
    const clusterScoped = known === "cluster" || (known === "unknown" && own === "" && kind.startsWith("Cluster"));
    const namespace = clusterScoped ? "" : own || appNamespace;
    if (known === "unknown" && own === "" && !clusterScoped)
      diagnostics.push(say["unknown-scope"](source.span, [showObject(object), appNamespace]));
    const key = objectKey({ apiVersion, kind, namespace, name: object.metadata.name });
    const identity = objectKey({ apiVersion: groupOf(apiVersion), kind, namespace, name: object.metadata.name });
    const before = seen.get(identity);
    if (before === undefined) {
      seen.set(identity, {
        app: { key, object, origin: { file: source.file, span: source.span }, clusterScoped },
        object,
        source,
      });
    } else if (canonical(before.object) !== canonical(object)) {
      diagnostics.push(
        say["two-objects"](source.span, [showObject(object)], {
          related: [{ message: "the other one is here", span: before.source.span }],
        }),
      );
    }
  }
  return { value: [...seen.values()], diagnostics };
}

/** Scopes that CustomResourceDefinitions of the app give to their kinds. */
function definedScopes(sources: readonly SourceObject[]): ReadonlyMap<string, "cluster" | "namespaced"> {
  const scopes = new Map<string, "cluster" | "namespaced">();
  for (const { object } of sources) {
    if (object.kind !== "CustomResourceDefinition") continue;
    scopes.set(
      definedKind(object),
      text(at(viewOf(object, []), "spec", "scope")) === "Cluster" ? "cluster" : "namespaced",
    );
  }
  return scopes;
}

/** JSON with sorted keys: two objects that differ only in the order of their keys are equal. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
