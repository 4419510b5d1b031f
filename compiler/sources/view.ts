// Steps into JSON that others wrote: every step says what shape it expects and records where the shape is another one.
// It must not know which fields Kubernetes has.
import type { Json } from "./yaml.ts";

export type Path = readonly (string | number)[];

/** Where a field has another shape than Kubernetes gives it, in words that can follow the field's name. */
export interface Problem {
  readonly path: Path;
  readonly problem: string;
}

/** A value in its object, which may be absent, and the shared list of what was found wrong. */
export interface View {
  readonly value: Json | undefined;
  readonly path: Path;
  readonly problems: Problem[];
}

export const viewOf = (value: unknown, problems: Problem[], path: Path = []): View => ({
  value: value as Json | undefined,
  path,
  problems,
});

const note = (view: View, problem: string): void => {
  view.problems.push({ path: view.path, problem });
};

/** `null` in a manifest is the same as nothing. */
export const absent = (view: View): boolean => view.value === undefined || view.value === null;

export const isRecord = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One or several fields down; absent where anything on the way is absent. */
export function at(view: View, ...keys: readonly string[]): View {
  let here = view;
  for (const key of keys) {
    let value: Json | undefined;
    if (isRecord(here.value)) value = Object.hasOwn(here.value, key) ? here.value[key] : undefined;
    else if (!absent(here)) note(here, "must be a mapping");
    here = { value, path: [...here.path, key], problems: view.problems };
  }
  return here;
}

/** The entries of a list; none when it is absent. */
export function items(view: View): readonly View[] {
  if (absent(view)) return [];
  if (!Array.isArray(view.value)) {
    note(view, "must be a list");
    return [];
  }
  return (view.value as readonly Json[]).map((value, i) => ({
    value,
    path: [...view.path, i],
    problems: view.problems,
  }));
}

/** The entries of a mapping in the order written; none when it is absent. */
export function entries(view: View): readonly (readonly [string, View])[] {
  if (absent(view)) return [];
  if (!isRecord(view.value)) {
    note(view, "must be a mapping");
    return [];
  }
  return Object.entries(view.value).map(
    ([key, value]) => [key, { value, path: [...view.path, key], problems: view.problems }] as const,
  );
}

export function text(view: View): string | undefined {
  if (absent(view)) return undefined;
  if (typeof view.value === "string") return view.value;
  note(
    view,
    typeof view.value === "object" ? "must be a text" : `must be a text; put \`${String(view.value)}\` into quotes`,
  );
  return undefined;
}

/** A whole number that is not negative. */
export function count(view: View): number | undefined {
  if (absent(view)) return undefined;
  if (typeof view.value === "number" && Number.isSafeInteger(view.value) && view.value >= 0) return view.value;
  note(view, "must be a whole number of at least 0");
  return undefined;
}

export function flag(view: View): boolean {
  if (absent(view)) return false;
  if (typeof view.value !== "boolean") note(view, "must be `true` or `false`");
  return view.value === true;
}

export const texts = (view: View): readonly string[] => items(view).flatMap((item) => text(item) ?? []);

/** A mapping of texts, such as labels. */
export function textMap(view: View): Readonly<Record<string, string>> {
  const pairs = entries(view).flatMap(([key, value]) => {
    const read = text(value);
    return read === undefined ? [] : [[key, read] as const];
  });
  return Object.fromEntries(pairs);
}

/** `spec.containers[0].name` */
export function showPath(path: Path): string {
  return path.reduce<string>(
    (shown, step) => (typeof step === "number" ? `${shown}[${step}]` : shown === "" ? step : `${shown}.${step}`),
    "",
  );
}
