// A problem solved exactly: encode, minimise term by term, decode. It must not know nodes one by one.
import type { TermProof } from "../proof.ts";
import type { Dual } from "../search/proof.ts";
import type { AfterLoss, Placement, Problem, Solution, SolveOptions } from "../problem.ts";
import { chooseSolver } from "./choose.ts";
import { worked } from "../clock.ts";
import { decode, encode } from "./encode/encode.ts";
import type { Encoded } from "./encode/encode.ts";
import type { Situation } from "./encode/survive.ts";
import type { Learnt } from "./learnt.ts";
import { lexicographic } from "./lexicographic.ts";
import { solveLossByLoss } from "./loss-by-loss.ts";
import type { SolveWith } from "./loss-by-loss.ts";
import { lossesOf } from "./losses.ts";
import type { Loss } from "./losses.ts";
import type { ModelOptions } from "./model.ts";
import { valuesOf } from "../presolve/value.ts";

/** A solution with what comes back after each loss that is survived. */
export type ExactSolution = Solution & {
  readonly situations?: readonly AfterLoss[];
  /** Proven value of every term, those of `then` too; empty without a proof. */
  readonly floors?: readonly number[];
  /** Prices that a search found on the way. */
  readonly duals?: readonly Dual[];
  readonly proof?: readonly TermProof[];
};

const NOTHING_LEARNT: Learnt = { cuts: [], limits: [], floors: [] };

type ExactOptions = SolveOptions & Pick<ModelOptions, "nodes">;

/** Columns that all losses together may add to a model before they are looked at one after the other. */
const LOSSES_AT_ONCE = 400;

/**
 * Solves a problem with the solver that is named or, for `auto`, that suits its size.
 * @param together columns that losses may add before they are looked at one after the other.
 */
export async function solveProblem(
  problem: Problem,
  options: ExactOptions,
  learnt: Learnt = NOTHING_LEARNT,
  together = LOSSES_AT_ONCE,
): Promise<ExactSolution> {
  const losses = lossesOf(problem);
  const columns = losses.reduce(
    (sum, { rules }) =>
      sum + rules.reduce((own, { workload }) => own + (problem.workloads[workload]?.candidates.length ?? 0), 0),
    0,
  );
  const solveWith: SolveWith = (chosen, asked, known) => solveOnce(problem, chosen, { ...options, ...asked }, known);
  if (columns <= together) return (await solveWith(losses, options, learnt)).solution;
  return solveLossByLoss(losses, options, learnt, solveWith);
}

async function solveOnce(
  problem: Problem,
  losses: readonly Loss[],
  options: ExactOptions,
  learnt: Learnt,
): Promise<Awaited<ReturnType<SolveWith>>> {
  const encoded = encode(problem, learnt, losses);
  const solver = chooseSolver(options.solver, encoded.draft);
  worked(options.now, encoded.draft.lower.length * ENCODING);
  const { timeLimit, gap, seed, now, stopped, nodes } = options;
  const onProgress = tellingOf(problem, encoded, options, solver.name);
  const found = await lexicographic(
    encoded.draft,
    encoded.terms.map((term) => term.linear),
    solver,
    { timeLimit, gap, seed, now, stopped, onProgress, ...(nodes === undefined ? {} : { nodes }) },
    learnt.floors,
  );
  if (found.status === "infeasible" || found.status === "unknown")
    return { solution: { status: found.status, solver: solver.name }, ground: encoded.ground, values: [] };
  const [planned, ...after] = encoded.situations;
  const placement = decode(problem, planned as Situation, found.values);
  // A term that no solve came to is only bounded by its columns (latency, the highest share): the placement itself says what it is worth.
  const worth = valuesOf(problem, placement);
  const objective = encoded.terms.flatMap((term, t) => {
    const result = found.terms[t];
    if (term.index === undefined || result === undefined) return [];
    const value = tidy(Math.min(result.value * term.unit, worth[term.index] as number));
    return [{ name: term.name, value, bound: Math.min(value, tidy(result.bound * term.unit)) }];
  });
  const situations = after.map((loss) => afterLoss(problem, loss, placement, decode(problem, loss, found.values)));
  const floors = found.status === "optimal" ? found.terms.map((term) => term.bound) : [];
  const { status } = found;
  return {
    solution: { status, placement, objective, gap: gapOf(objective), solver: solver.name, situations, floors },
    ground: encoded.ground,
    values: found.values,
  };
}

/** What came back after a loss: all that is there beyond what is planned. */
function afterLoss(problem: Problem, { lost }: Situation, planned: Placement, after: Placement): AfterLoss {
  const back = problem.workloads.flatMap(({ candidates }, workload) =>
    candidates.flatMap(({ cluster }, candidate) => {
      const replicas = (after[workload]?.[candidate] ?? 0) - (planned[workload]?.[candidate] ?? 0);
      return lost.has(cluster) || replicas === 0 ? [] : [{ workload, candidate, replicas }];
    }),
  );
  return { lost: [...lost], back };
}

/** Milliseconds that writing the model takes for each of its columns. */
const ENCODING = 2e-3;

/** Tells in the user's units what a solver tells of a term. */
function tellingOf(problem: Problem, { terms, situations }: Encoded, { onProgress }: SolveOptions, solver: string) {
  return (t: number, incumbent?: number, bound?: number, values?: ArrayLike<number>): void => {
    if (onProgress === undefined) return;
    const { unit, name } = terms[t] as Encoded["terms"][number];
    const planned = situations[0];
    onProgress({
      solver,
      term: name,
      ...(incumbent === undefined ? {} : { incumbent: tidy(incumbent * unit) }),
      ...(bound === undefined ? {} : { bound: tidy(bound * unit) }),
      ...(incumbent === undefined || bound === undefined
        ? {}
        : { gap: Math.max(0, incumbent - bound) / Math.max(1e-9, Math.abs(incumbent)) }),
      ...(values === undefined || planned === undefined
        ? {}
        : { placement: () => decode(problem, planned, Array.from(values)) }),
    });
  };
}

/** Relative gap of the first term that has one. */
export function gapOf(objective: readonly { readonly value: number; readonly bound: number }[]): number {
  const open = objective.find(({ value, bound }) => value - bound > 1e-9 * Math.max(1, Math.abs(value)));
  return open === undefined ? 0 : (open.value - open.bound) / Math.max(1e-9, Math.abs(open.value));
}

/** Sums of prices in binary: what is a ten-billionth off a short decimal is that decimal. */
const tidy = (value: number): number => Number(value.toPrecision(12));
