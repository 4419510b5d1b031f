// Workloads that nothing tells apart are decided as one, and told apart again afterwards: a thousand services of the same size, that may go
// to the same places for the same price, are one number a cluster. It must not know parts or solvers.
import { fitting } from "../build/room.ts";
import { columnsOf, withColumns } from "../columns.ts";
import type { Problem, ProblemWorkload } from "../problem.ts";
import type { Learnt } from "../solver/learnt.ts";
import { speaksOf } from "./components.ts";
import type { Usable } from "./usable.ts";

/** A workload of the problem, how many replicas it wants, and how many run already, candidate by candidate. */
export interface Member {
  readonly index: number;
  readonly total: number;
  readonly before: ArrayLike<number>;
}

/** By the first workload of each class: the one that stands for all of them. */
export type Merged = ReadonlyMap<number, { readonly usable: Usable; readonly members: readonly Member[] }>;

/**
 * Finds the classes of two and more. Any counts of a class can be told apart again, since its members differ in nothing but how many they are
 * and where they run already. Only workloads whose replicas may each go anywhere are merged, of which no more run than are wanted (so that what one
 * keeps takes nothing from another), whose room is that of the nodes alone (of pods that keep their like away, the sum says too little), and of
 * which no rule, latency or cut speaks.
 * @param free what a node of a pool has free beside DaemonSets, where there are any.
 */
export function mergedOf(
  problem: Problem,
  usable: readonly Usable[],
  free: ReadonlyMap<number, readonly number[]>,
  { cuts }: Pick<Learnt, "cuts">,
): Merged {
  if (problem.rules.some((rule) => rule.kind === "survive")) return new Map();
  const spoken = new Set([
    ...problem.rules.flatMap(speaksOf),
    ...problem.latencies.flatMap(({ from, to }) => [from, ...to]),
    ...cuts.flatMap(({ counts }) => counts.map(({ workload }) => workload)),
  ]);
  const buckets = new Map<string, number[][]>();
  usable.forEach((entry, w) => {
    if (spoken.has(w) || !isPlain(entry)) return;
    const key = roughly(entry.workload);
    const classes = buckets.get(key) ?? [];
    buckets.set(key, classes);
    const own = classes.find(([first]) => isAlike(usable[first as number] as Usable, entry));
    if (own === undefined) classes.push([w]);
    else own.push(w);
  });
  const found = [...buckets.values()]
    .flat()
    .filter((own) => own.length > 1 && isRoomOfNodes(problem, free, usable[own[0] as number] as Usable));
  return new Map(found.map((own) => [own[0] as number, asOne(usable, own)]));
}

/**
 * Replicas of each member, candidate by candidate, from those of the workload that stands for them. First everyone keeps what runs, the last giving
 * way where less is left; then each takes of what is new what the ones before it left. So they move no more than their sum does.
 */
export function toldApart(members: readonly Member[], counts: readonly number[]): readonly (readonly number[])[] {
  const own = members.map(({ before }) => counts.map((_, i) => before[i] as number));
  const open = counts.map((count, i) => {
    let over = own.reduce((sum, kept) => sum + (kept[i] as number), 0) - count;
    for (let m = own.length - 1; m >= 0 && over > 0; m--) {
      const kept = own[m] as number[];
      const gone = Math.min(over, kept[i] as number);
      kept[i] = (kept[i] as number) - gone;
      over -= gone;
    }
    return -over;
  });
  members.forEach(({ total }, m) => {
    const kept = own[m] as number[];
    let left = total - kept.reduce((a, b) => a + b, 0);
    for (let i = 0; i < open.length && left > 0; i++) {
      const many = Math.min(left, open[i] as number);
      kept[i] = (kept[i] as number) + many;
      open[i] = (open[i] as number) - many;
      left -= many;
    }
  });
  return own;
}

/** Replicas that may each go anywhere: those of a divided workload, or the only one of a whole one. */
function totalOf({ counting, perNode }: ProblemWorkload): number | undefined {
  if (perNode || counting.kind === "each" || (counting.kind === "divided" && counting.clusters !== undefined))
    return undefined;
  if (counting.kind === "divided") return counting.total;
  return counting.clusters === 1 && counting.size === 1 ? 1 : undefined;
}

function isPlain({ workload, forced }: Usable): boolean {
  const total = totalOf(workload);
  if (forced !== undefined || total === undefined) return false;
  const running = columnsOf(workload).before.reduce((sum, replicas) => sum + replicas, 0);
  return workload.hostPorts.length === 0 && workload.perNodeMost === Infinity && running <= total;
}

/** The same for workloads that are alike, and seldom for others. */
function roughly(workload: ProblemWorkload): string {
  const { cluster, cost } = columnsOf(workload);
  const { demand, optional, priority } = workload;
  return [demand.join(), optional, priority, cluster.length, cluster[0], cluster.at(-1), cost[0], cost.at(-1)].join(
    " ",
  );
}

function isAlike(a: Usable, b: Usable): boolean {
  const [x, y] = [columnsOf(a.workload), columnsOf(b.workload)];
  const same = <T>(left: ArrayLike<T>, right: ArrayLike<T>, equal: (l: T, r: T) => boolean): boolean => {
    for (let i = 0; i < left.length; i++) if (!equal(left[i] as T, right[i] as T)) return false;
    return left.length === right.length;
  };
  const equal = (l: number, r: number): boolean => l === r;
  const lists = (l: readonly number[], r: readonly number[]): boolean => l === r || same(l, r, equal);
  return (
    same(x.cluster, y.cluster, equal) &&
    same(x.cost, y.cost, equal) &&
    same(x.most, y.most, equal) &&
    same(x.preference, y.preference, equal) &&
    same(x.pools, y.pools, lists) &&
    same(x.scores, y.scores, lists) &&
    same(a.kept, b.kept, equal)
  );
}

/** Whether the most that a cluster takes of a workload is what its nodes hold: then it is the most of all its like together. */
function isRoomOfNodes(problem: Problem, free: ReadonlyMap<number, readonly number[]>, { workload }: Usable): boolean {
  const { most, pools } = columnsOf(workload);
  const room = new Map<readonly number[], number>();
  const roomOn = (list: readonly number[]): number => {
    let sum = room.get(list);
    if (sum === undefined) {
      sum = 0;
      for (const p of list)
        sum +=
          (problem.pools[p]?.count ?? 0) *
          Math.max(0, fitting(workload.demand, free.get(p) ?? problem.pools[p]?.shape ?? []));
      room.set(list, sum);
    }
    return sum;
  };
  return most.every((many, i) => many === roomOn(pools[i] as readonly number[]));
}

function asOne(usable: readonly Usable[], own: readonly number[]) {
  const first = usable[own[0] as number] as Usable;
  const members = own.map((index): Member => {
    const { workload } = usable[index] as Usable;
    return { index, total: totalOf(workload) ?? 0, before: columnsOf(workload).before };
  });
  const columns = columnsOf(first.workload);
  const before = columns.before.map((_, i) => members.reduce((sum, member) => sum + (member.before[i] as number), 0));
  const workload = withColumns(
    first.workload,
    { ...columns, before },
    {
      counting: { kind: "divided", total: members.reduce((sum, { total }) => sum + total, 0) },
      leaving: own.reduce((sum, w) => sum + (usable[w] as Usable).workload.leaving, 0),
    },
  );
  return { usable: { ...first, workload }, members };
}
