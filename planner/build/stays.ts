// What holds data stays where it is unless it is told to move: copies keep their clusters, and only new copies look further.
// It must not know where the data is other than by the placement in force.
import type { Ir, RunIr } from "../../compiler/index.ts";
import { picked } from "../columns.ts";
import type { CandidateColumns } from "../columns.ts";
import type { Because, Counting, Rule, RuledOut } from "../problem.ts";
import type { Eligible } from "./eligible.ts";
import type { FleetNumbers } from "./fleet.ts";
import { shortName } from "./words.ts";

export interface Kept {
  readonly columns: CandidateColumns;
  readonly ruledOut: readonly RuledOut[];
  readonly rules: readonly Rule[];
}

type Keeps = (
  run: RunIr,
  index: number,
  counting: Counting,
  found: Eligible,
  before: ReadonlyMap<number, number>,
  fleet: FleetNumbers,
) => Kept;

/** Knows which workloads hold claims, and keeps those that run already where they are. */
export function stays(ir: Ir): Keeps {
  const moving = new Set(ir.moves.map((entry) => entry.workload));
  const holding = holders(ir);
  return (run, index, counting, found, before, fleet) => {
    const free = { columns: found.columns, ruledOut: found.ruledOut, rules: [] };
    if (counting.kind === "each" || before.size === 0 || moving.has(run.workload) || !holding.has(run.workload))
      return free;
    const name = shortName(run.workload);
    const where = [...before.keys()].sort((a, b) => a - b);
    const because: Because = {
      text: `${name} holds data on ${where.map((c) => fleet.clusters[c]?.name).join(", ")} and moves only when told: move ${name}`,
      span: run.spreading.span,
      kind: "intent",
    };
    const copies = counting.kind === "copies" ? counting.clusters : (counting.clusters ?? 1);
    // What comes back after a loss may come anywhere: then the clusters stay candidates, and only the plan itself is held.
    if (copies > where.length || run.survive !== undefined)
      return { ...free, rules: newcomers(index, [...found.columns.cluster], before, where, because) };
    const stay = [...found.columns.cluster.keys()].filter((i) => before.has(found.columns.cluster[i] as number));
    const leave = [...found.columns.cluster].filter((cluster) => !before.has(cluster));
    const columns = picked(found.columns, stay);
    return {
      columns,
      ruledOut: [...found.ruledOut.flatMap(alsoFor(before, because)), ...entry(index, leave, [because])],
      rules: [],
    };
  };
}

/** What rules clusters out, with one reason more for those that are not in force. */
const alsoFor =
  (before: ReadonlyMap<number, number>, because: Because) =>
  (ruled: RuledOut): readonly RuledOut[] => [
    ...entry(
      ruled.workload,
      ruled.clusters.filter((cluster) => before.has(cluster)),
      ruled.because,
    ),
    ...entry(
      ruled.workload,
      ruled.clusters.filter((cluster) => !before.has(cluster)),
      [...ruled.because, because],
    ),
  ];

const entry = (workload: number, clusters: readonly number[], because: readonly Because[]): readonly RuledOut[] =>
  clusters.length === 0 ? [] : [{ workload, clusters, because }];

/** A copy comes to a new cluster only when those that hold data all stay. */
function newcomers(
  workload: number,
  clusters: readonly number[],
  before: ReadonlyMap<number, number>,
  where: readonly number[],
  because: Because,
): readonly Rule[] {
  return clusters
    .filter((cluster) => !before.has(cluster))
    .flatMap((cluster) =>
      where.map((held) => ({
        kind: "cut" as const,
        terms: [
          { workload, cluster, coefficient: 1 },
          { workload, cluster: held, coefficient: -1 },
        ],
        most: 0,
        because,
      })),
    );
}

/** Workloads with claims of their own, named or made from templates. */
function holders(ir: Ir): ReadonlySet<string> {
  const templates = new Set<string>();
  for (const app of ir.apps)
    for (const { key, object } of app.objects) {
      const spec = object["spec"] as { readonly volumeClaimTemplates?: readonly unknown[] } | undefined;
      if (object.kind === "StatefulSet" && (spec?.volumeClaimTemplates?.length ?? 0) > 0) templates.add(key);
    }
  return new Set(ir.workloads.filter((w) => w.claims.length > 0 || templates.has(w.object)).map((w) => w.id));
}
