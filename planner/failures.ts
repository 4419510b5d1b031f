// What happens when a cluster or a zone is lost: all that ran there comes back beside the rest, and only where that does not do is anything
// planned anew. It must not change anything, nor know how a loss is shown.
import type { Ir } from "../compiler/index.ts";
import type { PlacedReplicas } from "./action/controller.ts";
import { placementIn } from "./as-placed.ts";
import { buildProblem } from "./build/index.ts";
import { countsSteps, worked, type Clock } from "./clock.ts";
import { columnsOf } from "./columns.ts";
import { explainImpossible, leftAlone } from "./explain/index.ts";
import { replicasOf, unplacedOf, type ComesBack } from "./outcome.ts";
import { place } from "./place.ts";
import type { PlacedWorkload, PlanStatus } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { newAfterLoss } from "./search/index.ts";

/** One loss, and what would happen then. */
export interface FailureCase {
  /** `paris`, or `zone eu-1`. */
  readonly lost: string;
  readonly clusters: readonly string[];
  /** `feasible`: everything that must run runs; `infeasible`: it can not; `unknown`: not everything was shown to have a place. */
  readonly status: PlanStatus;
  /** Replicas that ran there and run elsewhere then. */
  readonly evacuated: readonly {
    readonly app: string;
    readonly workload: string;
    readonly to: string;
    readonly replicas: number;
  }[];
  /** Replicas that move although their own cluster is still there. */
  readonly alsoMoved: number;
  /** What is optional and then has no place. */
  readonly unplaced: readonly PlacedWorkload[];
  /** Copies that are lost with the cluster because `each` asks for one there and nowhere else. */
  readonly gone: readonly { readonly app: string; readonly workload: string; readonly replicas: number }[];
  /** What must run and was not shown to have a place then. */
  readonly stuck: readonly { readonly app: string; readonly workload: string; readonly replicas: number }[];
  /** What has a place then, but not one that its rules (spread, near, apart …) allow as long as nothing else moves. */
  readonly unruly: readonly { readonly app: string; readonly workload: string }[];
  /** Why it is impossible, in one sentence each. */
  readonly problems: readonly string[];
}

export interface FailureOptions {
  readonly seed: number;
  readonly solver: string;
  readonly now: Clock;
  readonly stopped: () => boolean;
  /** What is known to come back where. */
  readonly comesBack?: readonly ComesBack[];
  /** Told after each loss: how many are answered, of how many. */
  readonly onCase?: (done: number, all: number) => void;
}

/** Milliseconds (steps, of a clock that counts them) for one loss that needs a new plan, for why it is impossible, and for all of them. */
const BUDGET = 800;
const WHY = 800;
const ALL = 2_500;
/** Of how few moves there are at least, so close is near enough. */
const GAP = 0.05;
/** Milliseconds that bringing back what one loss takes is about, for each thousand pairs; and that a new plan takes at least, for each pair. */
const RECOVERY = 5;
const ANEW = 0.25;

/** Every loss of one cluster that runs something, and of one zone that holds several clusters; in the order of the fleet. */
export async function failureCases(
  ir: Ir,
  placed: PlacedReplicas,
  options: FailureOptions,
): Promise<readonly FailureCase[]> {
  const program = withoutSurvival(ir);
  const { value: problem } = buildProblem(program, placed);
  const placement = placementIn(problem, placed);
  const recover = placement === undefined ? undefined : newAfterLoss(program, problem, placement);
  const pairs = problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0);
  // Bringing back is asked of every loss; only new plans share a budget.
  let until = options.now() + ALL;
  const cases: FailureCase[] = [];
  const losses = lossesOf(ir, placed);
  for (const loss of losses) {
    if (options.stopped()) break;
    worked(options.now, (RECOVERY * pairs) / 1000);
    if (countsSteps(options.now)) until += (RECOVERY * pairs) / 1000;
    const lost = new Set(loss.clusters.map((name) => problem.clusters.findIndex((cluster) => cluster.name === name)));
    const found = recover?.(lost, knownOf(problem, loss, options.comesBack ?? []));
    const beside = found === undefined ? undefined : besideTheRest(problem, placed, loss, found);
    if (beside?.status === "feasible") cases.push(beside);
    else {
      // What the fleet without them says is only asked where it may say something.
      const doomed = found === undefined || leftAlone(lacking(problem, lost)).length > 0;
      const problems = doomed ? leftAlone(buildProblem(program, placed, { without: loss.clusters }).value) : [];
      if (problems.length > 0) cases.push({ ...loss, ...NOTHING, status: "infeasible", problems });
      // A plan that could not be finished within what is left is not begun.
      else if (beside !== undefined && options.now() + ANEW * pairs > until) cases.push(beside);
      else cases.push(await anew(program, placed, loss, beside, until, options));
    }
    options.onCase?.(cases.length, losses.length);
  }
  return cases;
}

interface LossName {
  readonly lost: string;
  readonly clusters: readonly string[];
}

function lossesOf(ir: Ir, placed: PlacedReplicas): readonly LossName[] {
  const used = new Set(Object.values(placed).flatMap((own) => Object.keys(own)));
  const singles = ir.fleet.clusters.filter((c) => used.has(c.name)).map((c) => ({ lost: c.name, clusters: [c.name] }));
  const zones = [...new Set(ir.fleet.clusters.flatMap((c) => c.labels["zone"] ?? []))]
    .sort()
    .map((zone) => ({
      lost: `zone ${zone}`,
      clusters: ir.fleet.clusters.filter((c) => c.labels["zone"] === zone).map((c) => c.name),
    }))
    .filter(({ clusters }) => clusters.length > 1 && clusters.some((c) => used.has(c)));
  return [...singles, ...zones];
}

/** A loss has then happened: what was promised for it is kept by what is done now, and no second loss is asked for. */
const withoutSurvival = (ir: Ir): Ir => ({ ...ir, runs: ir.runs.map(({ survive: _, ...run }) => run) });

/** Where the plan keeps room for a loss: for this one, or for the smallest one that it is part of. */
function knownOf(problem: Problem, { clusters }: LossName, comesBack: readonly ComesBack[]) {
  const [own] = comesBack
    .filter(({ lost }) => clusters.every((name) => lost.includes(name)))
    .sort((a, b) => a.lost.length - b.lost.length);
  return (workload: number, cluster: number): number =>
    own?.back[problem.workloads[workload]?.id ?? ""]?.[problem.clusters[cluster]?.name ?? ""] ?? 0;
}

type Found = ReturnType<NonNullable<ReturnType<typeof newAfterLoss>>>;

function besideTheRest(
  problem: Problem,
  placed: PlacedReplicas,
  loss: LossName,
  { placement, homeless, broken }: Found,
): FailureCase {
  const after = replicasOf(problem, placement);
  const must = [...homeless].filter(([w]) => problem.workloads[w]?.optional !== true);
  const ruled = broken.filter((w) => !homeless.has(w));
  const moves = movesOf(placed, after, loss.clusters);
  const names = new Set(must.map(([w]) => problem.workloads[w]?.id));
  const gone = moves.gone.filter(({ app, workload }) => !names.has(`${app}/${workload}`));
  const optional = new Set(problem.workloads.filter((own) => own.optional).map(({ id }) => id));
  return {
    ...loss,
    status: must.length + ruled.length === 0 ? "feasible" : "unknown",
    ...moves,
    // What is optional is told as unplaced.
    gone: gone.filter(({ app, workload }) => !optional.has(`${app}/${workload}`)),
    unplaced: unplacedOf(problem, placement),
    stuck: must.map(([w, replicas]) => ({ ...namesOf(problem.workloads[w]?.id ?? ""), replicas })),
    unruly: ruled.map((w) => namesOf(problem.workloads[w]?.id ?? "")),
    problems: [],
  };
}

/** The problem without what is lost, as far as candidates say; copies of `each` are gone with their clusters. */
const lacking = (problem: Problem, lost: ReadonlySet<number>): Problem => ({
  ...problem,
  workloads: problem.workloads.flatMap((workload) =>
    workload.counting.kind === "each" || columnsOf(workload).cluster.every((cluster) => !lost.has(cluster))
      ? []
      : [{ ...workload, candidates: workload.candidates.filter(({ cluster }) => !lost.has(cluster)) }],
  ),
});

const NOTHING = { evacuated: [], alsoMoved: 0, unplaced: [], gone: [], stuck: [], unruly: [], problems: [] };

/** Others may move too, as few as possible. What could not be decided stays as it was found beside the rest. */
async function anew(
  program: Ir,
  placed: PlacedReplicas,
  loss: LossName,
  beside: FailureCase | undefined,
  until: number,
  { seed, solver, now, stopped }: FailureOptions,
): Promise<FailureCase> {
  const undecided = beside ?? { ...loss, ...NOTHING, status: "unknown" };
  const left = Math.min(BUDGET, until - now());
  if (left <= 0 || stopped()) return undecided;
  const [run] = program.runs;
  const fewest =
    run === undefined ? program : { ...program, minimize: [{ name: "moves" as const, span: run.spreading.span }] };
  const options = { seed, solver, now, stopped, gap: GAP, timeLimit: left, without: loss.clusters };
  const after = await place(fewest, placed, options);
  if (after.status === "infeasible") {
    const why = await explainImpossible(program, placed, { without: loss.clusters, now, budget: WHY });
    const problems = why.map((d) => (d.help === undefined ? d.message : `${d.message}; ${d.help}`));
    return { ...loss, ...NOTHING, status: "infeasible", problems };
  }
  if (after.status === "unknown") return undecided;
  const { gone, ...moves } = movesOf(placed, after.placed, loss.clusters);
  const optional = new Set(program.runs.filter((own) => own.optional).map(({ workload }) => workload));
  return {
    ...loss,
    ...NOTHING,
    ...moves,
    status: "feasible",
    gone: gone.filter(({ app, workload }) => !optional.has(`${app}/${workload}`)),
    unplaced: after.unplaced,
  };
}

function namesOf(id: string): { readonly app: string; readonly workload: string } {
  const [app = "", workload = ""] = id.split("/");
  return { app, workload };
}

function movesOf(
  before: PlacedReplicas,
  after: PlacedReplicas,
  lost: readonly string[],
): Pick<FailureCase, "evacuated" | "alsoMoved" | "gone"> {
  const evacuated: { app: string; workload: string; to: string; replicas: number }[] = [];
  const gone: { app: string; workload: string; replicas: number }[] = [];
  let alsoMoved = 0;
  for (const id of Object.keys(before).sort()) {
    const [was, is] = [before[id] ?? {}, after[id] ?? {}];
    let homeless = lost.reduce((sum, cluster) => sum + (was[cluster] ?? 0), 0);
    for (const cluster of Object.keys(was)) {
      if (!lost.includes(cluster)) alsoMoved += Math.max(0, (was[cluster] ?? 0) - (is[cluster] ?? 0));
    }
    for (const cluster of Object.keys(is).sort()) {
      const replicas = Math.min(homeless, Math.max(0, (is[cluster] ?? 0) - (was[cluster] ?? 0)));
      if (replicas === 0) continue;
      evacuated.push({ ...namesOf(id), to: cluster, replicas });
      homeless -= replicas;
    }
    if (homeless > 0) gone.push({ ...namesOf(id), replicas: homeless });
  }
  return { evacuated, alsoMoved, gone };
}
