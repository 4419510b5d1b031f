// Traffic between workloads that are not on the same cluster. It must not know policies: none of them reaches that far.
import type { Ir, TrafficIr } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import type { PlacedReplicas } from "../controller.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { ofClusterNetwork, showTraffic } from "./statements.ts";

/**
 * Without connectivity nothing crosses, and the placement keeps ends together. With any other, an `allow` whose ends are apart would have
 * to be held by more than one cluster's policies.
 */
export function checkAcross(ir: Ir, placed: PlacedReplicas): Diagnostic[] {
  if (ir.fleet.connectivity === "none") return [];
  const names = new Map(ir.workloads.map((w) => [w.id, w.name]));
  const nameOf = (id: string) => names.get(id) ?? id;
  const clusters = new Map<string, ReadonlySet<string>>();
  const clustersOf = (id: string): ReadonlySet<string> => {
    let known = clusters.get(id);
    if (known === undefined) {
      known = new Set(Object.entries(placed[id] ?? {}).flatMap(([cluster, n]) => (n > 0 ? [cluster] : [])));
      clusters.set(id, known);
    }
    return known;
  };
  return ofClusterNetwork(ir).flatMap((t: TrafficIr) => {
    if (t.kind !== "allow" || t.from.kind !== "workload" || t.to.kind !== "workload") return [];
    const there = clustersOf(t.to.workload);
    const apart = [...clustersOf(t.from.workload)].filter((cluster) => !there.has(cluster));
    if (there.size === 0 || apart.length === 0) return [];
    const [from, to] = [nameOf(t.from.workload), nameOf(t.to.workload)];
    const rule = showTraffic(t, nameOf);
    return [actionDiagnostics.make["across-clusters"](t.span, [rule, from, list(apart), to, list([...there])])];
  });
}

/** Sorted, the first three and how many more. */
function list(clusters: readonly string[]): string {
  const sorted = [...clusters].sort();
  const shown = sorted
    .slice(0, 3)
    .map((c) => `\`${c}\``)
    .join(", ");
  return sorted.length <= 3 ? shown : `${shown} and ${sorted.length - 3} more`;
}
