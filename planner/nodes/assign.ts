// Which node carries which pod, where the scheduler's way with them shows it: a certificate that anyone can check. It must not know how
// placements are found or judged.
import type { Cluster, Ir } from "../../compiler/index.ts";
import { columnsOf } from "../columns.ts";
import type { Placement, Problem } from "../problem.ts";
import { clusterGrounds } from "./cluster.ts";
import type { PodKind } from "./board.ts";
import type { Schedulable } from "./creation-order.ts";
import { isPlain, newCrowd } from "./crowd.ts";
import { sizeOf, withDaemons } from "./pack.ts";
import { newScheduler, randomOf } from "./scheduler.ts";
import { scoring } from "./schedulable.ts";

/** Ways of breaking ties that are tried for one cluster. */
const TIES = 10;

/**
 * Pods on nodes: cluster → node (`POOL/INDEX`, from 0) → workload id → pods, without DaemonSets, which are on every node. Clusters whose pods
 * found no node in these trials are left out.
 * @param order workload ids by cluster, in the order of their creation.
 */
export function assignNodes(
  ir: Ir,
  problem: Problem,
  placement: Placement,
  order: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>> {
  const grounds = clusterGrounds(ir, problem);
  const scoredOn = scoring(ir);
  const loads = problem.clusters.map(() => new Map<number, number>());
  problem.workloads.forEach((workload, w) => {
    const { cluster } = columnsOf(workload);
    placement[w]?.forEach((replicas, i) => {
      if (replicas > 0) loads[cluster[i] as number]?.set(w, replicas);
    });
  });
  const found: Record<string, Record<string, Record<string, number>>> = {};
  loads.forEach((load, c) => {
    const { name } = problem.clusters[c] as Problem["clusters"][number];
    const ground = grounds(c);
    const kinds = [...load].map(([w, replicas]) => ground.kindOf(w, replicas));
    const scored = scoredOn(ir.fleet.clusters[c] as Cluster, ground, kinds);
    if (kinds.length === 0) return;
    const size = kinds.map((kind) => sizeOf(kind, ground.nodes));
    const place = new Map(order[name]?.map((id, at) => [id, at]));
    const at = (k: number): number => place.get((kinds[k] as PodKind).id) ?? 0;
    const sequence = kinds
      .map((_, k) => k)
      .sort((a, b) => at(a) - at(b) || (size[b] as number) - (size[a] as number) || a - b);
    const stands = standing({ kinds, nodes: ground.nodes, ...scored }, sequence);
    if (stands !== undefined) found[name] = nodesOf(problem, ground.nodes, kinds, stands);
  });
  return found;
}

type Stands = (kind: number, node: number) => number;

/** Pods by kind and node when kinds come in this order; undefined when in every trial some pod found none. */
function standing(asked: Schedulable, sequence: readonly number[]): Stands | undefined {
  const { kinds, nodes, scoredNodes, scoredKinds } = asked;
  const crowd = isPlain(kinds) ? newCrowd(kinds, nodes, scoredNodes, scoredKinds) : undefined;
  for (let seed = 1; seed <= TIES; seed++) {
    if (crowd !== undefined) {
      if (crowd.come(sequence, randomOf(seed)) === 0) return crowd.stands;
      continue;
    }
    const board = withDaemons(kinds, nodes);
    if (board === undefined) return undefined;
    const { schedule } = newScheduler(board, scoredNodes, scoredKinds, randomOf(seed));
    const came = sequence.every((k) => {
      const { perNode, count } = kinds[k] as PodKind;
      for (let pod = perNode ? count : 0; pod < count; pod++) if (!schedule(k)) return false;
      return true;
    });
    // What may stand only because of who came first, the checker finds for itself.
    if (came && board.settled() === "yes") return (kind, node) => board.pods[node]?.[kind] ?? 0;
  }
  return undefined;
}

function nodesOf(
  problem: Problem,
  nodes: readonly { readonly pool: number }[],
  kinds: readonly { readonly id: string; readonly perNode: boolean }[],
  stands: Stands,
): Record<string, Record<string, number>> {
  const within = new Map<number, number>();
  return Object.fromEntries(
    nodes.map(({ pool }, node) => {
      const index = within.get(pool) ?? 0;
      within.set(pool, index + 1);
      const pods = kinds.flatMap(({ id, perNode }, k) => {
        const many = perNode ? 0 : stands(k, node);
        return many > 0 ? [[id, many] as const] : [];
      });
      return [`${problem.pools[pool]?.name}/${index}`, Object.fromEntries(pods)];
    }),
  );
}
