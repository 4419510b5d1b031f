// How much of each row nodes really hold, learnt before anything is placed: what the linear optimum would put on a cluster comes to its nodes,
// and what finds none shows how full the cluster gets. With rows of just that room, the linear optimum is one that nodes nearly take. It
// must not know how nodes are asked, or rules.
import type { NodeTruth } from "../nodes/truth.ts";
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import type { NearlyLinear } from "./linear-model.ts";
import { loadOn } from "./on-nodes.ts";
import { placeMissing, rankedBy, startFromAverage } from "./start.ts";
import { newState } from "./state.ts";
import type { State } from "./state.ts";

/** A row that is used up to this share when pods find no node is one of those that are full. */
const FULL = 0.95;
/** Of what finds no node, the share that other pods will find room for. */
const FILLED = 0.3;

/** What stands in a few orders of creation tells enough. */
const TRYING = { orders: 8, anyhow: false };

const NOTHING: ReadonlyMap<number, number> = new Map();

export interface Room {
  /** By row: what planned load may use, so that nodes nearly take it. */
  readonly capacity: Float64Array;
  readonly linear: NearlyLinear;
}

/** @param optimum the linear optimum with so much room, going on from another. */
export function roomOnNodes(
  compact: Compact,
  arcs: Arcs,
  cost: Float64Array,
  truth: NodeTruth,
  begun: NearlyLinear,
  optimum: (narrow: Compact, from: NearlyLinear) => NearlyLinear,
): Room {
  const guess = newState(compact);
  startFromAverage(guess, arcs, begun, () => true);
  placeMissing(guess, rankedBy(compact, cost, begun.prices));
  const capacity = heldBy(guess, truth);
  if (capacity === undefined) return { capacity: compact.capacity, linear: begun };
  return { capacity, linear: optimum({ ...compact, capacity }, begun) };
}

/** The room that is left to rows that were full where pods found no node; undefined when all of them did. */
function heldBy(state: State, truth: NodeTruth): Float64Array | undefined {
  const { compact, used } = state;
  const before = Float64Array.from(used);
  let some = false;
  for (let cluster = 0; cluster < compact.problem.clusters.length; cluster++) {
    if (!truth.asks(cluster)) continue;
    const load = loadOn(state, cluster);
    const left =
      load.size === 0 ? load : (truth.fewestOut(cluster, load, (_, many, size) => many * size, TRYING) ?? NOTHING);
    if (left.size === 0) continue;
    some = true;
    const first = state.clusterStart[cluster] as number;
    const hosts = [...state.clusterCandidates.subarray(first, first + (state.hosting[cluster] as number))];
    for (const candidate of hosts) {
      const many = left.get(compact.workloadOf[candidate] as number) ?? 0;
      if (many > 0) state.remove(candidate, Math.min(many, state.on[candidate] as number));
    }
  }
  if (!some) return undefined;
  return compact.capacity.map((most, row) => {
    const [all, held] = [before[row] as number, used[row] as number];
    return all >= FULL * most ? Math.min(most, held + FILLED * (all - held)) : most;
  });
}
