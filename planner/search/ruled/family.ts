// Places a family, workloads that rules or distances tie together: what others follow first, where it suits them too, then the followers. It must
// not know why it is placed.
import { anchorsOf, followersOf } from "./ahead.ts";
import { costOf, placeAlone, placeTogether } from "./single.ts";
import type { Manner, SingleGround } from "./single.ts";
import { layStone } from "./stones.ts";
import type { StoneGround } from "./stones.ts";

export interface FamilyGround extends SingleGround, StoneGround {
  /** Whether all that binds a workload holds now. */
  readonly holds: (w: number) => boolean;
}

/** Places all members, of which nothing is placed now; what others lost, or Infinity, and then nothing of them is placed. */
export function placeFamily(ground: FamilyGround, members: readonly number[], manner: Manner): number {
  const { bonds, charges, state } = ground;
  let lost = 0;
  const inside = new Set(members);
  const spend = (): Manner => (manner.budget === undefined ? manner : { ...manner, budget: manner.budget - lost });
  const done = new Set<number>();
  let good = true;
  for (const w of inOrder(ground, members)) {
    if (done.has(w)) continue;
    const set = bonds.together(w)?.filter((other) => inside.has(other));
    for (const member of set ?? [w]) done.add(member);
    const more =
      set !== undefined && set.length > 1 ? placeTogether(ground, set, spend()) : placeFollower(ground, w, spend());
    good = more < Infinity;
    if (!good) break;
    lost += more;
    for (const member of set ?? [w]) for (const source of charges.sourcesOf(member)) charges.charge(source);
  }
  if (good && members.every((w) => ground.holds(w))) return lost;
  for (const w of members) if ((state.placed[w] as number) > 0) ground.leave(w);
  for (const w of members) for (const source of charges.sourcesOf(w)) charges.charge(source);
  return Infinity;
}

/** Stones that are laid for one workload. */
const STONES = 24;

/** Places one workload, where its followers will like it; what it follows comes nearer where it finds no place. */
function placeFollower(ground: FamilyGround, w: number, manner: Manner): number {
  const lost = placeAlone(ground, w, anchorOf(ground, w, manner), manner);
  if (lost < Infinity || ground.bonds.nears(w).length === 0) return lost;
  for (let stones = 0; stones < STONES && layStone(ground, w); stones++) {
    const again = placeAlone(ground, w, -1, manner);
    if (again < Infinity) return again;
  }
  return Infinity;
}

/** Targets before those that follow them; beside that in the given order. What follow each other in a circle come as they are. */
function inOrder({ bonds, charges }: FamilyGround, members: readonly number[]): readonly number[] {
  const inside = new Set(members);
  const before = new Map<number, Set<number>>(members.map((w) => [w, new Set()]));
  for (const w of members) {
    for (const { of } of bonds.nears(w))
      for (const target of of) if (inside.has(target) && target !== w) before.get(w)?.add(target);
    for (const source of charges.sourcesOf(w)) if (inside.has(source) && source !== w) before.get(source)?.add(w);
  }
  const order: number[] = [];
  const open = new Set(members);
  while (open.size > 0) {
    const waiting = [...open];
    const next = waiting.find((w) => [...(before.get(w) ?? [])].every((other) => !open.has(other))) ?? waiting[0];
    order.push(next as number);
    open.delete(next as number);
  }
  return order;
}

/**
 * Where a workload should be in any case so that it and its followers together cost least (own index), or −1: tried one after the other, with
 * the room there is.
 */
function anchorOf(ground: FamilyGround, w: number, manner: Manner): number {
  const { priced } = manner;
  const followers = followersOf(ground, w);
  if (followers.length === 0) return -1;
  const { charges, state } = ground;
  const trial: Manner = { priced: manner.priced, budget: undefined, wish: manner.wish };
  let [best, least] = [-1, Infinity];
  for (const anchor of [-1, ...anchorsOf(ground, w, followers, priced)]) {
    let cost = placeAlone(ground, w, anchor, trial);
    const charged = charges.sourcesOf(w);
    if (cost < Infinity) {
      cost += costOf(ground, w, priced);
      for (const source of charged) charges.charge(source);
      const tried: number[] = [];
      for (const f of followers) {
        if ((state.placed[f] as number) > 0) continue;
        const lost = placeAlone(ground, f, -1, trial);
        if (lost < Infinity) tried.push(f);
        cost += lost + (lost < Infinity ? costOf(ground, f, priced) : 0);
        if (cost >= least) break;
      }
      for (const f of tried) ground.leave(f);
      ground.leave(w);
      for (const source of charged) charges.charge(source);
    }
    if (cost < least) [best, least] = [anchor, cost];
  }
  return best;
}
