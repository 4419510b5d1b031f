// The independent checker: reads an IR and a placement and says every promise of LANGUAGE.md that the placement breaks. It runs on every
// answer before anyone sees it. It must not know planner/build, planner/solver or planner/nodes: it shares no code with what it judges.
import type { Ir } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { checkPacking, type NodeAssignment } from "./certificate.ts";
import { checkApart, checkClaims, checkNear, checkTogether, checkWith } from "./company.ts";
import { checkCounts, checkNames, checkPairs } from "./counting.ts";
import { distancesOf } from "./distance.ts";
import { objectiveIn, type ObjectiveValue } from "./objective.ts";
import { checkChoices } from "./choices.ts";
import { checkShares, checkSpread } from "./spreading.ts";
import { checkSurvive } from "./survive.ts";
import type { Violation } from "./violation.ts";
import { worldOf } from "./world.ts";

export interface VerifyOptions {
  /** Which pod is on which node, when the planner knows: then only this assignment is checked, and nothing is searched. */
  readonly nodes?: NodeAssignment;
  /** Tries of a node in each search of a packing (default 100,000). */
  readonly steps?: number;
  /** False for an answer without a proof: whether more would have fitted on an earlier choice (`then`) is then not asked. */
  readonly proven?: boolean;
  /** Clusters that were taken to be lost. */
  readonly without?: readonly string[];
  /** Values that the planner claims; each is computed again and compared. */
  readonly objective?: readonly { readonly name: string; readonly value: number }[];
}

/**
 * Every promise that `placed` breaks; an empty list is a clean bill. `before` is what ran before (moves, claims, `then`). A packing that
 * could be neither shown nor refuted within `steps` is a violation `packing-undecided`.
 */
export function verifyPlacement(
  ir: Ir,
  before: PlacedReplicas,
  placed: PlacedReplicas,
  options: VerifyOptions = {},
): readonly Violation[] {
  const steps = options.steps ?? 100_000;
  const world = worldOf(ir, before, placed, options.without);
  const distances = distancesOf(ir.fleet);
  const names = checkNames(world);
  if (names.length > 0) return names; // nothing else can be said of what is not in the program
  return [
    ...checkPairs(world),
    ...checkCounts(world),
    ...checkSpread(world),
    ...checkShares(world),
    ...checkNear(world, distances),
    ...checkWith(world),
    ...checkApart(world),
    ...checkTogether(world),
    ...checkClaims(world),
    ...checkPacking(world, options.nodes, steps),
    ...(options.proven === false ? [] : checkChoices(world, distances, steps)),
    ...checkSurvive(world, steps, options.nodes),
    ...(options.objective === undefined ? [] : compareObjective(objectiveIn(world, distances), options.objective)),
  ];
}

type Claimed = Pick<ObjectiveValue, "value"> & { readonly name: string };

/** Claimed values must be those of the placement, but for rounding. */
function compareObjective(all: readonly ObjectiveValue[], claimed: readonly Claimed[]): Violation[] {
  const own = all.filter((term) => term.name !== "choices"); // judged by its own check, and not reported
  const say = (message: string): Violation => ({ rule: "objective", message, spans: [] });
  if (own.length !== claimed.length) return [say(`${claimed.length} objectives are claimed; there are ${own.length}`)];
  return own.flatMap((term, i) => {
    const claim = claimed[i]!;
    if (claim.name !== term.name) return [say(`objective ${i + 1} is \`${term.name}\`, not \`${claim.name}\``)];
    const tolerance = 1e-6 * Math.max(1, Math.abs(term.value));
    if (Math.abs(claim.value - term.value) <= tolerance) return [];
    return [say(`\`${term.name}\` is ${term.value}, not ${claim.value}`)];
  });
}
