// Which pods are hard to place: an order in which a cluster that is nearly full takes them. It must not know how a scheduler scores.
import type { BoardNode, PodKind } from "./board.ts";

export interface Hardness {
  /** Nodes that would take one pod of the kind if they were empty. */
  readonly reach: readonly number[];
  /** Share of the whole cluster that one pod takes, each resource counting as much as all pods together use of it. */
  readonly bulk: readonly number[];
}

export function hardnessOf(kinds: readonly PodKind[], nodes: readonly BoardNode[]): Hardness {
  const shapes = new Map<string, { readonly node: BoardNode; count: number }>();
  for (const node of nodes) {
    const key = `${node.pool} ${node.shape.join()}`;
    const known = shapes.get(key);
    if (known === undefined) shapes.set(key, { node, count: 1 });
    else known.count++;
  }
  const list = [...shapes.values()];
  const resources = kinds[0]?.demand.length ?? 0;
  const room = Array.from({ length: resources }, (_, r) =>
    list.reduce((sum, { node, count }) => sum + (node.shape[r] as number) * count, 0),
  );
  const used = room.map((all, r) => {
    const asked = kinds.reduce((sum, { demand, count }) => sum + (demand[r] as number) * count, 0);
    return all > 0 ? Math.min(1, asked / all) : 0;
  });
  const takes = ({ node: { pool, shape } }: (typeof list)[0], { demand, pools }: PodKind): boolean =>
    pools.has(pool) && demand.every((amount, r) => amount <= (shape[r] as number));
  return {
    reach: kinds.map((kind) => list.reduce((sum, shape) => sum + (takes(shape, kind) ? shape.count : 0), 0)),
    bulk: kinds.map(({ demand }) =>
      demand.reduce((sum, amount, r) => {
        const all = room[r] as number;
        return all > 0 ? sum + (amount / all) * (used[r] as number) : sum;
      }, 0),
    ),
  };
}

/** Kinds that few nodes take first, of those the bulky ones. */
export function hardestFirst(kinds: readonly PodKind[], nodes: readonly BoardNode[]): number[] {
  const { reach, bulk } = hardnessOf(kinds, nodes);
  return kinds
    .map((_, k) => k)
    .sort((a, b) => (reach[a] as number) - (reach[b] as number) || (bulk[b] as number) - (bulk[a] as number) || a - b);
}
