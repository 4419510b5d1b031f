// What it would cost to have a workload on another cluster: planned anew where the program is small; else with everything else as it is, which
// is no less than it must, and by the prices of the plan, which is no more. It must not know intents' words.
import type { Ir } from "../../compiler/index.ts";
import type { PlaceOutcome } from "../place.ts";
import type { Explained } from "./why.ts";
import type { Problem, ProblemWorkload, Rule, SolveOptions } from "../problem.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { settle } from "../settle.ts";
import { worked } from "../clock.ts";
import { candidatesOf, columnsOf } from "../columns.ts";
import { newMarginal, newResettling } from "../search/index.ts";
import { isSpent, type Asking } from "./feasible.ts";
import { proofOf } from "./proof-of.ts";

export type Elsewhere =
  /** `least`: so much at least, whatever else moves. */
  | {
      readonly kind: "worse";
      readonly term: string;
      readonly difference: number;
      readonly exact: boolean;
      readonly least?: number;
    }
  /** The plan was not proven to be the best, and this is a better one. */
  | { readonly kind: "better"; readonly term: string; readonly difference: number }
  | { readonly kind: "equal"; readonly exact: boolean }
  /** Not `exact`: as long as nothing else moves; and then it would still be worse by `least`. */
  | {
      readonly kind: "impossible";
      /** There may be room that the kube-scheduler does not find. */
      readonly doubt?: boolean;
      readonly exact: boolean;
      readonly least?: { readonly term: string; readonly by: number };
    }
  | { readonly kind: "unknown" };

/** Pairs of workload and candidate up to which everything is planned anew for each question. */
const SMALL = 150;
/** Milliseconds for one question. */
const ONE = 1500;
/** Milliseconds for all questions of one plan that need a solver. */
const SOLVING = 300;
/** Milliseconds that it takes for each candidate to put the plan on its nodes, and to move one step in it. */
const BEGINNING = 0.02;
const MOVING = 1e-3;

/** Asks for at least one replica (one copy) of one workload on a cluster, and compares term by term. */
export type AskElsewhere = (w: number, cluster: number) => Promise<Elsewhere>;

/** What every question about one plan shares is made once. */
export function newElsewhere(ir: Ir, outcome: Explained, asking: Asking): AskElsewhere {
  const { problem, placement } = outcome;
  if (placement === undefined) return async () => ({ kind: "unknown" });
  const pairs = problem.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  if (pairs <= SMALL) return (w, cluster) => solved(ir, outcome, asking, w, cluster, true);
  worked(asking.now, BEGINNING * pairs);
  const marginal = newMarginal(problem, placement, proofOf(outcome, asking.now));
  const resettling = newResettling(ir, problem, placement, returnsOf(outcome));
  const surviving = new Set(problem.rules.flatMap((rule) => (rule.kind === "survive" ? [rule.workload] : [])));
  let open = SOLVING;
  return async (w, cluster) => {
    worked(asking.now, MOVING * pairs);
    const i = columnsOf(problem.workloads[w] as ProblemWorkload).cluster.indexOf(cluster);
    // What comes back after a loss needs more than a place.
    const found = surviving.has(w) ? undefined : resettling?.onto(w, i);
    if (found === undefined || found === "rules") {
      const before = asking.now();
      const until = Math.min(asking.until, before + open);
      const said = await solved(ir, outcome, { ...asking, until }, w, cluster, false);
      open -= asking.now() - before;
      return said;
    }
    const losses = marginal.losses(w, i);
    const at = losses.findIndex((loss) => loss > 0);
    const term = outcome.objective[at]?.name ?? "";
    if (found === "room" || found === "doubt")
      return {
        kind: "impossible",
        exact: false,
        ...(at < 0 ? {} : { least: { term, by: tidy(losses[at] as number) } }),
      };
    const said = compared(outcome, found);
    if (said.kind !== "worse" || said.term !== term) return said;
    const least = Math.min(said.difference, tidy(losses[at] as number));
    return {
      ...said,
      least,
      exact: surviving.size === 0 && said.difference - least <= 1e-6 * Math.max(1, said.difference),
    };
  };
}

/** By cluster: what comes back to it after each loss, by workload. */
export function returnsOf({
  problem,
  comesBack = [],
}: Explained): ReadonlyMap<number, readonly ReadonlyMap<number, number>[]> {
  const found = new Map<number, ReadonlyMap<number, number>[]>();
  const workloads = new Map(problem.workloads.map(({ id }, w) => [id, w]));
  const clusters = new Map(problem.clusters.map(({ name }, c) => [name, c]));
  for (const { back } of comesBack) {
    const here = new Map<number, Map<number, number>>();
    for (const [id, own] of Object.entries(back))
      for (const [name, replicas] of Object.entries(own)) {
        const at = clusters.get(name) ?? -1;
        const load = here.get(at) ?? new Map<number, number>();
        here.set(at, load.set(workloads.get(id) ?? -1, replicas));
      }
    for (const [at, load] of here) found.set(at, [...(found.get(at) ?? []), load]);
  }
  return found;
}

const tidy = (value: number): number => Number(value.toPrecision(9));

/** Values with one step elsewhere beside those of the plan. */
function compared({ objective }: Explained, values: readonly number[]): Elsewhere {
  for (const [t, { name: term, value }] of objective.entries()) {
    const difference = tidy((values[t] as number) - value);
    const slack = 1e-6 * Math.max(1, Math.abs(value));
    if (difference > slack) return { kind: "worse", term, difference, exact: false };
    if (difference < -slack) return { kind: "better", term, difference: -difference };
  }
  return { kind: "equal", exact: false };
}

/** @param exact everything is planned anew; else what has to do with it. */
async function solved(
  ir: Ir,
  outcome: Explained,
  asking: Asking,
  w: number,
  cluster: number,
  exact: boolean,
): Promise<Elsewhere> {
  const { problem, placement } = outcome;
  if (placement === undefined || isSpent(asking)) return { kind: "unknown" };
  const base = exact ? { problem, w } : neighbourhood(problem, placement, w, cluster);
  const because = problem.workloads[w]?.because ?? { text: "", kind: "intent" as const };
  const there: Rule = { kind: "cut", terms: [{ workload: base.w, cluster, coefficient: -1 }], most: -1, because };
  const timeLimit = Math.max(1, Math.min(ONE, asking.until - asking.now()));
  const options = {
    gap: 0,
    timeLimit,
    seed: 1,
    solver: "auto",
    now: asking.now,
    stopped: () => asking.now() >= asking.until,
  };
  const { solution: found } = await settle(ir, { ...base.problem, rules: [...base.problem.rules, there] }, options);
  if (found.status === "infeasible") return { kind: "impossible", exact };
  if (found.status === "unknown") return { kind: "unknown" };
  const now = exact ? outcome.objective : await objectiveOf(ir, base.problem, options);
  for (const [t, { name, value }] of (now ?? []).entries()) {
    const other = found.objective[t];
    if (other === undefined) return { kind: "unknown" };
    // The fullest cluster may be one that does not take part.
    const floor = name === "imbalance" ? (outcome.objective[t]?.value ?? 0) : -Infinity;
    const difference = Math.max(other.value, exact ? -Infinity : floor) - Math.max(value, exact ? -Infinity : floor);
    const slack = 1e-6 * Math.max(1, Math.abs(value));
    if (difference > slack) return { kind: "worse", term: name, difference, exact };
    // A better value only means that the plan was stopped before its proof: nothing can be said.
    if (difference < -slack) return { kind: "unknown" };
  }
  return now === undefined ? { kind: "unknown" } : { kind: "equal", exact };
}

async function objectiveOf(
  ir: Ir,
  problem: Problem,
  options: SolveOptions,
): Promise<PlaceOutcome["objective"] | undefined> {
  const { solution } = await settle(ir, problem, options);
  return solution.status === "optimal" || solution.status === "feasible" ? solution.objective : undefined;
}
