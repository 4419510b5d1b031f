// The plan of an empty set of intents: everything of ours goes, backwards. It must not carry it out.
import { createHash } from "node:crypto";
import { deletionBatches, isKept, type Change, type Plan } from "../planner/index.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import type { InventoryEntry } from "./inventory.ts";
import { stateOf, type KnownObservation, type Observation } from "./observe.ts";

/**
 * Deletes all that the inventories list, on every known cluster. A namespace or definition goes only if we made it, and the target still
 * keeps it when others have something in it; claims and volumes always stay, without our marks.
 */
export function destroyPlan(observations: readonly Observation[]): Plan {
  const known = observations.filter((o): o is KnownObservation => o.state === "known");
  const unknown = observations.filter((o) => o.state === "unknown");
  return {
    format: "placet.plan/v1",
    status: "optimal",
    objective: [],
    gap: 0,
    solver: "",
    placements: [],
    unplaced: [],
    reasons: [],
    moves: [],
    usage: [],
    manifests: {},
    changes: known.flatMap((observation) =>
      deletionBatches(observation.inventory.objects.map((e) => deletion(e, observation.cluster))).flat(),
    ),
    clusters: observations.map(stateOf),
    order: {},
    request: { root: ".", paths: [], with: [], without: [], set: {} },
    inputs: createHash("sha256").update("").digest("hex"),
    diagnostics: unknown.map((o) => runtimeDiagnostics.make["cluster-unknown"](undefined, [o.cluster, o.problem])),
  };
}

function deletion(entry: InventoryEntry, cluster: string): Change {
  const claims = entry.kind === "PersistentVolumeClaim" || entry.kind === "PersistentVolume";
  const stays = isKept(entry) && (claims || entry.created !== true);
  return {
    cluster,
    action: stays ? "none" : "delete",
    apiVersion: entry.apiVersion,
    kind: entry.kind,
    namespace: entry.namespace,
    name: entry.name,
    ...(entry.uid === undefined ? {} : { uid: entry.uid }),
    fields: [],
    app: entry.app,
    for: entry.for,
    because: stays ? "destroy keeps what holds data and what was there before" : "destroy",
  };
}
