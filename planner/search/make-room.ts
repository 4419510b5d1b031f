// What found no place comes first, and what stands in its way comes again: an ejection pool, as vehicles are routed with (Nagata and Bräysy). Who
// found no place more often than others makes all of those leave; what still fits comes back where it was. It must not know how anything is placed.
import { worked, type Clock } from "../clock.ts";
import type { Compact } from "./compact.ts";
import type { Improver } from "./improve.ts";
import type { Keeps } from "./keeps.ts";
import type { Family, Ruled } from "./ruled/index.ts";
import type { State } from "./state.ts";

/** Workloads that are placed together, or one that only rows bind. */
export type Item = Family | number;

export interface RoomGround {
  readonly compact: Compact;
  readonly state: State;
  readonly keeps: Pick<Keeps, "ruled">;
  readonly ruled: Pick<Ruled, "families" | "place">;
  readonly improver: Pick<Improver, "complete" | "roomFor">;
  /** Workloads, the hardest first. */
  readonly order: readonly number[];
  /** Takes all of a workload away. */
  readonly leave: (w: number) => void;
  readonly now: Clock;
  readonly over: () => boolean;
}

/** Turns at most, for each item, and in which the pool does not get smaller than it ever was. */
const TURNS = 8;
const PATIENCE = 150;
/** Looks at others that could make way for one that only rows bind, each time that it comes. */
const LOOKS = 100_000;
/** Milliseconds that it takes to take away and bring back one candidate. */
const EACH = 1e-3;

/** Finds a place for what has none; false when something that must run still has none. */
export function makeRoom(ground: RoomGround, failed: readonly Item[]): boolean {
  const { compact, keeps, ruled, improver, order, over } = ground;
  const items: readonly Item[] = [...ruled.families, ...order.filter((w) => !keeps.ruled(w))];
  const place = (item: Item): boolean =>
    typeof item === "number"
      ? improver.complete(item, LOOKS) || compact.problem.workloads[item]?.optional === true
      : ruled.place(item);
  const trouble = new Map<Item, number>();
  const pool = [...failed].toReversed();
  let [fewest, idle] = [pool.length, 0];
  for (let turn = 0; pool.length > 0 && turn < TURNS * items.length && !over(); turn++) {
    const item = pool.pop() as Item;
    if (!place(item)) {
      const mine = (trouble.get(item) ?? 0) + 1;
      trouble.set(item, mine);
      const waits = new Set(pool);
      const others = items.filter((other) => other !== item && !waits.has(other) && (trouble.get(other) ?? 0) < mine);
      others.sort((a, b) => (trouble.get(b) ?? 0) - (trouble.get(a) ?? 0));
      const back = takeAway(ground, others);
      // Later it may make more of them leave.
      if (!place(item)) pool.unshift(item);
      pool.push(...back());
    }
    if (pool.length < fewest) [fewest, idle] = [pool.length, 0];
    else if (++idle > PATIENCE) return false;
  }
  return pool.length === 0;
}

/** Takes items away; what it returns brings back those that fit where they were, and says which do not. */
function takeAway({ state, improver, leave, now }: RoomGround, items: readonly Item[]): () => readonly Item[] {
  const { candidateStart } = state.compact;
  const were = items.map((item) => {
    const places: (readonly [candidate: number, replicas: number])[] = [];
    for (const w of membersOf(item)) {
      for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
        if ((state.on[c] as number) > 0) places.push([c, state.on[c] as number]);
      leave(w);
    }
    worked(now, EACH * places.length);
    return { item, places };
  });
  return () =>
    were.flatMap(({ item, places }) => {
      const fits = places.every(([candidate, replicas]) => {
        if (improver.roomFor(candidate, replicas) < replicas) return false;
        state.add(candidate, replicas);
        return true;
      });
      if (fits) return [];
      if (typeof item !== "number") for (const w of item) leave(w);
      return [item];
    });
}

const membersOf = (item: Item): readonly number[] => (typeof item === "number" ? [item] : item);
