// Latencies between clusters: of the link between two, else of the shortest path over links. It must not know workloads.
import type { Fleet } from "../../compiler/index.ts";

export interface Distances {
  /** [c][d] in microseconds; `far` where there is no path. */
  readonly distance: readonly (readonly number[])[];
  /** One more than the longest path. */
  readonly far: number;
}

/** All shortest paths: Dijkstra from each cluster, with a heap. */
export function distances(fleet: Fleet): Distances {
  const index = new Map(fleet.clusters.map((cluster, i) => [cluster.name, i]));
  const neighbours: { to: number; length: number }[][] = fleet.clusters.map(() => []);
  for (const link of fleet.links) {
    const [a, b] = [index.get(link.a), index.get(link.b)];
    if (a === undefined || b === undefined || link.microseconds === undefined) continue;
    neighbours[a]?.push({ to: b, length: link.microseconds });
    neighbours[b]?.push({ to: a, length: link.microseconds });
  }
  const rows = neighbours.map((_, from) => linked(shortest(from, neighbours), from, neighbours[from] ?? []));
  let longest = 0;
  for (const row of rows) for (const length of row) if (length !== Infinity && length > longest) longest = length;
  const far = longest + 1;
  return { distance: rows.map((row) => Array.from(row, (length) => (length === Infinity ? far : length))), far };
}

/** A link's own latency counts where there is one, also when a detour is shorter. */
function linked(row: Float64Array, from: number, links: readonly { to: number; length: number }[]): Float64Array {
  const own = new Map<number, number>();
  for (const { to, length } of links) own.set(to, Math.min(length, own.get(to) ?? Infinity));
  for (const [to, length] of own) if (to !== from) row[to] = length;
  return row;
}

function shortest(from: number, neighbours: readonly (readonly { to: number; length: number }[])[]): Float64Array {
  const best = new Float64Array(neighbours.length).fill(Infinity);
  const done = new Uint8Array(neighbours.length);
  const heap: { at: number; length: number }[] = [{ at: from, length: 0 }];
  best[from] = 0;
  for (let next = pop(heap); next !== undefined; next = pop(heap)) {
    if (done[next.at] === 1) continue;
    done[next.at] = 1;
    for (const { to, length } of neighbours[next.at] ?? []) {
      const through = next.length + length;
      if (through >= (best[to] as number)) continue;
      best[to] = through;
      push(heap, { at: to, length: through });
    }
  }
  return best;
}

type Entry = { readonly at: number; readonly length: number };

function push(heap: Entry[], entry: Entry): void {
  let child = heap.length;
  heap.push(entry);
  while (child > 0) {
    const parent = (child - 1) >> 1;
    const above = heap[parent] as Entry;
    if (above.length <= entry.length) break;
    heap[child] = above;
    child = parent;
  }
  heap[child] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let parent = 0;
  for (;;) {
    let child = parent * 2 + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right !== undefined && right.length < (heap[child] as Entry).length) child++;
    const below = heap[child] as Entry;
    if (below.length >= last.length) break;
    heap[parent] = below;
    parent = child;
  }
  heap[parent] = last;
  return first;
}
