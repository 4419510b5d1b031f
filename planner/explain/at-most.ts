// What each intent costs at most, by the prices that prove the plan: the program without it is built, and only the workloads that it concerns
// are asked again. Intents that have no workload in common are taken away together. It must not solve anything.
import type { Ir } from "../../compiler/index.ts";
import { buildProblem } from "../build/index.ts";
import { worked } from "../clock.ts";
import { candidatesOf } from "../columns.ts";
import type { Problem } from "../problem.ts";
import { speaksOf } from "../presolve/index.ts";
import type { Marginal, Most } from "../search/index.ts";
import type { Asking } from "./feasible.ts";
import { isSpent } from "./feasible.ts";
import { withOnly, type Intent } from "./intents.ts";

/** Milliseconds that building a program takes for each of its candidates, about. */
const BUILDING = 6e-3;

/** By key; an intent without an entry was not asked for want of time. Those that come first are asked first. */
export function atMost(
  ir: Ir,
  problem: Problem,
  all: readonly Intent[],
  asked: readonly Intent[],
  marginal: Marginal,
  asking: Asking,
): ReadonlyMap<string, Most> {
  const found = new Map<string, Most>();
  const pairs = problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  for (const batch of apartFromEachOther(problem, asked)) {
    if (isSpent(asking)) break;
    worked(asking.now, BUILDING * pairs);
    const gone = new Set(batch.map(({ intent }) => intent.key));
    const kept = new Set(all.flatMap(({ key }) => (gone.has(key) ? [] : [key])));
    const { value } = buildProblem(withOnly(ir, kept), asking.before, { without: asking.without });
    const gains = marginal.gains(
      value,
      batch.map(({ concerns }) => concerns),
    );
    batch.forEach(({ intent }, i) => found.set(intent.key, gains[i] as Most));
  }
  return found;
}

interface Concern {
  readonly intent: Intent;
  readonly concerns: ReadonlySet<string>;
}

/** Intents in as few batches as come about, none of which has a workload twice. */
function apartFromEachOther(problem: Problem, intents: readonly Intent[]): readonly (readonly Concern[])[] {
  const tied = tiesIn(problem);
  const everybody = new Set(problem.workloads.map(({ id }) => id));
  const batches: { readonly taken: Set<string>; readonly concerns: Concern[] }[] = [];
  for (const intent of intents) {
    // What a cluster accepts, or traffic, may concern anybody.
    const own = intent.workloads;
    const concerns = own.length === 0 ? everybody : new Set(own.flatMap((id) => [id, ...(tied.get(id) ?? [])]));
    let batch = batches.find(({ taken }) => [...concerns].every((id) => !taken.has(id)));
    if (batch === undefined) batches.push((batch = { taken: new Set(), concerns: [] }));
    batch.concerns.push({ intent, concerns });
    for (const id of concerns) batch.taken.add(id);
  }
  return batches.map(({ concerns }) => concerns);
}

/** Workloads that a rule or a latency ties to each other. */
function tiesIn({ workloads, rules, latencies }: Problem): ReadonlyMap<string, ReadonlySet<string>> {
  const tied = new Map<string, Set<string>>();
  const sets = [...rules.map(speaksOf), ...latencies.map(({ from, to }) => [from, ...to])];
  for (const set of sets) {
    const ids = set.flatMap((w) => workloads[w]?.id ?? []);
    if (ids.length < 2) continue;
    for (const id of ids) {
      const own = tied.get(id) ?? new Set<string>();
      tied.set(id, own);
      for (const other of ids) own.add(other);
    }
  }
  return tied;
}
