// The facts of one check, indexed: who is where, which pools each workload can use on a cluster, what a node offers. It must not know
// the promises that are checked with them.
import type { Amounts, Cluster, Ir, KubernetesObject, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { nodeLabels, selectsNode, toleratesAll } from "./admission.ts";
import { holdsAt, holdsOf } from "./condition.ts";

/** A pool as the checker sees it: what one node offers after the reserve, and its labels. */
export interface PoolFacts {
  readonly pool: NodePool;
  readonly free: Amounts;
  readonly labels: Readonly<Record<string, string>>;
}

export interface World {
  readonly ir: Ir;
  readonly before: PlacedReplicas;
  readonly placed: PlacedReplicas;
  /** Clusters taken to be lost: they have no nodes, and `each` does not mean them. */
  readonly lost: ReadonlySet<string>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly runs: ReadonlyMap<string, RunIr>;
  /** Clusters with at least one replica of the workload, sorted. */
  readonly where: (workload: string) => readonly string[];
  readonly replicas: (workload: string, cluster: string) => number;
  /** Whether it has a claim, named or made from a template. */
  readonly holdsData: (workload: string) => boolean;
  readonly pools: (cluster: Cluster) => readonly PoolFacts[];
  /** Pools that the pod's own node affinity, `where` and `forbid` select, taints aside. */
  readonly selected: (run: RunIr, cluster: Cluster) => readonly PoolFacts[];
  /** Pools that taints, labels, `where` and `forbid` leave to the workload, whether or not a pod has room there. */
  readonly admitting: (run: RunIr, cluster: Cluster) => readonly PoolFacts[];
  /** Of the admitting pools those on whose empty node one pod fits. */
  readonly usable: (run: RunIr, cluster: Cluster) => readonly PoolFacts[];
  readonly accepted: (run: RunIr, cluster: Cluster) => boolean;
  /** Whether the workload may stand on the cluster at all, every other workload left aside. */
  readonly candidate: (run: RunIr, cluster: Cluster) => boolean;
}

export function worldOf(
  whole: Ir,
  before: PlacedReplicas,
  placed: PlacedReplicas,
  without: readonly string[] = [],
): World {
  const lost = new Set(without);
  const ir = lost.size === 0 ? whole : withoutNodes(whole, lost);
  const clusters = new Map(ir.fleet.clusters.map((cluster) => [cluster.name, cluster]));
  const workloads = new Map(ir.workloads.map((workload) => [workload.id, workload]));
  const runs = new Map(ir.runs.map((run) => [run.workload, run]));
  const holdingData = new Set(
    ir.apps.flatMap((app) => app.objects.filter(({ object }) => hasClaimTemplates(object)).map(({ key }) => key)),
  );
  const where = memo((workload: string) =>
    Object.entries(placed[workload] ?? {})
      .filter(([, replicas]) => replicas > 0)
      .map(([cluster]) => cluster)
      .sort(),
  );
  const pools = memo((cluster: Cluster) => cluster.pools.map((pool) => poolFacts(ir, pool)));
  const forbidding = forbidsByWorkload(ir);

  const selected = memoPair((run: RunIr, cluster: Cluster) => {
    const workload = workloads.get(run.workload)!;
    const forbids = (forbidding.get(run.workload) ?? []).filter(
      (forbid) => forbid.clusters.length === 0 || forbid.clusters.includes(cluster.name),
    );
    return pools(cluster).filter(
      ({ pool, labels }) =>
        pool.count > 0 &&
        run.where.every(({ condition }) => holdsAt(condition, cluster, pool)) &&
        !forbids.some(({ condition }) => holdsAt(condition, cluster, pool)) &&
        selectsNode(workload, labels),
    );
  });
  const admitting = memoPair((run: RunIr, cluster: Cluster) =>
    selected(run, cluster).filter(({ pool }) => toleratesAll(pool.taints, workloads.get(run.workload)!, run)),
  );
  const usable = memoPair((run: RunIr, cluster: Cluster) =>
    admitting(run, cluster).filter(({ free }) => fits(run.demand, free)),
  );
  const accepted = (run: RunIr, cluster: Cluster) =>
    cluster.accepts === undefined || holdsOf(cluster.accepts, workloads.get(run.workload)!.properties, run.demand);
  const candidate = memoPair(
    (run: RunIr, cluster: Cluster) =>
      namedByOn(run, cluster.name) &&
      // What stands on a cluster without the label that it is spread across could not be counted.
      run.spread.every(({ key }) => key === "cluster" || cluster.labels[key] !== undefined) &&
      accepted(run, cluster) &&
      usable(run, cluster).length > 0,
  );
  const holdsData = (workload: string) => {
    const of = workloads.get(workload);
    return of !== undefined && (of.claims.length > 0 || holdingData.has(of.object));
  };
  const replicas = (workload: string, cluster: string) => placed[workload]?.[cluster] ?? 0;
  return {
    ir,
    before,
    placed,
    lost,
    clusters,
    workloads,
    runs,
    where,
    replicas,
    holdsData,
    pools,
    selected,
    admitting,
    usable,
    accepted,
    candidate,
  };
}

const withoutNodes = (ir: Ir, lost: ReadonlySet<string>): Ir => ({
  ...ir,
  fleet: {
    ...ir.fleet,
    clusters: ir.fleet.clusters.map((cluster) => (lost.has(cluster.name) ? { ...cluster, pools: [] } : cluster)),
  },
});

/** Whether every clause of `on` (lists, `each of`, choices, shares) leaves the cluster in. */
export function namedByOn(run: RunIr, cluster: string): boolean {
  return (
    run.on.every((on) => on.clusters.includes(cluster)) &&
    (run.eachOf === undefined || run.eachOf.clusters.includes(cluster)) &&
    (run.choices === undefined || run.choices.choices.some((choice) => choice.includes(cluster))) &&
    (run.shares === undefined || run.shares.shares.some((share) => share.cluster === cluster))
  );
}

/** Whether one pod's demand fits into what is free. */
export function fits(demand: Amounts, free: Amounts): boolean {
  for (const resource in demand) if ((demand[resource] ?? 0) > (free[resource] ?? 0)) return false;
  return true;
}

function poolFacts(ir: Ir, pool: NodePool): PoolFacts {
  const free: Record<string, number> = {};
  for (const [resource, amount] of Object.entries(pool.shape)) {
    // A percentage such as 10 % has no exact binary form: a node of 10,000 m keeps 1,000 m, not 1,001.
    free[resource] = amount - Math.floor(amount * ir.fleet.reserve + 1e-6);
  }
  return { pool, free, labels: nodeLabels(ir.fleet, pool) };
}

function hasClaimTemplates(object: KubernetesObject): boolean {
  const spec = object["spec"] as { readonly volumeClaimTemplates?: readonly unknown[] } | undefined;
  return object.kind === "StatefulSet" && (spec?.volumeClaimTemplates?.length ?? 0) > 0;
}

/** Replicas of one whole copy: an autoscaler's minimum where there is one; a DaemonSet's copy counts as one. */
export function copySizeOf(world: World, run: RunIr): number {
  const workload = world.workloads.get(run.workload)!;
  return workload.perNode ? 1 : (workload.autoscaler?.min ?? run.copySize);
}

function forbidsByWorkload(ir: Ir) {
  const result = new Map<string, Ir["forbids"][number][]>();
  for (const forbid of ir.forbids) {
    for (const workload of forbid.workloads) {
      const list = result.get(workload);
      if (list === undefined) result.set(workload, [forbid]);
      else list.push(forbid);
    }
  }
  return result;
}

export function memo<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined || known.has(key)) return found as V;
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}

function memoPair<A extends object, B extends object, V>(compute: (a: A, b: B) => V): (a: A, b: B) => V {
  const known = new Map<A, Map<B, V>>();
  return (a, b) => {
    let row = known.get(a);
    if (row === undefined) known.set(a, (row = new Map()));
    const found = row.get(b);
    if (found !== undefined) return found;
    const value = compute(a, b);
    row.set(b, value);
    return value;
  };
}
