// Which clusters may be used while fewer of them are looked for: a closed one takes nothing, whoever asks for room there. It must not know which
// are worth closing.
import type { Compact } from "../compact.ts";
import type { Keeping } from "../survive/index.ts";
import type { Weighed } from "../weigh.ts";

export interface Doors {
  /** By cluster: 1 where nothing may come. What is there already may stay. */
  readonly closed: Uint8Array;
  /** Of a wish for more replicas on a candidate, what doors and promises allow. */
  readonly allows: (on: Int32Array, candidate: number, wish: number) => number;
  /** Which term the number of clusters is. */
  readonly at: number;
  /** Whether all that counts more is what stays unplaced: then a replica may go to any cluster that is in use anyway. */
  readonly first: boolean;
}

/** Doors that are all open; undefined where nobody minds how many clusters are used. */
export function newDoors(
  { problem, cluster }: Compact,
  { terms }: Weighed,
  keeping: Keeping | undefined,
): Doors | undefined {
  const nameOf = (t: number): string | undefined => problem.objectives[terms[t]?.objective ?? -1]?.name;
  const at = terms.findIndex((_, t) => nameOf(t) === "clusters");
  if (at < 0) return undefined;
  const closed = new Uint8Array(problem.clusters.length);
  return {
    closed,
    allows: (on, candidate, wish) =>
      closed[cluster[candidate] as number] === 1 ? 0 : (keeping?.allows(on, candidate, wish) ?? wish),
    at,
    first: terms.slice(0, at).every(({ idle }, t) => nameOf(t) === "unplaced" || (idle && nameOf(t) !== "imbalance")),
  };
}
