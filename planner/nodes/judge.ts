// Asks of every cluster of a placement whether its nodes take what was promised, and whether the kube-scheduler will find how. What can
// not be comes back as a cut. Clusters that look alike are asked once. It must not know how placements are found.
import type { Cluster, Ir } from "../../compiler/index.ts";
import { matches } from "../build/admission.ts";
import { columnsOf } from "../columns.ts";
import type { AfterLoss, NodeCut, Placement, Problem, ProblemWorkload } from "../problem.ts";
import type { PodKind } from "./board.ts";
import { clusterGrounds } from "./cluster.ts";
import type { ClusterGround, Load } from "./cluster.ts";
import { creationOrder } from "./creation-order.ts";
import type { CreationOrder } from "./creation-order.ts";
import { daemonsStand, pack } from "./pack.ts";
import type { Packing } from "./pack.ts";
import { scoring } from "./schedulable.ts";
import { shrink } from "./shrink.ts";

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

/** Asks of a placement as planned, and with what comes back after each loss. */
export type Judge = (placement: Placement, situations?: readonly AfterLoss[]) => Judgement;

/** Of more pods than this there are more arrangements than steps could ever look at. */
const MANY_PODS = 100;
const FEW_STEPS = 5_000;

/**
 * @param steps of the exact search for one cluster.
 * @param heldBy an order of creation that is known to hold for just this load.
 */
export function newJudge(
  ir: Ir,
  problem: Problem,
  steps: number,
  heldBy: (cluster: number, load: Load) => readonly number[] | undefined = () => undefined,
): Judge {
  const grounds = clusterGrounds(ir, problem);
  const packings = new Map<string, Packing>();
  const orders = new Map<string, CreationOrder>();
  const alike = likeness(ir, problem);
  const scoredOn = scoring(ir);

  const packingOf = (cluster: number, load: Load): Packing => {
    const key = alike(cluster, load);
    const known = packings.get(key);
    if (known !== undefined) return known;
    const { nodes, reserved } = grounds(cluster);
    const kinds = kindsOf(grounds(cluster), load);
    // Where the scheduler finds a node for each pod, they fit; unless it sees room that is kept in reserve (an order that was found
    // before holds without it too), or DaemonSets can not stand where they must.
    const stands =
      heldBy(cluster, load) !== undefined ||
      (!reserved && daemonsStand(kinds, nodes) && orderOf(cluster, load).kind !== "none");
    const pods = [...load.values()].reduce((a, b) => a + b, 0);
    const found = stands ? "packed" : pack(kinds, nodes, pods > MANY_PODS ? Math.min(steps, FEW_STEPS) : steps);
    packings.set(key, found);
    return found;
  };
  const orderOf = (cluster: number, load: Load): CreationOrder => {
    const key = alike(cluster, load);
    let known = orders.get(key);
    if (known === undefined) {
      const ground = grounds(cluster);
      const kinds = kindsOf(ground, load);
      const scored = scoredOn(ir.fleet.clusters[cluster] as Cluster, ground, kinds);
      const workloads = [...load.keys()];
      const holds = heldBy(cluster, load)?.map((w) => workloads.indexOf(w));
      const asked = { kinds, nodes: ground.wholeNodes, ...scored };
      orders.set(key, (known = creationOrder(asked, holds === undefined ? {} : { holds })));
    }
    return known;
  };

  const smallestCut = (cluster: number, load: Load, fails: (part: Load) => boolean): NodeCut => {
    const ground = grounds(cluster);
    const company = (part: Load): ReadonlySet<number> => companyOf(problem, ground, cluster, part);
    const { part, kept } = shrink(load, fails, company);
    if (kept.size === 0)
      return { cluster, counts: [...part].map(([workload, replicas]) => ({ workload, replicas })), exactly: false };
    const named = [...new Set([...part.keys(), ...kept])].sort((a, b) => a - b);
    return {
      cluster,
      counts: named.map((workload) => ({ workload, replicas: part.get(workload) ?? 0 })),
      exactly: true,
    };
  };

  return (placement, situations = []) => {
    const found = { impossible: [] as NodeCut[], undecided: [] as NodeCut[], unschedulable: [] as NodeCut[] };
    const order: Record<string, readonly string[]> = {};
    const packs = (cluster: number, load: Load): boolean => {
      const packing = packingOf(cluster, load);
      if (packing === "packed") return true;
      const impossible = (part: Load): boolean => packingOf(cluster, part) === "impossible";
      if (packing === "impossible") found.impossible.push(smallestCut(cluster, load, impossible));
      else found.undecided.push(smallestCut(cluster, load, () => false));
      return false;
    };
    const planned = loadsOf(problem, placement);
    for (const [cluster, load] of planned.entries()) {
      if (load.size === 0 || !packs(cluster, load)) continue;
      const how = orderOf(cluster, load);
      if (how.kind === "none") {
        const stuck = (part: Load): boolean => load.size <= 12 && orderOf(cluster, part).kind === "none";
        found.unschedulable.push(smallestCut(cluster, load, stuck));
      }
      if (how.kind === "sequence")
        order[problem.clusters[cluster]?.name as string] = how.sequence.map((k) =>
          idOf(problem, [...load.keys()][k] as number),
        );
    }
    // After a loss there is room, which is what `survive` promises; the order of creation is the plan's own.
    for (const situation of situations)
      for (const [cluster, load] of loadsAfter(problem, planned, situation)) packs(cluster, load);
    return { ...found, order };
  };
}

const idOf = (problem: Problem, workload: number): string => problem.workloads[workload]?.id as string;

const kindsOf = (ground: ClusterGround, load: Load): readonly PodKind[] =>
  [...load].map(([workload, count]) => ground.kindOf(workload, count));

/** By cluster: replicas by workload, workloads in order. */
function loadsOf(problem: Problem, placement: Placement): readonly Load[] {
  const loads = problem.clusters.map(() => new Map<number, number>());
  problem.workloads.forEach((workload, w) => {
    const { cluster } = columnsOf(workload);
    placement[w]?.forEach((replicas, i) => {
      if (replicas > 0) loads[cluster[i] as number]?.set(w, replicas);
    });
  });
  return loads;
}

/** Clusters to which something comes back after a loss, with all that is there then; workloads in order. */
function loadsAfter(problem: Problem, planned: readonly Load[], { back }: AfterLoss): ReadonlyMap<number, Load> {
  const loads = new Map<number, Map<number, number>>();
  for (const { workload, candidate, replicas } of back) {
    const cluster = columnsOf(problem.workloads[workload] as ProblemWorkload).cluster[candidate] as number;
    const load = loads.get(cluster) ?? new Map(planned[cluster]);
    load.set(workload, (load.get(workload) ?? 0) + replicas);
    loads.set(cluster, load);
  }
  return new Map([...loads].map(([cluster, load]) => [cluster, new Map([...load].sort(([a], [b]) => a - b))]));
}

/** Pods that are attracted or spread, and those that they are attracted to or spread by: of these, more may help. */
function companyOf(problem: Problem, ground: ClusterGround, cluster: number, load: Load): ReadonlySet<number> {
  const company = new Set<number>();
  for (const w of load.keys()) {
    const { pod, namespace } = ground.kindOf(w, 1);
    const terms = [
      ...pod.podAffinity.map(({ selector, namespaces }) => ({ selector, namespaces })),
      ...pod.spread.map(({ selector }) => ({ selector, namespaces: [namespace] })),
    ];
    if (terms.length === 0) continue;
    company.add(w);
    problem.workloads.forEach((workload, other) => {
      if (!columnsOf(workload).cluster.includes(cluster)) return;
      const kind = ground.kindOf(other, 1);
      const meant = terms.some(
        ({ selector, namespaces }) =>
          (namespaces === "all" || namespaces.includes(kind.namespace)) && matches(selector, kind.labels),
      );
      if (meant) company.add(other);
    });
  }
  return company;
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
      const columns = columnsOf(problem.workloads[w] as ProblemWorkload);
      const pools = columns.pools[columns.cluster.indexOf(cluster)];
      return `${w}x${n}@${pools?.map((pool) => pool - first).join("+")}`;
    });
    return `${classOf[cluster]} ${parts.join(" ")}`;
  };
}
