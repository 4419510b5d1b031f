// All `run`s of one workload → one: conditions and places add up, counts and orders must agree. It must not know how clauses are read.
import { diagnose } from "../diagnostics.ts";
import type { RunIr, Spreading, Workload } from "../ir.ts";
import type { Say } from "../reading/words.ts";
import type { Other, RunFacts, Stated } from "./clauses.ts";
import { demandOf } from "./demand.ts";
import { bySpan, inOrder } from "./order.ts";

/** `runs` has at least one entry. Lists come out in an order that does not depend on the order of statements. */
export function mergeRuns(workload: Workload, runs: readonly RunFacts[], say: Say): RunIr {
  const all = <T>(pick: (run: RunFacts) => readonly T[]): readonly T[] =>
    runs.length === 1 && runs[0] !== undefined ? pick(runs[0]) : runs.flatMap(pick);
  const one = <T>(facts: readonly Stated<T>[]): Stated<T> | undefined => agreed(workload, facts, say);

  const count = one(runs.flatMap((r) => (r.count === undefined ? [] : [r.count])));
  const each = one(all((r) => r.each).filter((e) => e.value !== undefined)) ?? all((r) => r.each)[0];
  const clusters = one(all((r) => r.clusters));
  const choices = one(all((r) => r.choices));
  const shares = one(all((r) => r.shares));
  const survive = one(all((r) => r.survive));
  const priority = one(all((r) => r.priority));
  if (each !== undefined && clusters !== undefined) sayConflict(workload, each, clusters, say);

  const spreading = spreadingOf(count, each, clusters, runs);
  const where = inOrder(all((r) => r.where));
  const { demand, reservations } = demandOf(workload, runs, where, one(all((r) => r.container)), say);
  return {
    workload: workload.id,
    spreading,
    copySize: each !== undefined && count !== undefined ? count.value : workload.replicas,
    where,
    on: inOrder(all((r) => r.on)),
    ...(each?.value === undefined ? {} : { eachOf: { clusters: each.value, span: each.span } }),
    ...(choices === undefined ? {} : { choices: { choices: choices.value, span: choices.span } }),
    ...(shares === undefined ? {} : { shares: { shares: shares.value, span: shares.span } }),
    spread: inOrder(all((r) => r.spread)),
    near: inOrder(
      without(
        workload,
        "near",
        all((r) => r.near),
        say,
      ).map(({ workload: other, microseconds, span }) => ({
        workloads: [other],
        ...(microseconds === undefined ? {} : { microseconds }),
        span,
      })),
    ),
    with: inOrder(
      without(
        workload,
        "with",
        all((r) => r.with),
        say,
      ).map(({ workload: other, span }) => ({ workload: other, span })),
    ),
    apart: inOrder(
      without(
        workload,
        "apart from",
        all((r) => r.apart),
        say,
      ).map(({ workload: other, key, span }) => ({ workload: other, key, span })),
    ),
    demand,
    reservations,
    ...(survive === undefined
      ? {}
      : {
          survive: { ...survive.value, keeping: survive.value.keeping ?? keptByDefault(spreading), span: survive.span },
        }),
    optional: runs.some((r) => r.optional),
    priority: priority?.value ?? 0,
    prefer: inOrder(all((r) => r.prefer)),
    tolerates: inOrder(all((r) => r.tolerates)),
    spans: runs.map((r) => r.span).sort(bySpan),
  };
}

function spreadingOf(
  count: Stated<number> | undefined,
  each: Stated<unknown> | undefined,
  clusters: Stated<number> | undefined,
  runs: readonly RunFacts[],
): RunIr["spreading"] {
  if (each !== undefined) return { kind: "each", span: each.span };
  if (count !== undefined)
    return {
      kind: "divided",
      total: count.value,
      ...(clusters === undefined ? {} : { clusters: clusters.value }),
      span: count.span,
    };
  const span = clusters?.span ?? runs.map((r) => r.span).sort(bySpan)[0] ?? { file: "", start: 0, end: 0 };
  return { kind: "copies", clusters: clusters?.value ?? 1, span };
}

/** One replica is to stay up wherever there are two that can be apart. */
const keptByDefault = (spreading: Spreading): number =>
  (spreading.kind === "divided" && spreading.total >= 2) || (spreading.kind === "copies" && spreading.clusters >= 2)
    ? 1
    : 0;

/** What all agree on; the first conflict is said, at the later words. */
function agreed<T>(workload: Workload, facts: readonly Stated<T>[], say: Say): Stated<T> | undefined {
  const [first, ...rest] = facts.length > 1 ? facts.toSorted((a, b) => bySpan(a.span, b.span)) : facts;
  if (first === undefined) return undefined;
  const other = rest.find((f) => JSON.stringify(f.value) !== JSON.stringify(first.value));
  if (other !== undefined) sayConflict(workload, first, other, say);
  return first;
}

function sayConflict(workload: Workload, one: Stated<unknown>, other: Stated<unknown>, say: Say): void {
  const [first, second] = bySpan(one.span, other.span) <= 0 ? [one, other] : [other, one];
  say(
    diagnose["conflict"](second.span, [workload.name, first.text, second.text], {
      related: [{ message: `\`${first.text}\``, span: first.span }],
    }),
  );
}

/** The workload itself among those that it is to be near, with or apart from: nothing, or nonsense when it is named so. */
function without<T extends Other>(
  workload: Workload,
  word: "near" | "with" | "apart from",
  others: readonly T[],
  say: Say,
): readonly T[] {
  return others.filter(({ workload: other, item }) => {
    if (other !== workload.id) return true;
    if (item.kind === "workload")
      say(
        word === "apart from"
          ? diagnose["apart-from-itself"](item.span, [workload.name])
          : diagnose["near-itself"](item.span, [workload.name, word]),
      );
    return false;
  });
}
