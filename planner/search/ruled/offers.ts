// Where a workload may go as things stand, and at what price: its candidates that ties leave it, with the room there is and, where others can make
// way, the room there could be. It must not know how it is distributed.
import type { Weights } from "../arcs.ts";
import type { Compact } from "../compact.ts";
import { priceOf } from "../start.ts";
import type { State } from "../state.ts";
import type { Bonds } from "./bonds.ts";
import type { Offer } from "./distribute.ts";

export interface OfferGround {
  readonly state: State;
  readonly weights: Weights;
  readonly prices: Float64Array;
  readonly bonds: Bonds;
  /** What one replica costs on a candidate of a workload that pays the way to others, that way aside; undefined of all others. */
  readonly aside: (w: number) => ((candidate: number) => number) | undefined;
  /** About how many replicas of a workload the nodes of a cluster take, those that are there included. */
  readonly spare: (cluster: number, w: number) => number;
}

export interface Asked {
  /** How much of the price of room counts where there is room (0: nothing, 1: all of it). */
  readonly priced: number;
  /** Replicas by candidate that are wished for: those cost less than all others. */
  readonly wish: Float64Array | undefined;
  /** Whether others may make way: then room that is not there has its whole price. */
  readonly crowded: boolean;
  /** By own candidate: what was refused before is not offered again; replicas. */
  readonly refused: ReadonlyMap<number, number>;
}

/** What room that others must leave costs more than its price, as a share of the cost: nobody is moved for nothing. */
const BOTHER = 1e-4;

/** The cheapest first; of a workload of which nothing is placed now. */
export function offersOf(
  { state, weights, prices, bonds, aside, spare }: OfferGround,
  w: number,
  asked: Asked,
): readonly Offer[] {
  const { compact } = state;
  const { candidateStart, step, wanted } = compact;
  const size = step[w] as number;
  const total = (wanted[w] as number) * size;
  const first = candidateStart[w] as number;
  const allowed = allowedOf(state, bonds, w);
  const offers: Offer[] = [];
  const without = aside(w);
  const plain = without ?? ((c: number): number => weights.cost[c] as number);
  const bonus =
    asked.wish === undefined ? 0 : (without === undefined ? WISHED : BESIDE) * spanOf(plain, prices, compact, w);
  const whole = (replicas: number): number => (size === 1 ? replicas : Math.floor(replicas / size) * size);
  for (let c = first; c < (candidateStart[w + 1] as number); c++) {
    if (!allowed(c)) continue;
    const at = c - first;
    const limit = Math.min(state.allowed(c, total), asked.refused.get(at) ?? Infinity);
    if (limit < size) continue;
    const price = priceOf(compact, prices, c);
    const [cost, keeps, saved] = [weights.cost[c] as number, weights.kept[c] as number, weights.reward[c] as number];
    const here = whole(
      Math.min(state.room(c, limit), spare(compact.cluster[c] as number, w) - (state.on[c] as number)),
    );
    const share = (asked.wish?.[c] ?? 0) / size;
    const sure = Math.floor(share + SURE);
    const add = (from: number, to: number, key: number): void => {
      // What is wished for whole comes before parts of a step, the largest parts first, and those before the rest.
      const [all, part] = [sure * size, share - sure > LEAST ? (sure + 1) * size : sure * size];
      offer(from, Math.min(to, all), key - bonus * (2 + (share * size) / total));
      offer(Math.max(from, all), Math.min(to, part), key - bonus * (1 + share - sure));
      offer(Math.max(from, part), to, key);
    };
    const offer = (from: number, to: number, key: number): void => {
      if (to <= from) return;
      const held = Math.min(keeps, to);
      if (saved <= 0 || held <= from) offers.push({ at, room: to - from, key });
      else if (size > 1) offers.push({ at, room: to - from, key: key - (saved * (held - from)) / (to - from) });
      else {
        offers.push({ at, room: held - from, key: key - saved });
        if (to > held) offers.push({ at, room: to - held, key });
      }
    };
    add(0, here, cost + asked.priced * price);
    if (asked.crowded) add(here, whole(limit), cost + price + BOTHER * Math.abs(cost));
  }
  return offers.sort((a, b) => a.key - b.key || a.at - b.at);
}

/** How much less than all others costs what is wished for, as a share of what the dearest does; where a way is paid, that counts for more. */
const WISHED = 4;
const BESIDE = 0.2;
/** Wishes this close to whole steps are whole, and parts smaller than this are none. */
const SURE = 0.02;
const LEAST = 0.02;

/** What the dearest candidate of a workload costs at most, with the price of its room. */
function spanOf(cost: (candidate: number) => number, prices: Float64Array, compact: Compact, w: number): number {
  let most = 0;
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++)
    most = Math.max(most, Math.abs(cost(c)) + priceOf(compact, prices, c));
  return most;
}

/** Which candidates those that are placed already leave to a workload. */
export function allowedOf({ compact, on }: State, bonds: Bonds, w: number): (candidate: number) => boolean {
  const { problem, candidateStart, cluster } = compact;
  const places = (of: readonly number[]): Uint8Array | undefined => {
    let some = false;
    const found = new Uint8Array(problem.clusters.length);
    for (const other of of)
      for (let c = candidateStart[other] as number; c < (candidateStart[other + 1] as number); c++)
        if ((on[c] as number) > 0) {
          found[cluster[c] as number] = 1;
          some = true;
        }
    return some ? found : undefined;
  };
  const near = bonds.nears(w).map(({ of, reach }) => ({ there: places(of), reach }));
  const apart = bonds.aparts(w).map(({ other, groupOf }) => {
    const taken = new Set<number>();
    for (let c = candidateStart[other] as number; c < (candidateStart[other + 1] as number); c++)
      if ((on[c] as number) > 0) taken.add(groupOf[cluster[c] as number] as number);
    taken.delete(-1);
    return { taken, groupOf };
  });
  return (candidate) => {
    const at = cluster[candidate] as number;
    for (const { there, reach } of near) {
      if (there === undefined) return false;
      const list = reach[at] ?? [];
      let found = false;
      for (let k = 0; k < list.length && !found; k++) found = there[list[k] as number] === 1;
      if (!found) return false;
    }
    return apart.every(({ taken, groupOf }) => !taken.has(groupOf[at] as number));
  };
}
