// The first complete placement: what rules bind, then what only rows bind; what finds no place gets its turn before all others in the next
// attempt. It must not know how any of them is placed.
import type { Compact } from "./compact.ts";
import type { Keeps } from "./keeps.ts";
import { makeRoom, type RoomGround } from "./make-room.ts";
import type { Family, Ruled } from "./ruled/index.ts";

export interface FirstGround extends RoomGround {
  readonly keeps: Keeps;
  readonly ruled: Ruled;
  /** Places what an exact solver finds for a family. */
  readonly exactly: (family: Family) => Promise<boolean>;
  /** Places what ran before, or what the bound placed on average, as far as it finds room. */
  readonly before: () => void;
  readonly average: () => void;
}

/** Attempts in which what found no place comes first; in the last one the exact solvers are asked too. */
const ATTEMPTS = 10;

/**
 * False when something that must run found no place in any attempt.
 *
 * @param anew whether what stands is taken away before the first attempt
 */
export async function placeFirst(ground: FirstGround, anew: boolean): Promise<boolean> {
  const { compact, keeps, ruled, improver, order, over } = ground;
  const urgent = new Set<Family | number>(order.filter((w) => !keeps.ruled(w) && !hasChoice(compact, w)));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const last = attempt === ATTEMPTS;
    const failed: (Family | number)[] = [];
    const place = async (what: Family | number): Promise<void> => {
      const found =
        typeof what === "number"
          ? improver.complete(what) || compact.problem.workloads[what]?.optional === true
          : ruled.place(what) || (last && (await ground.exactly(what)));
      if (!found) failed.push(what);
    };
    if (anew || attempt > 1) for (const w of order) ground.leave(w);
    for (const what of urgent) await place(what);
    ground.before();
    for (const family of ruled.families) {
      if (over()) return false;
      if (!urgent.has(family)) await place(family);
      if (last && failed.length > 0) return false;
    }
    ruled.charge();
    ground.average();
    for (const w of order) if (!keeps.ruled(w) && !urgent.has(w)) await place(w);
    if (failed.length === 0 || makeRoom(ground, failed)) return true;
    const known = [...urgent];
    urgent.clear();
    for (const what of [...failed, ...known]) urgent.add(what);
  }
  return false;
}

/** Whether a workload could do without one of its places. */
function hasChoice({ candidateStart, most, wanted, step }: Compact, w: number): boolean {
  let places = 0;
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) places += most[c] as number;
  return places > (wanted[w] as number) * (step[w] as number);
}
