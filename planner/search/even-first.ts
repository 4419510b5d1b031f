// Where evenness stands among the terms of an objective, and what a search does for it: the highest share is made smaller at no loss to what counts
// more, and held where something counts less. It must not know how a step makes it smaller.
import type { Limit } from "../solver/learnt.ts";
import { arcsOf } from "./arcs.ts";
import { ascend, newPrices } from "./bound.ts";
import { beginning } from "./bound/beginning.ts";
import { capacityByCluster } from "./bound/shares.ts";
import { compactOf } from "./compact.ts";
import type { Compact } from "./compact.ts";
import { evenOut } from "./even.ts";
import { leastOf, nameOf } from "./proof.ts";
import { limitsFrom, rowName } from "./rows.ts";
import type { Steps } from "./ruled/index.ts";
import type { SearchGround } from "./search.ts";
import type { State } from "./state.ts";
import type { Keeping } from "./survive/index.ts";
import { newGain } from "./value.ts";
import { summed } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";

/** The linear problem of everything that counts less, in which no resource of any cluster is used more than a little above the least that can be. */
export interface Level {
  /** With a row for each resource of each cluster. */
  readonly compact: Compact;
  /** Its prices, to be found. */
  readonly prices: Float64Array;
  /** Writes its prices into those of the whole, as if the room that it allows were all there is; returns them as a bound has them: shares of clusters last. */
  readonly told: (prices: Float64Array) => Float64Array;
  /** Allows no more room on any cluster, or all of it again. */
  readonly hold: (state: State, held: boolean) => void;
}

/** How far above what is proven the highest share may be at first: what single replicas cannot split. */
const ABOVE = 0.01;
/** Passes for what is proven. */
const STEPS = 60;

/** Undefined where evenness does not come first, or where room is kept for what comes back after a loss. */
export function levelFor(
  compact: Compact,
  weighed: Weighed,
  keeping: Keeping | undefined,
  limits: readonly Limit[],
  stopped: () => boolean,
): Level | undefined {
  const { problem } = compact;
  const { at } = placeOfEven(compact, weighed);
  const decides = weighed.terms.slice(0, at).some(({ idle }, t) => !idle || nameOf(problem, weighed, t) === "clusters");
  if (at < 0 || decides || keeping !== undefined) return undefined;
  const sum = summed(compact, { ...weighed, terms: weighed.terms.slice(0, at) }, at);
  const arcs = arcsOf(compact, { ...sum, joint: { ...sum.joint, imbalance: true } });
  const proven = ascend(compact, arcs, { steps: STEPS, upper: 1, from: beginning(compact, arcs), stopped }).bound;
  const most = Math.min(1, (1 + ABOVE) * Math.max(proven, leastOf(compact, "imbalance")));
  const there = capacityByCluster(compact);
  const resources = problem.resources.length;
  const own = [...there.keys()].filter((place) => (there[place] as number) > 0);
  const held = own.map((place) => ({
    cluster: Math.floor(place / resources),
    resource: place % resources,
    most: most * (there[place] as number),
  }));
  const levelled = compactOf(problem, [...limits, ...held]);
  const whole = rowsByOrigin(compact);
  const poolsOf = problem.clusters.map((_, at) =>
    problem.pools.flatMap(({ cluster }, pool) => (cluster === at ? [pool] : [])),
  );
  const first = limitsFrom(problem) + limits.length;
  const rows = compact.capacity.length;
  const ties = newPrices(compact).length - rows;
  const prices = newPrices(levelled);
  return {
    compact: levelled,
    prices,
    told: (room) => {
      const shares = new Float64Array(rows + ties + there.length);
      const both = (row: number, price: number): void => {
        room[row] = price;
        shares[row] = price;
      };
      levelled.rowOrigin.forEach((origin, row) => {
        const same = origin < first - limits.length ? whole.get(origin) : undefined;
        if (same !== undefined) both(same, prices[row] as number);
      });
      for (let tie = 0; tie < ties; tie++) both(rows + tie, prices[levelled.capacity.length + tie] as number);
      levelled.rowOrigin.forEach((origin, row) => {
        const place = own[origin - first];
        if (place === undefined) return;
        const price = prices[row] as number;
        shares[rows + ties + place] = price * (there[place] as number);
        for (const pool of poolsOf[Math.floor(place / resources)] as readonly number[]) {
          const of = whole.get(pool * resources + (place % resources));
          if (of !== undefined) room[of] = (room[of] as number) + price;
        }
      });
      return shares;
    },
    hold: (state, held) => {
      state.capacity.set(compact.capacity);
      if (held) holdAt(state, most);
    },
  };
}

function rowsByOrigin({ rowOrigin }: Compact): ReadonlyMap<number, number> {
  return new Map([...rowOrigin].map((origin, row) => [origin, row]));
}

/** Which term the highest share is, and whether nothing that can be decided comes before it and something after it. */
export function placeOfEven({ problem: { objectives } }: Compact, { terms }: Weighed) {
  const at = terms.findIndex(({ objective }) => objective !== undefined && objectives[objective]?.name === "imbalance");
  const decides = (from: number, to?: number): boolean => terms.slice(from, to).some((term) => !term.idle);
  return { at, early: at >= 0 && !decides(0, at) && decides(at + 1) };
}

/** Evens out the highest share where that is asked for: at no loss to the terms before it, nor to those after it when it comes late. */
export function makeEven(ground: SearchGround, weighed: Weighed, state: State, steps: Steps): boolean {
  const { weights, keeping, keeps, nodes, over, compact } = ground;
  const { at, early } = placeOfEven(compact, weighed);
  if (at < 0) return false;
  const before = early ? summed(compact, weighed, at) : weights;
  const most = evenOut(state, {
    gain: newGain(state, before),
    free: (w) => steps.free(w) && keeping?.survives(w) !== true,
    may: steps.may,
    ruled: keeps.ruled,
    packed: nodes.packed,
    packs: (cluster) => nodes.packs(state, cluster),
    over,
  });
  if (!early) return true;
  holdAt(state, most);
  return true;
}

/** From here on no cluster is filled more than that, nor more than it is. */
function holdAt(state: State, most: number): void {
  const { compact, capacity, used } = state;
  for (let row = 0; row < capacity.length; row++) {
    if (rowName(compact, row).kind !== "room") continue;
    const held = Math.max(used[row] as number, most * (compact.capacity[row] as number));
    capacity[row] = Math.min(capacity[row] as number, held);
  }
}
