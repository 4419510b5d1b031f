// Checks of how many replicas stand where, and of each pair of workload and cluster alone: names, counts, `where`, `on`, `each`, forbid,
// accepts, taints, room on an empty node. It must not know other workloads.
import type { Cluster, RunIr } from "../../compiler/index.ts";
import { holdsAt } from "./condition.ts";
import type { Violation } from "./violation.ts";
import { copySizeOf, namedByOn, type World } from "./world.ts";

export function checkNames(world: World): Violation[] {
  const violations: Violation[] = [];
  for (const [workload, row] of Object.entries(world.placed)) {
    if (!world.runs.has(workload) && Object.values(row).some((replicas) => replicas !== 0))
      violations.push({ rule: "unknown-name", workload, message: `\`${workload}\` is placed but not run`, spans: [] });
    for (const [cluster, replicas] of Object.entries(row)) {
      if (!world.clusters.has(cluster))
        violations.push({ rule: "unknown-name", workload, cluster, message: `no cluster \`${cluster}\``, spans: [] });
      if (!Number.isInteger(replicas) || replicas < 0)
        violations.push({
          rule: "count",
          workload,
          cluster,
          message: `\`${workload}\` has ${replicas} replicas on \`${cluster}\`: not a whole number`,
          spans: [],
        });
    }
  }
  return violations;
}

/** One message for each promise that the pair breaks. */
export function checkPairs(world: World): Violation[] {
  const violations: Violation[] = [];
  for (const run of world.ir.runs) {
    for (const name of world.where(run.workload)) {
      const cluster = world.clusters.get(name);
      if (cluster !== undefined) violations.push(...checkPair(world, run, cluster));
    }
  }
  return violations;
}

function checkPair(world: World, run: RunIr, cluster: Cluster): Violation[] {
  const found: Violation[] = [];
  const say = (rule: Violation["rule"], message: string, spans: Violation["spans"]) =>
    found.push({ rule, workload: run.workload, cluster: cluster.name, message, spans });
  if (!namedByOn(run, cluster.name))
    say(
      "on",
      `\`${run.workload}\` is on \`${cluster.name}\`, which its \`on\` leaves out`,
      run.on.map((on) => on.span),
    );
  if (!world.accepted(run, cluster))
    say("accepts", `\`${cluster.name}\` does not accept \`${run.workload}\``, [cluster.accepts].flatMap(spanOf));
  if (world.usable(run, cluster).length > 0) return found;
  const matching = cluster.pools.filter((pool) => run.where.every((where) => holdsAt(where.condition, cluster, pool)));
  if (matching.length === 0) {
    say(
      "where",
      `no nodes of \`${cluster.name}\` satisfy \`where\` of \`${run.workload}\``,
      run.where.map((where) => where.span),
    );
  } else if (world.admitting(run, cluster).length === 0) {
    const forbids = world.ir.forbids.filter((forbid) => forbid.workloads.includes(run.workload));
    say(
      "forbid",
      `\`forbid\`, taints or the pod's own node affinity keep \`${run.workload}\` off every node of \`${cluster.name}\``,
      forbids.map((forbid) => forbid.span),
    );
  } else {
    say("room", `a pod of \`${run.workload}\` fits on no empty node of \`${cluster.name}\``, run.spans);
  }
  return found;
}

/** Counts: copies whole and on exactly so many clusters, `each` on every match, `xN` summing up; fewer only with `optional`. */
export function checkCounts(world: World): Violation[] {
  return world.ir.runs.flatMap((run) => {
    const where = world.where(run.workload);
    const counts = where.map((cluster) => world.replicas(run.workload, cluster));
    const problem = countProblem(world, run, where, counts);
    if (problem === undefined) return [];
    return [
      {
        rule: run.spreading.kind === "each" ? ("each" as const) : ("count" as const),
        workload: run.workload,
        message: `\`${run.workload}\` ${problem}`,
        spans: [run.spreading.span],
      },
    ];
  });
}

function countProblem(world: World, run: RunIr, where: readonly string[], counts: readonly number[]) {
  const { spreading } = run;
  if (spreading.kind === "divided") {
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > spreading.total || (total < spreading.total && !run.optional))
      return `has ${total} replicas of ${spreading.total}`;
    if (spreading.clusters === undefined) return undefined;
    if (where.length > spreading.clusters || (where.length < spreading.clusters && !run.optional))
      return `is on ${where.length} clusters instead of ${spreading.clusters}`;
    return undefined;
  }
  const partial = counts.findIndex((count) => count !== copySizeOf(world, run));
  if (partial >= 0)
    return `has ${counts[partial]} of the ${copySizeOf(world, run)} replicas of a whole copy on \`${where[partial]}\``;
  if (spreading.kind === "copies") {
    if (where.length > spreading.clusters || (where.length < spreading.clusters && !run.optional))
      return `is on ${where.length} clusters instead of ${spreading.clusters}`;
    return undefined;
  }
  const required = requiredOfEach(world, run);
  const missing = required.filter((cluster) => !where.includes(cluster));
  if (missing.length > 0 && !run.optional) return `is missing on ${list(missing)}, which \`each\` asks for`;
  const extra = where.filter((cluster) => !required.includes(cluster));
  return extra.length > 0 ? `is on ${list(extra)}, which \`each\` does not ask for` : undefined;
}

/** The clusters that `on each` means: those that every `where` and `on` match (what `each of` names, all of it). */
export function requiredOfEach(world: World, run: RunIr): readonly string[] {
  if (run.eachOf !== undefined) return run.eachOf.clusters;
  return world.ir.fleet.clusters
    .filter((cluster) => !world.lost.has(cluster.name))
    .filter((cluster) => run.on.every((on) => on.clusters.includes(cluster.name)) && matchesWhere(run, cluster))
    .map((cluster) => cluster.name);
}

function matchesWhere(run: RunIr, cluster: Cluster): boolean {
  const pools = cluster.pools.length === 0 ? [undefined] : cluster.pools;
  return pools.some((pool) => run.where.every((where) => holdsAt(where.condition, cluster, pool)));
}

const spanOf = (condition: Cluster["accepts"]): Violation["spans"] =>
  condition === undefined || condition.kind === "always" ? [] : [condition.span];

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");
