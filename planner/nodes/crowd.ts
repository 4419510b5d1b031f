// The kube-scheduler's way with pods that ask for nothing but room: the same choices as `scheduler.ts`, in typed arrays, for clusters of many
// nodes that are asked often. It must not know plans, filters beyond room and pools, or other clusters.
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import type { BoardNode, PodKind } from "./board.ts";
import { indifferent } from "./schedulable.ts";
import { deal, newWindow } from "./window.ts";
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
  const mild = scored.some(({ disliked }) => disliked !== indifferent);
  const avoidedBy = scoredKinds.map((_, kind) => (mild ? avoided(scored, kind) : undefined));
  const owns = new Int32Array(size * kinds.length);
  const ownsInZone = new Int32Array(zones.length * kinds.length);
  const window = newWindow(size);
  const found = new Int32Array(size);
  const tied = new Int32Array(size);
  /** Whether a node takes the kind that comes, and what it is worth to it: known in this turn. */
  const known = new Int32Array(size);
  const open = new Uint8Array(size);
  const base = new Int32Array(size);
  let turn = 0;
  /** Its zone, and pods of the kind on it: what spreading asks. */
  const mixtureOf = new Int32Array(size);
  const most = mostOnOne(kinds, nodes);
  const added = new Float64Array(zones.length * (most + 1));
  const seenIn = new Int32Array(added.length);
  const mixed = new Int32Array(Math.min(size, added.length));
  let mixtures = 0;
  let looks = 0;
  /** By place in the window's order: how far the next node is that may take the kind. */
  const hop = new Int32Array(size);
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
  };
  const learn = (k: number, node: number): void => {
    known[node] = turn;
    const kind = kinds[k] as PodKind;
    open[node] = takenBy[k]?.[poolOf[node] as number] === 1 && takes(kind, node) ? 1 : 0;
    if (open[node] === 0) return;
    mixtureOf[node] = (zoneOf[node] as number) + zones.length * (own[node] as number);
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

  /** Nodes that take the kind, as many as the scheduler looks for, into `found`; and which mixtures of zone and pods are among them. */
  const look = (k: number): number => {
    const { order, enough, at: start } = window;
    const [now, stamp] = [turn, ++looks];
    let [at, gone, many, kinds] = [start, 0, 0, 0];
    let [last, lastGone] = [-1, 0];
    while (gone < size && many < enough) {
      const node = order[at] as number;
      if (known[node] !== now) learn(k, node);
      if (open[node] === 1) {
        // What lies between is closed, and stays so as long as this kind comes.
        if (last >= 0) hop[last] = gone - lastGone;
        last = at;
        lastGone = gone;
        found[many++] = node;
        const mixture = mixtureOf[node] as number;
        if (seenIn[mixture] !== stamp) {
          seenIn[mixture] = stamp;
          mixed[kinds++] = mixture;
        }
      }
      const far = hop[at] as number;
      gone += far;
      at += far;
      if (at >= size) at -= size;
    }
    mixtures = kinds;
    if (many === enough && enough < size) window.at = last + 1 === size ? 0 : last + 1;
    return many;
  };

  /** What spreading adds to the score of each mixture that is there. */
  const spread = (many: number): void => {
    const present = new Set<number>();
    for (let i = 0; i < mixtures; i++) present.add((mixed[i] as number) % zones.length);
    const [byNode, byZone] = [Math.log(many + 2), Math.log(present.size + 2)];
    let [low, high] = [Infinity, 0];
    for (let i = 0; i < mixtures; i++) {
      const mixture = mixed[i] as number;
      const zone = mixture % zones.length;
      const zoned = zone === 0 ? 0 : (inZone[zone] as number) * byZone + 4;
      const value = Math.round(((mixture - zone) / zones.length) * byNode + 2 + zoned);
      added[mixture] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    for (let i = 0; i < mixtures; i++) {
      const mixture = mixed[i] as number;
      added[mixture] = 2 * Math.floor((100 * (high + low - (added[mixture] as number))) / high);
    }
  };

  /** Of the nodes that were found, the one with the best score; ties at random. */
  const best = (k: number, many: number, random: () => number): number => {
    if ((scoredKinds[k] as ScoredKind).spreads) spread(many);
    else for (let i = 0; i < mixtures; i++) added[mixed[i] as number] = 0;
    const avoids = avoidedBy[k];
    let most = 0;
    if (avoids !== undefined)
      for (let i = 0; i < many; i++) most = Math.max(most, avoids[found[i] as number] as number);
    let top = -Infinity;
    let ties = 0;
    for (let i = 0; i < many; i++) {
      const node = found[i] as number;
      let score = (base[node] as number) + (added[mixtureOf[node] as number] as number);
      if (most > 0) score += 3 * (100 - Math.floor((100 * (avoids?.[node] as number)) / most));
      if (score < top) continue;
      if (score > top) {
        top = score;
        ties = 0;
      }
      tied[ties++] = node;
    }
    return tied[ties > 1 ? Math.floor(random() * ties) : 0] as number;
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
    hop.fill(1);
    own = owns.subarray(k * size, (k + 1) * size);
    inZone = ownsInZone.subarray(k * zones.length, (k + 1) * zones.length);
    for (let pod = 0; pod < pods; pod++) {
      const many = look(k);
      if (many === 0) return pods - pod;
      const node = best(k, many, random);
      put(kind, asked, node);
      own[node] = (own[node] as number) + 1;
      known[node] = 0;
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

/** Most pods of one kind that an empty node takes. */
function mostOnOne(kinds: readonly PodKind[], nodes: readonly BoardNode[]): number {
  const shapes = [...new Set(nodes.map(({ shape }) => shape))];
  let most = 0;
  for (const { demand, count, perNode } of kinds) {
    if (perNode) continue;
    const room = (shape: readonly number[]): number =>
      demand.reduce((least, amount, r) => (amount > 0 ? Math.min(least, (shape[r] as number) / amount) : least), count);
    for (const shape of shapes) most = Math.max(most, Math.floor(room(shape)));
  }
  return most;
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
