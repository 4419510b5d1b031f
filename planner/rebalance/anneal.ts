// Simulated annealing: a shift, a swap or a rearrangement that costs more is made with a chance that falls as the temperature does. It must not
// know the time, only how warm it is.
import { mayShift, maySwap } from "./company.ts";
import type { Ground } from "./ground.ts";
import { chargesExchanged, chargeWith, chargeWithout, moveDelta } from "./moves.ts";
import { rearrange } from "./rearrange.ts";
import { put, type Standing } from "./standing.ts";

/** How often which move is tried. */
export interface Mix {
  /** Share of swaps among shifts and swaps. */
  readonly swaps: number;
  /** Share of swaps that begin at a machine where much can still be gained. */
  readonly targeted: number;
  /** Machines that are tried for a shift. */
  readonly targets: number;
  /** Share of rearrangements. */
  readonly rearrangements: number;
  /** How much more often the large are drawn: 0 not at all, 1 the most. */
  readonly lean: number;
  /** How many of the largest processes are moved at all. */
  readonly active: number;
}

/** What may be lost at temperature 1, drawn at random: −log of a chance, at even steps. */
const PATIENCE = 8192;
const patience = Float64Array.from({ length: PATIENCE }, (_, i) => -Math.log((i + 0.5) / PATIENCE));

/** Tries `tries` moves at one temperature. Answers how many evaluations that were. */
export function annealAt(
  ground: Ground,
  standing: Standing,
  temperature: number,
  tries: number,
  random: () => number,
  { swaps, targeted, targets, rearrangements, active, lean }: Mix,
): number {
  const { machines, bySize } = ground;
  const least = ground.size[bySize[active - 1] as number] as number;
  let evaluations = 0;
  for (let i = 0; i < tries; i++) {
    const p = drawn(random(), active, lean, bySize);
    const allowed = temperature * (patience[Math.floor(random() * PATIENCE)] as number);
    const kind = random();
    if (kind < rearrangements) {
      evaluations += rearrange(ground, standing, p, strained(standing, machines, random), allowed, random);
    } else if (kind < rearrangements + swaps) {
      evaluations++;
      const one =
        kind < rearrangements + targeted * swaps
          ? someoneOf(standing, strained(standing, machines, random), random)
          : p;
      if ((ground.size[one] as number) >= least)
        trySwap(ground, standing, one, drawn(random(), active, lean, bySize), allowed);
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

/** Of two machines at random the one where more can still be gained. */
function strained({ charge }: Standing, machines: number, random: () => number): number {
  const one = Math.floor(random() * machines);
  const other = Math.floor(random() * machines);
  return (charge[one] as number) > (charge[other] as number) ? one : other;
}

/** Someone of a machine; -1 of an empty one. */
function someoneOf({ crew }: Standing, machine: number, random: () => number): number {
  const list = crew[machine] as number[];
  return list.length === 0 ? -1 : (list[Math.floor(random() * list.length)] as number);
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
  const most = gain + (standing.stay[p] as number) + ground.serviceMove;
  for (let k = 0; k < targets; k++) {
    const to = k === 0 ? home : Math.floor(random() * ground.machines);
    if (to === from) continue;
    const present = standing.charge[to] as number;
    if (present + most < 0) continue;
    const charge = chargeWith(ground, standing, p, to, present + most);
    if (charge === Infinity || charge + moveDelta(ground, standing, p, to) > present + gain) continue;
    if (!mayShift(ground, standing, ground.serviceOf[p] as number, from, to)) continue;
    put(ground, standing, p, to);
    return;
  }
}

function trySwap(ground: Ground, standing: Standing, p: number, q: number, allowed: number): void {
  const { at, charge, stay } = standing;
  const a = at[p] as number;
  const b = at[q] as number;
  if (a === b) return;
  // What moves cost is looked up only where loads allow it. How many of a service are away is counted for one after the other: it may be a little
  // too much.
  const present = (charge[a] as number) + (charge[b] as number) + allowed;
  const most = present + (stay[p] as number) + (stay[q] as number) + 2 * ground.serviceMove;
  const exchanged = chargesExchanged(ground, standing, p, q, most);
  if (exchanged === Infinity) return;
  const moved = moveDelta(ground, standing, p, b) + moveDelta(ground, standing, q, a);
  if (exchanged + moved > present) return;
  if (!maySwap(ground, standing, p, q)) return;
  put(ground, standing, p, b);
  put(ground, standing, q, a);
}
