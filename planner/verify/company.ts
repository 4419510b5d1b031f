// Checks of who must or must not be near whom: near, with, apart, together, traffic without connectivity, claims that stay. It must not
// know amounts.
import type { RunIr } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { Distances } from "./distance.ts";
import type { BrokenPromise, Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** `near … within`: wherever a replica is, one of the named workloads is that close. */
export function checkNear(world: World, distances: Distances): Violation[] {
  const violations: Violation[] = [];
  for (const run of world.ir.runs) {
    for (const near of run.near) {
      const { microseconds } = near;
      if (microseconds === undefined) continue;
      const targets = near.workloads.flatMap((workload) => world.where(workload));
      for (const cluster of world.where(run.workload)) {
        if (targets.some((target) => distances.between(cluster, target) <= microseconds)) continue;
        const nearest = Math.min(...targets.map((target) => distances.between(cluster, target)));
        violations.push({
          rule: "near",
          workload: run.workload,
          cluster,
          message:
            `the nearest of ${near.workloads.join(", ")} is ${nearest === Infinity ? "out of reach" : `${nearest / 1000} ms away`} ` +
            `from \`${run.workload}\` on \`${cluster}\`; at most ${microseconds / 1000} ms is asked`,
          spans: [near.span],
        });
      }
    }
  }
  return violations;
}

/** `with` and, on a fleet with `connectivity none`, `allow a -> b`: a only where b is. */
export function checkWith(world: World): Violation[] {
  const violations = world.ir.runs.flatMap((run) =>
    run.with.flatMap((clause) => alongside(world, "with", run.workload, clause.workload, clause.span)),
  );
  if (world.ir.fleet.connectivity !== "none") return violations;
  for (const traffic of world.ir.traffic) {
    if (traffic.kind !== "allow" || traffic.over !== undefined) continue;
    if (traffic.from.kind !== "workload" || traffic.to.kind !== "workload") continue;
    violations.push(...alongside(world, "connectivity", traffic.from.workload, traffic.to.workload, traffic.span));
  }
  return violations;
}

function alongside(world: World, rule: BrokenPromise, a: string, b: string, span: Span): Violation[] {
  return world
    .where(a)
    .filter((cluster) => world.replicas(b, cluster) === 0)
    .map((cluster) => ({
      rule,
      workload: a,
      cluster,
      message: `\`${a}\` is on \`${cluster}\` and \`${b}\` is not`,
      spans: [span],
    }));
}

/** `apart`: never both in one place. A cluster without the label is a place of its own. */
export function checkApart(world: World): Violation[] {
  const violations: Violation[] = [];
  for (const run of world.ir.runs) {
    for (const apart of run.apart) {
      const others = new Map(
        world.where(apart.workload).map((cluster) => [placeOf(world, cluster, apart.key), cluster]),
      );
      for (const cluster of world.where(run.workload)) {
        const place = placeOf(world, cluster, apart.key);
        const other = others.get(place);
        if (other === undefined) continue;
        violations.push({
          rule: "apart",
          workload: run.workload,
          cluster,
          message: `\`${run.workload}\` on \`${cluster}\` and \`${apart.workload}\` on \`${other}\` share one ${apart.key}`,
          spans: [apart.span],
        });
      }
    }
  }
  return violations;
}

/** The value of a label that tells places apart; the cluster itself for `cluster` and where the label is missing. */
export function placeOf(world: World, cluster: string, key: string): string {
  const value = key === "cluster" ? undefined : world.clusters.get(cluster)?.labels[key];
  return value === undefined ? `cluster ${cluster}` : `${key}=${value}`;
}

/** Workloads that share a claim share their clusters. */
export function checkTogether(world: World): Violation[] {
  return world.ir.together.flatMap((set) => {
    const placed = set.workloads.filter((workload) => world.where(workload).length > 0);
    const different = placed.find((workload) => world.where(workload).join() !== world.where(placed[0]!).join());
    if (different === undefined) return [];
    return [
      {
        rule: "together" as const,
        workload: different,
        message: `\`${placed[0]}\` and \`${different}\` must share a cluster (${set.because})`,
        spans: [set.span],
      },
    ];
  });
}

/**
 * What has a claim moves only when told: it may not leave one cluster and enter another. `each` has data of its own on each cluster; a
 * cluster that is no more in the fleet holds none.
 */
export function checkClaims(world: World): Violation[] {
  const told = new Set(world.ir.moves.map((move) => move.workload));
  return world.ir.runs.flatMap((run: RunIr) => {
    if (run.spreading.kind === "each" || told.has(run.workload) || !world.holdsData(run.workload)) return [];
    const after = world.where(run.workload);
    const before = Object.entries(world.before[run.workload] ?? {}).filter(
      ([cluster, replicas]) => replicas > 0 && world.clusters.has(cluster),
    );
    const left = before.map(([cluster]) => cluster).filter((cluster) => !after.includes(cluster));
    const entered = after.filter((cluster) => !before.some(([known]) => known === cluster));
    if (left.length === 0 || entered.length === 0) return [];
    return [
      {
        rule: "claim" as const,
        workload: run.workload,
        cluster: entered[0]!,
        message: `\`${run.workload}\` holds data and moves from \`${left[0]}\` to \`${entered[0]}\` untold`,
        spans: run.spans,
      },
    ];
  });
}
