// Fills a cluster anew whose nodes are full: what would rather be there comes to its nodes together with what is there, in many orders of
// creation, and what loses least finds none and goes elsewhere. It must not know how nodes are asked, or rules.
import type { NodeTruth } from "../nodes/truth.ts";
import type { Improver } from "./improve.ts";
import { loadOn } from "./on-nodes.ts";
import type { State } from "./state.ts";
import type { Weights } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import type { Gain } from "./value.ts";

export interface RefillGround {
  readonly state: State;
  readonly truth: NodeTruth;
  readonly gain: Gain;
  readonly weights: Weights;
  /** Whether a workload may be moved by itself, replica by replica. */
  readonly free: (w: number) => boolean;
  /** Candidates of each workload, the cheapest at the prices first. */
  readonly ranked: Int32Array;
  readonly improver: Improver;
  readonly asks: (cluster: number) => boolean;
  /** Whether its nodes take what is on a cluster now, and whether they surely do. */
  readonly packs: (cluster: number) => boolean;
  readonly stands: (cluster: number) => boolean;
  /** What finds no node on a cluster leaves it; false when something would have to that may not. */
  readonly leave: (cluster: number) => boolean;
  readonly over: () => boolean;
  /** Told when something was gained. */
  readonly better: () => void;
}

/** Workloads that wish to come, and replicas of each, at most: of more, what leaves rarely finds room as cheap as it looked before all had to. */
const WISHES = 8;
const REPLICAS = 8;
/** Candidates that a workload would go to instead, at most so many looked at. */
const ELSEWHERE = 24;
/** Orders of creation in which all that wishes to comes with all that is there. */
const ORDERS = 24;
/** Rounds in which what does not stand for sure after a change goes elsewhere once more. */
const MENDS = 4;

/** Passes over all clusters at most. */
const PASSES = 4;

/**
 * Goes over all clusters again and again, as long as a pass gains more than `least`; returns how much was gained.
 * @param secured told after each.
 */
export function refill(ground: RefillGround, least: number, secured: () => void): number {
  let gained = 0;
  for (let pass = 0; pass < PASSES && !ground.over(); pass++) {
    const more = onePass(ground);
    secured();
    gained += more;
    if (more <= least) break;
  }
  return gained;
}

/** One pass over all clusters, those that most is to be gained on first; returns how much was gained. */
function onePass(ground: RefillGround): number {
  const { state, over, asks } = ground;
  const { compact } = state;
  const dearest = new Int32Array(compact.workloads);
  for (let w = 0; w < compact.workloads; w++) dearest[w] = dearestOf(ground, w);
  const wishes = compact.problem.clusters.map((_, cluster) =>
    asks(cluster) ? wishesFor(ground, dearest, cluster) : [],
  );
  const promise = wishes.map((all) => all.reduce((sum, wish) => sum + wish.gain * wish.many, 0));
  const order = [...promise.keys()].filter((c) => (promise[c] as number) > 0);
  order.sort((a, b) => (promise[b] as number) - (promise[a] as number) || a - b);
  let gained = 0;
  for (const cluster of order) {
    if (over()) break;
    gained += refilled(ground, cluster, wishesFor(ground, dearest, cluster), dearest);
  }
  return gained;
}

/** Replicas of a workload that would gain by coming from one candidate to another. */
interface Wish {
  readonly from: number;
  readonly to: number;
  readonly many: number;
  /** Of one replica. */
  readonly gain: number;
}

/** Where a workload that may be moved has replicas that would gain most by going where it is cheapest; −1: nowhere. */
function dearestOf({ state, free, gain, ranked }: RefillGround, w: number): number {
  const { compact, on } = state;
  if (!free(w) || compact.step[w] !== 1) return -1;
  const first = compact.candidateStart[w] as number;
  const cheapest = ranked[first] as number;
  let [most, dearest] = [-Infinity, -1];
  for (let c = first; c < (compact.candidateStart[w + 1] as number); c++) {
    if ((on[c] as number) === 0) continue;
    const worth = c === cheapest ? 0 : gain(c, cheapest, 1);
    if (worth > most) [most, dearest] = [worth, c];
  }
  return dearest;
}

function wishesFor({ state, gain }: RefillGround, dearest: Int32Array, cluster: number): readonly Wish[] {
  const { compact, on, clusterStart, clusterCandidates } = state;
  const found: (Wish & { readonly worth: number })[] = [];
  for (let k = clusterStart[cluster] as number; k < (clusterStart[cluster + 1] as number); k++) {
    const to = clusterCandidates[k] as number;
    const w = compact.workloadOf[to] as number;
    const from = dearest[w] as number;
    if (from < 0 || from === to) continue;
    const each = gain(from, to, 1);
    const many = Math.min(REPLICAS, on[from] as number, (compact.most[to] as number) - (on[to] as number));
    if (each > LEAST && many > 0) found.push({ from, to, many, gain: each, worth: each / sizeOf(state, to) });
  }
  return found.sort((a, b) => b.worth - a.worth || a.to - b.to).slice(0, WISHES);
}

/** One cluster; what was gained, and nothing has changed when that is nothing. */
function refilled(ground: RefillGround, cluster: number, wishes: readonly Wish[], dearest: Int32Array): number {
  const { state } = ground;
  const { compact } = state;
  if (wishes.length === 0) return 0;
  const wished = new Map(wishes.map((wish) => [compact.workloadOf[wish.to] as number, wish]));
  const left = leftOut(ground, cluster, wished);
  if (left === undefined) return 0;
  const noted = state.note();
  const gains = (): number => gainedBy(ground, noted.changed());
  const good =
    change(ground, cluster, wished, left) && gains() > LEAST && mend(ground, () => touched(compact, noted.changed()));
  const changed = noted.changed();
  const gained = good ? gains() : 0;
  if (gained <= LEAST) {
    noted.undo();
    return 0;
  }
  noted.end();
  ground.better();
  for (const w of new Set([...changed.keys()].map((c) => compact.workloadOf[c] as number)))
    dearest[w] = dearestOf(ground, w);
  return gained;
}

/** What finds no node when all that wishes to comes; undefined when that is no better than what is there. */
function leftOut(
  ground: RefillGround,
  cluster: number,
  wished: ReadonlyMap<number, Wish>,
): ReadonlyMap<number, number> | undefined {
  const { state, truth, free } = ground;
  const load = loadOn(state, cluster);
  const leaving = new Map<number, number>();
  for (const [w, candidate] of hostsOf(state, cluster))
    leaving.set(w, free(w) && state.compact.step[w] === 1 ? leaves(ground, w, candidate) : STAYS);
  let promise = 0;
  for (const [w, { many, gain }] of wished) {
    load.set(w, (load.get(w) ?? 0) + many);
    promise += many * gain;
  }
  const loss = (w: number, pods: number): number => {
    const wish = wished.get(w);
    const more = Math.min(pods, wish?.many ?? 0);
    return more * (wish?.gain ?? 0) + (pods - more) * (leaving.get(w) ?? STAYS);
  };
  const left = truth.fewestOut(cluster, load, loss, { orders: ORDERS, anyhow: true });
  if (left === undefined) return undefined;
  let lost = 0;
  for (const [w, many] of left) lost += loss(w, many);
  return lost < promise * (1 - 1e-9) ? left : undefined;
}

/** What leaves goes first, then comes what wished to and found a node; then what left finds its places. False when it does not work out. */
function change(
  { state, improver, packs }: RefillGround,
  cluster: number,
  wished: ReadonlyMap<number, Wish>,
  left: ReadonlyMap<number, number>,
): boolean {
  const hosts = hostsOf(state, cluster);
  const homeless: number[] = [];
  for (const [w, many] of left) {
    const goes = many - (wished.get(w)?.many ?? 0);
    if (goes <= 0) continue;
    state.remove(hosts.get(w) as number, goes);
    homeless.push(w);
  }
  for (const [w, { from, to, many }] of wished) {
    const comes = many - Math.min(many, left.get(w) ?? 0);
    if (comes <= 0) continue;
    state.remove(from, comes);
    if (state.room(to, comes) < comes) return false;
    state.add(to, comes);
  }
  return packs(cluster) && homeless.every((w) => improver.complete(w, 0));
}

/** Steps ask a few trials only: what does not stand for sure leaves and goes elsewhere. False when that does not work out. */
function mend({ state, stands, leave, improver }: RefillGround, touched: () => ReadonlySet<number>): boolean {
  for (let round = 0; round < MENDS; round++) {
    const failing = [...touched()].filter((cluster) => !stands(cluster));
    if (failing.length === 0) return true;
    const homeless = new Set<number>();
    for (const cluster of failing) {
      const before = [...hostsOf(state, cluster)].map(([w, c]) => [w, c, state.on[c] as number] as const);
      if (!leave(cluster)) return false;
      for (const [w, c, many] of before) if ((state.on[c] as number) < many) homeless.add(w);
    }
    for (const w of homeless) if (!improver.complete(w, 0)) return false;
  }
  return [...touched()].every(stands);
}

/** Clusters of candidates that changed. */
const touched = (compact: Compact, changed: ReadonlyMap<number, number>): ReadonlySet<number> =>
  new Set([...changed.keys()].map((c) => compact.cluster[c] as number));

/** What the changes of candidates come to. */
function gainedBy(
  { state: { on }, weights: { cost, kept, reward } }: RefillGround,
  changed: ReadonlyMap<number, number>,
) {
  let gained = 0;
  for (const [c, before] of changed) {
    const after = on[c] as number;
    const keeps = Math.min(kept[c] as number, after) - Math.min(kept[c] as number, before);
    gained += (before - after) * (cost[c] as number) + keeps * (reward[c] as number);
  }
  return gained;
}

/** Candidates with replicas on a cluster, by workload. */
function hostsOf({ compact, clusterStart, clusterCandidates, hosting }: State, cluster: number): Map<number, number> {
  const first = clusterStart[cluster] as number;
  const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))];
  return new Map(hosts.map((candidate) => [compact.workloadOf[candidate] as number, candidate]));
}

/** Less than this is no gain. */
const LEAST = 1e-9;
/** What may not leave loses this much. */
const STAYS = 1e12;

/** What one replica loses when it leaves a candidate for the cheapest other one where it finds room. */
function leaves({ state, gain, ranked, truth, asks }: RefillGround, w: number, from: number): number {
  const { compact } = state;
  const first = compact.candidateStart[w] as number;
  const last = Math.min(compact.candidateStart[w + 1] as number, first + ELSEWHERE);
  let least = Infinity;
  let dearest = 0;
  for (let k = first; k < last; k++) {
    const to = ranked[k] as number;
    if (to === from) continue;
    const loss = -gain(from, to, 1);
    dearest = Math.max(dearest, loss);
    const at = compact.cluster[to] as number;
    if (loss < least && state.room(to, 1) >= 1 && (!asks(at) || truth.spare(at, w) > (state.on[to] as number)))
      least = loss;
  }
  return least === Infinity ? 2 * dearest + 1e-6 : least;
}

/** Largest share of the room of a cluster that one replica takes. */
function sizeOf({ compact }: State, candidate: number): number {
  const { slotStart, entryStart, entryRow, entryAmount, capacity } = compact;
  const slot = slotStart[candidate] as number;
  let most = 1e-9;
  for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++)
    most = Math.max(most, (entryAmount[e] as number) / Math.max(1e-9, capacity[entryRow[e] as number] as number));
  return most;
}
