// Makes a placement that rows allow one that single nodes take: what finds no node leaves its cluster and goes where it does. It must not
// know how nodes are asked, or rules.
import type { NodeTruth } from "../nodes/truth.ts";
import type { Improver } from "./improve.ts";
import type { Keeps } from "./keeps.ts";
import type { State } from "./state.ts";

export interface OnNodes {
  /** Whether the nodes themselves are asked of a cluster, not only what packing taught. */
  readonly asks: (cluster: number) => boolean;
  /** As `Keeps` asks, and what nodes say, once that is asked for. */
  readonly packed: (cluster: number) => boolean;
  readonly packs: (state: State, cluster: number) => boolean;
  /** The same, asked as the judge asks at the end. */
  readonly stands: (state: State, cluster: number) => boolean;
  readonly spare: (cluster: number, w: number) => number;
  /** Takes all of a workload away, and reminds the nodes of what stays. */
  readonly leave: (state: State, w: number) => void;
  /** From here on nodes are asked. */
  readonly begin: () => void;
  /** From here on this cluster is asked as the judge asks at the end: what stood for a few trials did not for all. */
  readonly doubt: (cluster: number) => void;
}

export function newOnNodes(truth: NodeTruth | undefined, keeps: Keeps): OnNodes {
  let asked = false;
  const doubted = new Set<number>();
  const asks = (cluster: number): boolean => asked && truth?.asks(cluster) === true;
  const packs = (state: State, cluster: number): boolean => {
    if (!keeps.packs(state, cluster)) return false;
    if (truth === undefined || !asks(cluster)) return true;
    const load = loadOn(state, cluster);
    const likely = truth.accepts(cluster, load);
    return likely && doubted.has(cluster) ? truth.surely(cluster, load) : likely;
  };
  return {
    asks,
    leave: (state, w) => {
      const { candidateStart, cluster } = state.compact;
      for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) {
        if ((state.on[c] as number) === 0) continue;
        state.remove(c, state.on[c] as number);
        if (asks(cluster[c] as number)) packs(state, cluster[c] as number);
      }
    },
    packed: (cluster) => keeps.packed(cluster) || asks(cluster),
    packs,
    stands: (state, cluster) =>
      keeps.packs(state, cluster) && (!asks(cluster) || truth?.surely(cluster, loadOn(state, cluster)) === true),
    spare: (cluster, w) => (asks(cluster) ? (truth?.spare(cluster, w) ?? Infinity) : Infinity),
    begin: () => {
      asked = true;
    },
    doubt: (cluster) => doubted.add(cluster),
  };
}

/** Replicas by workload on one cluster, workloads in order. */
export function loadOn({ compact, on, clusterStart, clusterCandidates, hosting }: State, cluster: number) {
  const first = clusterStart[cluster] as number;
  const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))].sort((a, b) => a - b);
  return new Map(hosts.map((candidate) => [compact.workloadOf[candidate] as number, on[candidate] as number]));
}

/** How much worse it is when what may not be moved by itself finds no node. */
const STAYS = 1e6;
/** Rounds in which what finds no node leaves, and others come. */
const ROUNDS = 40;
/** Orders of creation in which a cluster's load comes to its nodes: at first, when much finds none, and later. */
const ORDERS = 12;
export const FEW_ORDERS = 6;

/**
 * Takes away what finds no node and places it elsewhere; false when some cluster still has more than its nodes take, or something that
 * must run finds no place.
 */
export function standOnNodes(
  state: State,
  truth: NodeTruth,
  nodes: OnNodes,
  improver: Improver,
  ground: {
    readonly free: (w: number) => boolean;
    /** What leaves and comes back together with a workload that rules bind; undefined: it stays. */
    readonly familyOf: (w: number) => readonly number[] | undefined;
    readonly place: (family: readonly number[]) => boolean;
    /** Takes so many replicas of a candidate that rules bind elsewhere, as far as those allow it one by one; whether all of them. */
    readonly shift: (candidate: number, replicas: number) => boolean;
    readonly order: readonly number[];
    /** Finds a place for families and single workloads that have none, others making way. */
    readonly makeRoom: (failed: readonly (readonly number[] | number)[]) => boolean;
    /** Whether to give up. */
    readonly stopped: () => boolean;
  },
): boolean {
  nodes.begin();
  const { compact } = state;
  const clusters = compact.problem.clusters.map((_, c) => c).filter((c) => truth.asks(c));
  const fails = (cluster: number): boolean => {
    const load = loadOn(state, cluster);
    return load.size > 0 && !truth.surely(cluster, load);
  };
  let dirty = clusters.filter(fails);
  for (let round = 0; round < ROUNDS; round++) {
    if (dirty.length === 0) return true;
    const before = Int32Array.from(state.on);
    let good = true;
    const orders = round === 0 ? ORDERS : FEW_ORDERS;
    const families = new Set<readonly number[]>();
    const leaves = (w: number): boolean => {
      const family = ground.familyOf(w);
      if (family !== undefined) families.add(family);
      return family !== undefined;
    };
    for (const cluster of dirty) {
      if (ground.stopped()) return false;
      good = leave(state, truth, nodes, cluster, { ...ground, leaves, orders }) && good;
    }
    for (const family of families) for (const w of family) nodes.leave(state, w);
    const failed: (readonly number[] | number)[] = [...families].filter((family) => !ground.place(family));
    for (const w of ground.order) {
      if (!ground.free(w)) continue;
      if (ground.stopped()) return false;
      if (!improver.complete(w) && compact.problem.workloads[w]?.optional !== true) failed.push(w);
    }
    if (failed.length > 0 && !ground.makeRoom(failed)) return false;
    const changed = new Set(dirty);
    for (let c = 0; c < before.length; c++) if (before[c] !== state.on[c]) changed.add(compact.cluster[c] as number);
    dirty = clusters.filter((cluster) => changed.has(cluster) && fails(cluster));
    if (!good) return false;
  }
  return dirty.length === 0;
}

/** What finds no node in the order that loses least; where that is something rules bind, what does when all such come first, if that is free. */
function leftBy(
  truth: NodeTruth,
  cluster: number,
  load: ReadonlyMap<number, number>,
  free: (w: number) => boolean,
  quick: ReadonlyMap<number, number> | undefined,
): ReadonlyMap<number, number> {
  if (quick !== undefined && [...quick.keys()].every(free)) return quick;
  const first = truth.leftOut(cluster, load, (w) => !free(w));
  return quick === undefined || (first.size > 0 && [...first.keys()].every(free)) ? first : quick;
}

/** What finds no node leaves; of a whole copy, all of it. False when what may not leave is among it. */
export function leave(
  state: State,
  truth: NodeTruth,
  nodes: OnNodes,
  cluster: number,
  ground: {
    readonly free: (w: number) => boolean;
    readonly shift: (candidate: number, replicas: number) => boolean;
    /** With all that is tied to it; false where nothing of it may. */
    readonly leaves: (w: number) => boolean;
    readonly orders: number;
  },
): boolean {
  const { free, shift, leaves, orders } = ground;
  const load = loadOn(state, cluster);
  const loss = (w: number, many: number, size: number): number => many * size * (free(w) ? 1 : STAYS);
  const quick = truth.fewestOut(cluster, load, loss, { orders, anyhow: true });
  // Which ways of breaking ties went wrong is kept in mind only where there is a quick answer.
  if (quick === undefined) nodes.doubt(cluster);
  const left = new Map(leftBy(truth, cluster, load, free, quick));
  if (left.size === 0) {
    // It stands for a few trials and not for all: the smallest of what may leave makes some room.
    const [last] = [...load.keys()].filter(free).sort((a, b) => (load.get(a) as number) - (load.get(b) as number));
    if (last === undefined) return [...load.keys()].some(leaves);
    left.set(last, 1);
  }
  let good = true;
  const { compact, clusterStart, clusterCandidates, hosting } = state;
  const first = clusterStart[cluster] as number;
  const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))];
  for (const candidate of hosts) {
    const w = compact.workloadOf[candidate] as number;
    const many = left.get(w) ?? 0;
    if (many === 0) continue;
    const size = compact.step[w] as number;
    const whole = Math.min(state.on[candidate] as number, Math.ceil(many / size) * size);
    if (free(w)) state.remove(candidate, whole);
    else if (!shift(candidate, whole)) good = leaves(w) && good;
  }
  truth.accepts(cluster, loadOn(state, cluster));
  return good;
}
