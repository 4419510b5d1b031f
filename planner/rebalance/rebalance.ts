// A better assignment than the present one, found by annealing, with a bound that tells how far it may be from the best. Stops when its time is
// up and answers the best so far; the initial assignment is always among what it compares.
import { worked, type Clock } from "../clock.ts";
import { newRandom } from "../search/random.ts";
import { annealAt } from "./anneal.ts";
import { lowerBound } from "./bound.ts";
import { newGround, type Ground } from "./ground.ts";
import { mend } from "./mend.ts";
import type { Reassignment } from "./reassignment.ts";
import { scaleOf, schedules, settingAt, type Scale, type Schedule } from "./schedule.ts";
import { fits, reprice, standingAt, type Standing } from "./standing.ts";

export interface RebalanceOptions {
  /** A clock of steps makes the answer the same everywhere. */
  readonly now: Clock;
  /** On that clock. */
  readonly milliseconds: number;
  readonly seed?: number;
  readonly stop?: () => boolean;
  readonly onBetter?: (total: number) => void;
}

export interface Rebalanced {
  /** The machine of each process; holds every constraint. */
  readonly assignment: readonly number[];
  readonly total: number;
  /** No assignment costs less. */
  readonly bound: number;
}

/** Shares of the time: each schedule is tried for the first, the best of them then has the rest. */
const PILOT = 0.04;
/** Looks whose distances from the bound differ by less than this factor say the same. */
const ALIKE = 1.3;
/** Moves that are tried between two looks at the clock, and milliseconds for an evaluation on a common machine. */
const BATCH = 2048;
const EVALUATION = 0.00025;

/** Throws a RangeError when costs are beyond what a double counts exactly. */
export function rebalance(reassignment: Reassignment, options: RebalanceOptions): Rebalanced {
  const ground = newGround(reassignment);
  const search = newSearch(ground, options);
  const { now, milliseconds } = options;
  const start = now();
  if (ground.processes > 0 && ground.machines > 1) {
    // Which temperatures suit depends on how sizes and room are spread: a short look at each tells more than a formula.
    const looks = schedules.map((schedule, i) => ({
      schedule,
      reached: run(search, schedule, start + i * PILOT * milliseconds, start + (i + 1) * PILOT * milliseconds),
    }));
    const bound = lowerBound(ground);
    const furthest = Math.min(...looks.map(({ reached }) => reached));
    // Where short looks say about the same it is the earlier schedule, which gains more by time.
    const alike = looks.find(({ reached }) => reached - bound <= ALIKE * (furthest - bound)) ?? looks[0];
    if (alike !== undefined)
      run(search, alike.schedule, start + schedules.length * PILOT * milliseconds, start + milliseconds);
  }
  return { assignment: [...search.best], total: search.total, bound: lowerBound(ground) };
}

interface Search {
  readonly ground: Ground;
  readonly scale: Scale;
  readonly options: RebalanceOptions;
  readonly random: () => number;
  best: Int32Array;
  total: number;
}

function newSearch(ground: Ground, options: RebalanceOptions): Search {
  const { total } = standingAt(ground, ground.home);
  const random = newRandom(options.seed ?? 1);
  return { ground, scale: scaleOf(ground), options, random, best: Int32Array.from(ground.home), total };
}

/** One annealing from the initial assignment; answers the best total that it came to itself. */
function run(search: Search, schedule: Schedule, from: number, to: number): number {
  const { ground, scale, options, random } = search;
  const { now } = options;
  const standing = standingAt(ground, ground.home);
  let reached = standing.total;
  let room: "priced" | "dear" | "forbidden" = "priced";
  for (let spent = share(now, from, to); spent < 1 && options.stop?.() !== true; spent = share(now, from, to)) {
    const setting = settingAt(schedule, scale, ground, spent);
    if (!setting.strict) reprice(ground, standing, setting.price, setting.pull);
    else if (room === "priced") room = mend(ground, standing, setting.price) ? "forbidden" : "dear";
    else if (room === "dear" && fits(standing)) room = "forbidden";
    if (room === "forbidden") reprice(ground, standing, scale.forbidden, 0);
    // A rearrangement overdraws on its way.
    const mix = room === "forbidden" ? { ...setting, rearrangements: 0 } : setting;
    const evaluations = annealAt(ground, standing, setting.temperature, BATCH, random, mix);
    worked(now, evaluations * EVALUATION);
    if (standing.total < reached && fits(standing)) {
      reached = standing.total;
      keep(search, standing);
    }
  }
  return reached;
}

function keep(search: Search, { at, total }: Standing): void {
  if (total >= search.total) return;
  search.best.set(at);
  search.total = total;
  search.options.onBetter?.(total);
}

const share = (now: Clock, from: number, to: number): number => Math.max(0, (now() - from) / (to - from));
