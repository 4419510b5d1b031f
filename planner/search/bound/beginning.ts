// Prices to begin with where none at all would prove nothing: of the highest share in use, and of clusters in use. It must not know how they
// get better.
import type { Arcs } from "../arcs.ts";
import type { Compact } from "../compact.ts";
import { rowName } from "../rows.ts";
import { capacityByCluster } from "./shares.ts";
import { tiesOf } from "./links.ts";

/** By row, as `Pricing` numbers them. */
export function beginning(compact: Compact, { joint }: Arcs): Float64Array {
  const base = compact.capacity.length + tiesOf(compact).capacity.length;
  const shared = joint.imbalance || joint.atMost !== undefined;
  const there = capacityByCluster(compact);
  const prices = new Float64Array(base + (shared ? there.length : 0));
  if (joint.imbalance) prices.set(evenShares(compact, there), base);
  if (joint.clusters > 0) openAll(compact, there, joint.clusters, prices);
  return prices;
}

/** Prices of shares that make every replica cost the same wherever it is: what is asked of the scarcest resource, of all there is. */
function evenShares(compact: Compact, there: Float64Array): Float64Array {
  const { problem } = compact;
  const resources = problem.resources.length;
  const all = new Float64Array(resources);
  there.forEach((amount, at) => (all[at % resources] = (all[at % resources] as number) + amount));
  const asked = askedOf(compact);
  let scarce = 0;
  for (let r = 1; r < resources; r++)
    if ((asked[r] as number) * (all[scarce] as number) > (asked[scarce] as number) * (all[r] as number)) scarce = r;
  const most = all[scarce] as number;
  return there.map((amount, at) => (at % resources === scarce && most > 0 ? amount / most : 0));
}

/** What is asked of each resource in any case. */
function askedOf({ problem, wanted, step }: Compact): readonly number[] {
  return problem.resources.map((_, r) =>
    problem.workloads.reduce((sum, { demand, optional, perNode }, w) => {
      const replicas = optional || perNode ? 0 : (wanted[w] as number) * (step[w] as number);
      return sum + (demand[r] as number) * replicas;
    }, 0),
  );
}

/**
 * One price for all room of one resource, at which as many of the largest clusters are worth using as it takes to hold everything: the least
 * number of clusters by that resource alone. That with the most is taken.
 */
function openAll(compact: Compact, there: Float64Array, weight: number, prices: Float64Array): void {
  const { problem } = compact;
  const resources = problem.resources.length;
  const asked = askedOf(compact);
  let [most, of, at] = [0, 0, 0];
  for (let r = 0; r < resources; r++) {
    const sizes = problem.clusters.map((_, c) => there[c * resources + r] as number).sort((a, b) => b - a);
    let held = 0;
    for (const [larger, size] of sizes.entries()) {
      if (size <= 0) break;
      // At this price every larger cluster is worth more than it costs, and pays the difference.
      const price = weight / size;
      const worth = price * (asked[r] as number) - (price * held - weight * larger);
      if (worth > most) [most, of, at] = [worth, r, price];
      held += size;
    }
  }
  for (let row = 0; row < compact.capacity.length; row++) {
    const name = rowName(compact, row);
    if (name.kind === "room" && name.resource === of) prices[row] = at;
  }
}
