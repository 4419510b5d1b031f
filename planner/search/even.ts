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
  for (let steps = 0; steps < STEPS && !ground.over(); steps++) {
    let [fullest, most] = [0, 0];
    for (let at = 0; at < used.length; at++) if (share(at) > most) [fullest, most] = [at, share(at)];
    const [cluster, resource] = [Math.floor(fullest / resources), fullest % resources];
    const first = clusterStart[cluster] as number;
    const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))]
      .filter((c) => amount(c, resource) > 0 && ground.free(workloadOf[c] as number))
      .sort((a, b) => amount(b, resource) - amount(a, resource) || a - b);
    if (!hosts.some((from) => relieve(from, most))) return most;
  }
  return used.reduce((most, _, at) => Math.max(most, share(at)), 0);
}
