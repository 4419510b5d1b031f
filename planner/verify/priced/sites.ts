// Where each workload can stand and how many of it, all other workloads left aside: what a bound minimises over. It must not know prices.
import type { RunIr, Selector, Workload } from "../../../compiler/index.ts";
import { matchesAll } from "../admission.ts";
import { requiredOfEach } from "../counting.ts";
import { copySizeOf, type PoolFacts, type World } from "../world.ts";

const HOSTNAME = "kubernetes.io/hostname";

export interface Site {
  /** Its place in the fleet. */
  readonly cluster: number;
  readonly name: string;
  /** One of these carries each pod; of a DaemonSet, all of them do. */
  readonly pools: readonly PoolFacts[];
  readonly most: number;
  readonly before: number;
}

export interface Task {
  readonly run: RunIr;
  readonly workload: Workload;
  readonly sites: readonly Site[];
  /** By place in the fleet: index of its site, or −1. */
  readonly siteOn: Int32Array;
  /** Replicas of one step: a whole copy, or one. */
  readonly size: number;
  /** Replicas when nothing stays out. */
  readonly total: number;
  /** Clusters that it may stand on, however few of it: the values of spread keys that can be used are theirs. */
  readonly usable: readonly number[];
}

/** One task for each workload that runs, in the program's order. */
export function tasksOf(world: World): readonly Task[] {
  const told = new Set(world.ir.moves.map(({ workload }) => workload));
  return world.ir.runs.map((run) => taskOf(world, run, told));
}

function taskOf(world: World, run: RunIr, told: ReadonlySet<string>): Task {
  const workload = world.workloads.get(run.workload)!;
  const { spreading } = run;
  const divided = spreading.kind === "divided";
  const size = divided ? 1 : copySizeOf(world, run);
  const required = spreading.kind === "each" ? new Set(requiredOfEach(world, run)) : undefined;
  const total = divided ? spreading.total : size * (required?.size ?? (spreading as { clusters: number }).clusters);
  const home = world.before[run.workload] ?? {};
  const stays = told.has(run.workload) ? undefined : homeOf(world, run, home);
  const { clusters } = world.ir.fleet;
  const siteOn = new Int32Array(clusters.length).fill(-1);
  const usable: number[] = [];
  const sites: Site[] = [];
  const alone = mostOnNode(workload);
  clusters.forEach((cluster, index) => {
    if (stays !== undefined && !stays.has(cluster.name)) return;
    if (!world.candidate(run, cluster)) return;
    usable.push(index);
    if (required !== undefined && !required.has(cluster.name)) return;
    const pools = workload.perNode ? world.admitting(run, cluster) : world.usable(run, cluster);
    const room = workload.perNode ? 1 : roomOf(run, workload, pools, world.admitting(run, cluster), alone);
    const most = divided ? Math.min(total, room) : room >= size ? size : 0;
    if (most <= 0) return;
    siteOn[index] = sites.length;
    const was = home[cluster.name] ?? 0;
    sites.push({ cluster: index, name: cluster.name, pools, most, before: workload.perNode ? Math.min(1, was) : was });
  });
  return { run, workload, sites, siteOn, size, total, usable };
}

/** Clusters that what holds data does not leave: it may go elsewhere only when it stays wherever it is, and then there is no copy to spare. */
function homeOf(world: World, run: RunIr, home: Readonly<Record<string, number>>): ReadonlySet<string> | undefined {
  const { spreading } = run;
  if (spreading.kind === "each" || run.survive !== undefined || !world.holdsData(run.workload)) return undefined;
  const where = Object.keys(home).filter((name) => (home[name] ?? 0) > 0 && world.clusters.has(name));
  return where.length === 0 || (spreading.clusters ?? 1) > where.length ? undefined : new Set(where);
}

const owns = (workload: Workload, selector: Selector): boolean => matchesAll(selector, workload.podLabels);

const isOwn = (workload: Workload, namespaces: "all" | readonly string[]): boolean =>
  namespaces === "all" || namespaces.includes(workload.namespace);

function mostOnNode(workload: Workload): number {
  const repels = workload.pod.podAntiAffinity.some(
    ({ topologyKey, namespaces, selector }) =>
      topologyKey === HOSTNAME && isOwn(workload, namespaces) && owns(workload, selector),
  );
  return repels || workload.pod.hostPorts.length > 0 ? 1 : Infinity;
}

function onNode(run: RunIr, { free }: PoolFacts, alone: number): number {
  let most = alone;
  for (const resource in run.demand) {
    const amount = run.demand[resource] ?? 0;
    if (amount > 0) most = Math.min(most, Math.floor((free[resource] ?? 0) / amount));
  }
  return most;
}

/** Pods that empty nodes of the pools take, one by one; fewer where the pod keeps its like out of its rack or zone, or spreads. */
function roomOf(
  run: RunIr,
  workload: Workload,
  pools: readonly PoolFacts[],
  open: readonly PoolFacts[],
  alone: number,
): number {
  let room = pools.reduce((sum, pool) => sum + pool.pool.count * onNode(run, pool, alone), 0);
  const { podAntiAffinity, spread } = workload.pod;
  for (const { topologyKey, namespaces, selector } of podAntiAffinity) {
    if (!isOwn(workload, namespaces) || !owns(workload, selector)) continue;
    const domains = domainsOf(run, open, topologyKey, alone);
    if (domains.complete) room = Math.min(room, domains.room.length);
  }
  const [only] = spread;
  if (only !== undefined && spread.length === 1 && only.selector.length > 0 && owns(workload, only.selector)) {
    const domains = domainsOf(run, open, only.topologyKey, alone);
    const least = Math.min(...domains.room) + only.maxSkew;
    room = Math.min(
      room,
      domains.room.reduce((sum, each) => sum + Math.min(each, least), 0),
    );
  }
  return room;
}

function domainsOf(run: RunIr, pools: readonly PoolFacts[], key: string, alone: number) {
  const rooms = new Map<string, number>();
  let complete = true;
  for (const [p, pool] of pools.entries()) {
    const each = onNode(run, pool, alone);
    const value = pool.labels[key];
    if (key === HOSTNAME) for (let node = 0; node < pool.pool.count; node++) rooms.set(`${p} ${node}`, each);
    else if (value === undefined) complete = false;
    else rooms.set(value, (rooms.get(value) ?? 0) + each * pool.pool.count);
  }
  return { room: [...rooms.values()], complete };
}
