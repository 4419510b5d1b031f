// Simulated annealing: a shift, a swap or a rearrangement that costs more is made with a chance that falls as the temperature does. It must not
// know the time, only how warm it is.
import { mayShift, maySwap } from "./company.ts";
import type { Ground } from "./ground.ts";
import { chargeExchanged, chargeWith, chargeWithout, moveDelta } from "./moves.ts";
import { rearrange } from "./rearrange.ts";
import { put, type Standing } from "./standing.ts";

/** How often which move is tried. */
export interface Mix {
  /** Share of swaps among shifts and swaps. */
  readonly swaps: number;
  /** Machines that are tried for a shift. */
  readonly targets: number;
  /** Share of rearrangements. */
  readonly rearrangements: number;
  /** How much more often the large are drawn: 0 not at all, 1 the most. */
  readonly lean: number;
  /** How many of the largest processes are moved at all. */
  readonly active: number;
}

/** Tries `tries` moves at one temperature. Answers how many evaluations that were. */
export function annealAt(
  ground: Ground,
  standing: Standing,
  temperature: number,
  tries: number,
  random: () => number,
  { swaps, targets, rearrangements, active, lean }: Mix,
): number {
  const { machines, bySize } = ground;
  let evaluations = 0;
  for (let i = 0; i < tries; i++) {
    const p = drawn(random(), active, lean, bySize);
    const allowed = -temperature * Math.log(1 - random());
    const kind = random();
    if (kind < rearrangements) {
      evaluations += rearrange(ground, standing, p, strained(standing, machines, random), allowed, random);
    } else if (kind < rearrangements + swaps) {
      evaluations++;
      trySwap(ground, standing, p, drawn(random(), active, lean, bySize), allowed);
    } else {
      evaluations += targets;
      tryShifts(ground, standing, p, allowed, random, targets);
    }
  }
  return evaluations;
}

/** Large processes may be drawn more often: what they cost is most of the cost, small ones then fill what is left. */
const drawn = (chance: number, active: number, lean: number, bySize: Int32Array): number =>
  bySize[Math.floor(chance * (lean * chance + 1 - lean) * active)] as number;

/** A machine at random, rather one where much can still be gained. */
function strained({ charge }: Standing, machines: number, random: () => number): number {
  const one = Math.floor(random() * machines);
  const other = Math.floor(random() * machines);
  return (charge[one] as number) > (charge[other] as number) ? one : other;
}

function tryShifts(
  ground: Ground,
  standing: Standing,
  p: number,
  allowed: number,
  random: () => number,
  targets: number,
): void {
  const from = standing.at[p] as number;
  const home = ground.home[p] as number;
  const gain = (standing.charge[from] as number) - chargeWithout(ground, standing, p) + allowed;
  for (let k = 0; k < targets; k++) {
    const to = k === 0 ? home : Math.floor(random() * ground.machines);
    if (to === from) continue;
    const limit = (standing.charge[to] as number) + gain - moveDelta(ground, standing, p, to);
    if (chargeWith(ground, standing, p, to, limit) === Infinity) continue;
    if (!mayShift(ground, standing, ground.serviceOf[p] as number, from, to)) continue;
    put(ground, standing, p, to);
    return;
  }
}

function trySwap(ground: Ground, standing: Standing, p: number, q: number, allowed: number): void {
  const { at, charge } = standing;
  const a = at[p] as number;
  const b = at[q] as number;
  if (a === b) return;
  // How many of a service are away is counted for one after the other: the limit may be a little too low.
  const moved = moveDelta(ground, standing, p, b) + moveDelta(ground, standing, q, a);
  const limit = (charge[a] as number) + (charge[b] as number) + allowed - moved;
  const there = chargeExchanged(ground, standing, p, q, limit);
  if (there === Infinity) return;
  if (chargeExchanged(ground, standing, q, p, limit - there) === Infinity) return;
  if (!maySwap(ground, standing, p, q)) return;
  put(ground, standing, p, b);
  put(ground, standing, q, a);
}
