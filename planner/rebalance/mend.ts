// Gives back room that is overdrawn: whoever is on such a machine goes where it adds least to the burden, until nothing is overdrawn. It must
// not know why it was.
import { mayShift } from "./company.ts";
import type { Ground } from "./ground.ts";
import { chargeWith, chargeWithout, moveDelta } from "./moves.ts";
import { fits, put, reprice, type Standing } from "./standing.ts";

/** How much dearer overdrawn room is than while searching, and the most moves that are made. */
const DEAR = 1000;
const MOST = 2000;

/** Answers whether nothing is overdrawn any more. */
export function mend(ground: Ground, standing: Standing, price: Float64Array): boolean {
  reprice(
    ground,
    standing,
    price.map((unit) => DEAR * unit),
    0,
  );
  for (let i = 0; i < MOST && !fits(standing); i++) {
    const machine = overdrawnMost(ground, standing);
    if (!relieve(ground, standing, machine)) return false;
  }
  return fits(standing);
}

function overdrawnMost({ machines }: Ground, { charge, cost }: Standing): number {
  let worst = 0;
  const strain = (m: number): number => (charge[m] as number) - (cost[m] as number);
  for (let m = 1; m < machines; m++) if (strain(m) > strain(worst)) worst = m;
  return worst;
}

/** The one move off a machine that takes most off the burden; false when there is none. */
function relieve(ground: Ground, standing: Standing, machine: number): boolean {
  let best = 0;
  let [who, where] = [-1, -1];
  for (const q of standing.crew[machine] as number[]) {
    const gain = (standing.charge[machine] as number) - chargeWithout(ground, standing, q);
    for (let place = 0; place < ground.machines; place++) {
      if (place === machine) continue;
      const rest = gain - moveDelta(ground, standing, q, place) + (standing.charge[place] as number);
      const charge = chargeWith(ground, standing, q, place, rest + best);
      if (charge === Infinity || charge - rest >= best) continue;
      if (!mayShift(ground, standing, ground.serviceOf[q] as number, machine, place)) continue;
      best = charge - rest;
      [who, where] = [q, place];
    }
  }
  if (who < 0) return false;
  put(ground, standing, who, where);
  return true;
}
