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
  /** Price of overdrawn room at first, and when nothing may be overdrawn any more: multiples of the highest load weight. */
  readonly overdrawn: readonly [number, number];
  /** Processes smaller than this × the temperature stay where they are: they would only wander and take room. */
  readonly least: number;
  /** Share of moves that are swaps, and rearrangements. */
  readonly swaps: number;
  readonly rearrangements: number;
  /** How much more often the large are drawn: 0 not at all, 1 the most. */
  readonly lean: number;
}

const common = { pulled: 0.6, pull: 0.7, swaps: 0.5, least: 0 } as const;

/** What is tried: room that is scarce while moving wants the first, load that is to be spread almost evenly the others. */
export const schedules: readonly Schedule[] = [
  {
    ...common,
    pulled: 0.7,
    hot: 0.2,
    warm: 6e-3,
    cold: 6e-5,
    overdrawn: [1, 30],
    rearrangements: 0.2,
    least: 1,
    lean: 1,
  },
  { ...common, hot: 0.06, warm: 2e-3, cold: 6e-6, overdrawn: [3, 30], rearrangements: 0, lean: 1 },
  { ...common, hot: 0.02, warm: 2e-3, cold: 2e-6, overdrawn: [3, 30], rearrangements: 0, lean: 0 },
];

/** From here on room may not be overdrawn. */
const STRICT = 0.9;

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
  const { hot, warm, cold, pulled, pull, overdrawn, least, swaps, rearrangements, lean } = schedule;
  const temperature =
    scale.mean *
    (spent < pulled ? between(hot, warm, spent / pulled) : between(warm, cold, (spent - pulled) / (1 - pulled)));
  const price = between(overdrawn[0], overdrawn[1], Math.min(1, spent / STRICT));
  return {
    temperature,
    price: scale.unit.map((unit) => price * unit),
    pull: Math.max(0, pull * (1 - spent / pulled)),
    strict: spent >= STRICT,
    swaps,
    rearrangements,
    targets: 4,
    lean,
    active: activeFrom(ground, least * temperature),
  };
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
