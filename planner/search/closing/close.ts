// Closes clusters: all that is on one goes to others that are open, more making way where there is no room, and comes back when some of it finds
// no place. It must not know objectives, or how anything is placed.
import type { Compact } from "../compact.ts";
import type { State } from "../state.ts";

export interface ClosingGround {
  readonly state: State;
  /** By cluster: 1 where nothing may come. */
  readonly closed: Uint8Array;
  /** Workloads, the hardest first. */
  readonly order: readonly number[];
  /** Workloads that leave and are placed together with this one, itself among them; undefined: its replicas go one by one. */
  readonly familyOf: (w: number) => readonly number[] | undefined;
  readonly place: (family: readonly number[]) => boolean;
  /** Places what is missing of a workload. */
  readonly complete: (w: number) => boolean;
  /** Takes all of a workload away. */
  readonly leave: (w: number) => void;
  /** Whether what stands then, complete, is as good in all that counts more than the number of clusters. */
  readonly holds: () => boolean;
  /** What was tried is undone: others are to know that these clusters changed. */
  readonly undone: (clusters: readonly number[]) => void;
  readonly over: () => boolean;
}

/** Clusters that could not be closed in a row, after which no other is tried. */
const PATIENCE = 10;

/** Closes what it can, the emptiest first; how many clusters that were. */
export function closeClusters(ground: ClosingGround, patience = PATIENCE): number {
  const { state, closed, over } = ground;
  const refused = new Set<number>();
  let [many, failed] = [0, 0];
  while (failed < patience && !over()) {
    const [next] = emptiest(state, closed).filter((cluster) => !refused.has(cluster));
    if (next === undefined) break;
    refused.add(next);
    if (!empties(ground, next)) failed++;
    else [many, failed] = [many + 1, 0];
  }
  return many;
}

/** Closed clusters that are opened again to close two others, at most; and of those how many are tried with each. */
const OPENED = 12;
const CLOSED = 6;

/** Opens a cluster where that lets it close two others, as long as that works; how many fewer are in use. */
export function exchangeClusters(ground: ClosingGround): number {
  const { state, closed, over } = ground;
  let fewer = 0;
  for (let tried = 0; tried < OPENED && !over(); tried++) {
    const next = largest(state.compact, closed)[tried];
    if (next === undefined) break;
    const [back, doors, before] = [state.remember(), closed.slice(), Int32Array.from(state.on)];
    closed[next] = 0;
    const many = closeClusters(ground, CLOSED);
    if (state.hosting[next] === 0) closed[next] = 1;
    const won = many - (closed[next] === 0 ? 1 : 0);
    if (won > 0) {
      fewer += won;
      tried = -1;
      continue;
    }
    const touched = changed(state, before);
    back();
    closed.set(doors);
    ground.undone(touched);
  }
  return fewer;
}

/** Closed clusters, those of the most room first: the least share that any resource of it is of all there is. */
function largest({ problem }: Compact, closed: Uint8Array): readonly number[] {
  const size = problem.clusters.map(() => problem.resources.map(() => 0));
  for (const { cluster, count, shape } of problem.pools)
    shape.forEach((amount, r) => {
      const own = size[cluster] as number[];
      own[r] = (own[r] as number) + count * amount;
    });
  const all = problem.resources.map((_, r) => size.reduce((sum, own) => sum + (own[r] as number), 0));
  const room = size.map((own) => Math.min(...own.map((amount, r) => (all[r] === 0 ? 1 : amount / (all[r] as number)))));
  return [...room.keys()]
    .filter((at) => closed[at] === 1)
    .sort((a, b) => (room[b] as number) - (room[a] as number) || a - b);
}

/** Clusters on which something else stands than before. */
function changed({ compact, on }: State, before: Int32Array): readonly number[] {
  const touched = new Set<number>();
  for (let c = 0; c < before.length; c++) if (before[c] !== on[c]) touched.add(compact.cluster[c] as number);
  return [...touched].sort((a, b) => a - b);
}

/** Clusters in use, by how much of what is asked for altogether they carry. */
export function emptiest(state: State, closed: Uint8Array): readonly number[] {
  const { compact, on, clusterStart, clusterCandidates, hosting } = state;
  const { problem, workloadOf } = compact;
  const asked = problem.resources.map((_, r) =>
    problem.workloads.reduce((sum, { demand }, w) => sum + (demand[r] as number) * (state.placed[w] as number), 0),
  );
  const load = problem.clusters.map((_, cluster) => {
    const used = asked.map(() => 0);
    const first = clusterStart[cluster] as number;
    for (let k = first; k < first + (hosting[cluster] as number); k++) {
      const c = clusterCandidates[k] as number;
      const demand = problem.workloads[workloadOf[c] as number]?.demand ?? [];
      demand.forEach((amount, r) => (used[r] = (used[r] as number) + amount * (on[c] as number)));
    }
    return Math.max(0, ...used.map((amount, r) => ((asked[r] as number) > 0 ? amount / (asked[r] as number) : 0)));
  });
  return problem.clusters
    .map((_, cluster) => cluster)
    .filter((cluster) => closed[cluster] === 0 && (hosting[cluster] as number) > 0)
    .sort((a, b) => (load[a] as number) - (load[b] as number) || a - b);
}

/** Takes everything off one cluster and closes it; false, and all is as before, when something finds no other place. */
export function empties(ground: ClosingGround, cluster: number): boolean {
  const { state, closed } = ground;
  const { compact, on, clusterStart, clusterCandidates, hosting } = state;
  const first = clusterStart[cluster] as number;
  const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster] as number))].sort((a, b) => a - b);
  closed[cluster] = 1;
  if (!hosts.every((c) => finds(ground, c))) {
    closed[cluster] = 0;
    return false;
  }
  const before = Int32Array.from(on);
  const noted = state.note();
  const families = new Set<readonly number[]>();
  const leaving = new Set<number>();
  for (const c of hosts) {
    const w = compact.workloadOf[c] as number;
    const family = ground.familyOf(w);
    if (family !== undefined) families.add(family);
    else {
      state.remove(c, on[c] as number);
      leaving.add(w);
    }
  }
  for (const family of families) for (const w of family) ground.leave(w);
  const stands =
    [...families].every((family) => ground.place(family)) &&
    ground.order.every((w) => !leaving.has(w) || ground.complete(w)) &&
    ground.holds();
  if (stands) {
    noted.end();
    return true;
  }
  const touched = changed(state, before);
  noted.undo();
  closed[cluster] = 0;
  ground.undone(touched);
  return false;
}

/** Whether open clusters could hold what is here, were they empty. */
function finds({ state, closed }: ClosingGround, c: number): boolean {
  const { candidateStart, workloadOf, cluster, most } = state.compact;
  const w = workloadOf[c] as number;
  let room = 0;
  for (let k = candidateStart[w] as number; k < (candidateStart[w + 1] as number); k++)
    if (closed[cluster[k] as number] === 0) room += most[k] as number;
  return room >= (state.placed[w] as number);
}
