// Checks the packing of clusters: a given assignment of pods to nodes (a certificate), or else its own small search. It must not know
// promises between clusters.
import type { Cluster } from "../../compiler/index.ts";
import { boardOf, type Board } from "./board.ts";
import { pack, type PackingVerdict } from "./pack.ts";
import type { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** Pods on nodes: cluster → node (`POOL/INDEX`, from 0) → workload id → pods. DaemonSets may be left out: they are on every node. */
export type NodeAssignment = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** Whether the pods of every cluster fit on its nodes. */
export function checkPacking(world: World, certificate: NodeAssignment | undefined, steps: number): Violation[] {
  const violations: Violation[] = [];
  for (const [name, loads] of loadsByCluster(world)) {
    const cluster = world.clusters.get(name);
    if (cluster === undefined) continue;
    const given = certificate?.[name];
    const complaint = given === undefined ? undefined : certificateComplaint(boardOf(world, cluster, loads), given);
    if (given !== undefined && complaint === undefined) continue;
    // A wrong certificate alone breaks no promise: the pods may still fit in another way.
    const verdict = packingOf(world, cluster, loads, steps);
    if (verdict === "fits" && complaint === undefined) continue;
    violations.push({
      rule: verdict === "does-not-fit" ? "packing" : "packing-undecided",
      cluster: name,
      message: messageOf(name, verdict, loads, complaint),
      spans: [...loads.keys()].flatMap((id) => world.runs.get(id)!.spans),
    });
  }
  return violations;
}

function messageOf(name: string, verdict: PackingVerdict, loads: ReadonlyMap<string, number>, complaint?: string) {
  const who = [...loads].map(([id, replicas]) => `${id} x${replicas}`).join(", ");
  if (verdict === "does-not-fit") return `${who} do not fit on the nodes of \`${name}\` together`;
  if (complaint !== undefined) return `the assignment to the nodes of \`${name}\` is wrong: ${complaint}`;
  return `whether ${who} fit on the nodes of \`${name}\` was not decided within the bound of steps`;
}

/** Replicas of each workload by cluster; only of workloads that are known and can stand there. */
export function loadsByCluster(world: World): Map<string, Map<string, number>> {
  const clusters = new Map<string, Map<string, number>>();
  for (const run of world.ir.runs) {
    for (const name of world.where(run.workload)) {
      const cluster = world.clusters.get(name);
      if (cluster === undefined || world.usable(run, cluster).length === 0) continue;
      let loads = clusters.get(name);
      if (loads === undefined) clusters.set(name, (loads = new Map()));
      loads.set(run.workload, world.replicas(run.workload, name));
    }
  }
  return clusters;
}

/** Packs `loads` (replicas by workload) on the empty nodes of a cluster. */
export function packingOf(
  world: World,
  cluster: Cluster,
  loads: ReadonlyMap<string, number>,
  steps: number,
): PackingVerdict {
  return pack(boardOf(world, cluster, loads), steps);
}

/** Puts pods on the nodes of a board as told; what is wrong with that, or undefined. */
export function certificateComplaint(board: Board, given: NodeAssignment[string]): string | undefined {
  const nodes = new Map(board.nodes.map((node) => [node.name, node]));
  const index = new Map(board.types.map((type, t) => [type.workload.id, t]));
  const placed = board.types.map(() => 0);
  for (const [t, type] of board.types.entries()) {
    if (!type.workload.perNode || type.count === 0) continue;
    for (const node of board.nodes) {
      if (!type.pools.includes(node.pool)) continue;
      if (!board.admits(t, node)) return `\`${type.workload.id}\` has no room on ${node.name}`;
      board.put(t, node, 1);
    }
  }
  for (const [name, pods] of Object.entries(given)) {
    const node = nodes.get(name);
    if (node === undefined) return `there is no node ${name}`;
    for (const [id, count] of Object.entries(pods)) {
      const t = index.get(id);
      if (t === undefined) return `\`${id}\` is not placed on the cluster`;
      if (board.types[t]!.workload.perNode) continue;
      for (let pod = 0; pod < count; pod++) {
        if (!board.admits(t, node)) return `${name} does not take another pod of \`${id}\``;
        board.put(t, node, 1);
      }
      placed[t]! += count;
    }
  }
  const wrong = board.types.findIndex((type, t) => !type.workload.perNode && placed[t] !== type.count);
  if (wrong >= 0)
    return `${placed[wrong]} pods of \`${board.types[wrong]!.workload.id}\` instead of ${board.types[wrong]!.count}`;
  return board.complaint();
}
