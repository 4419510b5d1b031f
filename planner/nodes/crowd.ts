// The kube-scheduler's way with pods that ask for nothing but room: the same choices as `scheduler.ts`, in typed arrays, for clusters of many
// nodes that are asked often. It must not know plans, filters beyond room and pools, or other clusters.
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import type { BoardNode, PodKind } from "./board.ts";

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
export function isPlain(kinds: readonly Pick<PodKind, "pod">[], nodes: readonly ScoredNode[]): boolean {
  return (
    kinds.every(
      ({ pod }) => pod.podAffinity.length + pod.podAntiAffinity.length + pod.spread.length + pod.hostPorts.length === 0,
    ) && nodes.every((node) => kinds.every((_, kind) => node.disliked(kind) === 0))
  );
}

/** @param nodes what is free of each at first; scores are those of `scored`, in the same order. */
export function newCrowd(
  kinds: readonly PodKind[],
  nodes: readonly BoardNode[],
  scored: readonly ScoredNode[],
  scoredKinds: readonly ScoredKind[],
): Crowd {
  const resources = kinds[0]?.demand.length ?? nodes[0]?.shape.length ?? 0;
  const size = nodes.length;
  const shape = Float64Array.from(nodes.flatMap((node) => node.shape));
  const free = Float64Array.from(shape);
  const cpu = new Float64Array(size);
  const memory = new Float64Array(size);
  const allCpu = Float64Array.from(scored, (node) => node.cpu);
  const allMemory = Float64Array.from(scored, (node) => node.memory);
  const zones = [...new Set(scored.flatMap((node) => node.zone ?? []))];
  const zoneOf = Int32Array.from(scored, (node) => (node.zone === undefined ? -1 : zones.indexOf(node.zone)));
  const base = new Float64Array(size);
  const raw = new Float64Array(size);
  const owns = new Int32Array(size * kinds.length);
  let own = owns.subarray(0, size);
  const inZone = new Int32Array(zones.length);
  const openInZone = new Int32Array(zones.length);
  const open = new Uint8Array(size);

  const takes = ({ demand }: PodKind, node: number): boolean => {
    const at = node * resources;
    for (let r = 0; r < resources; r++) if ((demand[r] as number) > (free[at + r] as number)) return false;
    return true;
  };
  const put = (kind: PodKind, asked: ScoredKind, node: number): void => {
    const at = node * resources;
    for (let r = 0; r < resources; r++) free[at + r] = (free[at + r] as number) - (kind.demand[r] as number);
    cpu[node] = (cpu[node] as number) + asked.cpu;
    memory[node] = (memory[node] as number) + asked.memory;
  };
  const worth = (asked: ScoredKind, node: number): number => {
    const [ofCpu, ofMemory] = [allCpu[node] as number, allMemory[node] as number];
    const a = ofCpu > 0 ? Math.min(1, ((cpu[node] as number) + asked.cpu) / ofCpu) : -1;
    const b = ofMemory > 0 ? Math.min(1, ((memory[node] as number) + asked.memory) / ofMemory) : -1;
    if (a < 0 && b < 0) return 0;
    const parts = (a < 0 ? 0 : 1) + (b < 0 ? 0 : 1);
    const least = ((a < 0 ? 0 : Math.floor((1 - a) * 100)) + (b < 0 ? 0 : Math.floor((1 - b) * 100))) / parts;
    const apart = parts === 2 ? Math.abs(a - b) / 2 : 0;
    return Math.floor(least) + Math.floor((1 - apart) * 100);
  };

  const openTo = (k: number): number => {
    const kind = kinds[k] as PodKind;
    const asked = scoredKinds[k] as ScoredKind;
    let count = 0;
    openInZone.fill(0);
    inZone.fill(0);
    own = owns.subarray(k * size, (k + 1) * size);
    for (let node = 0; node < size; node++) {
      const there = zoneOf[node] as number;
      if (there >= 0) inZone[there] = (inZone[there] as number) + (own[node] as number);
      open[node] = kind.pools.has((nodes[node] as BoardNode).pool) && takes(kind, node) ? 1 : 0;
      if (open[node] === 0) continue;
      count++;
      base[node] = worth(asked, node);
      const zone = zoneOf[node] as number;
      if (zone >= 0) openInZone[zone] = (openInZone[zone] as number) + 1;
    }
    return count;
  };

  /** The node with the best score; ties at random. */
  const best = (asked: ScoredKind, count: number, random: () => number): number => {
    let high = 0;
    let low = Infinity;
    if (asked.spreads) {
      const byNode = Math.log(count + 2);
      const byZone = Math.log(openInZone.reduce((sum, many) => sum + (many > 0 ? 1 : 0), 0) + 2);
      high = -Infinity;
      for (let node = 0; node < size; node++) {
        if (open[node] === 0) continue;
        const zone = zoneOf[node] as number;
        const zoned = zone < 0 ? 0 : (inZone[zone] as number) * byZone + 4;
        const value = Math.round((own[node] as number) * byNode + 2 + zoned);
        raw[node] = value;
        if (value > high) high = value;
        if (value < low) low = value;
      }
    }
    let [top, ties, chosen] = [-Infinity, 0, -1];
    for (let node = 0; node < size; node++) {
      if (open[node] === 0) continue;
      const spread = !asked.spreads
        ? 0
        : 2 * (high === 0 ? 100 : Math.floor((100 * (high + low - (raw[node] as number))) / high));
      const score = (base[node] as number) + spread;
      if (score > top) [top, ties, chosen] = [score, 1, node];
      else if (score === top && random() * ++ties < 1) chosen = node;
    }
    return chosen;
  };

  const empty = (): void => {
    free.set(shape);
    cpu.fill(0);
    memory.fill(0);
    owns.fill(0);
  };

  /** Per-node kinds, each on every node of its pools; returns how many find no room. */
  const daemons = (out?: Int32Array): number => {
    let missing = 0;
    for (let k = 0; k < kinds.length; k++) {
      const kind = kinds[k] as PodKind;
      if (!kind.perNode) continue;
      for (let node = 0; node < size; node++) {
        if (!kind.pools.has((nodes[node] as BoardNode).pool)) continue;
        if (takes(kind, node)) put(kind, scoredKinds[k] as ScoredKind, node);
        else {
          missing++;
          if (out !== undefined) out[k] = (out[k] as number) + 1;
        }
      }
    }
    return missing;
  };

  /** So many pods of one kind, one after the other; how many of them find no node. */
  const arrive = (k: number, pods: number, random: () => number): number => {
    const kind = kinds[k] as PodKind;
    const asked = scoredKinds[k] as ScoredKind;
    let count = openTo(k);
    for (let pod = 0; pod < pods; pod++) {
      if (count === 0) return pods - pod;
      const node = best(asked, count, random);
      put(kind, asked, node);
      own[node] = (own[node] as number) + 1;
      const zone = zoneOf[node] as number;
      if (zone >= 0) inZone[zone] = (inZone[zone] as number) + 1;
      base[node] = worth(asked, node);
      if (takes(kind, node)) continue;
      open[node] = 0;
      count--;
      if (zone >= 0) openInZone[zone] = (openInZone[zone] as number) - 1;
    }
    return 0;
  };

  return {
    free,
    stands: (kind, node) => owns[kind * size + node] as number,
    come: (sequence, random, out) => {
      empty();
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
      empty();
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
