// Checks of how replicas are divided: `spread across`, shares, and choices in order (`then`). It must not know nodes.
import type { RunIr } from "../../compiler/index.ts";
import type { Violation } from "./violation.ts";
import { copySizeOf, type World } from "./world.ts";

/** `spread across KEY`: at most `max` replicas a value; without it, counts differ by at most one among the values that can be used. */
export function checkSpread(world: World): Violation[] {
  const violations: Violation[] = [];
  for (const run of world.ir.runs) {
    for (const spread of run.spread) {
      const say = (message: string, cluster?: string) =>
        violations.push({
          rule: "spread",
          workload: run.workload,
          ...(cluster === undefined ? {} : { cluster }),
          message,
          spans: [spread.span],
        });
      const counts = spread.max === undefined ? usableValues(world, run, spread.key) : new Map<string, number>();
      for (const cluster of world.where(run.workload)) {
        const value = valueOf(world, cluster, spread.key);
        if (value === undefined)
          say(`\`${cluster}\` has no \`${spread.key}\` to spread \`${run.workload}\` across`, cluster);
        else counts.set(value, (counts.get(value) ?? 0) + unitsOn(world, run, cluster, spread.max));
      }
      const [most, least] = [Math.max(0, ...counts.values()), Math.min(Infinity, ...counts.values())];
      if (spread.max !== undefined && most > spread.max)
        say(`\`${run.workload}\` has ${most} replicas in one ${spread.key}; at most ${spread.max} are asked`);
      if (spread.max === undefined && counts.size > 0 && most - least > 1)
        say(`\`${run.workload}\` has ${most} in one ${spread.key} and ${least} in another`);
    }
  }
  return violations;
}

/** What is counted: replicas under `max` and of `xN`, else whole copies. */
function unitsOn(world: World, run: RunIr, cluster: string, max: number | undefined): number {
  const replicas = world.replicas(run.workload, cluster);
  return max !== undefined || run.spreading.kind === "divided" ? replicas : replicas / copySizeOf(world, run);
}

function valueOf(world: World, cluster: string, key: string): string | undefined {
  return key === "cluster" ? cluster : world.clusters.get(cluster)?.labels[key];
}

function usableValues(world: World, run: RunIr, key: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cluster of world.ir.fleet.clusters) {
    const value = valueOf(world, cluster.name, key);
    if (value !== undefined && !counts.has(value) && world.candidate(run, cluster)) counts.set(value, 0);
  }
  return counts;
}

/** `on a weight 3, b weight 1`: each cluster's count is its share, rounded down or up. */
export function checkShares(world: World): Violation[] {
  const violations: Violation[] = [];
  for (const run of world.ir.runs) {
    if (run.shares === undefined) continue;
    const total = world.where(run.workload).reduce((sum, cluster) => sum + world.replicas(run.workload, cluster), 0);
    const weights = run.shares.shares.reduce((sum, share) => sum + share.weight, 0);
    for (const { cluster, weight } of run.shares.shares) {
      const share = (total * weight) / weights;
      const count = world.replicas(run.workload, cluster);
      if (Math.abs(count - share) < 1 - 1e-9) continue;
      violations.push({
        rule: "shares",
        workload: run.workload,
        cluster,
        message: `\`${run.workload}\` has ${count} replicas on \`${cluster}\`; its share is ${share}`,
        spans: [run.shares.span],
      });
    }
  }
  return violations;
}

/** A replica (or a whole copy) that could come from one cluster to another of an earlier choice. */
export interface EarlierChoice {
  readonly run: RunIr;
  readonly from: string;
  readonly to: string;
  readonly replicas: number;
}

/**
 * Every step that `then` would have preferred: from a cluster of a later choice to one of an earlier. What was on the later choice
 * before this plan stays there by right (no fail-back by itself). The caller asks of each whether the step was possible.
 */
export function earlierChoices(world: World): EarlierChoice[] {
  const steps: EarlierChoice[] = [];
  for (const run of world.ir.runs) {
    const choices = run.choices?.choices ?? [];
    for (const from of world.where(run.workload)) {
      const rank = choices.findIndex((choice) => choice.includes(from));
      const came = world.replicas(run.workload, from) - (world.before[run.workload]?.[from] ?? 0);
      if (rank <= 0 || came <= 0) continue;
      const replicas = run.spreading.kind === "divided" ? 1 : copySizeOf(world, run);
      // A copy of which part was there before would bring more to the earlier choice than it takes from the later one.
      if (came < replicas) continue;
      for (const to of choices.slice(0, rank).flat()) {
        if (run.spreading.kind !== "divided" && world.replicas(run.workload, to) > 0) continue;
        steps.push({ run, from, to, replicas });
      }
    }
  }
  return steps;
}
