// Brings back what a loss takes beside the rest: onto nodes as they stand, else onto those of a cluster packed anew; the hardest first, where it leaves
// least, others of what comes back making way where it must. A yes is shown on the nodes; a no proves nothing. It must not know which losses there are.
import type { Cluster } from "../../compiler/index.ts";
import type { Board, Node } from "./board.ts";
import type { Returning } from "./survive.ts";

export interface Ground {
  readonly board: (cluster: Cluster) => Board | undefined;
  /** Clusters that each may come to, in the order of the fleet. */
  readonly options: readonly (readonly Cluster[])[];
  /** Whether the nodes of a cluster, packed anew, take so many replicas more of each workload. */
  readonly repacks: (cluster: Cluster, more: ReadonlyMap<string, number>) => boolean;
  /** Whether a whole copy is there already. */
  readonly occupied: (unit: Returning, cluster: Cluster) => boolean;
}

interface Placed {
  readonly cluster: Cluster;
  readonly leave: () => void;
}

/** Whether all have found nodes; the boards are as before afterwards. */
export function bringBack(ground: Ground, units: readonly Returning[]): boolean {
  const hardness = units.map((unit, u) => hardnessOf(ground, unit, ground.options[u] as readonly Cluster[]));
  const inOrder = units.keys().toArray();
  const hardestFirst = inOrder.toSorted((a, b) => (hardness[b] as number) - (hardness[a] as number) || a - b);
  return [
    { order: inOrder, tight: false, anew: false },
    { order: hardestFirst, tight: true, anew: false },
    { order: hardestFirst, tight: true, anew: true },
  ].some((way) => inThisWay(ground, units, way));
}

interface Way {
  readonly order: readonly number[];
  /** Whether each goes where it leaves least, and others make way for it. */
  readonly tight: boolean;
  /** Whether clusters are packed anew for what comes. */
  readonly anew: boolean;
}

function inThisWay(ground: Ground, units: readonly Returning[], { order, tight, anew }: Way): boolean {
  const placed = new Map<number, Placed>();
  const put = (u: number, but?: Cluster): boolean => {
    const unit = units[u] as Returning;
    const open = (ground.options[u] as readonly Cluster[]).filter((cluster) => cluster !== but);
    const tries = tight ? open.toSorted((a, b) => leftBy(ground, unit, a) - leftBy(ground, unit, b)) : open;
    return tries.some((cluster) => enter(u, cluster));
  };
  const joined = (unit: Returning, cluster: Cluster): (() => void) | undefined => {
    const board = ground.board(cluster);
    return board === undefined ? undefined : join(board, unit);
  };
  const repacked = (unit: Returning, cluster: Cluster): (() => void) | undefined => {
    const more = new Map([[unit.run.workload, unit.replicas]]);
    for (const [v, at] of placed) {
      const { run, replicas } = units[v] as Returning;
      if (at.cluster === cluster) more.set(run.workload, (more.get(run.workload) ?? 0) + replicas);
    }
    return ground.repacks(cluster, more) ? () => undefined : undefined;
  };
  const enter = (u: number, cluster: Cluster): boolean => {
    const unit = units[u] as Returning;
    const there = [...placed].some(([v, at]) => units[v]?.run === unit.run && at.cluster === cluster);
    if (unit.run.spreading.kind !== "divided" && (there || ground.occupied(unit, cluster))) return false;
    const leave = anew ? repacked(unit, cluster) : joined(unit, cluster);
    if (leave === undefined) return false;
    placed.set(u, { cluster, leave });
    return true;
  };
  const remove = (u: number): void => {
    placed.get(u)?.leave();
    placed.delete(u);
  };
  /** Those of one workload leave a cluster one by one until there is room, and each finds another place. */
  const squeeze = (u: number): boolean =>
    (ground.options[u] as readonly Cluster[]).some((cluster) => {
      const own = [...placed].filter(([, at]) => at.cluster === cluster).map(([v]) => v);
      const kinds = Map.groupBy(own, (v) => (units[v] as Returning).run);
      kinds.delete((units[u] as Returning).run);
      return [...kinds.values()].some((members) => makesRoom(u, cluster, members));
    });
  const makesRoom = (u: number, cluster: Cluster, members: readonly number[]): boolean => {
    const gone: number[] = [];
    for (const v of members) {
      remove(v);
      gone.push(v);
      if (!enter(u, cluster)) continue;
      const elsewhere: number[] = [];
      if (gone.every((w) => put(w, cluster) && elsewhere.push(w) > 0)) return true;
      for (const w of elsewhere) remove(w);
      remove(u);
      break;
    }
    for (const v of gone) enter(v, cluster);
    return false;
  };
  const whole = order.every((u) => put(u) || (tight && squeeze(u)));
  const all = [...placed.values()];
  const sound =
    whole &&
    all.length === units.length &&
    all.every(({ cluster }) => anew || ground.board(cluster)?.complaint() === undefined);
  for (const { leave } of all) leave();
  return sound;
}

/** How large a share of what is free it takes where it may come, over all its places: few, small places make it hard. */
function hardnessOf(ground: Ground, unit: Returning, options: readonly Cluster[]): number {
  const room = options.reduce((sum, cluster) => sum + 1 / Math.max(1e-9, leftBy(ground, unit, cluster)), 0);
  return room === 0 ? Infinity : 1 / room;
}

/** How many more of the same the nodes of a cluster would take after it: less is a better fit. */
function leftBy({ board }: Ground, unit: Returning, cluster: Cluster): number {
  const own = board(cluster);
  const type = own?.types.find(({ run }) => run === unit.run);
  if (own === undefined || type === undefined) return Infinity;
  return own.nodes.reduce((sum, node) => (type.pools.includes(node.pool) ? sum + copiesIn(type.demand, node) : sum), 0);
}

const copiesIn = (demand: readonly number[], { free }: Node): number =>
  demand.reduce(
    (most, amount, r) => (amount > 0 ? Math.min(most, Math.floor((free[r] as number) / amount)) : most),
    1e6,
  );

/** Adds the pods of a unit to the nodes as they stand, or nothing; returns what takes them away again. */
function join(board: Board, unit: Returning): (() => void) | undefined {
  const t = board.types.findIndex((type) => type.run === unit.run);
  const type = board.types[t];
  if (type === undefined) return undefined;
  const done: Node[] = [];
  const leave = (): void => {
    for (const node of done) board.put(t, node, -1);
  };
  const own = type.workload.perNode ? board.nodes.filter((node) => type.pools.includes(node.pool)) : undefined;
  for (let pod = 0; pod < (own?.length ?? unit.replicas); pod++) {
    const node = own === undefined ? board.nodes.find((candidate) => board.admits(t, candidate)) : own[pod];
    if (node === undefined || !board.admits(t, node)) return (leave(), undefined);
    board.put(t, node, 1);
    done.push(node);
  }
  if (board.complaint() !== undefined) return (leave(), undefined);
  return leave;
}
