// Whether pods find nodes, all of them at once: fast heuristics first, then a search of every arrangement within a number of steps.
// What it calls impossible no arrangement allows. It must not know the kube-scheduler's scores, or other clusters.
import { newBoard } from "./board.ts";
import type { Board, BoardNode, PodKind } from "./board.ts";

export type Packing = "packed" | "impossible" | "undecided";

/** @param steps tries of the exact search; heuristics come before it and are not counted. */
export function pack(kinds: readonly PodKind[], nodes: readonly BoardNode[], steps: number): Packing {
  const present = kinds.filter((kind) => kind.count > 0);
  const base = withDaemons(present, nodes);
  if (base === undefined) return "impossible";
  const pods = present.reduce((sum, { count, perNode }) => sum + (perNode ? 0 : count), 0);
  let fills = Math.max(LEAST_FILLS, Math.floor(LOOKS / Math.max(1, pods * nodes.length)));
  const isGranted = (): boolean => fills-- > 0;
  for (const order of orders(present, nodes))
    for (const choose of choices) if (repaired(present, nodes, order, choose, isGranted)) return "packed";
  return search(base, steps);
}

/** A board on which every per-node pod stands on each of its nodes; undefined when one of them has no room. */
export function withDaemons(kinds: readonly PodKind[], nodes: readonly BoardNode[]): Board | undefined {
  const board = newBoard(kinds, nodes);
  for (const [k, kind] of kinds.entries()) {
    if (!kind.perNode) continue;
    for (const [n, node] of nodes.entries()) {
      if (!kind.pools.has(node.pool)) continue;
      if (!board.fits(k, n)) return undefined;
      board.add(k, n);
    }
  }
  return board;
}

/** Whether DaemonSets surely stand on all of their nodes: those that ask for company or distance, only the packing can tell. */
export function daemonsStand(kinds: readonly PodKind[], nodes: readonly BoardNode[]): boolean {
  const daemons = kinds.filter(({ perNode }) => perNode);
  const picky = ({ pod }: PodKind): boolean =>
    pod.podAffinity.length + pod.podAntiAffinity.length + pod.spread.length > 0;
  return daemons.length === 0 || (!daemons.some(picky) && withDaemons(kinds, nodes) !== undefined);
}

/** Largest share of any node that one pod takes: what is hard to place. */
export function sizeOf(kind: PodKind, nodes: readonly BoardNode[]): number {
  let most = 0;
  for (const node of nodes) {
    if (!kind.pools.has(node.pool)) continue;
    kind.demand.forEach((amount, r) => {
      if (amount > 0) most = Math.max(most, amount / Math.max(1, node.shape[r] as number));
    });
  }
  return most;
}

/** Kinds in orders worth trying: the large first; what has few nodes first; what attracts others before them. */
function orders(kinds: readonly PodKind[], nodes: readonly BoardNode[]): readonly (readonly number[])[] {
  const all = kinds.map((_, k) => k).filter((k) => !(kinds[k] as PodKind).perNode);
  const size = kinds.map((kind) => sizeOf(kind, nodes));
  const reach = kinds.map((kind) => nodes.filter((node) => kind.pools.has(node.pool)).length);
  const bySize = all.toSorted((a, b) => (size[b] as number) - (size[a] as number) || a - b);
  const byReach = all.toSorted(
    (a, b) => (reach[a] as number) - (reach[b] as number) || (size[b] as number) - (size[a] as number),
  );
  const attracted = (k: number): number => ((kinds[k] as PodKind).pod.podAffinity.length > 0 ? 1 : 0);
  const leaders = bySize.toSorted((a, b) => attracted(a) - attracted(b));
  const seen = new Set<string>();
  return [bySize, byReach, leaders].filter((order) => !seen.has(order.join()) && seen.add(order.join()));
}

type Choose = (board: Board, kind: number, nodes: readonly number[]) => number;

/** Fullest node that takes it; the node that it leaves with the least of something; emptiest node. */
const choices: readonly Choose[] = [
  (board, kind, nodes) => pick(nodes, (n) => tightest(board, kind, n)),
  (board, _kind, nodes) => pick(nodes, (n) => slack(board, n)),
  (board, _kind, nodes) => pick(nodes, (n) => -slack(board, n)),
];

function pick(nodes: readonly number[], score: (node: number) => number): number {
  let best = nodes[0] as number;
  for (const node of nodes) if (score(node) < score(best)) best = node;
  return best;
}

/** Least share of a resource that is left once the pod is there: 0 fills the node to the brim. */
function tightest(board: Board, kind: number, node: number): number {
  const { shape } = board.nodes[node] as BoardNode;
  let least = Infinity;
  (board.kinds[kind] as PodKind).demand.forEach((amount, r) => {
    if (amount > 0) least = Math.min(least, ((board.free[node]?.[r] as number) - amount) / (shape[r] as number));
  });
  return least;
}

function slack(board: Board, node: number): number {
  const shape = (board.nodes[node] as BoardNode).shape;
  let sum = 0;
  (board.free[node] as Float64Array).forEach(
    (left, r) => (sum += (shape[r] as number) > 0 ? left / (shape[r] as number) : 0),
  );
  return sum;
}

/** Rounds in which what found no node comes earlier. */
const REPAIRS = 24;
/** Nodes looked at, over all fills of one cluster: a few seconds; but never fewer fills than one by each way of choosing. */
const LOOKS = 40_000_000;
const LEAST_FILLS = 3;

/** Fills in an order; the kind that found no node goes to the front, and again. */
function repaired(
  kinds: readonly PodKind[],
  nodes: readonly BoardNode[],
  order: readonly number[],
  choose: Choose,
  isGranted: () => boolean,
): boolean {
  let trial = order;
  for (let repair = 0; repair < REPAIRS && isGranted(); repair++) {
    const board = withDaemons(kinds, nodes);
    if (board === undefined) return false;
    const failing = fill(board, trial, choose);
    if (failing === undefined) return reachable(board);
    if (trial[0] === failing) return false;
    const at = trial.indexOf(failing);
    const place = repair % 3 === 2 ? at >> 1 : 0;
    const rest = trial.filter((kind) => kind !== failing);
    trial = [...rest.slice(0, place), failing, ...rest.slice(place)];
  }
  return false;
}

/** The kind of the first pod that finds no node. */
function fill(board: Board, order: readonly number[], choose: Choose): number | undefined {
  for (const kind of order)
    for (let pod = 0; pod < (board.kinds[kind] as PodKind).count; pod++) {
      const open: number[] = [];
      for (let node = 0; node < board.nodes.length; node++) if (board.admits(kind, node)) open.push(node);
      if (open.length === 0) return kind;
      board.add(kind, choose(board, kind, open));
    }
  return undefined;
}

/**
 * Every arrangement, kind after kind and node after node: of nodes that are alike when a kind begins, earlier ones get no fewer pods of
 * it. The filters that more pods can only make worse cut early; attraction and spread are asked of whole arrangements.
 */
function search(board: Board, steps: number): Packing {
  const { kinds, nodes } = board;
  const order = (orders(kinds, nodes)[0] ?? []).filter((k) => (kinds[k] as PodKind).count > 0);
  let left = steps;
  let doubt = false;

  const place = (at: number): boolean => {
    const kind = order[at];
    if (kind === undefined) return complete();
    if (!roomFor(board, order, at)) return false;
    const like = likenesses(board, kind);
    return spread(at, kind, 0, (kinds[kind] as PodKind).count, like, new Map());
  };
  const complete = (): boolean => {
    if (reachable(board)) return true;
    if (board.settled() !== "no") doubt = true;
    return false;
  };
  const spread = (
    at: number,
    kind: number,
    node: number,
    pods: number,
    like: readonly string[],
    most: ReadonlyMap<string, number>,
  ): boolean => {
    if (left-- <= 0) return false;
    if (pods === 0) return place(at + 1);
    if (node === nodes.length) return false;
    const key = like[node] as string;
    const limit = Math.min(pods, key === "" ? 0 : (most.get(key) ?? Infinity));
    let count = 0;
    while (count < limit && board.fits(kind, node)) {
      board.add(kind, node);
      count++;
    }
    for (; count >= 0; count--) {
      if (spread(at, kind, node + 1, pods - count, like, new Map(most).set(key, count))) return true;
      if (left <= 0) break;
      if (count > 0) board.add(kind, node, -1);
    }
    if (count > 0) board.add(kind, node, -count);
    return false;
  };
  if (!roomFor(board, order, 0)) return "impossible";
  // Each kind on each node is one call deep: larger clusters would overflow the stack long before the steps run out.
  if (order.length * nodes.length > 3000) return "undecided";
  if (place(0)) return "packed";
  return left <= 0 || doubt ? "undecided" : "impossible";
}

/** Nodes that are alike to a kind and all that come after it have one text; those that never take it have none. */
function likenesses(board: Board, kind: number): readonly string[] {
  const { pools } = board.kinds[kind] as PodKind;
  return board.nodes.map((node, n) => (pools.has(node.pool) ? `${node.pool} ${board.pods[n]?.join()}` : ""));
}

/** Whether what is still to come has room at all, resource by resource over the nodes that it may use. */
function roomFor(board: Board, order: readonly number[], at: number): boolean {
  const needs = new Float64Array(board.kinds[0]?.demand.length ?? 0);
  const pools = new Set<number>();
  for (const k of order.slice(at)) {
    const { demand, count, pools: own } = board.kinds[k] as PodKind;
    demand.forEach((amount, r) => (needs[r] = (needs[r] as number) + amount * count));
    for (const pool of own) pools.add(pool);
  }
  return needs.every((need, r) => {
    let room = 0;
    board.nodes.forEach((node, n) => (room += pools.has(node.pool) ? Math.max(0, board.free[n]?.[r] ?? 0) : 0));
    return need <= room;
  });
}

/** Whether some order of coming leads to what is there: pods join an empty board whenever the filters admit one. */
function reachable(board: Board): boolean {
  const special = board.kinds.some(({ pod }) => pod.podAffinity.length > 0 || pod.spread.length > 0);
  if (!special) return true;
  const trial = newBoard(board.kinds, board.nodes);
  const coming = board.nodes.flatMap((_, node) =>
    board.kinds.flatMap((_kind, kind) => Array.from({ length: board.pods[node]?.[kind] ?? 0 }, () => ({ kind, node }))),
  );
  coming.sort((a, b) => a.kind - b.kind || a.node - b.node);
  while (coming.length > 0) {
    const next = coming.findIndex(({ kind, node }) => trial.admits(kind, node));
    const [pod] = next < 0 ? [] : coming.splice(next, 1);
    if (pod === undefined) return false;
    trial.add(pod.kind, pod.node);
  }
  return true;
}
