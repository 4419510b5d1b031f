// The highest share of any resource in use on any cluster, made smaller step by step: what the fullest cluster carries goes where it fills less.
// It must not know how a first placement is found, or what is proven.
import { capacityByCluster } from "./bound/shares.ts";
import type { State } from "./state.ts";
import type { Gain } from "./value.ts";

export interface EvenGround {
  /** What a step gains in the terms that come before; none may lose. */
  readonly gain: Gain;
  readonly free: (w: number) => boolean;
  readonly may: (from: number, to: number, replicas: number) => boolean;
  /** Whether rules bind a workload: of two that change places at most one may be, since each is asked alone. */
  readonly ruled: (w: number) => boolean;
  readonly packed: (cluster: number) => boolean;
  readonly packs: (cluster: number) => boolean;
  readonly over: () => boolean;
}

/** Steps at most. */
const STEPS = 50_000;
/** A share must get smaller by more than this. */
const LESS = 1e-9;

/** Returns the highest share that is left. */
export function evenOut(state: State, ground: EvenGround): number {
  const { compact, on, clusterStart, clusterCandidates, hosting } = state;
  const { problem, workloadOf, cluster: clusterOf, candidateStart, step } = compact;
  const resources = problem.resources.length;
  const there = capacityByCluster(compact);
  const used = new Float64Array(there.length);
  const amount = (candidate: number, r: number): number => {
    const w = problem.workloads[workloadOf[candidate] as number];
    return w === undefined || w.perNode ? 0 : (w.demand[r] as number);
  };
  const add = (candidate: number, replicas: number): void => {
    const base = (clusterOf[candidate] as number) * resources;
    for (let r = 0; r < resources; r++) used[base + r] = (used[base + r] as number) + replicas * amount(candidate, r);
  };
  for (let c = 0; c < on.length; c++) if ((on[c] as number) > 0) add(c, on[c] as number);
  const share = (at: number): number => ((there[at] as number) > 0 ? (used[at] as number) / (there[at] as number) : 0);
  const shareWith = (candidate: number, replicas: number): number => {
    const base = (clusterOf[candidate] as number) * resources;
    let most = 0;
    for (let r = 0; r < resources; r++) {
      const all = there[base + r] as number;
      if (all > 0) most = Math.max(most, ((used[base + r] as number) + replicas * amount(candidate, r)) / all);
    }
    return most;
  };
  /** Replicas of one candidate go where they fill least, as many as keep that below `most`; whether any did. */
  const relieve = (from: number, most: number): boolean => {
    const w = workloadOf[from] as number;
    const size = step[w] as number;
    let [best, least] = [-1, most - LESS];
    for (let to = candidateStart[w] as number; to < (candidateStart[w + 1] as number); to++) {
      if (to === from || clusterOf[to] === clusterOf[from]) continue;
      const filled = shareWith(to, size);
      if (filled >= least || ground.gain(from, to, size) < -LESS || state.room(to, size) < size) continue;
      [best, least] = [to, filled];
    }
    if (best < 0) return false;
    for (let many = on[from] as number; many > 0; many = Math.floor(many / 2 / size) * size) {
      const fits = shareWith(best, many) < most - LESS && state.room(best, many) >= many;
      if (!fits || ground.gain(from, best, many) < -LESS || !ground.may(from, best, many)) continue;
      const stood = state.attempt([from, best], () => {
        const goal = (on[best] as number) + many;
        state.remove(from, many);
        state.add(best, many);
        if (on[best] !== goal) return false;
        return !ground.packed(clusterOf[best] as number) || ground.packs(clusterOf[best] as number);
      });
      if (!stood) continue;
      add(from, -many);
      add(best, many);
      return true;
    }
    return false;
  };
  /** The share of a cluster that is most in use when one load leaves it and another comes. */
  const shareAfter = (leaves: number, many: number, comes: number, more: number): number => {
    const base = (clusterOf[leaves] as number) * resources;
    let most = 0;
    for (let r = 0; r < resources; r++) {
      const all = there[base + r] as number;
      const load = (used[base + r] as number) - many * amount(leaves, r) + more * amount(comes, r);
      if (all > 0) most = Math.max(most, load / all);
    }
    return most;
  };
  /** One step of a workload changes places with one of another's, where both clusters stay below `most` then; whether any did. */
  const exchange = (from: number, most: number, here: ReadonlyMap<number, number>): boolean => {
    const w = workloadOf[from] as number;
    const size = step[w] as number;
    for (let to = candidateStart[w] as number; to < (candidateStart[w + 1] as number); to++) {
      const at = clusterOf[to] as number;
      if (at === clusterOf[from] || (compact.most[to] as number) < size) continue;
      const first = clusterStart[at] as number;
      for (let k = first; k < first + (hosting[at] as number); k++) {
        const other = clusterCandidates[k] as number;
        const v = workloadOf[other] as number;
        const back = here.get(v);
        const many = step[v] as number;
        if (v === w || back === undefined || (on[other] as number) < many || !ground.free(v)) continue;
        if (ground.ruled(v) && ground.ruled(w)) continue;
        if (shareAfter(from, size, back, many) >= most - LESS || shareAfter(other, many, to, size) >= most - LESS)
          continue;
        if (ground.gain(from, to, size) + ground.gain(other, back, many) < -LESS) continue;
        if (!ground.may(from, to, size) || !ground.may(other, back, many)) continue;
        const stood = state.attempt([from, to, other, back], () => {
          const goals = [(on[to] as number) + size, (on[back] as number) + many];
          state.remove(from, size);
          state.remove(other, many);
          if (state.room(to, size) >= size) state.add(to, size);
          if (state.room(back, many) < many) return false;
          state.add(back, many);
          if (on[to] !== goals[0] || on[back] !== goals[1]) return false;
          return [from, to].every(
            (c) => !ground.packed(clusterOf[c] as number) || ground.packs(clusterOf[c] as number),
          );
        });
        if (!stood) continue;
        add(from, -size);
        add(to, size);
        add(other, -many);
        add(back, many);
        return true;
      }
    }
    return false;
  };
  for (let steps = 0; steps < STEPS && !ground.over(); steps++) {
    let [fullest, most] = [0, 0];
    for (let at = 0; at < used.length; at++) if (share(at) > most) [fullest, most] = [at, share(at)];
    const [cluster, resource] = [Math.floor(fullest / resources), fullest % resources];
    const first = clusterStart[cluster] as number;
    const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))]
      .filter((c) => amount(c, resource) > 0 && ground.free(workloadOf[c] as number))
      .sort((a, b) => amount(b, resource) - amount(a, resource) || a - b);
    if (hosts.some((from) => relieve(from, most))) continue;
    const here = new Map<number, number>();
    for (let k = first; k < (clusterStart[cluster + 1] as number); k++)
      here.set(workloadOf[clusterCandidates[k] as number] as number, clusterCandidates[k] as number);
    if (!hosts.some((from) => exchange(from, most, here))) return most;
  }
  return used.reduce((most, _, at) => Math.max(most, share(at)), 0);
}
