// The structural difference of two JSON values, with paths that people can read. It must not know clusters, nor which fields are noise.
import type { FieldChange } from "./plan.ts";

/**
 * Every field that differs, in the order of `after`'s keys and then of what only `before` has. Empty exactly when the two are equal as
 * JSON (the order of keys aside). A path reads `/spec/template/spec/containers[amf]/image`: an entry of a list whose entries all have
 * a name of their own (`name`, a port, a mount path) is called by it, any other by its index; a key with odd characters is quoted
 * (`/metadata/labels["app.kubernetes.io/name"]`). What exists on one side only is one difference, whole.
 */
export function diffValues(before: unknown, after: unknown, path = ""): FieldChange[] {
  if (before === after) return [];
  if (isRecord(before) && isRecord(after)) return diffRecords(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, path);
  if (Number.isNaN(before) && Number.isNaN(after)) return [];
  return [fieldChange(path === "" ? "/" : path, before, after)];
}

type JsonRecord = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fieldChange(path: string, before: unknown, after: unknown): FieldChange {
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function diffRecords(before: JsonRecord, after: JsonRecord, path: string): FieldChange[] {
  const changes: FieldChange[] = [];
  const keys = [...Object.keys(after), ...Object.keys(before).filter((key) => !Object.hasOwn(after, key))];
  for (const key of keys) {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    const is = Object.hasOwn(after, key) ? after[key] : undefined;
    changes.push(...diffValues(was, is, path + keySegment(key)));
  }
  return changes;
}

const keySegment = (key: string): string => (/^[\w-]+$/.test(key) ? `/${key}` : `[${JSON.stringify(key)}]`);

function diffLists(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  const nameOf = namer([before, after]);
  if (nameOf === undefined) return diffByIndex(before, after, path);
  const was = new Map(before.map((entry) => [nameOf(entry), entry]));
  const is = new Map(after.map((entry) => [nameOf(entry), entry]));
  const changes: FieldChange[] = [];
  for (const [name, entry] of is) changes.push(...diffValues(was.get(name), entry, `${path}[${name}]`));
  for (const [name, entry] of was) if (!is.has(name)) changes.push(fieldChange(`${path}[${name}]`, entry, undefined));
  // The order of a list is part of its meaning (init containers run in it), so it is a difference of its own.
  const kept = [...was.keys()].filter((name) => is.has(name));
  const now = [...is.keys()].filter((name) => was.has(name));
  if (kept.some((name, index) => name !== now[index])) changes.push(fieldChange(`${path}[order]`, kept, now));
  return changes;
}

function diffByIndex(before: readonly unknown[], after: readonly unknown[], path: string): FieldChange[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
    diffValues(before[index], after[index], `${path}[${index}]`),
  ).flat();
}

/** The keys by which Kubernetes' lists of maps tell their entries apart, the most telling first. */
const listKeys: readonly (readonly string[])[] = [
  ["name"],
  ["mountPath"],
  ["devicePath"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["topologyKey"],
  ["ip"],
  ["key"],
  ["type"],
];

/** How to call the entries of these lists so that within each no two are called alike; undefined when there is no way. */
function namer(lists: readonly (readonly unknown[])[]): ((entry: unknown) => string) | undefined {
  for (const keys of listKeys) {
    const nameOf = (entry: unknown): string => {
      const parts = keys.map((key) => (isRecord(entry) ? entry[key] : undefined)).filter((part) => part !== undefined);
      return isRecord(entry) && entry[keys[0] ?? ""] !== undefined ? parts.join("/") : "";
    };
    const fits = lists.every((list) => {
      const names = list.map(nameOf);
      return names.every((name) => name !== "" && name !== "order") && new Set(names).size === names.length;
    });
    if (fits) return nameOf;
  }
  return undefined;
}
