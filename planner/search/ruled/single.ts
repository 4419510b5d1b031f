// Places one workload, or several that share their clusters, where it costs least as things stand; where there is no room others make way. It
// must not know who follows whom.
import type { Improver } from "../improve.ts";
import { allowedOf, offersOf } from "./offers.ts";
import type { OfferGround } from "./offers.ts";
import { distribute } from "./distribute.ts";
import { priceOf } from "../start.ts";

export interface SingleGround extends OfferGround {
  /** Takes all of a workload away. */
  readonly leave: (w: number) => void;
  readonly improver: Pick<Improver, "squeeze" | "roomFor">;
}

export interface Manner {
  readonly priced: number;
  /** What others may lose together by making way; undefined: nobody makes way. */
  readonly budget: number | undefined;
  /** Replicas by candidate that are wished for, if any are. */
  readonly wish?: Float64Array | undefined;
}

/** Distributions that are tried when what they ask for is refused. */
const TRIES = 12;
/** Longest chain of those that make way. */
const DEPTH = 2;
/** Clusters that are tried for what must be together, with room and without. */
const CLUSTERS = 48;
const CROWDED = 12;
/** Counts that are tried of what may stay out in part. */
const FEWER = 24;

/**
 * Places all of a workload, as much as finds room where it is optional; of its `anchor` candidate (own index, or −1) some in any case. What
 * others lost, or Infinity, and then nothing of it is placed.
 */
export function placeAlone(ground: SingleGround, w: number, anchor: number, manner: Manner): number {
  const { compact } = ground.state;
  const size = compact.step[w] as number;
  const all = (compact.wanted[w] as number) * size;
  if (compact.problem.workloads[w]?.optional !== true) return placeTotal(ground, w, all, anchor, manner);
  for (let [tries, total] = [0, all]; total > 0 && tries < FEWER; tries++) {
    const lost = placeTotal(ground, w, total, anchor, manner);
    if (lost < Infinity) return lost;
    total = tries < FEWER / 2 ? total - size : Math.floor(total / 2 / size) * size;
  }
  return 0;
}

function placeTotal(ground: SingleGround, w: number, total: number, anchor: number, manner: Manner): number {
  const { state, bonds, improver } = ground;
  const { candidateStart, step } = state.compact;
  const first = candidateStart[w] as number;
  const size = step[w] as number;
  const candidates = (candidateStart[w + 1] as number) - first;
  const refused = new Map<number, number>();
  let lost = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const offers = offersOf(ground, w, {
      priced: manner.priced,
      wish: manner.wish,
      crowded: manner.budget !== undefined,
      refused,
    });
    const counts = distribute(offers, { size, total, candidates, own: bonds.own(w), anchor });
    if (counts === undefined) return Infinity;
    let good = true;
    // Without others to move, all that is refused is learnt at once.
    const going = (): boolean => good || manner.budget === undefined;
    for (let pass = 0; pass < 2 && going(); pass++)
      for (let i = 0; i < candidates && going(); i++) {
        const c = first + i;
        const open = (counts[i] as number) - (state.on[c] as number);
        if (open <= 0) continue;
        // Those with room first: who makes way must not take it.
        if (pass === 0 && improver.roomFor(c, open) < open) continue;
        lost += fillUp(ground, c, counts[i] as number, spare(manner.budget, lost));
        if ((state.on[c] as number) >= (counts[i] as number)) continue;
        refused.set(i, state.on[c] as number);
        good = false;
      }
    if (good) return lost;
    ground.leave(w);
  }
  return Infinity;
}

const spare = (budget: number | undefined, lost: number): number | undefined =>
  budget === undefined ? undefined : budget - lost;

/** Fills a candidate up to so many replicas as far as that goes, others making way where there is a budget; what those lost. */
function fillUp({ state, improver }: SingleGround, c: number, goal: number, budget: number | undefined): number {
  const size = state.compact.step[state.compact.workloadOf[c] as number] as number;
  const room = improver.roomFor(c, goal - (state.on[c] as number));
  if (room > 0) state.add(c, room);
  if (budget === undefined) return 0;
  let lost = 0;
  while ((state.on[c] as number) < goal) {
    const more = improver.squeeze(c, size, budget - lost, DEPTH);
    if (more === Infinity) break;
    lost += more;
  }
  return lost;
}

/** What a workload costs where it is, with so much of the price of room. */
export function costOf(
  { state, weights, prices }: Pick<OfferGround, "state" | "weights" | "prices">,
  w: number,
  priced: number,
): number {
  const { compact, on, placed } = state;
  let sum = 0;
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
    const here = on[c] as number;
    const saved = weights.reward[c] as number;
    if (saved > 0) sum += ((weights.kept[c] as number) - Math.min(weights.kept[c] as number, here)) * saved;
    if (here > 0)
      sum += here * ((weights.cost[c] as number) + (priced === 0 ? 0 : priced * priceOf(compact, prices, c)));
  }
  const missing = (compact.wanted[w] as number) * (compact.step[w] as number) - (placed[w] as number);
  return sum + missing * (weights.leftOut[w] as number);
}

/** Places workloads that must share their clusters on one cluster, all of each; as `placeAlone`. */
export function placeTogether(ground: SingleGround, set: readonly number[], manner: Manner): number {
  const { state, bonds, prices, weights } = ground;
  const { compact } = state;
  const members = set.filter((w) => (compact.wanted[w] as number) > 0);
  const [lead] = members;
  if (lead === undefined) return 0;
  if (!members.every((w) => isOnOne(ground, w))) return Infinity;
  const allowed = members.map((w) => allowedOf(state, bonds, w));
  const goal = (w: number): number => (compact.wanted[w] as number) * (compact.step[w] as number);
  const places: { readonly candidates: readonly number[]; readonly key: number; readonly wish: number }[] = [];
  for (let c = compact.candidateStart[lead] as number; c < (compact.candidateStart[lead + 1] as number); c++) {
    const candidates = members.map((w) => bonds.at(w, compact.cluster[c] as number));
    if (!candidates.every((at, m) => fits(at, m))) continue;
    const key = candidates.reduce((sum, at, m) => sum + keyOf(at, goal(members[m] as number)), 0);
    const wish = candidates.reduce((sum, at) => sum + Math.floor(100 * ((manner.wish?.[at] ?? 0) / goal(lead))), 0);
    places.push({ candidates, key, wish });
  }
  places.sort((a, b) => b.wish - a.wish || a.key - b.key);
  for (const budget of manner.budget === undefined ? [undefined] : [undefined, manner.budget])
    for (const { candidates } of places.slice(0, budget === undefined ? CLUSTERS : CROWDED)) {
      let lost = 0;
      const good = candidates.every((at, m) => {
        lost += fillUp(ground, at, goal(members[m] as number), spare(budget, lost));
        return state.on[at] === goal(members[m] as number);
      });
      if (good) return lost;
      for (const w of members) ground.leave(w);
    }
  return members.every((w) => compact.problem.workloads[w]?.optional === true) ? 0 : Infinity;

  function fits(at: number, m: number): boolean {
    return at >= 0 && (compact.most[at] as number) >= goal(members[m] as number) && allowed[m]?.(at) === true;
  }
  function keyOf(at: number, many: number): number {
    const kept = Math.min(many, weights.kept[at] as number) * (weights.reward[at] as number);
    return many * ((weights.cost[at] as number) + manner.priced * priceOf(compact, prices, at)) - kept;
  }
}

/** Whether all of a workload may be on one cluster, which nothing but its total forbids. */
function isOnOne({ state, bonds }: OfferGround, w: number): boolean {
  const { counting } = state.compact.problem.workloads[w] ?? {};
  if (counting?.kind === "copies" ? counting.clusters !== 1 : counting?.kind !== "divided") return false;
  return bonds.own(w).every((own) => own.kind === "clusters" && own.many === 1);
}
