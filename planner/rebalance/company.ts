// Whether services allow a move: no two of one on a machine, enough locations, and what they depend on in the same neighbourhood. It must not
// know room or costs.
import type { Ground } from "./ground.ts";
import type { Standing } from "./standing.ts";

/** Whether a process of service s may go from one machine to another while all else stays. */
export function mayShift(ground: Ground, standing: Standing, s: number, from: number, to: number): boolean {
  return standing.onMachine[s * ground.machines + to] === 0 && mayTravel(ground, standing, s, from, to);
}

/** Whether two processes may change places; services that depend on one another are not tried. */
export function maySwap(ground: Ground, standing: Standing, p: number, q: number): boolean {
  const [s, t] = [ground.serviceOf[p] as number, ground.serviceOf[q] as number];
  if (s === t) return true;
  const [a, b] = [standing.at[p] as number, standing.at[q] as number];
  if (!mayShift(ground, standing, s, a, b) || !mayShift(ground, standing, t, b, a)) return false;
  return ground.neighbourhoodOf[a] === ground.neighbourhoodOf[b] || !related(ground, s, t);
}

function mayTravel(ground: Ground, standing: Standing, s: number, from: number, to: number): boolean {
  const { locationOf, locations, neighbourhoodOf, neighbourhoods, spread } = ground;
  const [old, next] = [locationOf[from] as number, locationOf[to] as number];
  if (old !== next && (spread[s] as number) > 1) {
    const lost = standing.inLocation[s * locations + old] === 1 ? 1 : 0;
    const won = standing.inLocation[s * locations + next] === 0 ? 1 : 0;
    if ((standing.spreadOver[s] as number) - lost + won < (spread[s] as number)) return false;
  }
  const [left, entered] = [neighbourhoodOf[from] as number, neighbourhoodOf[to] as number];
  if (left === entered) return true;
  if (standing.inNeighbourhood[s * neighbourhoods + left] === 1 && anyIn(ground, standing, s, left)) return false;
  const { start, items } = ground.dependsOn;
  for (let i = start[s] as number; i < (start[s + 1] as number); i++) {
    const other = items[i] as number;
    if (other !== s && standing.inNeighbourhood[other * neighbourhoods + entered] === 0) return false;
  }
  return true;
}

/** Whether a service that depends on s is in a neighbourhood. */
function anyIn(ground: Ground, standing: Standing, s: number, neighbourhood: number): boolean {
  const { start, items } = ground.dependents;
  for (let i = start[s] as number; i < (start[s + 1] as number); i++) {
    const other = items[i] as number;
    if (other !== s && (standing.inNeighbourhood[other * ground.neighbourhoods + neighbourhood] as number) > 0)
      return true;
  }
  return false;
}

function related(ground: Ground, s: number, t: number): boolean {
  return has(ground, s, t) || has(ground, t, s);
}

function has({ dependsOn: { start, items } }: Ground, s: number, t: number): boolean {
  for (let i = start[s] as number; i < (start[s + 1] as number); i++) if (items[i] === t) return true;
  return false;
}
