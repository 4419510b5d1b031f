// How far clusters are from each other, in microseconds: a link's own latency, else the shortest path over links. It must not know
// workloads.
import type { Fleet } from "../../compiler/index.ts";

export interface Distances {
  /** Microseconds; Infinity when there is no path. */
  readonly between: (a: string, b: string) => number;
  /** What the latency term takes for a pair without a path: 1 µs longer than the longest. */
  readonly far: () => number;
}

/** Links without a latency are no path. One shortest-path tree (Dijkstra) is grown for each cluster that is asked for. */
export function distancesOf(fleet: Fleet): Distances {
  const neighbours = new Map<string, Map<string, number>>();
  for (const link of fleet.links) {
    if (link.microseconds === undefined) continue;
    join(neighbours, link.a, link.b, link.microseconds);
    join(neighbours, link.b, link.a, link.microseconds);
  }
  const trees = new Map<string, Map<string, number>>();
  const treeOf = (from: string) => {
    const known = trees.get(from);
    if (known !== undefined) return known;
    const tree = shortestPaths(neighbours, from);
    trees.set(from, tree);
    return tree;
  };
  const longestFrom = (from: string) => {
    let longest = 0;
    for (const [to, path] of treeOf(from)) longest = Math.max(longest, neighbours.get(from)?.get(to) ?? path);
    return longest;
  };
  const between = (a: string, b: string): number => {
    if (a === b) return 0;
    const direct = neighbours.get(a)?.get(b);
    if (direct !== undefined) return direct;
    if (!neighbours.has(a) || !neighbours.has(b)) return Infinity;
    const known = trees.get(b);
    return (known === undefined ? treeOf(a).get(b) : known.get(a)) ?? Infinity;
  };
  let far: number | undefined;
  return { between, far: () => (far ??= 1 + Math.max(0, ...fleet.clusters.map(({ name }) => longestFrom(name)))) };
}

function join(neighbours: Map<string, Map<string, number>>, a: string, b: string, microseconds: number): void {
  let row = neighbours.get(a);
  if (row === undefined) neighbours.set(a, (row = new Map()));
  row.set(b, Math.min(row.get(b) ?? Infinity, microseconds));
}

function shortestPaths(
  neighbours: ReadonlyMap<string, ReadonlyMap<string, number>>,
  from: string,
): Map<string, number> {
  const settled = new Map<string, number>();
  const heap: { at: string; distance: number }[] = [{ at: from, distance: 0 }];
  while (heap.length > 0) {
    const nearest = pop(heap);
    if (settled.has(nearest.at)) continue;
    settled.set(nearest.at, nearest.distance);
    for (const [next, step] of neighbours.get(nearest.at) ?? []) {
      if (!settled.has(next)) push(heap, { at: next, distance: nearest.distance + step });
    }
  }
  return settled;
}

// A binary heap by distance: a fleet of a thousand clusters has too many links for a scan of all in each step.
function push<T extends { distance: number }>(heap: T[], entry: T): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (heap[parent]!.distance <= entry.distance) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

function pop<T extends { distance: number }>(heap: T[]): T {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.distance < heap[child]!.distance) child++;
    if (heap[child]!.distance >= last.distance) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
  return top;
}
