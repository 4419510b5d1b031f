// Brings those who pay their way and what they speak with together, a few replicas of both at a time: a step of the one alone does not gain where
// the other is not. It must not know why they are apart.
import type { Improver } from "../improve.ts";
import { costOf } from "./single.ts";
import type { FamilyGround } from "./family.ts";
import type { Bonds } from "./bonds.ts";
import type { Steps } from "./steps.ts";

export interface ApproachGround extends Pick<FamilyGround, "state" | "weights" | "prices" | "charges"> {
  readonly bonds: Pick<Bonds, "at">;
  readonly steps: Pick<Steps, "may">;
  readonly improver: Pick<Improver, "squeeze" | "roomFor">;
}

/** Clusters where both may meet that are tried for each place, and places of the target that it leaves for it. */
const MEETINGS = 12;
const LEAVING = 4;
/** Longest chain of others that make way. */
const DEPTH = 2;

/** Goes over every place of every payer that is away from its targets; how much was gained. */
export function approach(ground: ApproachGround, over: () => boolean): number {
  const { state, charges } = ground;
  const { compact, on } = state;
  const pairs = compact.problem.latencies.map(({ from, to }) => ({ from, to: [...new Set(to)] }));
  let gained = 0;
  for (const { from, to } of pairs) {
    if (!charges.pays(from)) continue;
    for (let c = compact.candidateStart[from] as number; c < (compact.candidateStart[from + 1] as number); c++) {
      for (let many = on[c] as number; many > 0 && !over();) {
        if (!isAway(ground, c)) break;
        const more = to.reduce((sum, t) => (sum > 0 ? sum : meet(ground, c, many, t)), 0);
        gained += more;
        if (more > 0) many = on[c] as number;
        else many = many === 1 ? 0 : Math.ceil(many / 2);
      }
    }
  }
  return gained;
}

const isAway = ({ weights, charges, state }: ApproachGround, c: number): boolean =>
  (state.on[c] as number) > 0 && (weights.cost[c] as number) > charges.without(c) + 1e-9 * Math.abs(charges.without(c));

/** Takes so many replicas of a payer, and a step of one target where that is not there yet, to one cluster; what was gained. */
function meet(ground: ApproachGround, c: number, many: number, target: number): number {
  const { state, bonds, charges, steps } = ground;
  const { compact, on } = state;
  const payer = compact.workloadOf[c] as number;
  if (target === payer) return 0;
  const [own, step] = [compact.step[payer] as number, compact.step[target] as number];
  if (many % own !== 0) return 0;
  const here = compact.cluster[c] as number;
  const places: { readonly goes: number; readonly comes: number; readonly key: number }[] = [];
  for (let d = compact.candidateStart[target] as number; d < (compact.candidateStart[target + 1] as number); d++) {
    const goes = bonds.at(payer, compact.cluster[d] as number);
    if (goes < 0 || (compact.most[d] as number) < step || (compact.most[goes] as number) < own) continue;
    const stays = compact.cluster[d] === here;
    if (stays && (on[d] as number) > 0) continue;
    const key =
      (stays ? 0 : many * (charges.without(goes) - charges.without(c))) +
      ((on[d] as number) > 0 ? 0 : step * charges.without(d));
    places.push({ goes, comes: d, key });
  }
  places.sort((a, b) => a.key - b.key || a.comes - b.comes);
  const all = [...new Set([payer, target, ...charges.sourcesOf(target)])];
  const worth = (): number => all.reduce((sum, w) => sum + costOf(ground, w, 0), 0);
  const before = worth();
  const least = 1e-7 * Math.max(1, Math.abs(before));
  for (const { goes, comes } of places.slice(0, MEETINGS)) {
    const leaving = (on[comes] as number) > 0 ? [-1] : leavingOf(ground, target, comes);
    for (const leaves of leaving) {
      const noted = state.note();
      let lost = 0;
      const come = (from: number, to: number, count: number): boolean => {
        if (from === to) return true;
        if (!steps.may(from, to, count)) return false;
        state.remove(from, count);
        if (ground.improver.roomFor(to, count) >= count) state.add(to, count);
        else {
          const size = compact.step[compact.workloadOf[to] as number] as number;
          for (let k = 0; k < count; k += size) {
            const more = ground.improver.squeeze(to, size, before, DEPTH);
            if (more === Infinity) return false;
            lost += more;
          }
        }
        return true;
      };
      const stood = (leaves < 0 || come(leaves, comes, step)) && come(c, goes, many);
      if (stood) for (const source of charges.sourcesOf(target)) charges.charge(source);
      const after = stood ? worth() + lost : Infinity;
      if (after < before - least) {
        noted.end();
        return before - after;
      }
      noted.undo();
      for (const source of charges.sourcesOf(target)) charges.charge(source);
    }
  }
  return 0;
}

/** Places of a target that it may leave by a step: those that keep some first, then the dearest. */
function leavingOf({ state, charges }: ApproachGround, target: number, comes: number): readonly number[] {
  const { compact, on } = state;
  const step = compact.step[target] as number;
  const found: number[] = [];
  for (let c = compact.candidateStart[target] as number; c < (compact.candidateStart[target + 1] as number); c++)
    if (c !== comes && (on[c] as number) >= step) found.push(c);
  const last = (c: number): number => (on[c] === step ? 1 : 0);
  return found.sort((a, b) => last(a) - last(b) || charges.without(b) - charges.without(a) || a - b).slice(0, LEAVING);
}
