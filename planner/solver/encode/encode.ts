// A problem as a sparse integer model: columns, rows with their reasons, one expression for each term of the objective, and the way back
// from a point to a placement. It must not know solvers.
import { atMost, newDraft } from "../draft.ts";
import type { Draft } from "../draft.ts";
import type { Learnt } from "../learnt.ts";
import { lossesOf } from "../losses.ts";
import type { Loss } from "../losses.ts";
import { valueOf } from "../model.ts";
import type { Because, Placement, Problem, ProblemWorkload } from "../../problem.ts";
import { encodeCuts } from "./cuts.ts";
import { encodeCapacity, encodeCounts, loadOf, usedOn } from "./counting.ts";
import { layGround } from "./ground.ts";
import type { Ground } from "./ground.ts";
import { encodeObjectives } from "./objective.ts";
import type { EncodedTerm } from "./objective.ts";
import { encodeRules } from "./rules.ts";
import { encodeKeeping, encodeRecovery } from "./survive.ts";
import type { Situation } from "./survive.ts";

export interface Encoded {
  readonly draft: Draft;
  readonly ground: Ground;
  /** As planned first, then after each loss that was promised to be survived. */
  readonly situations: readonly Situation[];
  readonly terms: readonly EncodedTerm[];
}

/** @param losses after which everything that is lost comes back; of all others only so much is asked that enough remains. */
export function encode(
  problem: Problem,
  learnt?: Pick<Learnt, "cuts" | "limits">,
  losses: readonly Loss[] = lossesOf(problem),
): Encoded {
  const draft = newDraft();
  const ground = layGround(problem, draft);
  const facts = problem.clusters.map((cluster): Because => ({
    text: `what the nodes of ${cluster.name} hold`,
    kind: "fleet",
  }));
  encodeCounts(ground);
  const load = loadOf(problem, ground.placed);
  encodeCapacity(problem, draft, load, facts);
  encodeRules(ground);
  encodeKeeping(ground, lossesOf(problem));
  const after = losses.map((loss) => encodeRecovery(ground, loss));
  for (const { placed } of after) encodeCapacity(problem, draft, loadOf(problem, placed), facts);
  const situations = [{ lost: new Set<number>(), placed: ground.placed }, ...after];
  encodeCuts(ground, situations, learnt?.cuts ?? []);
  for (const { cluster, resource, most } of learnt?.limits ?? [])
    atMost(draft, usedOn(problem, load, cluster, resource), most);
  return { draft, ground, situations, terms: encodeObjectives(ground, load) };
}

/** Replicas of each workload on each candidate, as planned or in another situation. */
export function decode(problem: Problem, situation: Situation, values: readonly number[]): Placement {
  return problem.workloads.map((workload: ProblemWorkload, w) =>
    workload.candidates.map((_, i) => Math.round(valueOf(situation.placed[w]?.[i]?.replicas ?? NONE, values))),
  );
}

const NONE = { columns: [], coefficients: [], constant: 0 };
