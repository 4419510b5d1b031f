// A better assignment than the present one, found by annealing, with a bound that tells how far it may be from the best. Stops when its time is
// up and answers the best so far; the initial assignment is always among what it compares.
import { worked, type Clock } from "../clock.ts";
import { newRandom } from "../search/random.ts";
import { annealAt } from "./anneal.ts";
import { lowerBound } from "./bound.ts";
import { emphasised, heldBack } from "./emphasis.ts";
import { newGround, type Ground } from "./ground.ts";
import { mend } from "./mend.ts";
import type { Reassignment } from "./reassignment.ts";
import { REHEATED, scaleOf, schedules, settingAt, type Scale, type Schedule } from "./schedule.ts";
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
    const anew = { from: ground.home, begin: 0, true: true };
    // Which temperatures suit depends on how sizes and room are spread: a short look at each tells more than a formula.
    const looks = schedules.map((schedule, i) => {
      const [since, until] = [start + i * PILOT * milliseconds, start + (i + 1) * PILOT * milliseconds];
      return { schedule, reached: run(search, ground, { ...anew, schedule, since, until }).total };
    });
    const bound = lowerBound(ground);
    const furthest = Math.min(...looks.map(({ reached }) => reached));
    // Where short looks say about the same it is the earlier schedule, which gains more by time.
    const alike = looks.find(({ reached }) => reached - bound <= ALIKE * (furthest - bound)) ?? looks[0];
    if (alike !== undefined) {
      const since = start + schedules.length * PILOT * milliseconds;
      settle(search, alike.schedule, since, start + milliseconds);
    }
  }
  return { assignment: [...search.best], total: search.total, bound: lowerBound(ground) };
}

/** Anneals from the initial assignment; where that settles too early, only shortly, then warms the best up again and again. */
function settle(search: Search, schedule: Schedule, since: number, until: number): void {
  const { ground } = search;
  const { again, first, begin } = REHEATED;
  const stuck = heldBack(ground, standingAt(ground, search.best));
  const end = since + (stuck ? first : 1) * (until - since);
  run(search, ground, { schedule, from: ground.home, begin: 0, since, until: end, true: true });
  if (!stuck) return;
  const each = (until - end) / again;
  for (let turn = 0; turn < again; turn++) {
    const [from, at] = [search.best.slice(), end + turn * each];
    // First elsewhere, by counting otherwise, then back to what is true.
    const other = emphasised(ground, standingAt(ground, from), turn);
    const { at: moved } = run(search, other, { schedule, from, begin, since: at, until: at + each / 2, true: false });
    run(search, ground, { schedule, from: moved, begin, since: at + each / 2, until: at + each, true: true });
  }
}

interface Search {
  readonly ground: Ground;
  readonly scale: Scale;
  readonly options: RebalanceOptions;
  readonly random: () => number;
  best: Int32Array;
  total: number;
}

interface Stretch {
  readonly schedule: Schedule;
  readonly from: Int32Array;
  /** Share of the schedule that is left out. */
  readonly begin: number;
  /** On the clock. */
  readonly since: number;
  readonly until: number;
  /** Whether totals are costs. */
  readonly true: boolean;
}

function newSearch(ground: Ground, options: RebalanceOptions): Search {
  const { total } = standingAt(ground, ground.home);
  const random = newRandom(options.seed ?? 1);
  return { ground, scale: scaleOf(ground), options, random, best: Int32Array.from(ground.home), total };
}

/** One annealing; answers the best that it came to itself, where it began when nothing held. */
function run(
  search: Search,
  ground: Ground,
  { schedule, from, begin, since, until, true: counts }: Stretch,
): { readonly total: number; readonly at: Int32Array } {
  const { scale, options, random } = search;
  const { now } = options;
  const standing = standingAt(ground, from);
  let [total, at] = [Infinity, from];
  let room: "priced" | "dear" | "forbidden" = "priced";
  const spentNow = (): number => begin + (1 - begin) * share(now, since, until);
  for (let spent = spentNow(); spent < 1 && options.stop?.() !== true; spent = spentNow()) {
    const setting = settingAt(schedule, scale, ground, spent);
    if (!setting.strict) reprice(ground, standing, setting.price, setting.pull);
    else if (room === "priced") room = mend(ground, standing, setting.price) ? "forbidden" : "dear";
    else if (room === "dear" && fits(standing)) room = "forbidden";
    if (room === "forbidden") reprice(ground, standing, scale.forbidden, 0);
    // A rearrangement overdraws on its way.
    const mix = room === "forbidden" ? { ...setting, rearrangements: 0 } : setting;
    const evaluations = annealAt(ground, standing, setting.temperature, BATCH, random, mix);
    worked(now, evaluations * EVALUATION);
    if (standing.total < total && fits(standing)) {
      [total, at] = [standing.total, standing.at.slice()];
      if (counts) keep(search, standing);
    }
  }
  return { total, at };
}

function keep(search: Search, { at, total }: Standing): void {
  if (total >= search.total) return;
  search.best.set(at);
  search.total = total;
  search.options.onBetter?.(total);
}

const share = (now: Clock, from: number, to: number): number => Math.max(0, (now() - from) / (to - from));
