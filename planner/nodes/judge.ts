// Asks of every cluster of a placement whether its nodes take what was promised, and whether the kube-scheduler will find how. What can
// not be comes back as a cut. Clusters that look alike are asked once. It must not know how placements are found.
import type { Cluster, Ir } from "../../compiler/index.ts";
import type { NodeCut, Placement, Problem } from "../problem.ts";
import type { PodKind } from "./board.ts";
import { clusterGrounds } from "./cluster.ts";
import type { ClusterGround, Load } from "./cluster.ts";
import { creationOrder } from "./creation-order.ts";
import type { CreationOrder, Schedulable } from "./creation-order.ts";
import { pack } from "./pack.ts";
import type { Packing } from "./pack.ts";
import { scheduledOn } from "./schedulable.ts";
import { shrink } from "./shrink.ts";

/** A placement as planned, or after a loss with what came back. */
export interface Situation {
  readonly lost: ReadonlySet<number>;
  readonly placement: Placement;
}

export interface Judgement {
  /** Proven: no arrangement of nodes allows it. */
  readonly impossible: readonly NodeCut[];
  /** Neither an arrangement nor a proof that there is none was found in time. */
  readonly undecided: readonly NodeCut[];
  /** It fits, but in no order that was tried does the kube-scheduler find how. */
  readonly unschedulable: readonly NodeCut[];
  /** Workload ids by cluster name, where the order of creation matters. */
  readonly order: Readonly<Record<string, readonly string[]>>;
}

export type Judge = (situations: readonly Situation[]) => Judgement;

/** @param steps of the exact search for one cluster. */
export function newJudge(ir: Ir, problem: Problem, steps: number): Judge {
  const grounds = clusterGrounds(ir, problem);
  const packings = new Map<string, Packing>();
  const orders = new Map<string, CreationOrder>();
  const alike = likeness(ir, problem);

  const packingOf = (cluster: number, load: Load): Packing => {
    const key = alike(cluster, load);
    let known = packings.get(key);
    if (known === undefined) {
      const { nodes } = grounds(cluster);
      packings.set(key, (known = pack(kindsOf(grounds(cluster), load), nodes, steps)));
    }
    return known;
  };
  const orderOf = (cluster: number, load: Load): CreationOrder => {
    const key = alike(cluster, load);
    let known = orders.get(key);
    if (known === undefined) {
      const ground = schedulable(ir, cluster, grounds(cluster), load);
      orders.set(key, (known = creationOrder(ground)));
    }
    return known;
  };

  return (situations) => {
    const planned = situations[0] as Situation;
    const found = { impossible: [] as NodeCut[], undecided: [] as NodeCut[], unschedulable: [] as NodeCut[] };
    const order: Record<string, readonly string[]> = {};
    for (const situation of situations)
      for (const cluster of problem.clusters.keys()) {
        const load = loadOn(problem, situation.placement, cluster);
        const stays = situation !== planned && sameLoad(load, loadOn(problem, planned.placement, cluster));
        if (load.size === 0 || situation.lost.has(cluster) || stays) continue;
        const packing = packingOf(cluster, load);
        if (packing !== "packed") {
          const proven = packing === "impossible";
          const smallest = proven ? shrink(load, (part) => packingOf(cluster, part) === "impossible") : load;
          (proven ? found.impossible : found.undecided).push(cutOf(problem, grounds(cluster), cluster, load, smallest));
          continue;
        }
        // After a loss there is room, which is what `survive` promises; the order of creation is the plan's own.
        if (situation !== planned) continue;
        const how = orderOf(cluster, load);
        if (how.kind === "none") {
          const smallest = load.size > 12 ? load : shrink(load, (part) => orderOf(cluster, part).kind === "none");
          found.unschedulable.push(cutOf(problem, grounds(cluster), cluster, load, smallest));
        }
        if (how.kind === "sequence")
          order[problem.clusters[cluster]?.name as string] = how.sequence.map((k) =>
            idOf(problem, [...load.keys()][k] as number),
          );
      }
    return { ...found, order };
  };
}

const idOf = (problem: Problem, workload: number): string => problem.workloads[workload]?.id as string;

const kindsOf = (ground: ClusterGround, load: Load): readonly PodKind[] =>
  [...load].map(([workload, count]) => ground.kindOf(workload, count));

function schedulable(ir: Ir, cluster: number, ground: ClusterGround, load: Load): Schedulable {
  const kinds = kindsOf(ground, load);
  return { kinds, nodes: ground.wholeNodes, ...scheduledOn(ir, ir.fleet.clusters[cluster] as Cluster, ground, kinds) };
}

/** Replicas by workload on one cluster, workloads in order. */
function loadOn(problem: Problem, placement: Placement, cluster: number): Load {
  const load = new Map<number, number>();
  problem.workloads.forEach((workload, w) => {
    const i = workload.candidates.findIndex((candidate) => candidate.cluster === cluster);
    const replicas = i < 0 ? 0 : (placement[w]?.[i] ?? 0);
    if (replicas > 0) load.set(w, replicas);
  });
  return load;
}

const sameLoad = (a: Load, b: Load): boolean => a.size === b.size && [...a].every(([w, n]) => b.get(w) === n);

/**
 * A cut of the smallest part that fails. Where that has pods that are attracted or spread, more pods may help: then the cut forbids just
 * this load, and what is absent stays absent in it.
 */
function cutOf(problem: Problem, ground: ClusterGround, cluster: number, load: Load, smallest: Load): NodeCut {
  const special = kindsOf(ground, smallest).some(({ pod }) => pod.podAffinity.length > 0 || pod.spread.length > 0);
  const counts = [...(special ? load : smallest)].map(([workload, replicas]) => ({ workload, replicas }));
  if (!special) return { cluster, counts, exactly: false };
  const absent = problem.workloads.flatMap((workload, w) =>
    !load.has(w) && workload.candidates.some((candidate) => candidate.cluster === cluster)
      ? [{ workload: w, replicas: 0 }]
      : [],
  );
  return { cluster, counts: [...counts, ...absent].sort((a, b) => a.workload - b.workload), exactly: true };
}

/** A text that is the same for clusters whose nodes, and what is on them, can not be told apart. */
function likeness(ir: Ir, problem: Problem): (cluster: number, load: Load) => string {
  const classes = new Map<string, number>();
  const classOf = problem.clusters.map((cluster, c) => {
    const source = ir.fleet.clusters[c] as Cluster;
    const pools = cluster.pools.map((p) => source.pools.find((pool) => pool.name === problem.pools[p]?.name));
    const text = JSON.stringify(
      pools.map((pool) => [pool?.count, pool?.shape, pool?.labels, pool?.features, pool?.taints]),
    );
    const known = classes.get(text) ?? classes.size;
    classes.set(text, known);
    return known;
  });
  return (cluster, load) => {
    const first = problem.clusters[cluster]?.pools[0] ?? 0;
    const parts = [...load].map(([w, n]) => {
      const candidate = problem.workloads[w]?.candidates.find((entry) => entry.cluster === cluster);
      return `${w}x${n}@${candidate?.pools.map((pool) => pool - first).join("+")}`;
    });
    return `${classOf[cluster]} ${parts.join(" ")}`;
  };
}
