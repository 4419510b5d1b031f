// Whether a program can be placed at all, and one way to do it: no objective, nodes counted. It must not know which intents are asked of it.
import type { Ir } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import type { Clock } from "../clock.ts";
import { buildProblem } from "../build/index.ts";
import { newJudge } from "../nodes/index.ts";
import { replicasOf } from "../outcome.ts";
import type { NodeCut, Problem, ProblemWorkload } from "../problem.ts";
import { solveProblem } from "../solver/index.ts";

/** What every question shares: what runs now, clusters taken to be lost, and the caller's clock with the time when to stop. */
export interface Asking {
  readonly before: PlacedReplicas;
  readonly without: readonly string[];
  readonly now: Clock;
  readonly until: number;
}

export const isSpent = ({ now, until }: Asking): boolean => now() >= until;

/** The same question with a share of the time that is left. */
export const withShare = (asking: Asking, share: number): Asking => ({
  ...asking,
  until: asking.now() + Math.max(0, asking.until - asking.now()) * share,
});

export type Feasibility =
  | { readonly kind: "possible"; readonly placed: PlacedReplicas }
  | { readonly kind: "impossible" }
  /** Neither was shown within the budget. */
  | { readonly kind: "unknown" };

/** Steps of the exact packing of one cluster: explanations ask often, of few workloads. */
const PACKING_STEPS = 20_000;

/** Tries to place `ir`; `impossible` is a proof. */
export async function tryToPlace(ir: Ir, asking: Asking): Promise<Feasibility> {
  const { value } = buildProblem(ir, asking.before, { without: asking.without });
  // Choices in order only rank placements: they make nothing impossible.
  const rules = value.rules.filter((rule) => rule.kind !== "choices");
  const problem: Problem = { ...value, rules, objectives: [], latencies: [] };
  if (problem.workloads.some((workload) => lonelyTrouble(workload) !== undefined)) return { kind: "impossible" };
  const judge = newJudge(ir, problem, PACKING_STEPS);
  const cuts: NodeCut[] = [];
  while (!isSpent(asking)) {
    const timeLimit = Math.max(1, asking.until - asking.now());
    const options = { gap: 0, timeLimit, seed: 1, solver: "auto", now: asking.now, stopped: () => isSpent(asking) };
    const solution = await solveProblem(problem, options, { cuts, limits: [], floors: [] });
    if (solution.status === "infeasible") return { kind: "impossible" };
    if (solution.status === "unknown") return { kind: "unknown" };
    const judged = judge(solution.placement, solution.situations);
    if (judged.impossible.length === 0) return { kind: "possible", placed: replicasOf(problem, solution.placement) };
    cuts.push(...judged.impossible);
  }
  return { kind: "unknown" };
}

/** What keeps one workload from being placed even on an empty fleet, by counting alone: what it wants and what there is. */
export interface LonelyTrouble {
  readonly wanted: number;
  readonly most: number;
  readonly unit: "replicas" | "clusters";
  /** With `each`: the clusters that must have it and can not (indices). */
  readonly barred: readonly number[];
}

export function lonelyTrouble(workload: ProblemWorkload): LonelyTrouble | undefined {
  const { counting, candidates, optional } = workload;
  if (optional) return undefined;
  if (counting.kind === "divided") {
    const most = candidates.reduce((sum, candidate) => sum + candidate.most, 0);
    const wanted = counting.total;
    if (most < wanted) return { wanted, most, unit: "replicas", barred: [] };
    const clusters = counting.clusters ?? 0;
    const open = candidates.filter((candidate) => candidate.most > 0).length;
    return open < clusters ? { wanted: clusters, most: open, unit: "clusters", barred: [] } : undefined;
  }
  const size = workload.perNode ? 1 : counting.size;
  const open = candidates.filter((candidate) => candidate.most >= size);
  if (counting.kind === "copies") {
    if (open.length >= counting.clusters) return undefined;
    return { wanted: counting.clusters, most: open.length, unit: "clusters", barred: [] };
  }
  const barred = counting.required.filter((cluster) => !open.some((candidate) => candidate.cluster === cluster));
  if (barred.length === 0) return undefined;
  return { wanted: counting.required.length, most: counting.required.length - barred.length, unit: "clusters", barred };
}
