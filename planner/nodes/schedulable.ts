// What the kube-scheduler's scores ask of the nodes and pods of a cluster. It must not know filters or placements.
import type { Cluster, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import { untolerated } from "../build/admission.ts";
import type { PodKind } from "./board.ts";
import type { ClusterGround } from "./cluster.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";

export interface Scored {
  readonly scoredNodes: readonly ScoredNode[];
  readonly scoredKinds: readonly ScoredKind[];
  /** Whether a taint of some node only asks to be avoided. */
  readonly mild: boolean;
}

const ZONE = "topology.kubernetes.io/zone";

/** NodeResourcesFit counts at least this for a pod that requests nothing. */
const LEAST_CPU = 100;
const LEAST_MEMORY = 200 * 2 ** 20;

type Scoring = (cluster: Cluster, ground: ClusterGround, kinds: readonly PodKind[]) => Scored;

/** What is asked of one cluster's nodes, whatever comes to them. */
interface Known {
  readonly nodes: readonly Omit<ScoredNode, "disliked">[];
  readonly poolOf: readonly NodePool[];
  readonly mild: boolean;
}

export function scoring(ir: Ir): Scoring {
  const workloads = new Map(ir.workloads.map((workload) => [workload.id, workload]));
  const runs = new Map(ir.runs.map((run) => [run.workload, run]));
  const clusters = new Map<string, Known>();
  const kindScores = new Map<string, ScoredKind>();
  const scoreOf = (kind: PodKind): ScoredKind => {
    const known = kindScores.get(kind.id) ?? scoredKind(kind, workloads.get(kind.id), runs.get(kind.id));
    kindScores.set(kind.id, known);
    return known;
  };
  return (cluster, ground, kinds) => {
    const known = clusters.get(cluster.name) ?? knownOf(cluster, ground);
    clusters.set(cluster.name, known);
    const words = known.mild
      ? kinds.map((kind) => new Set(runs.get(kind.id)?.tolerates.map((entry) => entry.taint)))
      : [];
    return {
      scoredNodes: known.mild
        ? known.nodes.map((node, n) => ({ ...node, disliked: dislikes(known.poolOf[n] as NodePool, kinds, words) }))
        : known.nodes.map((node) => ({ ...node, disliked: indifferent })),
      scoredKinds: kinds.map(scoreOf),
      mild: known.mild,
    };
  };
}

export const indifferent = (): number => 0;

function knownOf(cluster: Cluster, ground: ClusterGround): Known {
  const present = cluster.pools.filter((pool) => pool.count > 0);
  const numbers = [...new Set(ground.nodes.map((node) => node.pool))];
  const byPool = new Map(numbers.map((pool, i) => [pool, present[i] as NodePool]));
  const poolOf = ground.nodes.map((node) => byPool.get(node.pool) as NodePool);
  return {
    nodes: ground.nodes.map((node, n) => ({
      cpu: poolOf[n]?.shape["cpu"] ?? 0,
      memory: poolOf[n]?.shape["memory"] ?? 0,
      zone: node.labels[ZONE],
    })),
    poolOf,
    mild: present.some((pool) => pool.taints.some((taint) => taint.effect === "PreferNoSchedule")),
  };
}

function dislikes(pool: NodePool, kinds: readonly PodKind[], words: readonly ReadonlySet<string>[]) {
  const mild = pool.taints.filter((taint) => taint.effect === "PreferNoSchedule");
  const disliked = kinds.map(
    (kind, k) =>
      mild.filter(
        (taint) => untolerated([{ ...taint, effect: "NoSchedule" }], kind.pod, words[k] ?? new Set()) !== undefined,
      ).length,
  );
  return (kind: number): number => disliked[kind] ?? 0;
}

function scoredKind(kind: PodKind, workload: Workload | undefined, run: RunIr | undefined): ScoredKind {
  const demand = run?.demand ?? {};
  return {
    cpu: demand["cpu"] ?? 0,
    memory: demand["memory"] ?? 0,
    countedCpu: (demand["cpu"] ?? 0) || LEAST_CPU,
    countedMemory: (demand["memory"] ?? 0) || LEAST_MEMORY,
    spreads: kind.pod.spread.length === 0 && ["Deployment", "StatefulSet", "ReplicaSet"].includes(workload?.kind ?? ""),
  };
}
