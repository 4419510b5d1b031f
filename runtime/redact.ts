// Keeps the values of Secrets out of everything that is shown or saved. It must not know where things are shown.
import type { KubernetesObject } from "../compiler/index.ts";
import type { FieldChange } from "../planner/index.ts";

export const redacted = "(redacted)";

/** Under these fields lie a Secret's values; the annotation is where `kubectl apply` keeps a copy of them. */
const secretFields = ["data", "stringData"];
const copyAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

export const isSecret = (object: { readonly apiVersion: string; readonly kind: string }): boolean =>
  object.kind === "Secret" && object.apiVersion === "v1";

/** The object with every value of a Secret replaced; other objects as they are. A List is looked into. */
export function redactObject(object: KubernetesObject): KubernetesObject {
  const items = object["items"];
  if (object.kind.endsWith("List") && Array.isArray(items)) {
    return { ...object, items: items.map((item) => (isObject(item) ? redactObject(item) : item)) };
  }
  if (!isSecret(object)) return object;
  const hidden = secretFields.flatMap((field) => {
    const values = object[field];
    if (values === undefined) return [];
    return [[field, typeof values === "object" && values !== null ? mapValues(values) : redacted] as const];
  });
  const { annotations } = object.metadata;
  const metadata =
    annotations?.[copyAnnotation] === undefined
      ? object.metadata
      : { ...object.metadata, annotations: { ...annotations, [copyAnnotation]: redacted } };
  return { ...object, metadata, ...Object.fromEntries(hidden) };
}

const isObject = (value: unknown): value is KubernetesObject =>
  typeof value === "object" && value !== null && "kind" in value && "apiVersion" in value && "metadata" in value;

const mapValues = (values: object): Record<string, string> =>
  Object.fromEntries(Object.keys(values).map((key) => [key, redacted]));

/** The differences of one object, without the values of a Secret: that a value differs is said, the value is not. */
export function redactFields(
  object: { readonly apiVersion: string; readonly kind: string },
  fields: readonly FieldChange[],
): readonly FieldChange[] {
  if (!isSecret(object)) return fields;
  return fields.map((field) => {
    const hides =
      secretFields.some((name) => field.path.startsWith(`/${name}`)) ||
      field.path === "/" ||
      field.path.includes(copyAnnotation);
    const values = field.path === "/metadata/annotations" || hides;
    if (!values) return field;
    return {
      path: field.path,
      ...(field.before === undefined ? {} : { before: redacted }),
      ...(field.after === undefined ? {} : { after: redacted }),
    };
  });
}
