// Which clusters are worth using when few should be, before anything is placed: those whose room is worth most at the prices that prove how many
// it takes. To be on any other costs extra. It must not know how anything is placed.
import { arcsOf } from "../arcs.ts";
import type { Weights } from "../arcs.ts";
import { ascend } from "../bound.ts";
import { beginning } from "../bound/beginning.ts";
import { clusterOfRows } from "../bound/opening.ts";
import { capacityByCluster } from "../bound/shares.ts";
import type { Compact } from "../compact.ts";

/** Passes for the prices. */
const STEPS = 60;
/** What all of a cluster costs extra: the first beyond those that it takes at least, and how much more each after it, in the dearest cluster. */
const EXTRA = 2;
const MORE = 0.2;
const MOST = 10;

/**
 * By candidate: what one replica costs extra there, as a share of what the cluster costs when it is full.
 * @param stopped asked between passes
 */
export function extraCosts(compact: Compact, weights: Weights, stopped: () => boolean): Float64Array {
  const { problem, cluster, workloadOf, most } = compact;
  const none = new Float64Array(most.length);
  const joint = { ...weights.joint, latency: 0, least: undefined, clusters: 1, imbalance: false, atMost: undefined };
  const leftOut = new Float64Array(compact.workloads);
  const arcs = arcsOf(compact, { cost: none, kept: weights.kept, reward: none, leftOut, constant: 0, joint });
  const from = beginning(compact, arcs);
  const { bound, prices } = ascend(compact, arcs, { steps: STEPS, upper: problem.clusters.length, from, stopped });
  const worth = new Float64Array(problem.clusters.length);
  clusterOfRows(compact).forEach((at, row) => {
    if (at >= 0) worth[at] = (worth[at] as number) + (prices[row] as number) * (compact.capacity[row] as number);
  });
  const rank = new Int32Array(worth.length);
  [...worth.keys()]
    .sort((a, b) => (worth[b] as number) - (worth[a] as number) || a - b)
    .forEach((at, place) => (rank[at] = place - Math.ceil(bound - 1e-6)));
  const there = capacityByCluster(compact);
  const resources = problem.resources.length;
  /** The largest share of a resource of its cluster that one replica takes. */
  const share = (c: number): number => {
    const demand = problem.workloads[workloadOf[c] as number]?.demand ?? [];
    const base = (cluster[c] as number) * resources;
    return demand.reduce((high, amount, r) => {
      const all = there[base + r] as number;
      return all > 0 ? Math.max(high, amount / all) : high;
    }, 0);
  };
  const shares = none.map((_, c) => share(c));
  let dearest = 0;
  shares.forEach((own, c) => {
    if (own > 0) dearest = Math.max(dearest, (weights.cost[c] as number) / own);
  });
  const unit = dearest > 0 ? dearest : 1;
  return shares.map((own, c) => {
    const beyond = rank[cluster[c] as number] as number;
    return beyond < 0 ? 0 : unit * own * Math.min(MOST, EXTRA + MORE * beyond);
  });
}
