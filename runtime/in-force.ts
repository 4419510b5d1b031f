// Whether nothing has changed since the plan in force was made: what was asked of the planner then and where it put everything is kept as one
// digest in the inventories. It must not know targets, nor decide what follows from it.
import { createHash } from "node:crypto";
import type { Ir } from "../compiler/index.ts";
import type { PlacedReplicas } from "../planner/index.ts";
import type { Observation } from "./observe.ts";

/**
 * A digest of all that decides where workloads run: the fleet, the workloads and their demand, the intents. Not of where in a file it was
 * said, nor of the objects themselves: another image is no other question.
 */
export function askedOf(ir: Ir, without: readonly string[]): string {
  const { fleet, workloads, runs, forbids, moves, minimize, traffic, together } = ir;
  const text = JSON.stringify(
    { fleet, workloads, runs, forbids, moves, minimize, traffic, together, without: [...without].sort() },
    (key, value: unknown) => (key === "span" || key === "spans" ? undefined : value),
  );
  return createHash("sha256").update(text).digest("hex");
}

/** One digest of what was asked and of where everything is. */
export function decisionDigest(asked: string, placed: PlacedReplicas): string {
  const hash = createHash("sha256").update(asked);
  for (const id of Object.keys(placed).sort())
    for (const [cluster, replicas] of Object.entries(placed[id] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
      if (replicas > 0) hash.update(`\0${id}\0${cluster}\0${replicas}`);
  return hash.digest("hex").slice(0, 32);
}

/**
 * The gap that the plan in force was proven to have, when it answered the same question and everything is where it put it; else undefined.
 * One inventory that says so is enough: an apply writes it only where something changes, and the digest is of all clusters together.
 */
export function inForceSince(
  observations: readonly Observation[],
  asked: string,
  before: PlacedReplicas,
): number | undefined {
  const decided = observations.flatMap((o) =>
    o.state === "known" && o.inventory.decided !== undefined ? [o.inventory.decided] : [],
  );
  if (decided.length === 0) return undefined;
  const now = decisionDigest(asked, before);
  return decided.find(({ digest }) => digest === now)?.gap;
}
