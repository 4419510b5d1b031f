// The nodes of a cluster that is small enough for the kube-scheduler to look at all of them, in typed arrays: pods that ask for nothing but room
// come kind by kind, with the same choices as `crowd.ts`, and what stands can be taken up again anywhere on the way. It must not know plans,
// filters beyond room and pools, taints that only ask to be avoided, or other clusters.
import type { BoardNode, PodKind } from "./board.ts";
import { newFilling } from "./filling.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import { enoughOf } from "./window.ts";

export interface Floor {
  readonly size: number;
  /** Makes a kind of pods known; returns its number. */
  readonly know: (kind: PodKind, asked: ScoredKind) => number;
  /** No pod is there any more; where the scheduler looks at a part of the nodes for each pod, in what order is drawn. */
  readonly clear: (random: () => number) => void;
  /** Whether anything is drawn then: the order is not kept in `state`. */
  readonly deals: boolean;
  /** One pod on every node of its pools; returns how many nodes have no room. */
  readonly everywhere: (kind: number) => number;
  /**
   * So many pods of a kind, one after the other; returns how many of them find no node.
   * @param own pods of this kind by node, which those that come are added to.
   */
  readonly arrive: (kind: number, pods: number, random: () => number, own: Int32Array) => number;
  /** How many more pods of a kind have room, were nothing else to come. */
  readonly room: (kind: number, free: Float64Array) => number;
  /** All that is there now, and of it first the free amounts by node and resource. */
  readonly state: Float64Array;
  /** Entries of `state` that say what is free. */
  readonly amounts: number;
}

/** Whether the scheduler looks at all of so many nodes for each pod. */
export const isSmall = (nodes: number): boolean => enoughOf(nodes) === nodes;

/** Told of work, in the milliseconds that it takes on a common machine. */
export type Tell = (milliseconds: number) => void;

/** Milliseconds to look at one node for a kind of pods, and for one pod. */
const LOOK = 8e-5;
const CHOICE = 8e-6;

/** @param nodes what is free of each at first; scores are those of `scored`, in the same order. */
export function newFloor(nodes: readonly BoardNode[], scored: readonly ScoredNode[], tell: Tell = () => {}): Floor {
  const size = nodes.length;
  const filling = newFilling(nodes, scored);
  const { state, amounts, takes, put, worthOf } = filling;
  // Zone 0 is that of nodes without one.
  const zones = [undefined, ...new Set(scored.flatMap((node) => node.zone ?? []))];
  const zoneOf = Int32Array.from(scored, (node) => zones.indexOf(node.zone));
  const base = new Float64Array(size);
  const raw = new Float64Array(size);
  const inZone = new Int32Array(zones.length);
  const openInZone = new Int32Array(zones.length);
  const open = new Int32Array(size);
  const tied = new Int32Array(size);
  const oneZone = zoneOf.every((zone) => zone === zoneOf[0]);
  let spread = new Float64Array(16);
  const known: Known[] = [];
  /** By pools: 1 for nodes of them. */
  const inPools = new Map<string, Uint8Array>();
  const nodesOf = (pools: ReadonlySet<number>): Uint8Array => {
    const key = [...pools].join();
    let found = inPools.get(key);
    if (found === undefined)
      inPools.set(key, (found = Uint8Array.from(nodes, (node) => (pools.has(node.pool) ? 1 : 0))));
    return found;
  };

  /** Nodes that take one more pod of a kind, in order; how many of them. */
  const openTo = (kind: Known, own: Int32Array): number => {
    let count = 0;
    openInZone.fill(0);
    inZone.fill(0);
    for (let node = 0; node < size; node++) {
      const zone = zoneOf[node] as number;
      inZone[zone] = (inZone[zone] as number) + (own[node] as number);
      if (kind.on[node] === 0 || !takes(kind, node)) continue;
      open[count++] = node;
      base[node] = worthOf(kind, node);
      openInZone[zone] = (openInZone[zone] as number) + 1;
    }
    return count;
  };
  const close = (node: number, count: number): number => {
    open.copyWithin(open.indexOf(node), open.indexOf(node) + 1, count);
    const zone = zoneOf[node] as number;
    openInZone[zone] = (openInZone[zone] as number) - 1;
    return count - 1;
  };

  /** What the default spreading says of a node where so many pods of a kind are, before it is put between the best and the worst. */
  const rawOf = (own: number, zone: number, byNode: number, byZone: number): number =>
    Math.round(own * byNode + 2 + (zone === 0 ? 0 : (inZone[zone] as number) * byZone + 4));

  /** Where all nodes are of one zone, what spreading adds depends on the pods that are there only: by their number. */
  const spreadTable = (count: number, own: Int32Array): void => {
    let most = 0;
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      const many = own[open[i] as number] as number;
      if (many > most) most = many;
      if (many < least) least = many;
    }
    if (most >= spread.length) spread = new Float64Array(2 * most);
    const zone = zoneOf[open[0] as number] as number;
    const byNode = Math.log(count + 2);
    const high = rawOf(most, zone, byNode, LOG_OF_THREE);
    const low = rawOf(least, zone, byNode, LOG_OF_THREE);
    for (let many = least; many <= most; many++)
      spread[many] = spreadBetween(rawOf(many, zone, byNode, LOG_OF_THREE), low, high);
  };
  /** The same for nodes of several zones, by node; left in `raw`. */
  const spreadByZone = (count: number, own: Int32Array): void => {
    let high = -Infinity;
    let low = Infinity;
    let zonesOpen = 0;
    for (let zone = 0; zone < openInZone.length; zone++) if ((openInZone[zone] as number) > 0) zonesOpen++;
    const [byNode, byZone] = [Math.log(count + 2), Math.log(zonesOpen + 2)];
    for (let i = 0; i < count; i++) {
      const node = open[i] as number;
      const value = rawOf(own[node] as number, zoneOf[node] as number, byNode, byZone);
      raw[node] = value;
      if (value > high) high = value;
      if (value < low) low = value;
    }
    for (let i = 0; i < count; i++) raw[open[i] as number] = spreadBetween(raw[open[i] as number] as number, low, high);
  };

  /** The node with the best score; ties at random. */
  const best = (spreads: boolean, count: number, random: () => number, own: Int32Array): number => {
    const tabled = spreads && oneZone;
    if (tabled) spreadTable(count, own);
    else if (spreads) spreadByZone(count, own);
    let top = -Infinity;
    let ties = 0;
    for (let i = 0; i < count; i++) {
      const node = open[i] as number;
      const more = tabled ? (spread[own[node] as number] as number) : spreads ? (raw[node] as number) : 0;
      const score = (base[node] as number) + more;
      if (score < top) continue;
      if (score > top) {
        top = score;
        ties = 0;
      }
      tied[ties++] = node;
    }
    return tied[ties > 1 ? Math.floor(random() * ties) : 0] as number;
  };

  return {
    size,
    state,
    amounts,
    deals: false,
    know: (kind, asked) => {
      known.push({
        demand: kind.demand,
        cpu: asked.cpu,
        memory: asked.memory,
        countedCpu: asked.countedCpu,
        countedMemory: asked.countedMemory,
        spreads: asked.spreads,
        on: nodesOf(kind.pools),
      });
      return known.length - 1;
    },
    clear: filling.clear,
    everywhere: (k) => {
      const kind = known[k] as Known;
      let missing = 0;
      for (let node = 0; node < size; node++) {
        if (kind.on[node] === 0) continue;
        if (takes(kind, node)) put(kind, node);
        else missing++;
      }
      return missing;
    },
    arrive: (k, pods, random, own) => {
      const kind = known[k] as Known;
      let count = openTo(kind, own);
      tell(size * LOOK + pods * count * CHOICE);
      for (let pod = 0; pod < pods; pod++) {
        if (count === 0) return pods - pod;
        const node = best(kind.spreads, count, random, own);
        put(kind, node);
        own[node] = (own[node] as number) + 1;
        const zone = zoneOf[node] as number;
        inZone[zone] = (inZone[zone] as number) + 1;
        base[node] = worthOf(kind, node);
        if (!takes(kind, node)) count = close(node, count);
      }
      return 0;
    },
    room: (k, left) => {
      const { demand, on } = known[k] as Known;
      return roomOf(demand, left, size, (node) => on[node] === 1);
    },
  };
}

/** How many more pods find room in free amounts, by node and resource, on those of so many nodes where they may be. */
export function roomOf(
  demand: readonly number[],
  left: Float64Array,
  size: number,
  may: (node: number) => boolean,
): number {
  const resources = demand.length;
  let sum = 0;
  for (let node = 0; node < size; node++) {
    if (!may(node)) continue;
    let most = Infinity;
    for (let r = 0; r < resources; r++)
      if ((demand[r] as number) > 0)
        most = Math.min(most, Math.floor((left[node * resources + r] as number) / (demand[r] as number)));
    if (most > 0) sum += most;
  }
  return sum;
}

/** The more pods there are, the less it adds: 100 for the fewest, twice, as the plugins normalise and the default profile weighs it. */
const spreadBetween = (value: number, low: number, high: number): number =>
  2 * Math.floor((100 * (high + low - value)) / high);

/** By how much pods in the one open zone count. */
const LOG_OF_THREE = Math.log(3);

/** What a floor remembers of a kind of pods. */
interface Known extends ScoredKind {
  readonly demand: readonly number[];
  /** By node: 1 where it may be. */
  readonly on: Uint8Array;
}
