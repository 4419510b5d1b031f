// Prices to begin with and an answer near the linear optimum that they belong to: a subgradient's first passes, the primal-dual steps from there, and
// what both prove. It must not know steps or rules.
import { arcsOf } from "./arcs.ts";
import type { Arcs } from "./arcs.ts";
import { ascend } from "./bound.ts";
import { primalDual } from "./primal-dual.ts";
import { roomOnNodes } from "./room-on-nodes.ts";
import type { Room } from "./room-on-nodes.ts";
import type { SearchGround } from "./search.ts";
import { placeMissing, rankedBy } from "./start.ts";
import { newState } from "./state.ts";
import { reweighed, tempered } from "./temper.ts";
import { worth } from "./value.ts";
import type { Weighed } from "./weigh.ts";

/** Passes over the pairs: at first, towards the linear optimum, and from there. */
const ASCENT = 60;
const LINEAR = 480;
const PHASES = 6;
const ALONG = 30;
/** How far from the linear optimum prices and averaged answer may be together. */
const NEARLY = 0.004;
/** Iterations where only so many clusters may be used, since which of them is one more choice: fewer, the more candidates there are. */
const OPENING = { least: 1200, most: 4000, all: 4e7 };
/** The same once it is known what nodes hold, going on from there. */
const AGAIN = { iterations: 160, phases: 2, enough: 0.001 };

/**
 * Prices near those of the linear optimum, left in `prices`, and the averaged answers that led to them.
 * @param mostClusters how many clusters may be used, where that is held
 */
export function firstPrices(ground: SearchGround, weighed: Weighed, prices: Float64Array, mostClusters?: number) {
  const { compact, keeping, over, options } = ground;
  const factors = tempered(compact, weighed);
  const plain = factors === undefined ? ground.weights : reweighed(compact, weighed, factors);
  const weights = mostClusters === undefined ? plain : { ...plain, joint: { ...plain.joint, mostClusters } };
  const guess = newState(compact, keeping?.allows);
  // A quick placement without prices, that only says about how much everything will cost.
  placeMissing(guess, rankedBy(compact, ground.weights.cost, prices));
  const arcs = arcsOf(compact, weights);
  const upper = worth(guess, weights);
  const ascent = ascend(compact, arcs, { steps: ASCENT, upper, stopped: over });
  const { now } = options;
  // Prices of ties that a few passes leave are noise; without them the linear optimum is found sooner.
  const begun = { average: ascent.average, prices: Float64Array.from(ascent.prices).fill(0, compact.capacity.length) };
  const opening = Math.max(OPENING.least, Math.min(OPENING.most, OPENING.all / arcs.candidate.length));
  const linear = primalDual(compact, arcs, {
    iterations: mostClusters === undefined ? LINEAR : opening,
    phases: PHASES,
    enough: NEARLY,
    from: begun,
    now,
    stopped: over,
  });
  const from = linear.prices.slice(0, ascent.prices.length);
  // What the nearly linear answer costs is a far better guess of what can be reached than the first one.
  const hope = Math.min(upper, (1 + NEARLY / 2) * paidFor(arcs, linear.average));
  const proven = linear === begun ? ascent : ascend(compact, arcs, { steps: ALONG, upper: hope, from, stopped: over });
  prices.set(proven.bound > ascent.bound ? proven.prices : ascent.prices);
  const wish = new Float64Array(compact.most.length);
  arcs.candidate.forEach((c, a) => (wish[c] = (wish[c] as number) + (linear.average[a] as number)));
  const soft = factors === undefined ? undefined : { factors, weights, prices: Float64Array.from(prices) };
  return { arcs, weights, linear, wish, soft };
}

/** The answer near the linear optimum, and by row what planned load may use: as rows have it, and so that nodes nearly take it. */
export function nodesIn(
  { compact, learnt, options, over }: SearchGround,
  { arcs, weights, linear }: Pick<ReturnType<typeof firstPrices>, "arcs" | "weights" | "linear">,
): Room {
  const { truth } = learnt;
  const { now } = options;
  if (truth === undefined || !compact.problem.clusters.some((_, c) => truth.asks(c)))
    return { capacity: compact.capacity, linear };
  return roomOnNodes(compact, arcs, weights.cost, truth, linear, (narrow, from) =>
    primalDual(narrow, arcs, { ...AGAIN, from, now, stopped: over }),
  );
}

function paidFor({ cost, constant }: Arcs, amount: Float64Array): number {
  let sum = constant;
  for (let a = 0; a < cost.length; a++) sum += (cost[a] as number) * (amount[a] as number);
  return sum;
}
