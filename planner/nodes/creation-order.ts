// In which order a cluster's workloads are to be created, so that the kube-scheduler finds a node for every pod however it breaks ties.
// It must not know why the workloads are there.
import { hardestFirst } from "./hardness.ts";
import { withDaemons, sizeOf } from "./pack.ts";
import type { BoardNode, PodKind } from "./board.ts";
import { isPlain, newCrowd } from "./crowd.ts";
import type { Crowd } from "./crowd.ts";
import { newScheduler, randomOf } from "./scheduler.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";

export interface Schedulable {
  readonly kinds: readonly PodKind[];
  readonly nodes: readonly BoardNode[];
  readonly scoredNodes: readonly ScoredNode[];
  readonly scoredKinds: readonly ScoredKind[];
}

/** With the fast stand-in where the pods ask for nothing but room. */
interface Trials extends Schedulable {
  readonly crowd: Crowd | undefined;
}

export type CreationOrder =
  /** Any order, all at once too. */
  | { readonly kind: "any" }
  /** These kinds one after the other, each when the one before has its nodes. */
  | { readonly kind: "sequence"; readonly sequence: readonly number[] }
  | { readonly kind: "none"; readonly stuck: number };

interface Effort {
  readonly repairs?: number;
  readonly mixtures?: boolean;
  readonly holds?: readonly number[];
}

/** Ways of breaking ties under which an order must hold, and mixtures under which none is needed; fewer on large clusters. */
const TIES = 10;
const SHUFFLES = 32;
const REPAIRS = 40;
const LEAST_REPAIRS = 6;
/** How much longer all orders together may take than one. */
const LONGER = 10;
/** Nodes looked at, over all trials of one kind: about a second, half of one where the fast stand-in looks. */
const LOOKS = 4_000_000;
const FASTER = 20;
/** How much longer a pod takes that comes among others than one that comes after its like. */
const MIXED = 4;

/**
 * Finds such an order: any, when none can go wrong; else large pods first, and what found no node comes earlier.
 * `repairs`: orders that are tried at most; with fewer, less is found and nothing else. `mixtures`: whether to look if any order would do.
 * `holds`: an order that was found before, of the same pods on the same nodes.
 */
export function creationOrder(
  asked: Schedulable,
  { repairs = REPAIRS, mixtures = true, holds }: Effort = {},
): CreationOrder {
  if (alwaysRoom(asked)) return { kind: "any" };
  const plain = isPlain(asked.kinds);
  const crowd = plain ? newCrowd(asked.kinds, asked.nodes, asked.scoredNodes, asked.scoredKinds) : undefined;
  const ground: Trials = { ...asked, crowd };
  const all = ground.kinds.map((_, k) => k);
  const kinds = all.filter((k) => !(ground.kinds[k] as PodKind).perNode);
  const daemons = all.filter((k) => (ground.kinds[k] as PodKind).perNode);
  // A DaemonSet's pod has one node to go to: it comes before all that could take its place.
  if (mixtures && daemons.length === 0 && anyOrder(ground, kinds)) return { kind: "any" };
  if (holds !== undefined) return { kind: "sequence", sequence: holds };
  const size = ground.kinds.map((kind) => sizeOf(kind, ground.nodes));
  let sequence = kinds.toSorted((a, b) => (size[b] as number) - (size[a] as number) || a - b);
  const tried = new Set<string>();
  let stuck = sequence[0] ?? 0;
  const most = Math.min(repairs, repairsFor(ground));
  for (let repair = 0; repair < most; repair++) {
    const failing = firstFailure(ground, sequence);
    if (failing === undefined) return { kind: "sequence", sequence: [...daemons, ...sequence] };
    stuck = failing;
    tried.add(sequence.join());
    // Once, what few nodes take comes first: on clusters of many shapes of nodes that is what counts.
    const rarest = repair === 0 ? rarestFirst(ground, kinds) : sequence;
    sequence = tried.has(rarest.join()) ? repaired(sequence, failing, tried, repair) : rarest;
    if (tried.has(sequence.join())) break;
  }
  return { kind: "none", stuck };
}

function rarestFirst({ kinds, nodes }: Schedulable, among: readonly number[]): number[] {
  const wanted = new Set(among);
  return hardestFirst(kinds, nodes).filter((kind) => wanted.has(kind));
}

/** What found no node comes earlier: to the front, else halfway, else the whole order is dealt anew. */
function repaired(sequence: readonly number[], failing: number, tried: ReadonlySet<string>, round: number): number[] {
  const rest = sequence.filter((kind) => kind !== failing);
  const at = sequence.indexOf(failing);
  for (const place of [0, Math.floor(at / 2), at - 1, rest.length]) {
    const moved = [...rest.slice(0, Math.max(0, place)), failing, ...rest.slice(Math.max(0, place))];
    if (!tried.has(moved.join())) return moved;
  }
  return shuffled(sequence, randomOf(round + 1));
}

function firstFailure(ground: Trials, sequence: readonly number[]): number | undefined {
  const pods = sequence.flatMap((kind) => Array<number>((ground.kinds[kind] as PodKind).count).fill(kind));
  const out = new Int32Array(ground.kinds.length);
  for (let seed = 1; seed <= trials(ground, pods.length, TIES); seed++) {
    if (ground.crowd !== undefined) {
      if (ground.crowd.come(sequence, randomOf(seed), out) === 0) continue;
      return sequence.find((kind) => (out[kind] as number) > 0) ?? sequence[0];
    }
    const failing = run(ground, pods, seed);
    if (failing !== undefined) return failing;
  }
  return undefined;
}

/** Whether pods that come in any mixture all find nodes, as far as shuffles tell; the smallest first is the hardest of them. */
function anyOrder(ground: Trials, kinds: readonly number[]): boolean {
  const size = ground.kinds.map((kind) => sizeOf(kind, ground.nodes));
  const pods = kinds.flatMap((kind) => Array<number>((ground.kinds[kind] as PodKind).count).fill(kind));
  const smallFirst = pods.toSorted((a, b) => (size[a] as number) - (size[b] as number) || a - b);
  const largeFirst = smallFirst.toReversed();
  for (let seed = 1; seed <= trials(ground, pods.length * (ground.crowd === undefined ? 1 : MIXED), SHUFFLES); seed++) {
    const order = seed % 4 === 1 ? smallFirst : seed % 4 === 2 ? largeFirst : shuffled(pods, randomOf(seed));
    const stands = ground.crowd?.mingle(order, randomOf(seed)) ?? run(ground, order, seed) === undefined;
    if (!stands) return false;
  }
  return true;
}

/** Orders that are worth their time: fewer on large clusters, where each takes long. */
const repairsFor = ({ kinds, nodes, crowd }: Trials): number => {
  const pods = kinds.reduce((sum, { count, perNode }) => sum + (perNode ? 0 : count), 0);
  const looks = (crowd === undefined ? 1 : FASTER) * LOOKS * LONGER;
  return Math.max(LEAST_REPAIRS, Math.floor(looks / Math.max(1, pods * nodes.length)));
};

/** Ways of breaking ties that an order of plain pods must stand. */
export const tiesTried = (pods: number, nodes: number): number =>
  Math.max(2, Math.min(TIES, Math.floor((FASTER * LOOKS) / Math.max(1, pods * nodes))));

const trials = ({ nodes, crowd }: Trials, pods: number, wanted: number): number =>
  Math.max(
    2,
    Math.min(wanted, Math.floor(((crowd === undefined ? 1 : FASTER) * LOOKS) / Math.max(1, pods * nodes.length))),
  );

/** The kind of the first pod that finds no node; undefined when all do. */
function run(ground: Trials, pods: readonly number[], seed: number): number | undefined {
  const board = withDaemons(ground.kinds, ground.nodes);
  if (board === undefined) return pods[0];
  const scheduler = newScheduler(board, ground.scoredNodes, ground.scoredKinds, randomOf(seed));
  return pods.find((kind) => !scheduler.schedule(kind));
}

/**
 * Whether no arrangement of the others can keep a pod out: to close a node to it, some resource must be used beyond what would leave
 * room, and all that is used is not enough to close every node.
 */
function alwaysRoom({ kinds, nodes }: Schedulable): boolean {
  const special = kinds.some(
    ({ pod }) => pod.podAffinity.length + pod.podAntiAffinity.length + pod.spread.length + pod.hostPorts.length > 0,
  );
  if (special) return false;
  const resources = kinds[0]?.demand.length ?? 0;
  const used = Array.from({ length: resources }, (_, r) =>
    kinds.reduce(
      (sum, kind) =>
        sum +
        (kind.demand[r] as number) * (kind.perNode ? nodes.filter((n) => kind.pools.has(n.pool)).length : kind.count),
      0,
    ),
  );
  return kinds.every((kind) => {
    const open = nodes.filter((node) => kind.pools.has(node.pool));
    let closed = 0;
    for (let r = 0; r < resources; r++) {
      const demand = kind.demand[r] as number;
      if (demand === 0) continue;
      const spare = Math.min(...open.map((node) => (node.shape[r] as number) - demand));
      // Closed is only what is used beyond its spare: one node takes whatever fits by sums.
      closed += Math.max(0, Math.ceil(((used[r] as number) - demand) / Math.max(spare, 1e-9)) - 1);
    }
    return closed < (kind.perNode ? 1 : open.length);
  });
}

function shuffled(items: readonly number[], random: () => number): number[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j] as number, mixed[i] as number];
  }
  return mixed;
}
