// How many pods of a demand an empty node holds, pool by pool. It must not know what else the node carries, or what the pods ask for but room.
import type { ProblemPool } from "../problem.ts";

/** How many pods of this demand one empty node holds. */
export function fitting(demand: readonly number[], shape: readonly number[]): number {
  let most = Infinity;
  for (let r = 0; r < demand.length; r++) {
    const amount = demand[r] as number;
    if (amount > 0) most = Math.min(most, Math.floor((shape[r] as number) / amount));
  }
  return most;
}

/** `fitting` of one demand for every pool; nodes of one shape are counted once. */
export function roomMaker(pools: readonly ProblemPool[]): (demand: readonly number[]) => Float64Array {
  const known = new Map<string, number>();
  const shapes: (readonly number[])[] = [];
  const shapeOf = new Int32Array(pools.length);
  pools.forEach(({ shape }, pool) => {
    const key = shape.join();
    const index = known.get(key) ?? shapes.push(shape) - 1;
    known.set(key, index);
    shapeOf[pool] = index;
  });
  const byShape = new Float64Array(shapes.length);
  return (demand) => {
    shapes.forEach((shape, s) => (byShape[s] = fitting(demand, shape)));
    const room = new Float64Array(shapeOf.length);
    for (let pool = 0; pool < room.length; pool++) room[pool] = byShape[shapeOf[pool] as number] as number;
    return room;
  };
}
