// How far clusters are from each other, in microseconds: a link's own latency, else the shortest path over links. It must not know
// workloads.
import type { Fleet } from "../../compiler/index.ts";

export interface Distances {
  /** Microseconds; Infinity when there is no path. */
  readonly between: (a: string, b: string) => number;
  /** The same from one cluster to all, by their order in the fleet. */
  readonly from: (cluster: number) => Float64Array;
  /** What the latency term takes for a pair without a path: 1 µs longer than the longest. */
  readonly far: () => number;
}

interface Edge {
  readonly to: number;
  readonly length: number;
}

/** Links without a latency are no path. One row of distances is computed for each cluster that is asked for. */
export function distancesOf(fleet: Fleet): Distances {
  const index = new Map(fleet.clusters.map(({ name }, i) => [name, i]));
  const edges: Edge[][] = fleet.clusters.map(() => []);
  for (const { a, b, microseconds } of fleet.links) {
    const [from, to] = [index.get(a), index.get(b)];
    if (from === undefined || to === undefined || microseconds === undefined) continue;
    edges[from]!.push({ to, length: microseconds });
    edges[to]!.push({ to: from, length: microseconds });
  }
  const rows: (Float64Array | undefined)[] = [];
  const row = (from: number) => (rows[from] ??= rowOf(edges, from));
  const between = (a: string, b: string): number => {
    const [from, to] = [index.get(a), index.get(b)];
    if (from === undefined || to === undefined) return a === b ? 0 : Infinity;
    const known = rows[to]; // distances are the same both ways
    return known === undefined ? row(from)[to]! : known[from]!;
  };
  let far: number | undefined;
  const longest = () => {
    let most = 0;
    for (const from of edges.keys())
      for (const length of row(from)) if (length < Infinity && length > most) most = length;
    return most;
  };
  return { between, from: row, far: () => (far ??= 1 + longest()) };
}

/** Dijkstra's shortest paths, then each direct link as it is. */
function rowOf(edges: readonly (readonly Edge[])[], from: number): Float64Array {
  const best = new Float64Array(edges.length).fill(Infinity);
  const heap = new Heap();
  best[from] = 0;
  heap.push(from, 0);
  for (let at = heap.pop(); at !== undefined; at = heap.pop()) {
    if (at.key > best[at.node]!) continue;
    for (const { to, length } of edges[at.node]!) {
      const through = at.key + length;
      if (through >= best[to]!) continue;
      best[to] = through;
      heap.push(to, through);
    }
  }
  const direct = new Map<number, number>();
  for (const { to, length } of edges[from]!) direct.set(to, Math.min(direct.get(to) ?? Infinity, length));
  for (const [to, length] of direct) if (to !== from) best[to] = length;
  return best;
}

/** A binary heap by key: a fleet of a thousand clusters has too many for a scan of all in each step. */
class Heap {
  readonly #nodes: number[] = [];
  readonly #keys: number[] = [];

  push(node: number, key: number): void {
    let child = this.#keys.length;
    for (let parent = (child - 1) >> 1; child > 0 && this.#keys[parent]! > key; parent = (child - 1) >> 1) {
      this.#set(child, this.#nodes[parent]!, this.#keys[parent]!);
      child = parent;
    }
    this.#set(child, node, key);
  }

  pop(): { node: number; key: number } | undefined {
    if (this.#keys.length === 0) return undefined;
    const top = { node: this.#nodes[0]!, key: this.#keys[0]! };
    const [node, key] = [this.#nodes.pop()!, this.#keys.pop()!];
    const size = this.#keys.length;
    if (size === 0) return top;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child + 1 < size && this.#keys[child + 1]! < this.#keys[child]!) child++;
      if (child >= size || this.#keys[child]! >= key) break;
      this.#set(parent, this.#nodes[child]!, this.#keys[child]!);
      parent = child;
    }
    this.#set(parent, node, key);
    return top;
  }

  #set(at: number, node: number, key: number): void {
    this.#nodes[at] = node;
    this.#keys[at] = key;
  }
}
