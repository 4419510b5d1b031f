// A large process goes where there is no room for it, and others of that machine make way, each to the best of a few places: an ejection chain,
// kept when all of it together is acceptable, else undone. It must not know how often this is tried.
import { mayShift } from "./company.ts";
import type { Ground } from "./ground.ts";
import { chargeWith, chargeWithout, moveDelta } from "./moves.ts";
import { put, type Standing } from "./standing.ts";

/** Most processes that make way, and how many of the crew and of the machines are looked at for each. */
const STEPS = 6;
const CREW = 6;
const PLACES = 5;

/** Answers how many evaluations it took. */
export function rearrange(
  ground: Ground,
  standing: Standing,
  p: number,
  to: number,
  allowed: number,
  random: () => number,
): number {
  const from = standing.at[p] as number;
  if (from === to || !mayShift(ground, standing, ground.serviceOf[p] as number, from, to)) return 1;
  const before = standing.burden;
  const moved: number[] = [p];
  const places: number[] = [from];
  put(ground, standing, p, to);
  let evaluations = 2;
  while (standing.burden - before > allowed && moved.length <= STEPS) {
    const [q, place] = bestToLeave(ground, standing, p, to, random);
    evaluations += CREW * PLACES;
    if (q < 0) break;
    moved.push(q);
    places.push(standing.at[q] as number);
    put(ground, standing, q, place);
  }
  if (standing.burden - before > allowed) {
    for (let i = moved.length - 1; i >= 0; i--) put(ground, standing, moved[i] as number, places[i] as number);
  }
  return evaluations;
}

/** Who of a machine best goes where; -1 when nobody's leaving helps. */
function bestToLeave(
  ground: Ground,
  standing: Standing,
  stays: number,
  machine: number,
  random: () => number,
): readonly [process: number, place: number] {
  const crew = standing.crew[machine] as number[];
  let best = 0;
  let [who, where] = [-1, -1];
  for (let i = 0; i < CREW; i++) {
    const q = crew[Math.floor(random() * crew.length)] as number;
    if (q === stays) continue;
    const gain = (standing.charge[machine] as number) - chargeWithout(ground, standing, q);
    if (gain <= -best) continue;
    for (let k = 0; k < PLACES; k++) {
      const home = ground.home[q] as number;
      const place = k === 0 && home !== machine ? home : Math.floor(random() * ground.machines);
      if (place === machine) continue;
      const rest = gain - moveDelta(ground, standing, q, place) + best + (standing.charge[place] as number);
      const charge = chargeWith(ground, standing, q, place, rest);
      if (charge === Infinity) continue;
      if (!mayShift(ground, standing, ground.serviceOf[q] as number, machine, place)) continue;
      best = charge - rest + best;
      [who, where] = [q, place];
    }
  }
  return [who, where];
}
