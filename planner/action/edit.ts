// Changes of Kubernetes objects that keep everything else as it was: the order of keys, and the very values that do not change.
// It must not know what any field means.

/** A map of plain JSON. */
export type Json = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value below `path`, or undefined where the path ends early. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isMap(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** The map below `path`; an empty one where there is none. */
export function mapAt(value: unknown, path: readonly string[]): Json {
  const found = valueAt(value, path);
  return isMap(found) ? found : {};
}

/** The list of maps below `path`; an empty one where there is none. */
export function listAt(value: unknown, path: readonly string[]): readonly Json[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter(isMap) : [];
}

/**
 * The same value with what stands below `path` replaced by `change(what stands there)`. Maps on the way keep the order of their keys and
 * are made where they are missing. The value itself comes back when nothing changes.
 */
export function changedAt<T>(value: T, path: readonly string[], change: (before: unknown) => unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return change(value) as T;
  const map: Json = isMap(value) ? value : {};
  const before = map[key];
  const after = changedAt(before, rest, change);
  return after === before ? value : ({ ...map, [key]: after } as T);
}
