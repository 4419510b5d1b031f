// The price of each intent: what the objective would gain without it. At most, by the prices that prove the plan; at least, by what is found
// when only its workloads move; exactly, where planning anew is decided in time. It must not know how prices are shown.
import type { Ir } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { placementIn } from "../as-placed.ts";
import { buildProblem } from "../build/index.ts";
import { worked, type Clock } from "../clock.ts";
import { candidatesOf } from "../columns.ts";
import { replicasOf } from "../outcome.ts";
import { place } from "../place.ts";
import { newMarginal, newResettling } from "../search/index.ts";
import type { Most } from "../search/index.ts";
import { atMost } from "./at-most.ts";
import type { Asking } from "./feasible.ts";
import { intentsOf, withOnly, type Intent } from "./intents.ts";
import { proofOf } from "./proof-of.ts";
import type { Explained, WhyOptions } from "./why.ts";

/** What one intent costs. */
export interface IntentPrice {
  readonly text: string;
  readonly span: Span;
  /**
   * The first objective that gets better without it, and what the others then do, in the plan's order; only those that change, positive is
   * better. Where it is not exact, this much at least was found to be gained, when only the intent's workloads move.
   */
  readonly gains: readonly Gain[];
  /** Whether that is all that can be gained. */
  readonly exact: boolean;
  /** Where it is not: the first objective that could get better, and at most by how much. Absent: nothing is known. */
  readonly atMost?: Gain;
}

export interface Gain {
  readonly name: string;
  readonly gain: number;
}

/** What was found in the time that there was: what gains most comes first. */
export interface IntentPrices {
  /** An intent that costs nothing has no entry. */
  readonly prices: readonly IntentPrice[];
  /** Intents of which nothing was found out. */
  readonly unpriced: number;
  /** What the plan itself may be from the best, with all of its intents: no bound of a price is below it. */
  readonly open?: Gain;
}

/** How long all prices together may take unless told, in the caller's milliseconds. */
const BUDGET = 4000;
/** Candidates up to which the program is planned anew without an intent; each time for no longer than this share of the time. */
const SMALL = 2000;
const SHARE = 0.25;
/** Intents whose workloads are moved to see what is gained at least, where nothing is planned anew. */
const MOVED = 8;
/** Milliseconds that one such move takes for each candidate, about: most of it is to build the program and to ask nodes. */
const MOVING = 0.02;

/** Prices every intent but `run` itself; those that speak of `first` before the others. */
export async function priceOfIntents(
  ir: Ir,
  before: PlacedReplicas,
  outcome: Explained,
  now: Clock,
  { budget = BUDGET, without = [], first }: WhyOptions = {},
): Promise<IntentPrices> {
  const asking = { before, without, now, until: now() + budget };
  const all = intentsOf(ir, before);
  const speaks = ({ workloads }: Intent): number => (first !== undefined && workloads.includes(first) ? 0 : 1);
  const asked = all.filter(({ kind }) => kind !== "run").toSorted((a, b) => speaks(a) - speaks(b));
  const { problem, placement } = outcome;
  if (placement === undefined || now() >= asking.until) return { prices: [], unpriced: asked.length };
  const marginal = newMarginal(problem, placement, proofOf(outcome, now));
  const bounds = atMost(ir, problem, all, asked, marginal, asking);
  const ground = { ir, all, outcome, asking, size: sizeOf(outcome) };
  const found = new Map<string, Found>();
  const ranked = asked.toSorted(
    (a, b) => speaks(a) - speaks(b) || compared(outcome, bounds.get(a.key), bounds.get(b.key)),
  );
  for (const [rank, intent] of ranked.entries()) {
    if (bounds.get(intent.key)?.kind === "nothing") found.set(intent.key, { gains: [], exact: true });
    else if (now() >= asking.until) break;
    else if (ground.size <= SMALL) found.set(intent.key, await plannedAnew(ground, intent));
    else if (rank < MOVED) found.set(intent.key, moved(ground, intent));
  }
  return told(outcome, asked, bounds, found);
}

interface Ground {
  readonly ir: Ir;
  readonly all: readonly Intent[];
  readonly outcome: Explained;
  readonly asking: Asking;
  readonly size: number;
}

interface Found {
  readonly gains: readonly Gain[];
  readonly exact: boolean;
}

const sizeOf = ({ problem }: Explained): number =>
  problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);

const programWithout = ({ ir, all }: Ground, intent: Intent): Ir =>
  withOnly(ir, new Set(all.flatMap(({ key }) => (key === intent.key ? [] : [key]))));

async function plannedAnew(ground: Ground, intent: Intent): Promise<Found> {
  const { outcome, asking } = ground;
  const { before, without, now, until } = asking;
  const timeLimit = Math.max(1, (until - now()) * (ground.size <= SMALL / 10 ? 1 : SHARE));
  const limit = now() + timeLimit;
  const options = { gap: 0, timeLimit, seed: 1, solver: "auto", now, stopped: () => now() >= limit, without };
  const free = await place(programWithout(ground, intent), before, options);
  if (free.placement === undefined) return { gains: [], exact: false };
  return {
    gains: gainsOf(
      outcome,
      free.objective.map(({ value }) => value),
    ),
    exact: free.status === "optimal",
  };
}

/** What is gained when only the workloads of the intent move. Nothing is asked where losses are to be survived: what comes back needs room. */
function moved(ground: Ground, intent: Intent): Found {
  const { outcome, asking } = ground;
  const nothing = { gains: [], exact: false };
  worked(asking.now, MOVING * ground.size);
  const program = programWithout(ground, intent);
  const { value } = buildProblem(program, asking.before, { without: asking.without });
  if (value.rules.some(({ kind }) => kind === "survive") || outcome.placement === undefined) return nothing;
  const placement = placementIn(value, replicasOf(outcome.problem, outcome.placement));
  const resettling = placement === undefined ? undefined : newResettling(program, value, placement);
  const own = intent.workloads.flatMap((id) => {
    const w = value.workloads.findIndex((workload) => workload.id === id);
    return w < 0 ? [] : [w];
  });
  const ways = own.length > 1 ? [own.slice(0, 1), own] : [own];
  const found = ways.map((workloads) => gainsOf(outcome, resettling?.anew(workloads)));
  return { gains: found.reduce((a, b) => (first(outcome, b) > first(outcome, a) ? b : a)), exact: false };
}

/** Objectives that change, if the first of them gets better; nothing otherwise. */
function gainsOf({ objective }: Explained, values: readonly number[] | undefined): readonly Gain[] {
  const changed = objective.flatMap(({ name, value }, t) => {
    const gain = Number((value - (values?.[t] ?? value)).toPrecision(9));
    return Math.abs(gain) <= 1e-6 * Math.max(1, Math.abs(value)) ? [] : [{ name, gain }];
  });
  return (changed[0]?.gain ?? 0) > 0 ? changed : [];
}

/** A number for what is gained: more on an objective that counts more is always more. */
function first({ objective }: Explained, [gain]: readonly Gain[]): number {
  if (gain === undefined) return 0;
  const at = objective.findIndex(({ name }) => name === gain.name);
  return objective.length - at + gain.gain / (1 + gain.gain);
}

/** Bounds that say most come first: of the objective that counts most, and beyond what the plan itself leaves open. */
function compared(outcome: Explained, a: Most | undefined, b: Most | undefined): number {
  const of = (bound: Most | undefined): number =>
    bound?.kind !== "most" ? -1 : first(outcome, [{ name: bound.name, gain: bound.beyond }]);
  return of(b) - of(a);
}

function told(
  outcome: Explained,
  asked: readonly Intent[],
  bounds: ReadonlyMap<string, Most>,
  found: ReadonlyMap<string, Found>,
): IntentPrices {
  let unpriced = 0;
  const prices = asked.flatMap(({ key, text, span }): IntentPrice[] => {
    const { gains, exact } = found.get(key) ?? { gains: [], exact: false };
    if (exact) return gains.length === 0 ? [] : [{ text, span, gains, exact }];
    const bound = bounds.get(key);
    const most =
      bound?.kind === "most" ? { atMost: { name: bound.name, gain: Number(bound.most.toPrecision(9)) } } : {};
    if (bound?.kind !== "most" && gains.length === 0) {
      unpriced++;
      return [];
    }
    return [{ text, span, gains, exact, ...most }];
  });
  const rank = ({ gains, atMost: most }: IntentPrice): readonly [number, number] => [
    first(outcome, gains),
    most === undefined ? 0 : first(outcome, [most]),
  ];
  const ranked = prices
    .map((price) => ({ price, rank: rank(price) }))
    .sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1])
    .map(({ price }) => price);
  const open = outcome.objective.find(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  const some = open !== undefined && prices.some(({ atMost: most }) => most !== undefined);
  return {
    prices: ranked,
    unpriced,
    ...(some ? { open: { name: open.name, gain: Number((open.value - open.bound).toPrecision(9)) } } : {}),
  };
}
