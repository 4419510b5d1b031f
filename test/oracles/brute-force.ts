// The best placement of a small program by trying them all: counts, promises, nodes and objectives as LANGUAGE.md has them. It judges the
// planner and its checker, and shares no code with either.
import type { Ir } from "../../compiler/index.ts";
import { distanceTable, standpoints, type Standpoint } from "./meaning.ts";
import { packable } from "./nodes.ts";
import { promisesOf, surviveKept, type Land } from "./promises.ts";
import { termsOf } from "./value.ts";

export type Before = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type BruteAnswer =
  | { readonly kind: "impossible" }
  | {
      readonly kind: "best";
      readonly names: readonly string[];
      readonly vector: readonly number[];
      readonly placed: Before;
      /** Placements that satisfy every promise (those met before a better one was known to be impossible are counted once). */
      readonly feasible: number;
    }
  | { readonly kind: "too-large" };

/** Tries every placement, cutting what can only stay broken; gives up after `limit` tables. */
export function bruteForce(ir: Ir, before: Before, limit = 400_000): BruteAnswer {
  const points = standpoints(ir);
  const land: Land = { ir, points, before, distance: distanceTable(ir) };
  const rows = points.map((point) => rowsOf(ir, point));
  const terms = termsOf(land);
  // Affinity can be mended by later pods: then a cluster is judged only when everybody is placed.
  const mendable = points.some((point) => point.workload.pod.podAffinity.length + point.workload.pod.spread.length > 0);
  const fits = remember((c: number, counts: readonly number[]) => packable(ir, points, c, counts));
  const promises = promisesOf(land);
  const due = points.map((_, w) => promises.filter((promise) => Math.max(...promise.reads) === w));
  const survives = points.some((point) => point.run.survive !== undefined);
  const table = points.map(() => ir.fleet.clusters.map(() => 0));
  let best: { vector: number[]; table: number[][] } | undefined;
  let tables = 0;
  let feasible = 0;

  const judge = () => {
    const vector = terms.map((term) => term.of(table));
    if (best !== undefined && compare(vector, best.vector) >= 0) return;
    if (
      mendable &&
      !ir.fleet.clusters.every((_, c) =>
        fits(
          c,
          table.map((row) => row[c]!),
        ),
      )
    )
      return;
    if (survives && !surviveKept(land, table, fits)) return;
    feasible += 1;
    best = { vector, table: table.map((row) => [...row]) };
  };
  const fill = (w: number): void => {
    if (w === points.length) return judge();
    for (const row of rows[w]!) {
      if (++tables > limit) return;
      table[w] = row;
      if (!due[w]!.every((promise) => promise.kept(table))) continue;
      if (
        !mendable &&
        !row.every(
          (n, c) =>
            n === 0 ||
            fits(
              c,
              table.map((r) => r[c]!),
            ),
        )
      )
        continue;
      fill(w + 1);
    }
    table[w] = ir.fleet.clusters.map(() => 0);
  };
  fill(0);
  if (tables > limit) return { kind: "too-large" };
  if (best === undefined) return { kind: "impossible" };
  const placed = best.table.map((row, w) => [points[w]!.run.workload, rowByName(ir, row)] as const);
  return {
    kind: "best",
    names: terms.map((t) => t.name),
    vector: best.vector,
    placed: Object.fromEntries(placed),
    feasible,
  };
}

const rowByName = (ir: Ir, row: readonly number[]) =>
  Object.fromEntries(row.flatMap((n, c) => (n > 0 ? [[ir.fleet.clusters[c]!.name, n]] : [])));

/** Every way to count one workload over the clusters that it may stand on. */
function rowsOf(ir: Ir, { run, size, pools, required }: Standpoint): number[][] {
  const { spreading } = run;
  const free = pools.flatMap((p, c) => (p.length > 0 ? [c] : []));
  const empty = ir.fleet.clusters.map(() => 0);
  if (spreading.kind === "divided") {
    const rows: number[][] = [];
    for (let total = run.optional ? 0 : spreading.total; total <= spreading.total; total++)
      rows.push(...divisions(empty, free, total));
    const used = (row: number[]) => row.filter((n) => n > 0).length;
    const wanted = spreading.clusters;
    return wanted === undefined
      ? rows
      : rows.filter((row) => (run.optional ? used(row) <= wanted : used(row) === wanted));
  }
  const all = subsets(free).filter((set) => {
    if (spreading.kind === "copies")
      return run.optional ? set.length <= spreading.clusters : set.length === spreading.clusters;
    return set.every((c) => required.includes(c)) && (run.optional || required.every((c) => set.includes(c)));
  });
  return all.map((set) => empty.map((_, c) => (set.includes(c) ? size : 0)));
}

const subsets = (items: readonly number[]): number[][] =>
  items.reduce<number[][]>((sets, c) => [...sets, ...sets.map((s) => [...s, c])], [[]]);

function divisions(empty: readonly number[], free: readonly number[], total: number): number[][] {
  if (free.length === 0) return total === 0 ? [[...empty]] : [];
  const [first, ...others] = free as [number, ...number[]];
  const rows: number[][] = [];
  for (let n = 0; n <= total; n++) for (const row of divisions(empty, others, total - n)) rows.push(row.with(first, n));
  return rows;
}

/** Lexicographic, with room for rounding. */
export function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i]!;
    if (Math.abs(value - other) > 1e-6 * Math.max(1, Math.abs(value))) return value - other;
  }
  return 0;
}

function remember(
  fits: (c: number, counts: readonly number[]) => boolean,
): (c: number, counts: readonly number[]) => boolean {
  const known = new Map<string, boolean>();
  return (c, counts) => {
    const key = `${c}:${counts.join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const verdict = fits(c, counts);
    known.set(key, verdict);
    return verdict;
  };
}
