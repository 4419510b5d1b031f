// Stepping stones: where a workload finds no room near those that it follows, a replica of one of them goes to where there is some. It must not
// know how the workload is placed then.
import { priceOf } from "../start.ts";
import { allowedOf } from "./offers.ts";
import type { AheadGround } from "./ahead.ts";
import type { Near } from "./bonds.ts";
import type { Steps } from "./steps.ts";

export interface StoneGround extends AheadGround {
  readonly steps: Steps;
}

/** Candidates of the follower, and of what it follows, that are looked at. */
const WIDTH = 64;
const REACHED = 24;

interface Stone {
  readonly from: number;
  readonly to: number;
  readonly replicas: number;
  /** What a replica of the follower costs there, its share of the stone counted. */
  readonly key: number;
}

/** Lays one stone for a follower, of which nothing is placed; false when there is none. Those that it needs already stay if others can go. */
export function layStone(ground: StoneGround, follower: number): boolean {
  const { state, bonds, charges } = ground;
  const held = stonesUnder(ground, follower, bonds.nears(follower), allowedOf(state, bonds, follower));
  const best = bestStone(ground, follower, held) ?? bestStone(ground, follower, new Set());
  if (best === undefined) return false;
  state.remove(best.from, best.replicas);
  state.add(best.to, best.replicas);
  for (const source of charges.sourcesOf(state.compact.workloadOf[best.to] as number)) charges.charge(source);
  return true;
}

function bestStone(ground: StoneGround, follower: number, held: ReadonlySet<number>): Stone | undefined {
  const { state, bonds } = ground;
  const { compact } = state;
  const { candidateStart, cluster, step, wanted } = compact;
  const nears = bonds.nears(follower);
  const size = step[follower] as number;
  const total = (wanted[follower] as number) * size;
  const now = allowedOf(state, bonds, follower);
  const beside = allowedOf(state, { ...bonds, nears: () => [] }, follower);
  const end = Math.min(candidateStart[follower + 1] as number, (candidateStart[follower] as number) + 4 * WIDTH);
  let best: Stone | undefined;
  for (let [k, looked] = [candidateStart[follower] as number, 0]; k < end && looked < WIDTH; k++) {
    const c = ground.ranked[k] as number;
    if (now(c) || !beside(c)) continue;
    const room = Math.floor(state.room(c, total) / size) * size;
    if (room === 0) continue;
    looked++;
    const stone = stoneFor(ground, nears, cluster[c] as number, held);
    if (stone === undefined) continue;
    const key = keyOf(ground, c) + stone.key / room;
    if (best === undefined || key < best.key) best = { ...stone, key };
  }
  return best;
}

const keyOf = ({ state, weights, prices }: AheadGround, c: number): number =>
  (weights.cost[c] as number) + priceOf(state.compact, prices, c);

/** The cheapest step of a target that makes a cluster one to follow to; of several promises, it must be one step for all. */
function stoneFor(
  ground: StoneGround,
  nears: readonly Near[],
  at: number,
  held: ReadonlySet<number>,
): Stone | undefined {
  const { state, steps } = ground;
  const { compact, on } = state;
  const [first, ...others] = nears.filter(({ of, reach }) => !isThere(ground, of, reach[at] ?? []));
  if (first === undefined) return undefined;
  let best: Stone | undefined;
  for (const target of first.of) {
    const replicas = compact.step[target] as number;
    const hosts: number[] = [];
    for (let c = compact.candidateStart[target] as number; c < (compact.candidateStart[target + 1] as number); c++)
      if ((on[c] as number) > (held.has(c) ? replicas : 0)) hosts.push(c);
    hosts.sort((a, b) => keyOf(ground, b) - keyOf(ground, a) || a - b);
    for (const to of placesOf(ground, target, first.reach[at] ?? [])) {
      if (state.room(to, replicas) < replicas) continue;
      const also = others.every(
        ({ of, reach }) => of.includes(target) && reach[at]?.includes(compact.cluster[to] as number),
      );
      const from = also ? hosts.find((host) => host !== to && steps.keeps(host, to, replicas)) : undefined;
      if (from === undefined) continue;
      const key = replicas * (keyOf(ground, to) - keyOf(ground, from));
      if (best === undefined || key < best.key) best = { from, to, replicas, key };
    }
  }
  return best;
}

/** Candidates of those that a follower follows without which it would lose a place where there is room. */
function stonesUnder(
  { state, bonds }: StoneGround,
  follower: number,
  nears: readonly Near[],
  now: (candidate: number) => boolean,
): ReadonlySet<number> {
  const { candidateStart, cluster } = state.compact;
  const held = new Set<number>();
  for (let c = candidateStart[follower] as number; c < (candidateStart[follower + 1] as number); c++) {
    if (!now(c) || state.room(c, 1) < 1) continue;
    for (const { of, reach } of nears) {
      const under: number[] = [];
      for (const place of reach[cluster[c] as number] ?? [])
        for (const target of of) {
          const at = under.length > 1 ? -1 : bonds.at(target, place);
          if (at >= 0 && (state.on[at] as number) > 0) under.push(at);
        }
      if (under.length === 1) held.add(under[0] as number);
    }
  }
  return held;
}

function isThere({ state, bonds }: StoneGround, of: readonly number[], reach: readonly number[]): boolean {
  return of.some((target) =>
    reach.some((place) => {
      const c = bonds.at(target, place);
      return c >= 0 && (state.on[c] as number) > 0;
    }),
  );
}

/** Candidates of a target within reach: all of a few clusters, else the cheapest of its own that are in reach. */
function placesOf({ state, bonds, ranked }: StoneGround, target: number, reach: readonly number[]): readonly number[] {
  if (reach.length <= REACHED) return reach.map((place) => bonds.at(target, place)).filter((c) => c >= 0);
  const { candidateStart, cluster } = state.compact;
  const near = new Set(reach);
  const first = candidateStart[target] as number;
  return [...ranked.subarray(first, Math.min(candidateStart[target + 1] as number, first + 4 * REACHED))]
    .filter((c) => near.has(cluster[c] as number))
    .slice(0, REACHED);
}
