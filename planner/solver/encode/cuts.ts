// What packing taught, in every situation: on a cluster, not all of these workloads at once with so many replicas. It must not know nodes.
import { atLeast, atMost, constant, integerColumn, minus, plus, sum, times } from "../draft.ts";
import type { Draft } from "../draft.ts";
import type { Linear } from "../model.ts";
import type { NodeCut, ProblemWorkload } from "../../problem.ts";
import { copySize, isWhole } from "./ground.ts";
import type { Ground, Presence } from "./ground.ts";
import type { Situation } from "./survive.ts";

export function encodeCuts(ground: Ground, situations: readonly Situation[], cuts: readonly NodeCut[]): void {
  for (const cut of cuts)
    for (const situation of situations) {
      if (situation.lost.has(cut.cluster)) continue;
      const flags = cut.counts.map(({ workload, replicas }) => {
        const i = ground.candidateOn(workload, cut.cluster);
        const presence = i === undefined ? undefined : situation.placed[workload]?.[i];
        if (presence === undefined) return constant(replicas === 0 ? 1 : 0);
        const of = ground.problem.workloads[workload] as ProblemWorkload;
        return cut.exactly ? just(ground.draft, of, presence, replicas) : reaches(ground.draft, of, presence, replicas);
      });
      atMost(ground.draft, plus(...flags), cut.counts.length - 1, {
        text: `the nodes of ${ground.problem.clusters[cut.cluster]?.name} do not hold this together`,
        kind: "fleet",
      });
    }
}

/** 1 when there are at least so many replicas (it may be 1 with fewer: only the upper side is held). */
function reaches(draft: Draft, workload: ProblemWorkload, { replicas, most }: Presence, count: number): Linear {
  if (count === 0) return constant(1);
  if (count > most) return constant(0);
  if (isWhole(workload) && most === copySize(workload)) return times(replicas, 1 / most);
  const flag = integerColumn(draft, 0, 1);
  atMost(draft, minus(replicas, times(flag, most - count + 1)), count - 1);
  return flag;
}

/** 1 when there are just so many: at least so many, and not one more. */
function just(draft: Draft, workload: ProblemWorkload, presence: Presence, count: number): Linear {
  const { replicas, most } = presence;
  if (isWhole(workload) && most === copySize(workload) && count === most) return times(replicas, 1 / most);
  if (isWhole(workload) && most === copySize(workload) && count === 0)
    return minus(constant(1), times(replicas, 1 / most));
  const low = reaches(draft, workload, presence, count);
  if (count >= most) return low;
  const more = integerColumn(draft, 0, 1);
  atLeast(draft, minus(replicas, times(more, count + 1)), 0);
  return sum([
    [low, 1],
    [more, -1],
  ]);
}
