// What happens when a cluster or a zone is lost: the plan is made again without it, from the placement in force. It must not change anything.
import type { Ir } from "../compiler/index.ts";
import {
  explainImpossible,
  place,
  stepClock,
  type PlacedReplicas,
  type PlacedWorkload,
  type PlanStatus,
} from "../planner/index.ts";

/** One loss, and what the plan would then be. */
export interface FailureCase {
  /** `paris`, or `zone eu-1`. */
  readonly lost: string;
  readonly clusters: readonly string[];
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
  /** Why it is impossible, in one sentence each. */
  readonly problems: readonly string[];
}

export interface FailureOptions {
  readonly seed: number;
  readonly solver: string;
  readonly now: () => number;
  readonly stopped: () => boolean;
  /** Milliseconds for one case; Infinity: steps are counted. */
  readonly timeLimit: number;
}

/** Steps for one case and for why it is impossible, in the milliseconds that they take on a common machine. */
const BUDGET = 10_000;
const WHY = 1_500;

/** Every loss of one cluster that runs something, and of one zone that holds several clusters; in the order of the fleet. */
export async function failureCases(
  ir: Ir,
  placed: PlacedReplicas,
  options: FailureOptions,
): Promise<readonly FailureCase[]> {
  const used = new Set(Object.values(placed).flatMap((own) => Object.keys(own)));
  const singles = ir.fleet.clusters.filter((c) => used.has(c.name)).map((c) => ({ lost: c.name, clusters: [c.name] }));
  const zones = [...new Set(ir.fleet.clusters.flatMap((c) => c.labels["zone"] ?? []))]
    .sort()
    .map((zone) => ({
      lost: `zone ${zone}`,
      clusters: ir.fleet.clusters.filter((c) => c.labels["zone"] === zone).map((c) => c.name),
    }))
    .filter(({ clusters }) => clusters.length > 1 && clusters.some((c) => used.has(c)));
  const cases: FailureCase[] = [];
  for (const loss of [...singles, ...zones]) {
    if (options.stopped()) break;
    cases.push(await failureCase(ir, placed, loss, options));
  }
  return cases;
}

async function failureCase(
  ir: Ir,
  placed: PlacedReplicas,
  loss: { readonly lost: string; readonly clusters: readonly string[] },
  options: FailureOptions,
): Promise<FailureCase> {
  const program = withoutSurvival(ir);
  const after = await place(program, placed, { ...options, budget: BUDGET, gap: 0, without: loss.clusters });
  const base = {
    ...loss,
    status: after.status,
    evacuated: [],
    alsoMoved: 0,
    unplaced: after.unplaced,
    gone: [],
    problems: [],
  };
  if (after.status === "infeasible") {
    const now = options.timeLimit === Infinity ? stepClock() : options.now;
    const why = await explainImpossible(program, placed, { without: loss.clusters, now, budget: WHY });
    return { ...base, problems: why.map((d) => (d.help === undefined ? d.message : `${d.message}; ${d.help}`)) };
  }
  if (after.status === "unknown") return base;
  return { ...base, ...movesOf(placed, after.placed, loss.clusters) };
}

/** A loss has then happened: what was promised for it is kept by what the plan does now, and no second loss is asked for. */
const withoutSurvival = (ir: Ir): Ir => ({ ...ir, runs: ir.runs.map(({ survive: _, ...run }) => run) });

function movesOf(
  before: PlacedReplicas,
  after: PlacedReplicas,
  lost: readonly string[],
): Pick<FailureCase, "evacuated" | "alsoMoved" | "gone"> {
  const evacuated: { app: string; workload: string; to: string; replicas: number }[] = [];
  const gone: { app: string; workload: string; replicas: number }[] = [];
  let alsoMoved = 0;
  for (const id of Object.keys(before).sort()) {
    const [app = "", workload = ""] = id.split("/");
    const [was, is] = [before[id] ?? {}, after[id] ?? {}];
    let homeless = lost.reduce((sum, cluster) => sum + (was[cluster] ?? 0), 0);
    for (const cluster of Object.keys(was)) {
      if (!lost.includes(cluster)) alsoMoved += Math.max(0, (was[cluster] ?? 0) - (is[cluster] ?? 0));
    }
    for (const cluster of Object.keys(is).sort()) {
      const replicas = Math.min(homeless, Math.max(0, (is[cluster] ?? 0) - (was[cluster] ?? 0)));
      if (replicas === 0) continue;
      evacuated.push({ app, workload, to: cluster, replicas });
      homeless -= replicas;
    }
    if (homeless > 0) gone.push({ app, workload, replicas: homeless });
  }
  return { evacuated, alsoMoved, gone };
}
