// Fewer clusters in a search: some cost extra from the start, what is left on them goes elsewhere, and from then on nothing comes there any more.
// It must not know which clusters are worth using, or how one is emptied.
import type { Weights } from "../arcs.ts";
import type { Compact } from "../compact.ts";
import type { Improver } from "../improve.ts";
import { valuesByTerm } from "../proof.ts";
import type { Proof } from "../proof.ts";
import type { Ruled } from "../ruled/index.ts";
import type { SearchGround } from "../search.ts";
import { hardestFirst, rankedBy } from "../start.ts";
import { placementOf } from "../state.ts";
import type { State } from "../state.ts";
import type { Weighed } from "../weigh.ts";
import { closeClusters, exchangeClusters } from "./close.ts";
import type { ClosingGround } from "./close.ts";
import { extraCosts } from "./cover.ts";
import type { Doors } from "./doors.ts";

export { newDoors } from "./doors.ts";
export type { Doors } from "./doors.ts";

export interface FewestGround extends SearchGround {
  readonly weighed: Weighed;
  readonly state: State;
  readonly ranked: Int32Array;
  readonly prices: Float64Array;
  readonly improver: Improver;
  readonly ruled: Ruled;
  /** Whether everything that is lost comes back, arranged anew. */
  readonly survives: () => boolean;
  /** Takes extra costs back, and finds prices without them for so many clusters. */
  readonly relent: (used: number) => void;
}

export interface Fewest {
  /** Whether the number of clusters counts most. */
  readonly first: boolean;
  /** Closes clusters as long as that works; true when any was. Where their number counts most, none of the others is opened again. */
  readonly close: (proof: Pick<Proof, "objective">) => boolean;
  /** Clusters in use where their number counts most, else 0. */
  readonly used: () => number;
  /** Whether nothing more may come to a cluster. */
  readonly closed: (cluster: number) => boolean;
}

/** Looks that may be spent on what is missing of one workload. */
const LOOKS = 300_000;

export function newFewest(ground: FewestGround): Fewest {
  const { compact, weighed, doors, state, keeps, nodes, improver, weights, ranked, prices, survives } = ground;
  if (doors === undefined) return { first: false, close: () => false, used: () => 0, closed: () => false };
  const { closed, first, at } = doors;
  const earlier = (): readonly number[] => valuesByTerm(compact.problem, weighed, placementOf(state)).slice(0, at);
  /** What is closed is looked at last. */
  const rank = (): void => {
    const far = 1 + 4 * weights.cost.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0);
    const cost = weights.cost.map((own, c) => own + (closed[compact.cluster[c] as number] === 1 ? far : 0));
    ranked.set(rankedBy(compact, cost, prices));
  };
  const used = (): number => (first ? state.hosting.reduce((sum, hosts) => sum + (hosts > 0 ? 1 : 0), 0) : 0);
  let relented = false;
  return {
    first,
    used,
    closed: (cluster) => closed[cluster] === 1,
    close: ({ objective }) => {
      const before = earlier();
      const least = objective.find(({ name }) => name === "clusters")?.bound ?? 0;
      state.hosting.forEach((hosts, cluster) => (closed[cluster] = hosts > 0 ? 0 : 1));
      rank();
      const closing: ClosingGround = {
        state,
        closed,
        order: hardestFirst(compact, prices),
        familyOf: (w) => (keeps.ruled(w) ? keeps.family(w) : undefined),
        place: ground.ruled.place,
        complete: (w) => improver.complete(w, LOOKS) || compact.problem.workloads[w]?.optional === true,
        leave: (w) => nodes.leave(state, w),
        holds: () => survives() && noWorse(before, earlier()),
        undone: (clusters) => {
          for (const cluster of clusters) nodes.packs(state, cluster);
          survives();
        },
        // With as few as are proven to be needed, none of them can be closed.
        over: () => ground.over() || (first && used() <= least),
      };
      let many = closeClusters(closing);
      if (first) many += exchangeClusters(closing);
      // Where something counts more, what gets better there may open a cluster again.
      if (!first) closed.fill(0);
      else if (many > 0 || !relented) ground.relent(used());
      relented = first;
      rank();
      return many > 0;
    },
  };
}

/** Makes clusters that it could do without cost extra, where their number counts most; what it returns takes that back. */
export function chargeClusters(
  compact: Compact,
  weights: Weights,
  doors: Doors | undefined,
  stopped: () => boolean,
): (() => void) | undefined {
  if (doors?.first !== true) return undefined;
  const { cost, leftOut } = weights;
  const extra = extraCosts(compact, weights, stopped);
  const most = extra.reduce((high, each) => Math.max(high, each), 0);
  // To be left out still costs more than any place.
  const left = leftOut.map((each) => (each > 0 ? most : 0));
  const charge = (sign: number): void => {
    extra.forEach((each, c) => (cost[c] = (cost[c] as number) + sign * each));
    left.forEach((each, w) => (leftOut[w] = (leftOut[w] as number) + sign * each));
  };
  charge(1);
  let charged = true;
  return () => {
    if (charged) charge(-1);
    charged = false;
  };
}

/** Term by term. */
function noWorse(before: readonly number[], after: readonly number[]): boolean {
  for (const [t, value] of before.entries()) {
    const by = (after[t] as number) - value;
    if (Math.abs(by) > 1e-9 * Math.max(1, Math.abs(value))) return by < 0;
  }
  return true;
}
