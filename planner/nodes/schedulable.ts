// What the kube-scheduler's scores ask of the nodes and pods of a cluster. It must not know filters or placements.
import type { Cluster, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import { untolerated } from "../build/admission.ts";
import type { PodKind } from "./board.ts";
import type { ClusterGround } from "./cluster.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";

export interface Scored {
  readonly scoredNodes: readonly ScoredNode[];
  readonly scoredKinds: readonly ScoredKind[];
}

const ZONE = "topology.kubernetes.io/zone";

/** NodeResourcesFit counts at least this for a pod that requests nothing. */
const LEAST_CPU = 100;
const LEAST_MEMORY = 200 * 2 ** 20;

type Scoring = (cluster: Cluster, ground: ClusterGround, kinds: readonly PodKind[]) => Scored;

export function scoring(ir: Ir): Scoring {
  const workloads = new Map(ir.workloads.map((workload) => [workload.id, workload]));
  const runs = new Map(ir.runs.map((run) => [run.workload, run]));
  return (cluster, ground, kinds) => scoredOn(workloads, runs, cluster, ground, kinds);
}

function scoredOn(
  workloads: ReadonlyMap<string, Workload>,
  runs: ReadonlyMap<string, RunIr>,
  cluster: Cluster,
  ground: ClusterGround,
  kinds: readonly PodKind[],
): Scored {
  const words = kinds.map((kind) => new Set(runs.get(kind.id)?.tolerates.map((entry) => entry.taint)));
  const present = cluster.pools.filter((pool) => pool.count > 0);
  const numbers = [...new Set(ground.nodes.map((node) => node.pool))];
  const byPool = new Map(numbers.map((pool, i) => [pool, present[i] as NodePool]));
  return {
    scoredNodes: ground.nodes.map((node) => {
      const pool = byPool.get(node.pool) as NodePool;
      const mild = pool.taints.filter((taint) => taint.effect === "PreferNoSchedule");
      const disliked = kinds.map(
        (kind, k) =>
          mild.filter(
            (taint) => untolerated([{ ...taint, effect: "NoSchedule" }], kind.pod, words[k] ?? new Set()) !== undefined,
          ).length,
      );
      return {
        cpu: pool.shape["cpu"] ?? 0,
        memory: pool.shape["memory"] ?? 0,
        zone: node.labels[ZONE],
        disliked: (kind) => disliked[kind] ?? 0,
      };
    }),
    scoredKinds: kinds.map((kind) => {
      const workload = workloads.get(kind.id);
      const demand = runs.get(kind.id)?.demand ?? {};
      return {
        cpu: (demand["cpu"] ?? 0) || LEAST_CPU,
        memory: (demand["memory"] ?? 0) || LEAST_MEMORY,
        spreads:
          kind.pod.spread.length === 0 && ["Deployment", "StatefulSet", "ReplicaSet"].includes(workload?.kind ?? ""),
      };
    }),
  };
}
