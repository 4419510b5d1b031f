// Pods that ask for nothing but room, coming to the empty nodes of one cluster as the kube-scheduler would place them, for clusters of many nodes
// that are asked often. It must not know plans, filters beyond room and pools, or other clusters.
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import type { BoardNode, PodKind } from "./board.ts";
import { newHall } from "./hall.ts";

/** Pods that have come to the nodes of one cluster. */
export interface Crowd {
  /**
   * Kinds come one after the other onto empty nodes, per-node kinds first; what finds no node is left out. Returns how many pods were, and
   * counts them by kind in `out` (per-node kinds count each node that has no room).
   */
  readonly come: (sequence: readonly number[], random: () => number, out?: Int32Array) => number;
  /** Single pods, by kind, come in this order onto empty nodes; whether each finds a node. */
  readonly mingle: (pods: readonly number[], random: () => number) => boolean;
  /** Free amounts after that, by node and resource. */
  readonly free: Float64Array;
  /** Pods of a kind on a node after that; of per-node kinds none are counted. */
  readonly stands: (kind: number, node: number) => number;
}

/** Whether these pods ask for nothing but room, so that a crowd stands for them. */
export function isPlain(kinds: readonly Pick<PodKind, "pod">[]): boolean {
  return kinds.every(
    ({ pod }) => pod.podAffinity.length + pod.podAntiAffinity.length + pod.spread.length + pod.hostPorts.length === 0,
  );
}

/** @param nodes what is free of each at first; scores are those of `scored`, in the same order. */
export function newCrowd(
  kinds: readonly PodKind[],
  nodes: readonly BoardNode[],
  scored: readonly ScoredNode[],
  scoredKinds: readonly ScoredKind[],
): Crowd {
  const size = nodes.length;
  const hall = newHall(nodes, scored);
  kinds.forEach((kind, k) => hall.know(kind, scoredKinds[k] as ScoredKind));
  const owns = new Int32Array(size * kinds.length);
  const ownOf = kinds.map((_, k) => owns.subarray(k * size, (k + 1) * size));

  const empty = (random: () => number): void => {
    owns.fill(0);
    hall.clear(random);
  };
  /** Per-node kinds, each on every node of its pools; returns how many find no room. */
  const daemons = (out?: Int32Array): number => {
    let missing = 0;
    for (let k = 0; k < kinds.length; k++) {
      if (!(kinds[k] as PodKind).perNode) continue;
      const without = hall.everywhere(k);
      missing += without;
      if (out !== undefined) out[k] = without;
    }
    return missing;
  };
  const arrive = (k: number, pods: number, random: () => number): number =>
    hall.arrive(k, pods, random, ownOf[k] as Int32Array);

  return {
    free: hall.state.subarray(0, hall.amounts),
    stands: (kind, node) => owns[kind * size + node] as number,
    come: (sequence, random, out) => {
      empty(random);
      out?.fill(0);
      let missing = daemons(out);
      for (const k of sequence) {
        if ((kinds[k] as PodKind).perNode) continue;
        const left = arrive(k, (kinds[k] as PodKind).count, random);
        missing += left;
        if (out !== undefined && left > 0) out[k] = left;
      }
      return missing;
    },
    mingle: (pods, random) => {
      empty(random);
      if (daemons() > 0) return false;
      for (let at = 0; at < pods.length;) {
        const k = pods[at] as number;
        let run = 1;
        while (pods[at + run] === k) run++;
        if (arrive(k, run, random) > 0) return false;
        at += run;
      }
      return true;
    },
  };
}
