// Planning again where something runs: first with all of it held where it is. What moves no more than nothing avoids, and is best among what
// moves so little, is best of all, since moves come first. It must not know how problems are solved.
import { columnsOf } from "../columns.ts";
import type { NodeTruth } from "../nodes/index.ts";
import {
  asItRuns,
  choicesOf,
  heldOf,
  leastMoves,
  overfullWith,
  runningOn,
  valuesOf,
  wholeOf,
} from "../presolve/index.ts";
import type { Held } from "../presolve/index.ts";
import type { AfterLoss, NodeCut, Placement, Problem, ProblemWorkload, SolveOptions } from "../problem.ts";
import type { Learnt } from "../solver/learnt.ts";
import { gapOf } from "../solver/solve.ts";
import type { ExactSolution } from "../solver/solve.ts";
import { rulesToDecide } from "./rules-kept.ts";
import { inOrder } from "./truth-of-part.ts";

type Answer = Extract<ExactSolution, { readonly placement: unknown }>;
type Solve = (problem: Problem, options: SolveOptions, learnt: Learnt) => Promise<ExactSolution>;

/** The share of the time that an answer gets in which everything is held; it is small, or there is none. */
const HOLDING = 0.5;

export interface Kept {
  readonly solution: Answer;
  /** Whether it is the best of all that moves so little, as far as it is proven. */
  readonly final: boolean;
}

/** The answer that keeps what runs; undefined where it is not asked for first, or where there is none. */
export async function keepRunning(
  problem: Problem,
  options: SolveOptions,
  learnt: Learnt,
  solve: Solve,
): Promise<Kept | undefined> {
  if (!movesComeFirst(problem)) return undefined;
  const held = heldOf(problem, clustersToOpen(problem, learnt));
  const cuts = learnt.cuts.flatMap((cut) => cutOn(held, cut));
  const { truth } = learnt;
  const own = { ...held.problem, rules: rulesToDecide(held) };
  const found = await solve(
    own,
    { ...options, timeLimit: options.timeLimit * HOLDING, ...tellingOf(problem, held, options) },
    { cuts, limits: learnt.limits, floors: [], ...(truth === undefined ? {} : { truth: truthOf(held, truth) }) },
  );
  return "placement" in found ? answerOf(problem, held, found) : undefined;
}

/** The better of an answer that keeps what runs and of one that was found without holding anything; bounds of both. */
export function betterOf(problem: Problem, kept: Answer, other: ExactSolution): ExactSolution {
  if (!("placement" in other)) return kept;
  const [a, b] = [worth(problem, kept.placement), worth(problem, other.placement)];
  const at = a.findIndex((value, t) => differs(value, b[t] as number));
  if (at < 0 || (b[at] as number) < (a[at] as number)) return other;
  let same = true;
  const objective = kept.objective.map((term, t) => {
    const known = other.objective[t];
    const bound = same && known !== undefined ? Math.max(term.bound, Math.min(term.value, known.bound)) : term.bound;
    same &&= known !== undefined && !differs(known.value, term.value);
    return { ...term, bound };
  });
  return { ...kept, objective, gap: gapOf(objective) };
}

const differs = (a: number, b: number): boolean => Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(a));

/** Terms in the order in which they count: `then` stands right after what stays unplaced. */
function worth(problem: Problem, placement: Placement): readonly number[] {
  const values = valuesOf(problem, placement);
  const first = problem.objectives.findIndex(({ name }) => name !== "unplaced");
  const at = first < 0 ? values.length : first;
  return [...values.slice(0, at), ...choicesOf(problem, placement), ...values.slice(at)];
}

/** Whether something runs, and nothing that could be worth a move comes before moves. */
function movesComeFirst({ objectives, workloads }: Problem): boolean {
  const at = objectives.findIndex(({ name }) => name === "moves");
  const harmless = new Set(["unplaced", "preference", "latency", "score"]);
  if (at < 0 || !objectives.slice(0, at).every(({ name }) => harmless.has(name))) return false;
  return workloads.some((workload) => runningOn(workload).length > 0);
}

/** Clusters that can not keep all that runs there: by sums, by what packing taught, or because they are to be less full. */
function clustersToOpen(problem: Problem, { cuts, limits }: Learnt): ReadonlySet<number> {
  const open = new Set(limits.map(({ cluster }) => cluster));
  const running = problem.workloads.map(asItRuns);
  for (const cluster of overfullWith(problem, running)) open.add(cluster);
  for (const { cluster, counts, exactly } of cuts) {
    const complete = counts.every(({ workload, replicas }) => {
      const columns = columnsOf(running[workload] as ProblemWorkload);
      const here = columns.most[columns.cluster.indexOf(cluster)] ?? 0;
      return exactly ? here === replicas : here >= replicas;
    });
    if (complete) open.add(cluster);
  }
  return open;
}

/** A cut of the whole in workloads of the held problem: what is held counts already. Nothing, where it can not be completed any more. */
function cutOn({ problem, origin, stays }: Held, cut: NodeCut): readonly NodeCut[] {
  const shares = (w: number): readonly number[] => origin.flatMap((own, h) => (own === w ? [h] : []));
  const counts = cut.counts.flatMap(({ workload, replicas }) => {
    const [rest = workload, behind] = shares(workload);
    if (behind === undefined) return [{ workload: rest, replicas }];
    const { cluster, most } = columnsOf(problem.workloads[behind] as ProblemWorkload);
    const here = most[cluster.indexOf(cut.cluster)] ?? 0;
    return stays[behind] === true && (cut.exactly || replicas > here)
      ? [{ workload: rest, replicas: replicas - here }]
      : [];
  });
  return counts.some(({ replicas }) => replicas < 0) ? [] : [{ ...cut, counts }];
}

/** What nodes take in the numbers of the held problem. What finds no node beside what is held leaves again; what is held stays. */
function truthOf({ problem, origin, stays }: Held, truth: NodeTruth): NodeTruth {
  const loadOf = (load: ReadonlyMap<number, number>): ReadonlyMap<number, number> => {
    const sum = new Map<number, number>();
    for (const [h, replicas] of load) {
      const w = origin[h] as number;
      sum.set(w, (sum.get(w) ?? 0) + replicas);
    }
    return inOrder(sum);
  };
  /** Whether nothing but what runs there already is on a cluster: that has found its nodes. */
  const runs = (cluster: number, load: ReadonlyMap<number, number>): boolean =>
    [...load].every(([h, replicas]) => {
      const columns = columnsOf(problem.workloads[h] as ProblemWorkload);
      return stays[h] === true && (columns.before[columns.cluster.indexOf(cluster)] ?? 0) >= replicas;
    });
  /** Of what stands of a whole workload, what is held of it stands first. */
  const ownOf = (standing: ReadonlyMap<number, number>, asked: ReadonlyMap<number, number>) => {
    const open = new Map(standing);
    const own = [...asked].sort(([a], [b]) => Number(stays[b]) - Number(stays[a]) || a - b);
    return new Map(
      own.map(([h, many]) => {
        const w = origin[h] as number;
        const there = Math.min(many, open.get(w) ?? 0);
        open.set(w, (open.get(w) ?? 0) - there);
        return [h, there];
      }),
    );
  };
  const surely = (cluster: number, load: ReadonlyMap<number, number>): boolean =>
    runs(cluster, load) || truth.surely(cluster, loadOf(load));
  return {
    asks: truth.asks,
    accepts: (cluster, load) => runs(cluster, load) || truth.accepts(cluster, loadOf(load)),
    surely,
    heldBy: () => undefined,
    come: (cluster, load, more) => {
      const found = truth.come(cluster, loadOf(load), loadOf(more));
      return found && { load: ownOf(found.load, load), more: ownOf(found.more, more) };
    },
    leftOut: (cluster, load, first, ties) => {
      if (surely(cluster, load)) return new Map();
      const rest = new Map(load);
      const left = new Map<number, number>();
      const free = [...load.keys()].filter((h) => stays[h] !== true && !first(h));
      for (const h of free.sort((a, b) => (load.get(a) as number) - (load.get(b) as number) || a - b))
        for (let many = load.get(h) as number; many > 0; many--) {
          if (many > 1) rest.set(h, many - 1);
          else rest.delete(h);
          left.set(h, (left.get(h) ?? 0) + 1);
          if (surely(cluster, rest)) return left;
        }
      return truth.leftOut(cluster, loadOf(load), first, ties);
    },
    fewestOut: () => undefined,
    // What is held of the same workload is among it: a few too many, for a first look.
    spare: (cluster, h) => truth.spare(cluster, origin[h] as number),
  };
}

/** What the held problem tells is told of the whole as far as it is true of it: placements are, bounds are not. */
function tellingOf(problem: Problem, held: Held, { onProgress }: SolveOptions): Pick<SolveOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  return {
    onProgress: ({ solver, placement }) =>
      onProgress(
        placement === undefined ? { solver } : { solver, placement: () => wholeOf(problem, held, placement()) },
      ),
  };
}

function answerOf(problem: Problem, held: Held, found: Answer): Kept {
  const placement = wholeOf(problem, held, found.placement);
  const values = valuesOf(problem, placement).map((value) => Number(value.toPrecision(12)));
  const at = problem.objectives.findIndex(({ name }) => name === "moves");
  const before = [...values.slice(0, at), ...choicesOf(problem, placement)];
  const quiet = before.every((value) => Math.abs(value) < 1e-9);
  const least = Number(leastMoves(problem).toPrecision(12));
  const final = quiet && (values[at] as number) <= least;
  const objective = problem.objectives.map(({ name }, t) => {
    const value = values[t] as number;
    if (quiet && t === at) return { name, value, bound: Math.min(value, least) };
    if (final) return { name, value, bound: t < at ? value : Math.min(value, found.objective[t]?.bound ?? 0) };
    return { name, value, bound: Math.min(0, value) };
  });
  const solution: Answer = {
    status: final && found.status === "optimal" ? "optimal" : "feasible",
    placement,
    objective,
    gap: gapOf(objective),
    solver: found.solver,
    situations: situationsOf(held, found.situations ?? []),
    floors: [],
    duals: found.duals ?? [],
  };
  return { solution, final };
}

function situationsOf(held: Held, situations: readonly AfterLoss[]): readonly AfterLoss[] {
  return situations.map(({ lost, back }) => ({
    lost,
    back: back.map(({ workload, candidate, replicas }) => ({
      workload: held.origin[workload] as number,
      candidate: held.places[workload]?.[candidate] as number,
      replicas,
    })),
  }));
}
