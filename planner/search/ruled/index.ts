// Workloads that rules bind, or that pay their distance to others: placed and improved by what their rules mean, without a solver; what that does
// not find is left to the exact solvers, family by family. It must not know how rules are checked.
import { presentOn } from "../../presolve/index.ts";
import type { Improver } from "../improve.ts";
import type { SearchGround } from "../search.ts";
import { hardestFirst } from "../start.ts";
import { placementOf } from "../state.ts";
import type { State } from "../state.ts";
import { chargeLatency } from "../weigh.ts";
import type { Weighed } from "../weigh.ts";
import { approach } from "./approach.ts";
import { newBonds } from "./bonds.ts";
import type { Bonds, Own } from "./bonds.ts";
import { newCharges } from "./charges.ts";
import { placeFamily } from "./family.ts";
import type { FamilyGround } from "./family.ts";
import { costOf } from "./single.ts";
import { newSteps } from "./steps.ts";
import type { Steps } from "./steps.ts";

import { alignWishes } from "./wishes.ts";

export { newBonds, newSteps, type Bonds, type Steps };
export { shift } from "./shift.ts";

/** Workloads that rules or distances tie together. */
export type Family = readonly number[];

export interface Ruled {
  /** Families, the hardest first. */
  readonly families: readonly Family[];
  /** Places a family unless it stands already; false, and nothing of it is placed, when it finds no place. */
  readonly place: (family: Family) => boolean;
  /** Charges distances to where everything is by now. */
  readonly charge: () => void;
  /** Takes out one family after the other and places it again, where that is better, others making way; how much was gained. */
  readonly round: (over: () => boolean) => number;
  /** Brings those who pay their way and what they speak with together; how much was gained. */
  readonly approach: (over: () => boolean) => number;
}

export interface RuledGround extends Pick<SearchGround, "compact" | "weights" | "keeps" | "keeping" | "nodes"> {
  readonly weighed: Weighed;
  readonly bonds: Bonds;
  readonly steps: Steps;
  readonly ranked: Int32Array;
  readonly prices: Float64Array;
  /** Replicas by candidate at the linear optimum, nearly, where that is known. */
  readonly wish: Float64Array | undefined;
}

export function newRuled(search: RuledGround, state: State, improver: Improver): Ruled {
  const { compact, weights, weighed, keeps, bonds, prices } = search;
  const charges = newCharges(state, weighed, weights);
  const ground: FamilyGround = {
    state,
    weights,
    prices,
    bonds,
    steps: search.steps,
    charges,
    aside: (w) => (charges.pays(w) ? charges.without : undefined),
    improver,
    spare: search.nodes.spare,
    leave: (w) => search.nodes.leave(state, w),
    ranked: search.ranked,
    holds: (w) => keeps.holds(state, w),
  };
  const families = familiesOf(search);
  if (search.wish !== undefined) alignWishes(compact, bonds, search.wish);
  const sourcesOf = (family: readonly number[]): readonly number[] => family.flatMap((w) => charges.sourcesOf(w));
  return {
    families,
    place: (family) => {
      for (const source of sourcesOf(family)) charges.charge(source);
      if (stands(search, state, family)) return true;
      for (const w of family) ground.leave(w);
      const { wish } = search;
      return [undefined, Infinity].some(
        (budget) => placeFamily(ground, family, { priced: 1, budget, wish }) < Infinity,
      );
    },
    charge: () => {
      charges.reset();
      const decided = placementOf(state);
      chargeLatency(compact, weighed, weights, (w) => presentOn(compact.problem, decided, w));
    },
    approach: (stopped) => approach({ ...ground, steps: search.steps }, stopped),
    round: (stopped) => {
      let gained = 0;
      for (const family of families) {
        if (stopped()) break;
        // What comes back after a loss speaks of where survivors are: they stay.
        if (family.some((w) => search.keeping?.survives(w) === true)) continue;
        gained += again(ground, family, sourcesOf(family));
      }
      return gained;
    },
  };
}

/** Places a family once more; what was gained, 0 when it stays as it was. */
function again(ground: FamilyGround, family: readonly number[], sources: readonly number[]): number {
  const { state, charges } = ground;
  const all = [...new Set([...family, ...sources])];
  const worth = (): number => all.reduce((sum, w) => sum + costOf(ground, w, 0), 0);
  const before = worth();
  const least = family.reduce((sum, w) => sum + leastOf(ground, w), 0);
  if (before - least <= 1e-7 * Math.max(1, Math.abs(before))) return 0;
  const noted = state.note();
  for (const w of family) ground.leave(w);
  for (const source of sources) charges.charge(source);
  const lost = placeFamily(ground, family, { priced: 0, budget: Math.max(0, before - least) });
  const after = lost < Infinity ? worth() + lost : Infinity;
  if (after < before - 1e-7 * Math.max(1, Math.abs(before))) {
    noted.end();
    return before - after;
  }
  noted.undo();
  for (const source of sources) charges.charge(source);
  return 0;
}

/** Less than this a workload can not cost, wherever it is and whatever it follows. */
function leastOf({ state, weights, charges }: FamilyGround, w: number): number {
  const { candidateStart, wanted, step, most } = state.compact;
  let least = Infinity;
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
    if ((most[c] as number) > 0)
      least = Math.min(
        least,
        charges.without(c) - ((weights.kept[c] as number) > 0 ? (weights.reward[c] as number) : 0),
      );
  return least === Infinity ? 0 : Math.min(0, least) + Math.max(0, least) * (wanted[w] as number) * (step[w] as number);
}

/** Families, those with the least choice first, then the hardest; each member but once. */
function familiesOf({ compact, keeps, bonds, prices }: RuledGround): readonly Family[] {
  const seen = new Set<readonly number[]>();
  for (const w of hardestFirst(compact, prices)) if (keeps.ruled(w)) seen.add(keeps.family(w));
  const choice = (family: Family): number => Math.min(...family.map((w) => choiceOf(bonds.own(w))));
  return [...seen]
    .map((family) => ({ family, choice: choice(family) }))
    .sort((a, b) => a.choice - b.choice)
    .map(({ family }) => family);
}

/** What has shares can not go elsewhere at all, what is spread evenly must go everywhere. */
function choiceOf(own: readonly Own[]): number {
  if (own.some(({ kind }) => kind === "shares")) return 0;
  return own.some((promise) => promise.kind === "spread" && promise.max === undefined) ? 1 : 2;
}

function stands({ compact, keeps }: RuledGround, state: State, family: readonly number[]): boolean {
  return family.every(
    (w) =>
      (state.placed[w] as number) === (compact.wanted[w] as number) * (compact.step[w] as number) &&
      keeps.holds(state, w),
  );
}
