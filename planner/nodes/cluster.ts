// One cluster of the problem as a board: its nodes one by one, and its workloads as kinds of pods. It must not know how pods are packed.
import { holdsOnPool } from "../../compiler/index.ts";
import type { Cluster, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import { selectsNodes, untolerated } from "../build/admission.ts";
import { labelsOfNodes } from "../build/fleet.ts";
import { columnsOf } from "../columns.ts";
import type { Problem, ProblemWorkload } from "../problem.ts";
import type { BoardNode, PodKind } from "./board.ts";

/** Replicas by workload index on one cluster; a per-node workload counts 1. */
export type Load = ReadonlyMap<number, number>;

export interface ClusterGround {
  /** Nodes as the plan may fill them (reserve taken off), pools in order. */
  readonly nodes: readonly BoardNode[];
  /** Nodes as the kube-scheduler sees them: it knows no reserve. */
  readonly wholeNodes: readonly BoardNode[];
  /** Whether the two differ. */
  readonly reserved: boolean;
  readonly kindOf: (workload: number, count: number) => PodKind;
}

/** Prepares clusters for packing; what is known of one is remembered. */
export function clusterGrounds(ir: Ir, problem: Problem): (cluster: number) => ClusterGround {
  const known = new Map<number, ClusterGround>();
  const sources = new Map(ir.workloads.map((workload) => [workload.id, workload]));
  const runs = new Map(ir.runs.map((run) => [run.workload, run]));
  return (index) => {
    const found = known.get(index);
    if (found !== undefined) return found;
    const cluster = ir.fleet.clusters[index] as Cluster;
    const pools = (problem.clusters[index]?.pools ?? []).map((p) => ({
      index: p,
      source: cluster.pools.find((pool) => pool.name === problem.pools[p]?.name) as NodePool,
    }));
    const kinds = new Map<number, PodKind>();
    const wholeShape = (pool: NodePool): readonly number[] =>
      problem.resources.map((r) => pool.shape[r] ?? (r === "pods" ? 110 : 0));
    const made: ClusterGround = {
      nodes: nodesOf(ir, problem, pools, (p) => problem.pools[p]?.shape ?? []),
      wholeNodes: nodesOf(ir, problem, pools, (_, pool) => wholeShape(pool)),
      reserved: pools.some(({ index: p, source }) =>
        wholeShape(source).some((amount, r) => amount !== problem.pools[p]?.shape[r]),
      ),
      kindOf: (w, count) => {
        const workload = problem.workloads[w] as ProblemWorkload;
        let kind = kinds.get(w);
        if (kind === undefined) {
          kind = kindOf(
            ir,
            cluster,
            pools,
            index,
            workload,
            sources.get(workload.id) as Workload,
            runs.get(workload.id) as RunIr,
          );
          kinds.set(w, kind);
        }
        return { ...kind, count };
      },
    };
    known.set(index, made);
    return made;
  };
}

interface NumberedPool {
  readonly index: number;
  readonly source: NodePool;
}

function nodesOf(
  ir: Ir,
  problem: Problem,
  pools: readonly NumberedPool[],
  shapeOf: (pool: number, source: NodePool) => readonly number[],
): readonly BoardNode[] {
  return pools.flatMap(({ index, source }) => {
    const node: BoardNode = { pool: index, labels: labelsOfNodes(source, ir.fleet), shape: shapeOf(index, source) };
    return Array.from({ length: problem.pools[index]?.count ?? 0 }, () => node);
  });
}

function kindOf(
  ir: Ir,
  cluster: Cluster,
  pools: readonly NumberedPool[],
  index: number,
  workload: ProblemWorkload,
  source: Workload,
  run: RunIr,
): PodKind {
  const columns = columnsOf(workload);
  const words = new Set(run.tolerates.map((entry) => entry.taint));
  const forbids = ir.forbids.filter(
    (forbid) =>
      forbid.workloads.includes(workload.id) &&
      (forbid.clusters.length === 0 || forbid.clusters.includes(cluster.name)),
  );
  const taken = pools.filter(
    ({ source: pool }) =>
      selectsNodes(source.pod, labelsOfNodes(pool, ir.fleet)) &&
      run.where.every(({ condition }) => holdsOnPool(condition, cluster, pool)) &&
      forbids.every(({ condition }) => !holdsOnPool(condition, cluster, pool)),
  );
  const tolerated = pools.filter(({ source: pool }) => untolerated(pool.taints, source.pod, words) === undefined);
  return {
    id: workload.id,
    namespace: source.namespace,
    labels: source.podLabels,
    demand: workload.demand,
    pools: new Set(columns.pools[columns.cluster.indexOf(index)] ?? []),
    spreadPools: new Set(taken.map((pool) => pool.index)),
    toleratedPools: new Set(tolerated.map((pool) => pool.index)),
    perNode: workload.perNode,
    count: 0,
    pod: source.pod,
  };
}
