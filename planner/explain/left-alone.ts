// What keeps workloads from running after a loss whatever the others do, each kind of trouble in one sentence however many it concerns. It must
// not know where they ran, nor solve anything.
import { shortName } from "../build/words.ts";
import type { Problem } from "../problem.ts";
import { lonelyTrouble } from "./feasible.ts";

/** Workloads that are named in one sentence. */
const MOST_NAMES = 8;

/** @param problem with the loss in it: what is lost is no candidate. */
export function leftAlone(problem: Problem): readonly string[] {
  const words = binding(problem);
  const kinds = { none: [] as string[], clusters: [] as string[], replicas: [] as string[] };
  problem.workloads.forEach((workload, w) => {
    const trouble = lonelyTrouble(workload);
    if (trouble === undefined) return;
    const { most, wanted, unit } = trouble;
    const count = most === 0 ? [] : [`${most} of ${wanted}`];
    const said = [...count, ...[words.get(w) ?? []].flat()].join(", ");
    kinds[most === 0 ? "none" : unit].push(`\`${shortName(workload.id)}\`${said === "" ? "" : ` (${said})`}`);
  });
  return [
    ["no cluster is left for", kinds.none] as const,
    ["too few clusters are left for", kinds.clusters] as const,
    ["there is too little room left for", kinds.replicas] as const,
  ].flatMap(([begin, names]) => (names.length === 0 ? [] : [`${begin} ${some(names)}`]));
}

/** By workload: the words that take most other clusters from it. */
function binding({ ruledOut }: Problem): ReadonlyMap<number, string> {
  const best = new Map<number, { readonly text: string; readonly clusters: number }>();
  for (const { workload, clusters, because } of ruledOut) {
    const intent = because.find(({ kind }) => kind === "intent");
    if (intent !== undefined && clusters.length > (best.get(workload)?.clusters ?? 0))
      best.set(workload, { text: `\`${intent.text}\``, clusters: clusters.length });
  }
  return new Map([...best].map(([w, { text }]) => [w, text]));
}

const some = (names: readonly string[]): string =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`
    : names.join(", ");
