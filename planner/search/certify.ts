// The proof of an answer as anyone can check it: for each term, prices on the whole problem and what they prove, beside what is claimed. It
// must not know how the answer or its bounds were found.
import type { Placement, Problem } from "../problem.ts";
import type { TermProof } from "../proof.ts";
import { arcsOf } from "./arcs.ts";
import type { Arcs } from "./arcs.ts";
import { ascend } from "./bound.ts";
import { beginning } from "./bound/beginning.ts";
import { namedPrices, pricesFrom, shownPrices } from "./bound/names.ts";
import { compactOf } from "./compact.ts";
import type { Compact } from "./compact.ts";
import { isWholeTerm, leastOf, nameOf, reaches, valuesByTerm } from "./proof.ts";
import type { Dual } from "./proof.ts";
import { newRelaxed } from "./relaxed.ts";
import { summed, weigh } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

type Objective = readonly { readonly name: string; readonly value: number; readonly bound: number }[];

export interface Claim {
  readonly placement: Placement;
  readonly objective: Objective;
  /** Prices that the search found, of the whole or of its parts. */
  readonly duals: readonly Dual[];
  /** An exact solver was at work: what prices do not prove it may have proven by leaving nothing out. */
  readonly exhausted: boolean;
}

export interface Certified {
  readonly objective: Objective;
  readonly proof: readonly TermProof[];
}

/** Arcs looked at for the prices of one term, where it has none: of the first that is open, of those after it, and of what is proven anyway. */
const WORK = { first: 1e7, later: 2e6, proven: 1e5 };
/** This close, prices of the search are good enough. */
const NEAR = 0.02;
/** Passes at most, and those below which none is worth it. */
const STEPS = { most: 240, least: 24 };
/** How much less than outweighing all that follows an earlier term may weigh: the best of these counts. */
const SCALES = [1, 0.03, 0.001, 0];

/** Proves every term again on the whole problem, at prices that are shown; bounds become those where they are better. */
export function certify(problem: Problem, claim: Claim): Certified {
  const compact = claim.duals.find((dual) => dual.compact.problem === problem)?.compact ?? compactOf(problem);
  const weighed = weigh(compact);
  const values = valuesByTerm(problem, weighed, claim.placement);
  let first = true;
  const objective: { name: string; value: number; bound: number }[] = [];
  const proof: TermProof[] = [];
  const tight: boolean[] = [];
  weighed.terms.forEach((term, t) => {
    const name = nameOf(problem, weighed, t);
    if (name === undefined) {
      // A term of `then` is shown to nobody; it only matters whether it is at what every workload reaches alone.
      const ground: Ground = { compact, weighed, values, tight, t, work: 0 };
      const alone = { name: "choices", value: values[t] as number, bound: -Infinity };
      tight.push(reaches(alone.value, whole(ground, bestOf(ground, [], alone).priced)));
      return;
    }
    const claimed = claim.objective[term.objective as number] ?? { name, value: values[t] as number, bound: -Infinity };
    const done = claim.exhausted && reaches(claimed.value, claimed.bound);
    const work = done ? WORK.proven : first ? WORK.first : WORK.later;
    const ground: Ground = { compact, weighed, values, tight, t, work };
    const best = bestOf(ground, claim.duals, claimed);
    // What needs no prices is shown without any.
    const floor = Math.max(floorOf(compact, name), term.costs.constant);
    const found = floor >= best.priced ? { priced: tidy(floor), given: [], prices: {} } : best;
    const least = whole(ground, found.priced);
    const kept = claim.exhausted || reaches(claimed.bound, least) ? Math.max(claimed.bound, least) : least;
    const bound = tidy(Math.min(claimed.value, kept));
    const proven = reaches(bound, least);
    proof.push({ name, bound, by: !proven ? "exhaustion" : isEmpty(found.prices) ? "trivial" : "prices", ...found });
    objective.push({ name: claimed.name, value: claimed.value, bound });
    first &&= reaches(claimed.value, bound);
    tight.push(reaches(claimed.value, bound));
  });
  return { objective, proof };
}

/** What needs no prices. */
export const floorOf = (compact: Compact, name: string): number => (name === "imbalance" ? 0 : leastOf(compact, name));

export interface Ground {
  readonly compact: Compact;
  readonly weighed: Weighed;
  readonly values: readonly number[];
  /** By earlier term: whether it is at its bound. To hold one that is not costs what it is away from it. */
  readonly tight: readonly boolean[];
  readonly t: number;
  readonly work: number;
}

type Shown = Pick<TermProof, "priced" | "given" | "prices">;

const isEmpty = (prices: TermProof["prices"]): boolean => Object.keys(prices).length === 0;

/** Without prices, at those of the search, and at prices of its own: what proves most. */
function bestOf(ground: Ground, duals: readonly Dual[], claimed: Objective[number]): Shown {
  const { compact, weighed, t, values, tight, work } = ground;
  const enough = (shown: Shown): boolean => reaches(claimed.value, whole(ground, shown.priced));
  const alone = Math.max(floorOf(compact, claimed.name), weighed.terms[t]?.costs.constant ?? 0);
  if (reaches(claimed.value, alone)) return { priced: tidy(alone), given: [], prices: {} };
  // What everything spread evenly would use needs no earlier term.
  const free = lagrangian(ground, claimed.name === "imbalance" ? 0 : 1);
  let best = shown(ground, free, beginning(compact, free.arcs));
  const better = (other: Shown): void => {
    if (other.priced > best.priced + 1e-12 * Math.abs(best.priced)) best = other;
  };
  if (enough(best)) return best;
  const objective = weighed.terms[t]?.objective;
  const known = duals.flatMap(({ compact: of, terms }) =>
    terms.flatMap((term) =>
      term.objective === objective && term.weights.length === t ? [{ ...term, compact: of }] : [],
    ),
  );
  const [one] = known;
  if (one !== undefined) {
    const weights = one.weights.map((_, s) => Math.max(...known.map((dual) => dual.weights[s] ?? 0)));
    // Where an earlier term is far from its bound, holding it proves less than leaving it out.
    const far = weights.some((weight, s) => weight > 0 && tight[s] !== true);
    for (const share of far ? [1, 0] : [1]) {
      const at = lagrangian(
        ground,
        weights.map((weight, s) => (tight[s] === true ? weight : share * weight)),
      );
      better(shown(ground, at, joined(ground, at, known)));
    }
    const near = claimed.value - best.priced <= NEAR * Math.abs(claimed.value);
    if (enough(best) || (near && reaches(claimed.bound, whole(ground, best.priced)))) return best;
  }
  const each = Math.floor(work / SCALES.length / Math.max(1, compact.most.length));
  for (const scale of each > 0 ? SCALES.slice(1) : []) {
    const at = lagrangian(ground, scale);
    better(shown(ground, at, beginning(compact, at.arcs)));
  }
  const steps = Math.min(STEPS.most, each);
  if (steps < STEPS.least) return best;
  const held = lagrangian(ground, 1).weights.every((weight, s) => weight === 0 || tight[s] === true);
  for (const scale of held ? [1] : SCALES) {
    const at = lagrangian(ground, scale);
    const paid = at.weights.reduce((sum, weight, s) => sum + weight * (values[s] as number), 0);
    const from = beginning(compact, at.arcs);
    const found = ascend(compact, at.arcs, { steps, upper: paid + claimed.value, from, stopped: () => false });
    better(shown(ground, at, found.prices));
    if (enough(best)) break;
  }
  return best;
}

type Known = Dual["terms"][number] & Pick<Dual, "compact">;

/** The prices of all parts in the rows of the whole. */
function joined({ compact }: Ground, { arcs }: Lagrangian, known: readonly Known[]): Float64Array {
  const size = newRelaxed(compact, arcs).rows.capacity.length;
  const prices = new Float64Array(size);
  for (const dual of known) {
    const own =
      dual.compact === compact
        ? dual.prices
        : pricesFrom(compact, arcs, namedPrices(dual.compact, arcs, dual.prices), size);
    for (let row = 0; row < Math.min(size, own.length); row++)
      prices[row] = (prices[row] as number) + (own[row] as number);
  }
  return prices;
}

export interface Lagrangian {
  readonly arcs: Arcs;
  readonly weights: readonly number[];
}

/** Arcs that charge one of a term and, of those before it, what they weigh: by term, or as a share of what outweighs all that follow. */
export function lagrangian(
  { compact, weighed, values, tight, t }: Ground,
  scale: number | readonly number[],
): Lagrangian {
  const { problem } = compact;
  const current = weighed.terms[t] as Weighed["terms"][number];
  const name = nameOf(problem, weighed, t);
  const weights = weighed.terms.slice(0, t).map((term, s) => {
    const other = nameOf(problem, weighed, s);
    // These are held by rows of their own; what a cluster in use weighs is seen from the prices.
    if (term.idle || other === "imbalance" || other === "clusters") return 0;
    if (typeof scale !== "number") return rounded(scale[s] ?? 0);
    const per = name === "imbalance" ? Math.max(1, Math.abs(values[s] as number)) : 1;
    const share = tight[s] === true && name !== "imbalance" ? 1 : scale;
    return rounded((share * term.factor) / current.factor / per);
  });
  const terms = weighed.terms.slice(0, t + 1).map((term, s) => ({ ...term, factor: weights[s] ?? 1 }));
  const sum = summed(compact, { ...weighed, terms }, t + 1);
  const held = (other: string): number | undefined =>
    values.find((_, s) => s < t && nameOf(problem, weighed, s) === other);
  const joint = {
    ...sum.joint,
    clusters: name === "clusters" ? 1 : 0,
    mostClusters: held("clusters"),
    imbalance: name === "imbalance",
    atMost: held("imbalance"),
  };
  return { arcs: arcsOf(compact, { ...sum, joint }), weights };
}

const rounded = (value: number): number => Number(value.toPrecision(9));

/** What prices prove as they are shown, rounded. */
function shown(ground: Ground, lagrangian: Lagrangian, prices: Float64Array): Shown {
  const { compact, weighed, values } = ground;
  const own = shownPrices(compact, lagrangian.arcs, prices);
  const { arcs, weights } = openedAt(ground, lagrangian, own);
  const named = namedPrices(compact, arcs, prices);
  const level = newRelaxed(compact, arcs).pass(own, true);
  const held = weights.reduce((sum, weight, s) => sum + weight * (values[s] as number), 0);
  const given = weights.flatMap((weight, term) =>
    weight === 0 ? [] : [{ term, name: nameOf(compact.problem, weighed, term) ?? "choices", weight }],
  );
  return { priced: tidy(level - held), given, prices: named };
}

/** Where no more clusters may be used than the plan does, each weighs what makes just as many worth using at these prices. */
function openedAt({ compact, weighed, t }: Ground, { arcs, weights }: Lagrangian, prices: Float64Array): Lagrangian {
  if (arcs.joint.mostClusters === undefined) return { arcs, weights };
  const weight = rounded(newRelaxed(compact, arcs).rows.opens(prices));
  const joint = { ...arcs.joint, clusters: weight, mostClusters: undefined };
  return {
    arcs: { ...arcs, joint },
    weights: weights.map((own, s) => (s < t && nameOf(compact.problem, weighed, s) === "clusters" ? weight : own)),
  };
}

/** A term of whole numbers has a whole value. */
export function whole({ compact, weighed, t }: Ground, bound: number): number {
  const term = weighed.terms[t];
  if (term === undefined || !isWholeTerm(compact.problem, term)) return bound;
  return Math.ceil(bound - 1e-6 * Math.max(1, Math.abs(bound)));
}

const tidy = (value: number): number => Number(value.toPrecision(12));
