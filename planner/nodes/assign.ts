// Which node carries which pod, where a scheduler's way with plain pods shows it: a certificate that anyone can check. It must not know how
// placements are found or judged.
import type { Cluster, Ir } from "../../compiler/index.ts";
import { columnsOf } from "../columns.ts";
import type { Placement, Problem } from "../problem.ts";
import { clusterGrounds } from "./cluster.ts";
import { isPlain, newCrowd } from "./crowd.ts";
import { sizeOf } from "./pack.ts";
import { randomOf } from "./scheduler.ts";
import { scoring } from "./schedulable.ts";

/** Ways of breaking ties that are tried for one cluster. */
const TIES = 10;

/**
 * Pods on nodes: cluster → node (`POOL/INDEX`, from 0) → workload id → pods, without DaemonSets, which are on every node. Clusters whose pods ask
 * for more than room, or whose pods found no node in these trials, are left out.
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
    if (kinds.length === 0 || !isPlain(kinds)) return;
    const size = kinds.map((kind) => sizeOf(kind, ground.nodes));
    const place = new Map(order[name]?.map((id, at) => [id, at]));
    const at = (k: number): number => place.get((kinds[k] as (typeof kinds)[0]).id) ?? 0;
    const sequence = kinds
      .map((_, k) => k)
      .sort((a, b) => at(a) - at(b) || (size[b] as number) - (size[a] as number) || a - b);
    const crowd = newCrowd(kinds, ground.nodes, scored.scoredNodes, scored.scoredKinds);
    for (let seed = 1; seed <= TIES; seed++) {
      if (crowd.come(sequence, randomOf(seed)) > 0) continue;
      found[name] = nodesOf(problem, ground.nodes, kinds, crowd.stands);
      break;
    }
  });
  return found;
}

function nodesOf(
  problem: Problem,
  nodes: readonly { readonly pool: number }[],
  kinds: readonly { readonly id: string; readonly perNode: boolean }[],
  stands: (kind: number, node: number) => number,
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
