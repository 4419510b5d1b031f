// The changes of each cluster: one line an object, or every field with `--full`; clusters that change alike are shown once.
// It must not know how changes are found or made.
import type { Change, FieldChange, Plan } from "../../../planner/index.ts";
import { plural, printable, type Paint } from "./style.ts";
import { truncate } from "./width.ts";

const signs = { create: "+", update: "~", replace: "±", delete: "-", none: " " } as const;
const colors = { create: "green", update: "yellow", replace: "magenta", delete: "red", none: "dim" } as const;
const mostObjects = 12;

/** Lines of the `What changes` section. */
export function changeLines(plan: Plan, full: boolean, width: number, paint: Paint): string[] {
  const lines: string[] = [];
  for (const { clusters, changes } of alike(plan.changes, full)) {
    const title =
      clusters.length === 1
        ? printable(clusters[0] ?? "")
        : `${clusters.length} clusters alike: ${clusters.slice(0, 3).map(printable).join(", ")}${clusters.length > 3 ? ", …" : ""}`;
    lines.push(`  ${paint("bold", truncate(title, width - 30))}  ${counts(changes, paint)}`);
    const shown = full ? changes : changes.slice(0, mostObjects);
    for (const change of shown) lines.push(...objectLines(change, full, width, paint));
    if (changes.length > shown.length)
      lines.push(paint("dim", `      … and ${changes.length - shown.length} more (--full shows all)`));
  }
  for (const state of plan.clusters.filter((c) => c.state === "unknown")) {
    lines.push(
      `  ${paint("bold", printable(state.cluster))}  ${paint("red", "unknown")}: ${printable(state.problem ?? "it could not be read")}`,
    );
  }
  return lines;
}

function objectLines(change: Change, full: boolean, width: number, paint: Paint): string[] {
  const place = change.namespace === "" ? change.name : `${change.namespace}/${change.name}`;
  const note =
    change.forcedBy === undefined ? fieldNote(change) : `must be replaced: ${change.forcedBy} can not change`;
  const text = `${signs[change.action]} ${printable(change.kind)} ${printable(place)}`;
  const head = `    ${paint(colors[change.action], truncate(text, width - 6))}`;
  const room = width - text.length - 8;
  const lines = [note === "" || room < 12 ? head : `${head}  ${paint("dim", truncate(printable(note), room))}`];
  if (full && change.because !== undefined) lines.push(paint("dim", `        ${printable(change.because)}`));
  if (full) lines.push(...change.fields.map((field) => `        ${fieldLine(field, width - 10, paint)}`));
  return lines;
}

const fieldNote = (change: Change): string =>
  change.action === "update" && change.fields.length > 0
    ? change.fields.map((f) => f.path.replace(/^\//, "").replaceAll("/", ".")).join(", ")
    : change.deferred === true
      ? "checked when its namespace or kind is there"
      : "";

function fieldLine(field: FieldChange, width: number, paint: Paint): string {
  const path = printable(field.path);
  if (field.before === undefined) return paint("green", truncate(`+ ${path} = ${value(field.after)}`, width));
  if (field.after === undefined) return paint("red", truncate(`- ${path} = ${value(field.before)}`, width));
  return paint("yellow", truncate(`~ ${path} = ${value(field.before)} → ${value(field.after)}`, width));
}

const value = (data: unknown): string => printable(JSON.stringify(data) ?? "");

function counts(changes: readonly Change[], paint: Paint): string {
  return (["create", "update", "replace", "delete"] as const)
    .map((action) => ({ action, count: changes.filter((c) => c.action === action).length }))
    .filter(({ count }) => count > 0)
    .map(({ action, count }) => paint(colors[action], `${signs[action]}${count}`))
    .join(" ");
}

/** Clusters whose changes read the same are one entry, in the order of their first. */
function alike(changes: readonly Change[], full: boolean): { clusters: string[]; changes: Change[] }[] {
  const byCluster = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.action === "none") continue;
    const list = byCluster.get(change.cluster);
    if (list === undefined) byCluster.set(change.cluster, [change]);
    else list.push(change);
  }
  const groups = new Map<string, { clusters: string[]; changes: Change[] }>();
  for (const [cluster, list] of byCluster) {
    const fields = (c: Change): string => (full ? JSON.stringify(c.fields) : c.fields.map((f) => f.path).join());
    const key = list.map((c) => [c.action, c.kind, c.namespace, c.name, fields(c)].join("\0")).join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { clusters: [cluster], changes: list });
    else group.clusters.push(cluster);
  }
  return [...groups.values()];
}

/** `12 to create, 1 to change, 0 to replace, 0 to delete on 3 clusters`. */
export function summary(plan: Plan): string {
  const count = (action: Change["action"]): number => plan.changes.filter((c) => c.action === action).length;
  const clusters = new Set(plan.changes.filter((c) => c.action !== "none").map((c) => c.cluster)).size;
  if (clusters === 0) return "nothing changes";
  const parts = [`${count("create")} to create`, `${count("update")} to change`];
  if (count("replace") > 0) parts.push(`${count("replace")} to replace`);
  parts.push(`${count("delete")} to delete`);
  return `${parts.join(", ")}, on ${plural(clusters, "cluster")}`;
}
