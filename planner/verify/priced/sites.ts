// Where each workload can stand and how many of it, all other workloads left aside: what a bound minimises over. It must not know prices.
import type { RunIr, Selector, Workload } from "../../../compiler/index.ts";
import { matchesAll } from "../admission.ts";
import { requiredOfEach } from "../counting.ts";
import { copySizeOf, fits, namedByOn, type PoolFacts, type World } from "../world.ts";

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
  const open = newOpen(world);
  return world.ir.runs.map((run) => taskOf(world, run, told, open(run)));
}

/** By place in the fleet: the pools that admit a workload, whether or not a pod has room there. */
type Open = readonly (readonly PoolFacts[])[];

/** What many workloads ask for in the same words is asked once. */
function newOpen(world: World): (run: RunIr) => Open {
  const known = new Map<string, Open>();
  const forbids = new Map<string, string[]>();
  world.ir.forbids.forEach(({ workloads }, f) => {
    for (const id of workloads) forbids.set(id, [...(forbids.get(id) ?? []), String(f)]);
  });
  const words = (key: string, value: unknown): unknown => (key === "span" ? undefined : value);
  return (run) => {
    const { pod } = world.workloads.get(run.workload)!;
    const own = [run.where, run.tolerates, pod.nodeSelector, pod.nodeAffinity, pod.tolerations];
    const key = `${(forbids.get(run.workload) ?? []).join()} ${JSON.stringify(own, words)}`;
    const found = known.get(key) ?? world.ir.fleet.clusters.map((cluster) => world.admitting(run, cluster));
    known.set(key, found);
    return found;
  };
}

function taskOf(world: World, run: RunIr, told: ReadonlySet<string>, open: Open): Task {
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
  const narrowed = run.on.length > 0 || [run.eachOf, run.choices, run.shares].some((clause) => clause !== undefined);
  const isNamed = (name: string): boolean => !narrowed || namedByOn(run, name);
  clusters.forEach((cluster, index) => {
    if (stays !== undefined && !stays.has(cluster.name)) return;
    const admitting = open[index]!;
    const roomy = admitting.filter(({ free }) => fits(run.demand, free));
    if (roomy.length === 0 || !isNamed(cluster.name) || !world.accepted(run, cluster)) return;
    // What stands on a cluster without the label that it is spread across could not be counted.
    if (run.spread.some(({ key }) => key !== "cluster" && cluster.labels[key] === undefined)) return;
    usable.push(index);
    if (required !== undefined && !required.has(cluster.name)) return;
    const pools = workload.perNode ? admitting : roomy;
    const room = workload.perNode ? 1 : roomOf(run, workload, pools, admitting, alone);
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
