// Where those that follow a workload would like it to be: what each of its candidates would cost them, and the few that are worth trying. It must
// not know how anything is placed.
import { priceOf } from "../start.ts";
import type { Charges } from "./charges.ts";
import { allowedOf } from "./offers.ts";
import type { OfferGround } from "./offers.ts";

export interface AheadGround extends OfferGround {
  readonly charges: Charges;
  readonly ranked: Int32Array;
}

/** Candidates of a follower that are looked at: the cheapest, more of them where each reaches few. */
const WIDTH = 24;
const REACHED = 20_000;
/** Places that are tried for what others follow. */
const ANCHORS = 3;

/** Followers of a workload that are not placed yet: those that must be near to it, and those that pay their distance. */
export function followersOf({ state, bonds, charges }: AheadGround, w: number): readonly number[] {
  const all = [...bonds.followed(w).map(({ workload }) => workload), ...charges.sourcesOf(w)];
  return [...new Set(all)].filter((f) => f !== w && (state.placed[f] as number) === 0).sort((a, b) => a - b);
}

/** Own indices of the candidates that are best for a workload and its followers together; none when they do not care. */
export function anchorsOf(
  ground: AheadGround,
  w: number,
  followers: readonly number[],
  priced: number,
): readonly number[] {
  const { state, bonds, weights, prices } = ground;
  const { compact } = state;
  const first = compact.candidateStart[w] as number;
  const size = compact.step[w] as number;
  const last = compact.candidateStart[w + 1] as number;
  const penalty = new Float64Array(last - first);
  for (const f of followers) {
    const near = bonds.followed(w).filter(({ workload }) => workload === f);
    const reached = near.length > 0 ? reachedBy(ground, f, near[0]?.reach ?? [], priced) : undefined;
    const far = reached === undefined ? nearestTo(ground, f, first, last, priced) : undefined;
    for (let i = 0; i < penalty.length; i++) {
      const each = reached?.[compact.cluster[first + i] as number] ?? far?.[i] ?? 0;
      penalty[i] = (penalty[i] as number) + (each === 0 ? 0 : each * wantedOf(ground, f));
    }
  }
  const allowed = allowedOf(state, bonds, w);
  const whole = bonds.own(w).some((own) => own.kind === "clusters" && own.many === 1);
  const steps = whole ? (compact.wanted[w] as number) : 1;
  const scored: { readonly i: number; readonly key: number }[] = [];
  for (let i = 0; i < penalty.length; i++) {
    const c = first + i;
    if ((penalty[i] as number) === Infinity || !allowed(c) || state.room(c, size) < size) continue;
    const key =
      size * steps * ((weights.cost[c] as number) + priced * priceOf(compact, prices, c)) + (penalty[i] as number);
    scored.push({ i, key });
  }
  scored.sort((a, b) => a.key - b.key || a.i - b.i);
  return scored.slice(0, ANCHORS).map(({ i }) => i);
}

const wantedOf = ({ state }: OfferGround, w: number): number =>
  (state.compact.wanted[w] as number) * (state.compact.step[w] as number);

/** By cluster: the least that one replica of a follower costs within reach of it; Infinity: nothing is. */
function reachedBy(
  ground: AheadGround,
  f: number,
  reach: readonly (readonly number[])[],
  priced: number,
): Float64Array {
  const { state, charges, prices, ranked } = ground;
  const { compact } = state;
  const [start, end] = [compact.candidateStart[f] as number, compact.candidateStart[f + 1] as number];
  const best = new Float64Array(compact.problem.clusters.length).fill(Infinity);
  const allowed = allowedBeside(ground, f);
  for (let [k, looked] = [start, 0]; k < end && (k < start + WIDTH || looked < REACHED); k++) {
    const c = ranked[k] as number;
    if ((compact.most[c] as number) === 0 || !allowed(c) || state.room(c, 1) < 1) continue;
    const key = charges.without(c) + priced * priceOf(compact, prices, c);
    const list = reach[compact.cluster[c] as number] ?? [];
    looked += list.length;
    for (const at of list) if (key < (best[at] as number)) best[at] = key;
  }
  return best;
}

/** By candidate of a target: the least that one replica of a source costs, its distance counted. */
function nearestTo(ground: AheadGround, source: number, first: number, last: number, priced: number): Float64Array {
  const { state, charges, prices, ranked } = ground;
  const { compact } = state;
  const best = new Float64Array(last - first).fill(Infinity);
  const start = compact.candidateStart[source] as number;
  const end = compact.candidateStart[source + 1] as number;
  const allowed = allowedBeside(ground, source);
  let looked = 0;
  for (let k = start; k < end && looked < WIDTH; k++) {
    const c = ranked[k] as number;
    if (!allowed(c) || state.room(c, 1) < 1) continue;
    looked++;
    const key = charges.without(c) + priced * priceOf(compact, prices, c);
    for (let i = 0; i < best.length; i++) {
      const far = charges.distance(compact.cluster[c] as number, compact.cluster[first + i] as number);
      if (key + far < (best[i] as number)) best[i] = key + far;
    }
  }
  return best;
}

/** What a follower may use, as far as those say that are placed already. */
function allowedBeside({ state, bonds }: OfferGround, f: number): (candidate: number) => boolean {
  const placed = (w: number): boolean => (state.placed[w] as number) > 0;
  return allowedOf(state, { ...bonds, nears: (w) => bonds.nears(w).filter(({ of }) => of.some(placed)) }, f);
}
