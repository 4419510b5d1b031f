// Checks `then`: nothing new stands on a later choice that could stand on an earlier one with everything else as it is. It must not know
// how the planner ranks choices.
import { packingOf } from "./certificate.ts";
import { checkApart, checkClaims, checkNear, checkTogether, checkWith } from "./company.ts";
import { checkCounts } from "./counting.ts";
import type { Distances } from "./distance.ts";
import { checkSpread, earlierChoices, type EarlierChoice } from "./spreading.ts";
import { checkSurvive } from "./survive.ts";
import type { Violation } from "./violation.ts";
import { worldOf, type World } from "./world.ts";

export function checkChoices(world: World, distances: Distances, steps: number): Violation[] {
  return earlierChoices(world).flatMap((step) => {
    if (!wasPossible(world, distances, step, steps)) return [];
    const { run, from, to } = step;
    return [
      {
        rule: "choices" as const,
        workload: run.workload,
        cluster: from,
        message: `\`${run.workload}\` is on \`${from}\`, a later choice, though it fits on \`${to}\``,
        spans: [run.choices!.span],
      },
    ];
  });
}

function wasPossible(world: World, distances: Distances, step: EarlierChoice, steps: number): boolean {
  const { run, from, to, replicas } = step;
  const id = run.workload;
  const target = world.clusters.get(to);
  if (target === undefined || !world.candidate(run, target)) return false;
  // Where it comes from too: a pod that is attracted to it may not stand there alone.
  for (const [cluster, more] of [
    [target, replicas],
    [world.clusters.get(from), -replicas],
  ] as const) {
    if (cluster === undefined) continue;
    const loads = new Map<string, number>();
    for (const other of world.ir.runs) {
      const count = world.replicas(other.workload, cluster.name) + (other === run ? more : 0);
      if (count > 0) loads.set(other.workload, count);
    }
    if (packingOf(world, cluster, loads, steps) !== "fits") return false;
  }
  const row = { ...world.placed[id], [to]: world.replicas(id, to) + replicas };
  row[from] = world.replicas(id, from) - replicas;
  const moved = worldOf(world.ir, world.before, { ...world.placed, [id]: row }, [...world.lost]);
  const broken = [
    ...checkCounts(moved),
    ...checkSpread(moved),
    ...checkNear(moved, distances),
    ...checkWith(moved),
    ...checkApart(moved),
    ...checkTogether(moved),
    ...checkClaims(moved),
    ...checkSurvive(moved, steps),
  ];
  return broken.length === 0;
}
