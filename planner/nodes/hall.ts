// The nodes of a cluster of which the kube-scheduler may look at a part for each pod: pods that ask for nothing but room come kind by kind, with
// the same choices as `scheduler.ts`, in typed arrays, and what stands can be taken up again anywhere on the way. It must not know plans,
// filters beyond room and pools, or other clusters.
import type { BoardNode } from "./board.ts";
import { newFilling } from "./filling.ts";
import { roomOf } from "./floor.ts";
import type { Floor, Tell } from "./floor.ts";
import { indifferent } from "./schedulable.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import { deal, newWindow } from "./window.ts";

/** Milliseconds to look at one node for a kind of pods, and for one pod. */
const LOOK = 8e-5;
const CHOICE = 8e-6;
/** Below every score. */
const LEAST = -(2 ** 30);

/** @param nodes what is free of each at first; scores are those of `scored`, in the same order. */
export function newHall(nodes: readonly BoardNode[], scored: readonly ScoredNode[], tell: Tell = () => {}): Floor {
  const size = nodes.length;
  const filling = newFilling(nodes, scored, 1);
  const { state, amounts, takes, put, worthOf } = filling;
  const shapes = [...new Set(nodes.map((node) => node.shape))];
  /** Where the scheduler goes on, kept with what stands. */
  const goesOn = state.length - 1;
  // Zone 0 is that of nodes without one.
  const { numbers: poolOf, values: pools } = numbered(nodes.map((node) => node.pool));
  const { numbers: zoneOf, values: zones } = numbered([undefined, ...scored.map((node) => node.zone)], 1);
  const inZone = new Int32Array(zones.length);
  const mild = scored.some(({ disliked }) => disliked !== indifferent);
  const kinds: Known[] = [];
  const window = newWindow(size);
  const tied = new Int32Array(size);
  // Nodes that take the kind that comes, in the order in which the scheduler goes round, as far as it has looked since the kind began to
  // come: the node, its place in that order, what it is worth, and its zone with the pods of the kind on it, which is what spreading asks.
  const open = new Int32Array(size);
  const place = new Int32Array(size);
  const base = new Int32Array(size);
  const mixture = new Int32Array(size);
  /** How many of them; how many places it has looked at, from which on; and the first of them where it goes on. */
  let [count, looked, begun, cursor] = [0, 0, 0, 0];
  let added = new Int32Array(16 * zones.length);
  let seenIn = new Int32Array(added.length);
  const mixed = new Int32Array(size);
  const zoneSeenIn = new Int32Array(zones.length);
  let mixtures = 0;
  let looks = 0;

  /** Goes on round the nodes until as many as the scheduler looks for lie ahead, or all were looked at; how many it finds. */
  const look = (kind: Known, own: Int32Array): number => {
    const { order, enough } = window;
    while (count - cursor < enough && looked < size) {
      let at = begun + looked;
      if (at >= size) at -= size;
      looked++;
      const node = order[at] as number;
      if (kind.on[poolOf[node] as number] === 0 || !takes(kind, node)) continue;
      open[count] = node;
      place[count] = at;
      base[count] = worthOf(kind, node);
      mixture[count] = (zoneOf[node] as number) + zones.length * (own[node] as number);
      count++;
    }
    return looked < size || count > enough ? enough : count;
  };
  /** A node takes no more of the kind. */
  const close = (at: number): void => {
    for (const list of [open, place, base, mixture]) list.copyWithin(at, at + 1, count);
    count--;
    if (at < cursor) cursor--;
  };
  /** Which mixtures of zone and pods are among so many that lie ahead. */
  const mix = (many: number): void => {
    const stamp = ++looks;
    const seen = seenIn;
    const end = Math.min(count, cursor + many);
    let kinds = 0;
    let last = -1;
    for (let at = cursor; at < end; at++) {
      const one = mixture[at] as number;
      if (one === last || seen[one] === stamp) continue;
      last = one;
      seen[one] = stamp;
      mixed[kinds++] = one;
    }
    for (let at = 0; at < many - (end - cursor); at++) {
      const one = mixture[at] as number;
      if (one === last || seen[one] === stamp) continue;
      last = one;
      seen[one] = stamp;
      mixed[kinds++] = one;
    }
    mixtures = kinds;
  };

  /** What spreading adds to the score of each mixture that is there. */
  const spread = (many: number): void => {
    let there = 0;
    for (let i = 0; i < mixtures; i++) {
      const zone = (mixed[i] as number) % zones.length;
      if (zoneSeenIn[zone] === looks) continue;
      zoneSeenIn[zone] = looks;
      there++;
    }
    const byNode = Math.log(many + 2);
    const byZone = Math.log(there + 2);
    let low = Infinity;
    let high = 0;
    for (let i = 0; i < mixtures; i++) {
      const one = mixed[i] as number;
      const zone = one % zones.length;
      const zoned = zone === 0 ? 0 : (inZone[zone] as number) * byZone + 4;
      const value = Math.round(((one - zone) / zones.length) * byNode + 2 + zoned);
      added[one] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    for (let i = 0; i < mixtures; i++) {
      const one = mixed[i] as number;
      added[one] = 2 * Math.floor((100 * (high + low - (added[one] as number))) / high);
    }
  };

  /** Of so many nodes that lie ahead, where among them the one with the best score is; ties at random. */
  const best = ({ spreads, avoids }: Known, many: number, random: () => number): number => {
    mix(many);
    if (spreads) spread(many);
    else for (let i = 0; i < mixtures; i++) added[mixed[i] as number] = 0;
    const end = Math.min(count, cursor + many);
    const rest = many - (end - cursor);
    const most = avoids === undefined ? 0 : Math.max(mostAvoided(avoids, cursor, end), mostAvoided(avoids, 0, rest));
    top = LEAST;
    ties = 0;
    rate(cursor, end, most, avoids);
    rate(0, rest, most, avoids);
    return tied[ties > 1 ? Math.floor(random() * ties) : 0] as number;
  };
  let top = LEAST;
  let ties = 0;
  /** Keeps those with the best score in `tied`. */
  const rate = (from: number, to: number, most: number, avoids: Int32Array | undefined): void => {
    const extra = added;
    let high = top;
    let same = ties;
    for (let at = from; at < to; at++) {
      let score = (base[at] as number) + (extra[mixture[at] as number] as number);
      if (most > 0) score += 3 * (100 - Math.floor((100 * (avoids?.[open[at] as number] as number)) / most));
      if (score < high) continue;
      if (score > high) {
        high = score;
        same = 0;
      }
      tied[same++] = at;
    }
    top = high;
    ties = same;
  };
  const mostAvoided = (avoids: Int32Array, from: number, to: number): number => {
    let most = 0;
    for (let at = from; at < to; at++) most = Math.max(most, avoids[open[at] as number] as number);
    return most;
  };
  /** It goes on after so many: where it found fewer than enough, it has been round and is where it was. */
  const pass = (many: number): void => {
    const { enough } = window;
    if (many < enough || enough >= size) return;
    let last = cursor + many - 1;
    if (last >= count) last -= count;
    const at = (place[last] as number) + 1;
    state[goesOn] = at === size ? 0 : at;
    cursor = last + 1;
  };

  /** Pods of the kind by zone, and arrays that are long enough for all that may come. */
  const prepare = (kind: Known, pods: number, own: Int32Array): void => {
    let there = 0;
    inZone.fill(0);
    for (let node = 0; node < size; node++) {
      const many = own[node] as number;
      if (many === 0) continue;
      const zone = zoneOf[node] as number;
      inZone[zone] = (inZone[zone] as number) + many;
      if (many > there) there = many;
    }
    const length = zones.length * (Math.min(kind.most, there + pods) + 1);
    if (length <= added.length) return;
    added = new Int32Array(2 * length);
    seenIn = new Int32Array(added.length);
  };

  return {
    size,
    state,
    amounts,
    deals: window.enough < size,
    know: (kind, asked) => {
      const { demand } = kind;
      const room = (whole: readonly number[]): number =>
        demand.reduce(
          (least, amount, r) => (amount > 0 ? Math.min(least, Math.floor((whole[r] as number) / amount)) : least),
          Infinity,
        );
      kinds.push({
        demand,
        cpu: asked.cpu,
        memory: asked.memory,
        countedCpu: asked.countedCpu,
        countedMemory: asked.countedMemory,
        spreads: asked.spreads,
        on: Uint8Array.from(pools, (pool) => (kind.pools.has(pool) ? 1 : 0)),
        most: Math.max(0, ...shapes.map(room)),
        avoids: mild ? avoided(scored, kinds.length) : undefined,
      });
      return kinds.length - 1;
    },
    clear: (random) => {
      filling.clear();
      deal(window, random);
    },
    everywhere: (k) => {
      const kind = kinds[k] as Known;
      let missing = 0;
      for (let node = 0; node < size; node++) {
        if (kind.on[poolOf[node] as number] === 0) continue;
        if (takes(kind, node)) put(kind, node);
        else missing++;
      }
      return missing;
    },
    arrive: (k, pods, random, own) => {
      const kind = kinds[k] as Known;
      prepare(kind, pods, own);
      [count, looked, begun, cursor] = [0, 0, state[goesOn] as number, 0];
      tell(size * LOOK + pods * Math.min(window.enough, size) * CHOICE);
      for (let pod = 0; pod < pods; pod++) {
        const many = look(kind, own);
        if (many === 0) return pods - pod;
        const at = best(kind, many, random);
        const node = open[at] as number;
        put(kind, node);
        own[node] = (own[node] as number) + 1;
        const zone = zoneOf[node] as number;
        inZone[zone] = (inZone[zone] as number) + 1;
        pass(many);
        if (takes(kind, node)) {
          base[at] = worthOf(kind, node);
          mixture[at] = (mixture[at] as number) + zones.length;
        } else close(at);
        if (looked === size && cursor >= count) cursor = 0;
      }
      return 0;
    },
    room: (k, left) => {
      const kind = kinds[k] as Known;
      return roomOf(kind.demand, left, size, (node) => kind.on[poolOf[node] as number] === 1);
    },
  };
}

/** What is remembered of a kind of pods. */
interface Known extends ScoredKind {
  readonly demand: readonly number[];
  /** By pool, as they are numbered here: 1 where it may be. */
  readonly on: Uint8Array;
  /** Most pods of it that an empty node takes. */
  readonly most: number;
  readonly avoids: Int32Array | undefined;
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
