// The value of each objective, computed a second time from LANGUAGE.md ("Objectives, lexicographic"). It must not know how a placement
// was found or which value the planner claims.
import type { Ir, ObjectiveName, RunIr } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { holdsAt } from "./condition.ts";
import { requiredOfEach } from "./counting.ts";
import { distancesOf, type Distances } from "./distance.ts";
import { copySizeOf, worldOf, type World } from "./world.ts";

/** One term of the objective, most important first. Units: replicas, replicas, weight × replicas, ms × replicas, price an hour, clusters, share. */
export interface ObjectiveValue {
  readonly name: "unplaced" | "choices" | ObjectiveName;
  /** Of `unplaced`: the priority whose workloads are counted. */
  readonly priority?: number;
  readonly value: number;
}

/** Every objective of the program, in lexicographic order. */
export function objectiveOf(ir: Ir, before: PlacedReplicas, placed: PlacedReplicas): readonly ObjectiveValue[] {
  const world = worldOf(ir, before, placed);
  return objectiveIn(world, distancesOf(ir.fleet));
}

export function objectiveIn(world: World, distances: Distances): readonly ObjectiveValue[] {
  const priorities = [...new Set(world.ir.runs.filter((run) => run.optional).map((run) => run.priority))];
  const unplaced = priorities
    .sort((a, b) => b - a)
    .map((priority): ObjectiveValue => ({ name: "unplaced", priority, value: unplacedOf(world, priority) }));
  const ranks = Math.max(0, ...world.ir.runs.map((run) => (run.choices?.choices.length ?? 1) - 1));
  const choices = Array.from({ length: ranks }, (_, k): ObjectiveValue => ({
    name: "choices",
    value: beyond(world, k),
  }));
  const named = world.ir.minimize.map((term) => term.name);
  const rest: ObjectiveName[] = ["moves", "preference", "latency", "cost", "imbalance"];
  const order = [...new Set([...named, ...rest])];
  const values: Record<ObjectiveName, () => number> = {
    moves: () => movesOf(world),
    preference: () => preferenceOf(world),
    latency: () => latencyOf(world, distances),
    cost: () => costOf(world),
    clusters: () => new Set(world.ir.runs.flatMap((run) => world.where(run.workload))).size,
    imbalance: () => imbalanceOf(world),
  };
  return [...unplaced, ...choices, ...order.map((name): ObjectiveValue => ({ name, value: values[name]() }))];
}

function unplacedOf(world: World, priority: number): number {
  return sum(world.ir.runs, (run) => {
    if (!run.optional || run.priority !== priority) return 0;
    const { spreading } = run;
    const wanted =
      spreading.kind === "divided"
        ? spreading.total
        : copySizeOf(world, run) *
          (spreading.kind === "copies" ? spreading.clusters : requiredOfEach(world, run).length);
    return wanted - replicasOf(world, run);
  });
}

/** Replicas that come anew to clusters beyond choice `k`: as many as fit go to the first choice, the rest to the next. */
function beyond(world: World, k: number): number {
  return sum(world.ir.runs, (run) =>
    sum((run.choices?.choices ?? []).slice(k + 1).flat(), (cluster) => {
      if (run.choices!.choices.slice(0, k + 1).some((choice) => choice.includes(cluster))) return 0;
      return Math.max(0, world.replicas(run.workload, cluster) - (world.before[run.workload]?.[cluster] ?? 0));
    }),
  );
}

function movesOf(world: World): number {
  return sum(world.ir.runs, (run) => {
    // Of a DaemonSet one stands for all of its pods.
    const most = world.workloads.get(run.workload)?.perNode === true ? 1 : Infinity;
    return sum(Object.entries(world.before[run.workload] ?? {}), ([cluster, replicas]) =>
      Math.max(0, Math.min(most, replicas) - world.replicas(run.workload, cluster)),
    );
  });
}

/** A replica misses a wish when no pool that it can use on its cluster satisfies it. */
function preferenceOf(world: World): number {
  return sum(world.ir.runs, (run) =>
    run.prefer.length === 0
      ? 0
      : sum(world.where(run.workload), (name) => {
          const cluster = world.clusters.get(name);
          if (cluster === undefined) return 0;
          const missed = run.prefer.filter(
            (wish) => !world.usable(run, cluster).some(({ pool }) => holdsAt(wish.condition, cluster, pool)),
          );
          return sum(missed, (wish) => wish.weight) * world.replicas(run.workload, name);
        }),
  );
}

/** Milliseconds from each replica to the nearest of what it speaks with, over distinct pairs. */
function latencyOf(world: World, distances: Distances): number {
  const pairs = new Map<string, { from: string; to: readonly string[] }>();
  const add = (from: string, to: readonly string[]) => {
    if (world.runs.has(from) && to.some((workload) => world.runs.has(workload)))
      pairs.set(`${from} -> ${[...to].sort().join()}`, { from, to });
  };
  for (const traffic of world.ir.traffic) {
    if (traffic.kind === "allow" && traffic.from.kind === "workload" && traffic.to.kind === "workload")
      add(traffic.from.workload, [traffic.to.workload]);
  }
  for (const run of world.ir.runs) {
    for (const near of run.near) if (near.microseconds === undefined) add(run.workload, near.workloads);
  }
  return sum([...pairs.values()], ({ from, to }) => {
    const targets = [...new Set(to.flatMap((workload) => world.where(workload)))];
    return sum(world.where(from), (cluster) => {
      let nearest = Infinity;
      if (targets.includes(cluster)) nearest = 0;
      else for (const target of targets) nearest = Math.min(nearest, distances.between(cluster, target));
      return (world.replicas(from, cluster) * (nearest === Infinity ? distances.far() : nearest)) / 1000;
    });
  });
}

function costOf(world: World): number {
  return sum(world.ir.runs, (run) =>
    sum(world.where(run.workload), (name) => {
      const prices = world.clusters.get(name)?.prices ?? {};
      const one = sum(
        Object.entries(run.demand),
        ([resource, amount]) => (prices[resource] ?? 0) * units(resource, amount),
      );
      return one * podsOn(world, run, name);
    }),
  );
}

/** Prices are for one CPU, one GiB, one piece. */
export const units = (resource: string, amount: number): number =>
  resource === "cpu" ? amount / 1000 : inBytes(resource) ? amount / 2 ** 30 : amount;

const inBytes = (resource: string): boolean =>
  ["memory", "storage", "ephemeral-storage"].includes(resource) || resource.startsWith("hugepages-");

/** The highest share of any resource that is in use on any cluster. */
function imbalanceOf(world: World): number {
  const used = new Map<string, Record<string, number>>();
  for (const run of world.ir.runs) {
    for (const name of world.where(run.workload)) {
      let row = used.get(name);
      if (row === undefined) used.set(name, (row = {}));
      const pods = podsOn(world, run, name);
      for (const [resource, amount] of Object.entries(run.demand)) row[resource] = (row[resource] ?? 0) + amount * pods;
    }
  }
  let worst = 0;
  for (const [name, row] of used) {
    const cluster = world.clusters.get(name);
    if (cluster === undefined) continue;
    for (const [resource, amount] of Object.entries(row)) {
      if (amount === 0) continue;
      const capacity = sum(world.pools(cluster), ({ pool, free }) => pool.count * (free[resource] ?? 0));
      if (capacity > 0) worst = Math.max(worst, amount / capacity);
    }
  }
  return worst;
}

/** Pods that stand for the replicas: of a DaemonSet, one on each node that admits it. */
function podsOn(world: World, run: RunIr, name: string): number {
  const replicas = world.replicas(run.workload, name);
  const cluster = world.clusters.get(name);
  if (cluster === undefined || world.workloads.get(run.workload)?.perNode !== true) return replicas;
  return replicas * sum(world.admitting(run, cluster), ({ pool }) => pool.count);
}

const replicasOf = (world: World, run: RunIr): number =>
  sum(world.where(run.workload), (cluster) => world.replicas(run.workload, cluster));

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
