// How warm the search is, what overdrawn room costs and how strongly home pulls, by how far the time is spent. It must not know the time itself.
import type { Mix } from "./anneal.ts";
import type { Ground } from "./ground.ts";

/** Temperatures are multiples of the mean size of a process. */
export interface Schedule {
  /** At first, when the pull has gone, and at the end. */
  readonly hot: number;
  readonly warm: number;
  readonly cold: number;
  /** Share of the time until the pull has gone. */
  readonly pulled: number;
  /** The pull home at first: while many may leave, what leaves must be worth the room that it still holds at home. */
  readonly pull: number;
  /** Price of overdrawn room at first, and when the pull has gone: multiples of the highest load weight. */
  readonly overdrawn: readonly [number, number];
  /** Processes smaller than this × the temperature stay where they are: they would only wander and take room. */
  readonly least: number;
  /** Share of moves that are swaps, and at first rearrangements. */
  readonly swaps: number;
  readonly rearrangements: number;
  /** How much more often the large are drawn: 0 not at all, 1 the most. */
  readonly lean: number;
}

/** How often the best is warmed up again where rooms that are held decide, the share of the time before that, and where in the schedule it begins. */
export const REHEATED = { again: 9, first: 0.26, begin: 0.55 } as const;

const common = { pulled: 0.6, pull: 0.7, swaps: 0.7, least: 0 } as const;

/** What is tried: room that is scarce while moving wants the first, load that is to be spread almost evenly the others, and what is good
 * already but for moves that cost little the last. */
export const schedules: readonly Schedule[] = [
  {
    ...common,
    pulled: 0.7,
    hot: 0.2,
    warm: 6e-3,
    cold: 6e-5,
    overdrawn: [1, 10],
    rearrangements: 0.2,
    least: 1,
    lean: 1,
  },
  { ...common, least: 1, hot: 0.06, warm: 2e-3, cold: 6e-6, overdrawn: [3, 20], rearrangements: 0.05, lean: 1 },
  { ...common, least: 1, hot: 0.02, warm: 2e-3, cold: 2e-6, overdrawn: [3, 20], rearrangements: 0, lean: 0 },
  { ...common, pull: 0.1, hot: 1e-4, warm: 1e-5, cold: 1e-6, overdrawn: [20, 100], rearrangements: 0, lean: 0 },
];

/** From here on room may not be overdrawn, and what it cost until then: little is left to mend. */
const STRICT = 0.9;
const DEAREST = 1000;

const TARGETED = 0.3;

export interface Scale {
  /** Mean size of a process. */
  readonly mean: number;
  /** By resource: what makes a unit of it as much of all capacity as a unit of the most plentiful resource, times the highest weight. */
  readonly unit: Float64Array;
  readonly forbidden: Float64Array;
}

export function scaleOf({ resources, machines, processes, capacity, loadWeight, size }: Ground): Scale {
  const room = new Float64Array(resources);
  for (let i = 0; i < machines * resources; i++) room[i % resources]! += capacity[i] as number;
  const most = Math.max(1, ...room);
  const weight = Math.max(1, ...loadWeight);
  return {
    mean: Math.max(1, size.reduce((a, b) => a + b, 0) / Math.max(1, processes)),
    unit: room.map((amount) => (weight * most) / Math.max(1, amount)),
    forbidden: new Float64Array(resources).fill(Infinity),
  };
}

export interface Setting extends Mix {
  readonly temperature: number;
  readonly price: Float64Array;
  readonly pull: number;
  readonly strict: boolean;
}

/** @param spent share of the time, 0 … 1 */
export function settingAt(schedule: Schedule, scale: Scale, ground: Ground, spent: number): Setting {
  const { pulled, pull, overdrawn, least, swaps, rearrangements, lean } = schedule;
  const temperature = temperatureAt(schedule, scale.mean, spent);
  const price =
    spent < pulled
      ? between(overdrawn[0], overdrawn[1], spent / pulled)
      : between(overdrawn[1], DEAREST, Math.min(1, (spent - pulled) / (STRICT - pulled)));
  return {
    temperature,
    price: scale.unit.map((unit) => price * unit),
    pull: Math.max(0, pull * (1 - spent / pulled)),
    strict: spent >= STRICT,
    swaps,
    // Where the large stand is decided while it is warm; later they find nothing and cost the time of many swaps.
    rearrangements: rearrangements * Math.max(0, 1 - spent / pulled),
    // Only once it is cold: while it is warm it would keep such machines from settling.
    targeted: spent < pulled ? 0 : TARGETED,
    targets: 4,
    lean,
    active: activeFrom(ground, least * temperature),
  };
}

/** At the very end it is cold beside the cost of a single move, whatever the sizes are. */
function temperatureAt({ hot, warm, cold, pulled }: Schedule, mean: number, spent: number): number {
  if (spent < pulled) return mean * between(hot, warm, spent / pulled);
  if (spent < STRICT) return mean * between(warm, cold, (spent - pulled) / (STRICT - pulled));
  return between(mean * cold, Math.min(1, mean * cold), (spent - STRICT) / (1 - STRICT));
}

/** From a to b at even factors. */
const between = (a: number, b: number, share: number): number => a * (b / a) ** share;

/** How many processes are at least so large; some always are. */
function activeFrom({ bySize, size, processes }: Ground, least: number): number {
  let [low, high] = [0, processes];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((size[bySize[middle] as number] as number) >= least) low = middle + 1;
    else high = middle;
  }
  return Math.max(low, Math.min(50, processes));
}
