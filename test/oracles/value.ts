// What a placement is worth, term by term, as LANGUAGE.md lists the objectives. For the brute force; it shares no code with the planner nor
// with its checker.
import { atoms, offer, truth } from "./meaning.ts";
import type { Land, Table } from "./promises.ts";

export interface Term {
  readonly name: string;
  readonly of: (table: Table) => number;
}

/** Terms in lexicographic order; `choices` (for `then`) stand right after what stays unplaced. */
export function termsOf(land: Land): Term[] {
  const { ir, points } = land;
  const priorities = [...new Set(points.filter((p) => p.run.optional).map((p) => p.run.priority))].sort(
    (a, b) => b - a,
  );
  const unplaced = priorities.map((priority): Term => ({
    name: "unplaced",
    of: (t) => total(points.keys(), (w) => lacking(land, w, priority, t)),
  }));
  const deepest = Math.max(1, ...points.map((p) => p.run.choices?.choices.length ?? 1));
  const choices = Array.from({ length: deepest - 1 }, (_, k): Term => ({
    name: "choices",
    of: (t) => total(points.keys(), (w) => later(land, w, k, t)),
  }));
  const known: Record<string, (t: Table) => number> = {
    moves: (t) => total(points.keys(), (w) => gone(land, w, t)),
    preference: (t) => total(points.keys(), (w) => missed(land, w, t)),
    latency: latency(land),
    cost: (t) => total(points.keys(), (w) => price(land, w, t)),
    clusters: (t) => ir.fleet.clusters.filter((_, c) => t.some((row) => row[c]! > 0)).length,
    imbalance: (t) => fullest(land, t),
  };
  const named = ir.minimize.map((m) => m.name as string);
  const rest = ["moves", "preference", "latency", "cost", "imbalance"].filter((name) => !named.includes(name));
  return [
    ...unplaced,
    ...choices,
    ...[...new Set([...named, ...rest])].map((name): Term => ({ name, of: known[name]! })),
  ];
}

function total<T>(items: Iterable<T>, of: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += of(item);
  return sum;
}

function lacking({ points }: Land, w: number, priority: number, table: Table): number {
  const { run, size, required } = points[w]!;
  if (!run.optional || run.priority !== priority) return 0;
  const s = run.spreading;
  const wanted = s.kind === "divided" ? s.total : s.kind === "copies" ? s.clusters * size : required.length * size;
  return wanted - total(table[w]!, (n) => n);
}

const was = ({ points, before }: Land, w: number, cluster: string): number => {
  const replicas = before[points[w]!.run.workload]?.[cluster] ?? 0;
  return points[w]!.workload.perNode ? Math.min(1, replicas) : replicas;
};

function later(land: Land, w: number, k: number, table: Table): number {
  const choices = land.points[w]!.run.choices?.choices ?? [];
  const early = choices.slice(0, k + 1).flat();
  return total(land.ir.fleet.clusters.entries(), ([c, { name }]) =>
    choices.length === 0 || early.includes(name) ? 0 : Math.max(0, table[w]![c]! - was(land, w, name)),
  );
}

function gone(land: Land, w: number, table: Table): number {
  const names = land.ir.fleet.clusters.map((cluster) => cluster.name);
  return total(Object.keys(land.before[land.points[w]!.run.workload] ?? {}), (name) => {
    const c = names.indexOf(name);
    return Math.max(0, was(land, w, name) - (c < 0 ? 0 : table[w]![c]!));
  });
}

function missed({ ir, points }: Land, w: number, table: Table): number {
  return total(points[w]!.run.prefer, ({ condition, weight }) =>
    total(table[w]!.entries(), ([c, n]) => {
      const cluster = ir.fleet.clusters[c]!;
      return n > 0 && !points[w]!.pools[c]!.some((p) => truth(condition, atoms(cluster, cluster.pools[p]!)))
        ? n * weight
        : 0;
    }),
  );
}

function latency({ ir, points, distance }: Land): (table: Table) => number {
  const index = (id: string) => points.findIndex((point) => point.run.workload === id);
  const pairs = new Map<string, { a: number; b: number[] }>();
  const add = (a: number, targets: number[]) => {
    const b = targets.filter((u) => u >= 0).sort();
    if (a >= 0 && b.length > 0) pairs.set(`${a}:${b.join()}`, { a, b });
  };
  for (const { kind, from, to } of ir.traffic)
    if (kind === "allow" && from.kind === "workload" && to.kind === "workload")
      add(index(from.workload), [index(to.workload)]);
  for (const [w, { run }] of points.entries())
    for (const near of run.near) if (near.microseconds === undefined) add(w, near.workloads.map(index));
  const far = Math.max(0, ...distance.flat().filter((d) => d < Infinity)) + 1;
  return (table) =>
    total(pairs.values(), ({ a, b }) =>
      total(table[a]!.entries(), ([c, n]) => {
        const reachable = b.flatMap((u) =>
          table[u]!.flatMap((m, d) => (m > 0 && distance[c]![d]! < Infinity ? [distance[c]![d]!] : [])),
        );
        return (n * Math.min(far, ...reachable)) / 1000;
      }),
    );
}

/** Pods of workload w on cluster c. */
const pods = ({ ir, points }: Land, w: number, c: number, n: number): number =>
  points[w]!.workload.perNode && n > 0 ? total(points[w]!.open[c]!, (p) => ir.fleet.clusters[c]!.pools[p]!.count) : n;

function price(land: Land, w: number, table: Table): number {
  return total(table[w]!.entries(), ([c, n]) => {
    const { prices } = land.ir.fleet.clusters[c]!;
    const each = total(Object.entries(land.points[w]!.run.demand), ([resource, amount]) => {
      const unit =
        resource === "cpu" ? 1000 : /^(memory|storage|ephemeral-storage|hugepages-.*)$/.test(resource) ? 2 ** 30 : 1;
      return (prices[resource] ?? 0) * (amount / unit);
    });
    return each * pods(land, w, c, n);
  });
}

function fullest(land: Land, table: Table): number {
  const { ir, points } = land;
  let most = 0;
  for (const [c, cluster] of ir.fleet.clusters.entries()) {
    const resources = new Set(points.flatMap((point) => Object.keys(point.run.demand)));
    for (const resource of resources) {
      const used = total(
        points.entries(),
        ([w, point]) => (point.run.demand[resource] ?? 0) * pods(land, w, c, table[w]![c]!),
      );
      const capacity = total(cluster.pools, (pool) => pool.count * offer(ir, pool, resource));
      if (used > 0) most = Math.max(most, used / capacity);
    }
  }
  return most;
}
