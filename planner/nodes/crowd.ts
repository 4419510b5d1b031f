// The kube-scheduler's way with pods that ask for nothing but room: the same choices as `scheduler.ts`, in typed arrays, for clusters of many
// nodes that are asked often. It must not know plans, filters beyond room and pools, or other clusters.
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import type { BoardNode, PodKind } from "./board.ts";
import { deal, look, newWindow } from "./window.ts";
import { worth } from "./worth.ts";

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

/** Pods of one kind on one node up to which what spreading says of them is kept, not computed again. */
const FEW = 64;

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
  const [cpu, memory] = [new Float64Array(size), new Float64Array(size)];
  const [countedCpu, countedMemory] = [new Float64Array(size), new Float64Array(size)];
  const allCpu = Float64Array.from(scored, (node) => node.cpu);
  const allMemory = Float64Array.from(scored, (node) => node.memory);
  const { numbers: poolOf, values: pools } = numbered(nodes.map((node) => node.pool));
  // Zone 0 is that of nodes without one.
  const { numbers: zoneOf, values: zones } = numbered([undefined, ...scored.map((node) => node.zone)], 1);
  const takenBy = kinds.map((kind) => Uint8Array.from(pools, (pool) => (kind.pools.has(pool) ? 1 : 0)));
  const avoidedBy = scoredKinds.map((_, kind) => avoided(scored, kind));
  const owns = new Int32Array(size * kinds.length);
  const ownsInZone = new Int32Array(zones.length * kinds.length);
  const window = newWindow(size);
  const found = new Int32Array(size);
  /** Whether a node takes the kind that comes, and what it is worth to it: known in this turn. */
  const known = new Int32Array(size);
  const open = new Uint8Array(size);
  const base = new Float64Array(size);
  const raw = new Float64Array(size);
  let turn = 0;
  const spreadAt = new Float64Array(zones.length * FEW);
  const spreadIn = new Float64Array(zones.length * FEW);
  const zoneIn = new Float64Array(zones.length);
  let looks = 0;
  let own = owns.subarray(0, size);
  let inZone = ownsInZone.subarray(0, zones.length);

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
    countedCpu[node] = (countedCpu[node] as number) + asked.countedCpu;
    countedMemory[node] = (countedMemory[node] as number) + asked.countedMemory;
    known[node] = 0;
  };
  const learn = (k: number, node: number): void => {
    known[node] = turn;
    const kind = kinds[k] as PodKind;
    open[node] = takenBy[k]?.[poolOf[node] as number] === 1 && takes(kind, node) ? 1 : 0;
    if (open[node] === 0) return;
    const counted = countedMemory[node] as number;
    const [a, b] = [cpu[node] as number, memory[node] as number];
    const more = scoredKinds[k] as ScoredKind;
    base[node] = worth(
      allCpu[node] as number,
      allMemory[node] as number,
      a,
      b,
      countedCpu[node] as number,
      counted,
      more,
    );
  };

  /** What spreading says of each node that was found, into `raw`; the least and the most of it. */
  const spread = (many: number): readonly [low: number, high: number] => {
    looks++;
    let present = 0;
    if (zones.length > 1)
      for (let i = 0; i < many; i++) {
        const zone = zoneOf[found[i] as number] as number;
        if (zoneIn[zone] === looks) continue;
        zoneIn[zone] = looks;
        present++;
      }
    const [byNode, byZone] = [Math.log(many + 2), Math.log(present + 2)];
    const value = (zone: number, pods: number): number =>
      Math.round(pods * byNode + 2 + (zone === 0 ? 0 : (inZone[zone] as number) * byZone + 4));
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < many; i++) {
      const node = found[i] as number;
      const [zone, pods] = [zoneOf[node] as number, own[node] as number];
      const at = zone * FEW + pods;
      if (pods >= FEW) raw[i] = value(zone, pods);
      else {
        if (spreadIn[at] !== looks) {
          spreadIn[at] = looks;
          spreadAt[at] = value(zone, pods);
        }
        raw[i] = spreadAt[at] as number;
      }
      if ((raw[i] as number) < low) low = raw[i] as number;
      if ((raw[i] as number) > high) high = raw[i] as number;
    }
    return [low, high];
  };

  /** Of the nodes that were found, the one with the best score; ties at random. */
  const best = (k: number, many: number, random: () => number): number => {
    const { spreads } = scoredKinds[k] as ScoredKind;
    const [low, high] = spreads ? spread(many) : [0, 0];
    const avoids = avoidedBy[k];
    let most = 0;
    if (avoids !== undefined)
      for (let i = 0; i < many; i++) most = Math.max(most, avoids[found[i] as number] as number);
    let [top, ties, chosen] = [-Infinity, 0, -1];
    for (let i = 0; i < many; i++) {
      const node = found[i] as number;
      let score = base[node] as number;
      if (low < high) score += 2 * Math.floor((100 * (high + low - (raw[i] as number))) / high);
      if (most > 0) score += 3 * (100 - Math.floor((100 * (avoids?.[node] as number)) / most));
      if (score > top) [top, ties, chosen] = [score, 1, node];
      else if (score === top && random() * ++ties < 1) chosen = node;
    }
    return chosen;
  };

  const empty = (random: () => number): void => {
    free.set(shape);
    for (const counts of [cpu, memory, countedCpu, countedMemory, owns, ownsInZone]) counts.fill(0);
    deal(window, random);
  };

  /** Per-node kinds, each on every node of its pools; returns how many find no room. */
  const daemons = (out?: Int32Array): number => {
    let missing = 0;
    for (let k = 0; k < kinds.length; k++) {
      const kind = kinds[k] as PodKind;
      if (!kind.perNode) continue;
      for (let node = 0; node < size; node++) {
        if (takenBy[k]?.[poolOf[node] as number] !== 1) continue;
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
    turn++;
    own = owns.subarray(k * size, (k + 1) * size);
    inZone = ownsInZone.subarray(k * zones.length, (k + 1) * zones.length);
    const isOpen = (node: number): boolean => {
      if (known[node] !== turn) learn(k, node);
      return open[node] === 1;
    };
    for (let pod = 0; pod < pods; pod++) {
      const many = look(window, isOpen, found);
      if (many === 0) return pods - pod;
      const node = best(k, many, random);
      put(kind, asked, node);
      own[node] = (own[node] as number) + 1;
      const zone = zoneOf[node] as number;
      inZone[zone] = (inZone[zone] as number) + 1;
    }
    return 0;
  };

  return {
    free,
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

/** Values by the number of their first coming; `skip`: so many of them only say which number comes first. */
function numbered<T>(list: readonly T[], skip = 0): { readonly numbers: Int32Array; readonly values: readonly T[] } {
  const values = [...new Set(list)];
  const numbers = new Map(values.map((value, number) => [value, number]));
  return { numbers: Int32Array.from(list.slice(skip), (value) => numbers.get(value) as number), values };
}

/** By node, how many of its taints a kind would rather avoid; undefined where there are none. */
function avoided(scored: readonly ScoredNode[], kind: number): Int32Array | undefined {
  const counts = Int32Array.from(scored, (node) => node.disliked(kind));
  return counts.some((count) => count > 0) ? counts : undefined;
}
