// The placement as a table: what runs where, how many, and how full that makes the clusters. It must not know how it was decided.
import stringWidth from "string-width";
import type { PlacedWorkload, Plan, Usage } from "../../../planner/index.ts";
import { bar, grouped, percent, plural, printable, type Paint } from "./style.ts";
import { padEnd, padStart, truncate, widest } from "./width.ts";

/** Lines of the `Where it runs` section. */
export function placementLines(plan: Plan, width: number, paint: Paint): string[] {
  const apps = groupBy(plan.placements, (p) => p.app);
  const unplaced = groupBy(plan.unplaced, (p) => p.app);
  const lines: string[] = [];
  for (const app of new Set([...apps.keys(), ...unplaced.keys()])) {
    lines.push(`  ${paint("bold", printable(app))}`);
    const rows = workloadRows(apps.get(app) ?? [], plan);
    const name = Math.min(40, widest(rows.map((r) => r.name)));
    const count = widest(rows.map((r) => r.count));
    const where = Math.min(Math.floor(width / 2) - name - count, widest(rows.map((r) => r.where)));
    for (const row of rows) {
      const left = `    ${padEnd(truncate(row.name, name), name)}  ${padStart(row.count, count)}  `;
      const place = truncate(row.where, Math.max(20, where));
      const room = width - stringWidth(left) - Math.max(stringWidth(place), where) - 3;
      const why = room < 12 ? "" : `  ${paint("dim", truncate(row.because, room))}`;
      lines.push(left + paint("cyan", padEnd(place, where)) + why);
    }
    for (const p of unplaced.get(app) ?? []) {
      const where = p.cluster === "" ? "" : ` on ${printable(p.cluster)}`;
      lines.push(
        `    ${printable(p.workload)}  ${paint("yellow", `${p.replicas} unplaced${where}: optional, and nothing has room`)}`,
      );
    }
  }
  return lines;
}

interface WorkloadRow {
  readonly name: string;
  readonly count: string;
  readonly where: string;
  readonly because: string;
}

function workloadRows(placements: readonly PlacedWorkload[], plan: Plan): WorkloadRow[] {
  const reasons = new Map(plan.reasons.toReversed().map((r) => [`${r.app}/${r.workload}`, r.because]));
  return [...groupBy(placements, (p) => p.workload)].map(([name, places]) => {
    const total = places.reduce((sum, p) => sum + p.replicas, 0);
    const because = printable(reasons.get(`${places[0]?.app ?? ""}/${name}`) ?? "");
    return { name: printable(name), count: `${grouped(total)}×`, where: whereText(places), because };
  });
}

/** `paris 2, lyon 1`; equal counts are said once: `1 each on 800 clusters: store-001 … store-800`. */
function whereText(places: readonly PlacedWorkload[]): string {
  const names = places.map((p) => printable(p.cluster));
  const first = places[0];
  if (first === undefined) return "";
  if (places.length === 1) return names[0] ?? "";
  const equal = places.every((p) => p.replicas === first.replicas);
  if (equal && places.length > 6)
    return `${first.replicas} on each of ${places.length} clusters: ${names[0]} … ${names.at(-1)}`;
  if (equal) return `${names.join(", ")}, ${first.replicas} each`;
  return places.map((p, i) => `${names[i]} ${p.replicas}`).join(", ");
}

/** Lines of the `How full it gets` section: the fullest clusters first, at most `most` of them. */
export function usageLines(plan: Plan, width: number, most: number, paint: Paint): string[] {
  const used = plan.usage.filter((u) => Object.values(u.resources).some((r) => r.used > 0));
  const sorted = [...used].sort((a, b) => fullest(b) - fullest(a) || (a.cluster < b.cluster ? -1 : 1));
  const shown = sorted.slice(0, most);
  const name = Math.min(30, widest(shown.map((u) => printable(u.cluster))));
  const lines = shown.map((usage) => {
    const head = `  ${padEnd(truncate(printable(usage.cluster), name), name)}`;
    const parts = Object.entries(usage.resources)
      .filter(([resource, r]) => r.capacity > 0 && resource !== "pods")
      .map(([resource, r]) => ({ resource: shortResource(resource), share: r.used / r.capacity }));
    const cell = parts.map(
      (p) =>
        `  ${p.resource} ${paint(shade(p.share), bar(p.share, width >= 100 ? 10 : 6))} ${padStart(percent(p.share), 5)}`,
    );
    return head + cell.slice(0, width >= 100 ? 4 : 3).join("");
  });
  if (sorted.length > shown.length)
    lines.push(paint("dim", `  … and ${plural(sorted.length - shown.length, "less full cluster")}`));
  return lines;
}

const fullest = (usage: Usage): number =>
  Math.max(
    0,
    ...Object.entries(usage.resources).map(([name, r]) =>
      r.capacity > 0 && name !== "pods" ? r.used / r.capacity : 0,
    ),
  );

const shade = (share: number): "green" | "yellow" | "red" => (share > 0.9 ? "red" : share > 0.7 ? "yellow" : "green");

/** `nvidia.com/gpu` → `gpu`: people say the last part. */
export const shortResource = (resource: string): string => resource.slice(resource.lastIndexOf("/") + 1);

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
