// What stood on a floor before some place of an order of creation, so that it can be taken up again there. It must not know orders.
import type { Floor } from "./floor.ts";
import type { Ties } from "./scheduler.ts";

/** What stood, and the state of the ties then. */
export interface Mark {
  readonly state: Float64Array;
  tie: number;
}

/** A mark is made before every so many workloads of an order: of many nodes it holds much. */
export const strideOf = ({ size }: Floor): number => (size < MANY ? 5 : 20);

const MANY = 100;

/** Puts a floor back to a mark; without one it is empty, and ties are broken from the seed on. */
export function resume(floor: Floor, ties: Ties, seed: number, mark: Mark | undefined): void {
  if (mark === undefined || floor.deals) {
    ties.state = seed;
    floor.clear(ties.next);
  }
  if (mark === undefined) return;
  floor.state.set(mark.state);
  ties.state = mark.tie;
}
