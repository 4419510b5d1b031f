// A small exact packer: puts the pods of one cluster on its nodes, or proves that they do not fit, within a bound of steps. It must not
// know the planner's packer: it is there to judge it.
import type { Board, Node } from "./board.ts";

export type PackingVerdict = "fits" | "does-not-fit" | "undecided";

/** Places every pod of the board; on `fits` the board holds the assignment. `steps` bounds the tries of a node. */
export function pack(board: Board, steps: number): PackingVerdict {
  for (const [t, type] of board.types.entries()) {
    if (!type.workload.perNode || type.count === 0) continue;
    for (const node of board.nodes) {
      if (!type.pools.includes(node.pool)) continue;
      if (!board.admits(t, node)) return "does-not-fit";
      board.put(t, node, 1);
    }
  }
  if (tooMuch(board)) return "does-not-fit";
  return search(board, hardestFirst(board), steps);
}

/** Whether some type alone, or all together in some resource, exceed what the nodes have left. */
function tooMuch(board: Board): boolean {
  const placed = board.types.map((type) => !type.workload.perNode);
  const needs: number[] = [];
  for (const [t, type] of board.types.entries()) {
    if (!placed[t]) continue;
    for (const [r, amount] of type.demand.entries()) needs[r] = (needs[r] ?? 0) + amount * type.count;
    let most = 0;
    for (const node of board.nodes) if (type.pools.includes(node.pool)) most += copiesIn(type.demand, node.free);
    if (most < type.count) return true;
  }
  return needs.some((need, r) => need > board.nodes.reduce((sum, node) => sum + node.free[r]!, 0));
}

function copiesIn(demand: readonly number[], free: readonly number[]): number {
  let most = Infinity;
  for (const [r, amount] of demand.entries()) if (amount > 0) most = Math.min(most, Math.floor(free[r]! / amount));
  return most;
}

/** Types by the number of their pools, then by the largest share that one pod takes of all: what is hard to place goes first. */
function hardestFirst(board: Board): number[] {
  const total = board.types[0]?.demand.map((_, r) => board.nodes.reduce((sum, node) => sum + node.free[r]!, 0)) ?? [];
  const share = (t: number) =>
    Math.max(0, ...board.types[t]!.demand.map((amount, r) => (amount === 0 ? 0 : amount / total[r]!)));
  const affine = (t: number) => (board.types[t]!.workload.pod.podAffinity.length > 0 ? 1 : 0);
  return board.types
    .map((_, t) => t)
    .filter((t) => !board.types[t]!.workload.perNode)
    .sort((a, b) => affine(a) - affine(b) || share(b) - share(a) || a - b);
}

/**
 * First fit without going back, which is enough for most; then depth first over pods, type by type. Pods of one type are alike, so they
 * take nodes in order; nodes of a pool with the same pods are alike, so only the first of them is tried.
 */
function search(board: Board, order: readonly number[], steps: number): PackingVerdict {
  const pods = order.flatMap((t) => Array.from({ length: board.types[t]!.count }, () => t));
  if (firstFit(board, pods)) return "fits";
  if (pods.length > MOST_PODS_IN_DEPTH) return "undecided";
  let left = steps;
  const place = (index: number, from: number): PackingVerdict => {
    if (index === pods.length) return board.complaint() === undefined ? "fits" : "does-not-fit";
    const t = pods[index]!;
    for (const node of nodesToTry(board, t, index > 0 && pods[index - 1] === t ? from : 0)) {
      if (left-- <= 0) return "undecided";
      board.put(t, board.nodes[node]!, 1);
      const verdict = place(index + 1, node);
      if (verdict !== "does-not-fit") return verdict;
      board.put(t, board.nodes[node]!, -1);
    }
    return "does-not-fit";
  };
  return place(0, 0);
}

/** The depth of the search is the number of pods; beyond this it would neither finish nor stay within the stack. */
const MOST_PODS_IN_DEPTH = 1000;

/** Indices of nodes that admit the type, from `from` on, one of each kind. */
function nodesToTry(board: Board, t: number, from: number): number[] {
  const seen = new Set<string>();
  const tries: number[] = [];
  for (let n = from; n < board.nodes.length; n++) {
    const node = board.nodes[n]!;
    const kind = `${node.pool.pool.name}:${node.pods.join()}`;
    if (seen.has(kind) || !board.admits(t, node)) continue;
    seen.add(kind);
    tries.push(n);
  }
  return tries;
}

/** Puts every pod on the fullest node that admits it (where it spreads itself, on the emptiest of its kind); undone when that fails. */
function firstFit(board: Board, pods: readonly number[]): boolean {
  const done: { t: number; node: Node }[] = [];
  const undo = () => {
    for (const { t, node } of done) board.put(t, node, -1);
    return false;
  };
  for (const t of pods) {
    const spreads = board.types[t]!.workload.pod.spread.length > 0;
    let best: Node | undefined;
    let bestScore = Infinity;
    for (const node of board.nodes) {
      if (!board.admits(t, node)) continue;
      const score = spreads ? node.pods[t]! : fullness(node, board.types[t]!.demand);
      if (score < bestScore) [best, bestScore] = [node, score];
    }
    if (best === undefined) return undo();
    board.put(t, best, 1);
    done.push({ t, node: best });
  }
  return board.complaint() === undefined ? true : undo();
}

/** How many more pods of this size the node would take: the fewer, the better it is filled. */
const fullness = (node: Node, demand: readonly number[]): number => {
  let rest = 0;
  for (const [r, amount] of demand.entries()) if (amount > 0) rest += node.free[r]! / amount;
  return rest;
};
