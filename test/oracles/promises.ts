// The promises between clusters and workloads, each as a plain predicate over a table of counts. Written from LANGUAGE.md for the brute
// force; it shares no code with the planner nor with its checker.
import type { Ir } from "../../compiler/index.ts";
import type { Standpoint } from "./meaning.ts";

/** counts[w][c]: replicas of workload w on cluster c. */
export type Table = readonly (readonly number[])[];

/** A promise, and the workloads (indices) whose counts it reads. */
export interface Pledge {
  readonly name: string;
  readonly reads: readonly number[];
  readonly kept: (table: Table) => boolean;
}

export interface Land {
  readonly ir: Ir;
  readonly points: readonly Standpoint[];
  readonly before: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly distance: readonly (readonly number[])[];
}

export function promisesOf(land: Land): Pledge[] {
  const { ir, points } = land;
  const index = (id: string) => points.findIndex((point) => point.run.workload === id);
  const promises: Pledge[] = [];
  for (const [w, { run }] of points.entries()) {
    for (const spread of run.spread)
      promises.push({ name: "spread", reads: [w], kept: (t) => spreadKept(land, w, spread, t[w]!) });
    if (run.shares) promises.push({ name: "shares", reads: [w], kept: (t) => sharesKept(land, w, t[w]!) });
    if (stays(land, w)) promises.push({ name: "claim", reads: [w], kept: (t) => staysKept(land, w, t[w]!) });
    for (const near of run.near) {
      const limit = near.microseconds;
      const of = near.workloads.map(index).filter((u) => u >= 0);
      if (limit !== undefined)
        promises.push({ name: "near", reads: [w, ...of], kept: (t) => nearKept(land, w, of, t, limit) });
    }
    for (const { workload } of run.with) promises.push(beside("with", w, index(workload)));
    for (const { workload, key } of run.apart) {
      const u = index(workload);
      if (u >= 0) promises.push({ name: "apart", reads: [w, u], kept: (t) => apartKept(land, w, u, key, t) });
    }
  }
  for (const { workloads } of ir.together) {
    const set = workloads.map(index).filter((w) => w >= 0);
    const kept = (t: Table) => new Set(set.map((w) => present(t[w]!)).filter((where) => where !== "")).size <= 1;
    promises.push({ name: "together", reads: set, kept });
  }
  if (ir.fleet.connectivity === "none") {
    for (const { kind, from, to, over } of ir.traffic) {
      if (kind !== "allow" || over !== undefined || from.kind !== "workload" || to.kind !== "workload") continue;
      const [a, b] = [index(from.workload), index(to.workload)];
      if (a >= 0 && a !== b) promises.push(beside("connectivity", a, b));
    }
  }
  return promises;
}

const present = (row: readonly number[]): string => row.flatMap((n, c) => (n > 0 ? [c] : [])).join();

/** Wherever a is, b is; a b that is not run is nowhere. */
const beside = (name: string, a: number, b: number): Pledge => ({
  name,
  reads: b < 0 ? [a] : [a, b],
  kept: (t) => t[a]!.every((n, c) => n === 0 || (b >= 0 && t[b]![c]! > 0)),
});

function spreadKept(
  { ir, points }: Land,
  w: number,
  { key, max }: { key: string; max?: number },
  row: readonly number[],
): boolean {
  const sums = new Map<string, number>();
  for (const [c, cluster] of ir.fleet.clusters.entries()) {
    const value = key === "cluster" ? cluster.name : cluster.labels[key];
    if (value === undefined || points[w]!.pools[c]!.length === 0) continue;
    const units = max !== undefined || points[w]!.run.spreading.kind === "divided" ? row[c]! : Math.sign(row[c]!);
    sums.set(value, (sums.get(value) ?? 0) + units);
  }
  const all = [...sums.values()].sort((a, b) => a - b);
  if (all.length === 0) return true;
  return max === undefined ? all.at(-1)! - all[0]! <= 1 : all.at(-1)! <= max;
}

function sharesKept({ ir, points }: Land, w: number, row: readonly number[]): boolean {
  const { shares } = points[w]!.run.shares!;
  const total = row.reduce((a, b) => a + b, 0);
  const weights = shares.reduce((sum, share) => sum + share.weight, 0);
  // In whole numbers: |count · weights − total · weight| < weights.
  return shares.every(({ cluster, weight }) => {
    const c = ir.fleet.clusters.findIndex(({ name }) => name === cluster);
    return Math.abs(row[c]! * weights - total * weight) < weights;
  });
}

const stays = ({ ir, points }: Land, w: number): boolean =>
  points[w]!.holdsData &&
  points[w]!.run.spreading.kind !== "each" &&
  !ir.moves.some((move) => move.workload === points[w]!.run.workload);

function staysKept({ ir, before, points }: Land, w: number, row: readonly number[]): boolean {
  const was = ir.fleet.clusters.map(({ name }) => (before[points[w]!.run.workload]?.[name] ?? 0) > 0);
  const left = was.some((there, c) => there && row[c] === 0);
  const came = was.some((there, c) => !there && row[c]! > 0);
  return !was.includes(true) || !left || !came;
}

function nearKept({ distance }: Land, w: number, of: readonly number[], table: Table, limit: number): boolean {
  return table[w]!.every(
    (n, c) => n === 0 || of.some((u) => table[u]!.some((m, d) => m > 0 && distance[c]![d]! <= limit)),
  );
}

function apartKept({ ir }: Land, w: number, u: number, key: string, table: Table): boolean {
  const place = (c: number) =>
    (key === "cluster" ? undefined : ir.fleet.clusters[c]!.labels[key]) ?? `only ${ir.fleet.clusters[c]!.name}`;
  return !table[w]!.some((n, c) => n > 0 && table[u]!.some((m, d) => m > 0 && place(c) === place(d)));
}

/** Calls `fits(c, counts by workload)` to ask whether a cluster holds what comes back after a loss. */
export function surviveKept(
  land: Land,
  table: Table,
  fits: (c: number, counts: readonly number[]) => boolean,
): boolean {
  const { ir, points } = land;
  const names = ir.fleet.clusters.map((cluster) => cluster.name);
  const place = (c: number, unit: string) =>
    (unit === "cluster" ? undefined : ir.fleet.clusters[c]!.labels[unit]) ?? `only ${names[c]}`;
  // Every set of clusters; a promise covers it when it touches no more places than the promise speaks of.
  for (let set = 1; set < 2 ** names.length; set++) {
    const lost = names.flatMap((_, c) => ((set >> c) % 2 === 1 ? [c] : []));
    const covered = points.flatMap(({ run }, w) => {
      if (!run.survive || table[w]!.every((n) => n === 0)) return [];
      return new Set(lost.map((c) => place(c, run.survive!.unit))).size <= run.survive.count ? [w] : [];
    });
    for (const w of covered) {
      const left = table[w]!.reduce((sum, n, c) => sum + (lost.includes(c) ? 0 : n), 0);
      if (left < points[w]!.run.survive!.keeping) return false;
    }
    const returning = covered.flatMap((w) =>
      lost.flatMap((c) => unitsOf(points[w]!, table[w]![c]!).map((n) => ({ w, n }))),
    );
    if (!returns(land, table, lost, returning, fits)) return false;
  }
  return true;
}

/** A whole copy comes back whole, replicas of a divided workload one by one. */
const unitsOf = (point: Standpoint, replicas: number): number[] =>
  replicas === 0 ? [] : point.run.spreading.kind === "divided" ? Array.from({ length: replicas }, () => 1) : [replicas];

function returns(
  { points, ir }: Land,
  table: Table,
  lost: readonly number[],
  returning: readonly { w: number; n: number }[],
  fits: (c: number, counts: readonly number[]) => boolean,
): boolean {
  const now = table.map((row) => row.map((n, c) => (lost.includes(c) ? 0 : n)));
  const seat = (k: number): boolean => {
    if (k === returning.length) return true;
    const { w, n } = returning[k]!;
    for (const c of ir.fleet.clusters.keys()) {
      if (lost.includes(c) || points[w]!.pools[c]!.length === 0) continue;
      if (points[w]!.run.spreading.kind !== "divided" && now[w]![c]! > 0) continue;
      now[w]![c]! += n;
      if (
        fits(
          c,
          now.map((row) => row[c]!),
        ) &&
        seat(k + 1)
      )
        return true;
      now[w]![c]! -= n;
    }
    return false;
  };
  return seat(0);
}
