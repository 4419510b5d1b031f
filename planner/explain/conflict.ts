// The smallest set of the user's own intents that can not hold together. Exact on small programs, as small as time allows on large ones.
// It must not know how a conflict is worded.
import type { Ir } from "../../compiler/index.ts";
import { buildProblem } from "../build/index.ts";
import type { Problem } from "../problem.ts";
import { solveProblem } from "../solver/index.ts";
import { isSpent, lonelyTrouble, tryToPlace, withShare, type Asking } from "./feasible.ts";
import { intentsOf, withOnly, type Intent } from "./intents.ts";
import { smallestByHittingSets } from "./hitting-sets.ts";
import { overfull } from "./overfull.ts";
import { minimalConflict } from "./quick-xplain.ts";

export interface Conflict {
  /** In the program's order; the `run` that every clause belongs to is among them. */
  readonly intents: readonly Intent[];
  /** `smallest`: no smaller set conflicts; `minimal`: no part of it does; `found`: time ran out while it was narrowed down. */
  readonly proof: "smallest" | "minimal" | "found";
}

/** Whether a set of intents, by key, can not hold together (proven). */
export type Refutes = (keys: readonly string[]) => Promise<boolean>;

/** Finds a conflict of an impossible program; undefined when none was shown within the budget. */
export async function findConflict(ir: Ir, asking: Asking): Promise<Conflict | undefined> {
  const intents = intentsOf(ir, asking.before);
  const known = new Map<string, boolean>();
  const refutes: Refutes = async (keys) => {
    const key = [...keys].sort().join("\n");
    const found = known.get(key);
    if (found !== undefined) return found;
    if (isSpent(asking)) return false; // unknown counts as possible: what is left stays a conflict, if not the smallest
    const verdict = (await tryToPlace(withOnly(ir, new Set(keys)), asking)).kind === "impossible";
    known.set(key, verdict);
    return verdict;
  };
  const among = await workloadsInConflict(ir, intents, refutes, asking);
  if (among === undefined) return undefined;
  const concerned = concerning(intents, among);
  const runs = concerned.filter(({ kind }) => kind === "run").map(({ key }) => key);
  const clauses = concerned.filter(({ kind }) => kind !== "run").map(({ key }) => key);
  const needed = await narrow(runs, clauses, refutes);
  const minimal = [...(await narrow(needed, runs, refutes)), ...needed];
  const smaller = isSpent(asking) ? undefined : await smallestByHittingSets(intents, minimal, refutes, asking);
  const keys = new Set(smaller?.keys ?? minimal);
  const proof = smaller?.proven === true ? "smallest" : isSpent(asking) ? "found" : "minimal";
  return { intents: intents.filter(({ key }) => keys.has(key)), proof };
}

/** The part of `items` that, with `background`, still conflicts, none of it to spare. */
const narrow = async (
  background: readonly string[],
  items: readonly string[],
  refutes: Refutes,
): Promise<readonly string[]> =>
  (await minimalConflict(items, async (part) => !(await refutes([...background, ...part])))) ?? items;

/** Intents that speak only of these workloads; what a site accepts concerns all. */
const concerning = (intents: readonly Intent[], among: ReadonlySet<string>): Intent[] =>
  intents.filter(({ workloads, kind }) =>
    kind === "forbid" ? workloads.some((w) => among.has(w)) : workloads.every((w) => among.has(w)),
  );

/**
 * A small set of workloads that can not be placed together: one alone, else one that the best partial placement leaves out, with what its
 * rules tie it to, else all, narrowed down by halves.
 */
async function workloadsInConflict(
  ir: Ir,
  intents: readonly Intent[],
  refutes: Refutes,
  asking: Asking,
): Promise<ReadonlySet<string> | undefined> {
  const all = ir.runs.map((run) => run.workload);
  const refutesWorkloads = (workloads: readonly string[]) =>
    refutes(concerning(intents, new Set(workloads)).map(({ key }) => key));
  const { value: problem } = buildProblem(ir, asking.before, { without: asking.without });
  const alone = problem.workloads.filter((workload) => lonelyTrouble(workload) !== undefined);
  // Of several that can not stand even alone, the one that most is said of its place is rarely the most telling: the first will do.
  for (const { id } of alone) if (await refutesWorkloads([id])) return new Set([id]);
  // What rules ask of one workload alone, and the fleet can not give.
  for (const id of lonelyByRules(problem)) if (await refutesWorkloads([id])) return new Set([id]);
  const tied = neighbours(intents);
  const narrowed = async (workloads: readonly string[]) => new Set(await narrow([], workloads, refutesWorkloads));
  // Clusters whose room is asked for more often than it is there, by plain sums.
  for (const crowd of overfull(problem)) if (await refutesWorkloads(crowd)) return narrowed(crowd);
  // Each workload with those that are named beside it: small questions, and most conflicts are there.
  for (const [id, others] of tied) if (await refutesWorkloads([id, ...others])) return narrowed([id, ...others]);
  for (const left of await leftOut(problem, withShare(asking, 0.25))) {
    for (const circle of circles(left, tied, rivals(problem, left)))
      if (await refutesWorkloads(circle)) return narrowed(circle);
  }
  if (asking.until - asking.now() < problem.workloads.length * MILLISECONDS_FOR_ONE) return undefined;
  return (await refutesWorkloads(all)) ? narrowed(all) : undefined;
}

/** Workloads that can hardly keep their own rules, by counting; of those that are to survive, which no count tells, the first few. */
function lonelyByRules({ workloads, rules }: Problem): readonly string[] {
  const spreads: string[] = [];
  const survivors: string[] = [];
  for (const rule of rules) {
    if (rule.kind !== "spread" && rule.kind !== "survive") continue;
    const { id, candidates, counting } = workloads[rule.workload] as Problem["workloads"][number];
    const wanted = counting.kind === "divided" ? counting.total : counting.kind === "copies" ? counting.clusters : 0;
    if (rule.kind === "survive") {
      // Few places are the likeliest to be too few.
      survivors.push(id);
      continue;
    }
    const room = rule.groups.map((group) => {
      const own = new Set(group);
      const most = candidates.reduce((sum, { cluster, most }) => sum + (own.has(cluster) ? most : 0), 0);
      return Math.min(rule.max ?? Math.ceil(wanted / rule.groups.length), most);
    });
    if (room.reduce((a, b) => a + b, 0) < wanted) spreads.push(id);
  }
  const places = new Map(workloads.map(({ id, candidates }) => [id, candidates.length]));
  const fewest = survivors.sort((a, b) => (places.get(a) as number) - (places.get(b) as number) || (a < b ? -1 : 1));
  return [...new Set([...spreads, ...fewest.slice(0, SURVIVORS)])];
}

/** Each is a small question. */
const SURVIVORS = 8;

/** A question about all workloads is not begun when it could not be answered in time. */
const MILLISECONDS_FOR_ONE = 2;

/** Wider and wider sets around one workload: what rules tie it to, then those that want the same clusters, the most confined first. */
function circles(left: string, tied: ReadonlyMap<string, ReadonlySet<string>>, rivals: readonly string[]): string[][] {
  const near = new Set([left]);
  for (const id of near) for (const other of tied.get(id) ?? []) if (near.size < 12) near.add(other);
  const sizes = [4, 12, 30, 80].filter((_, i, all) => i === 0 || rivals.length > (all[i - 1] ?? 0));
  const wider = sizes.map((size) => new Set([left, ...rivals.slice(0, size)]));
  return [near, ...wider].map((circle) => [...circle]);
}

/** Workloads that want clusters of this one, by how few other places they have. */
function rivals({ workloads }: Problem, left: string): string[] {
  const own = new Set(workloads.find(({ id }) => id === left)?.candidates.map(({ cluster }) => cluster));
  const shared = ({ candidates }: Problem["workloads"][number]) =>
    candidates.filter(({ cluster }) => own.has(cluster)).length / Math.max(1, candidates.length);
  return workloads
    .filter((workload) => workload.id !== left && shared(workload) > 0)
    .sort((x, y) => shared(y) - shared(x) || (y.demand[0] ?? 0) - (x.demand[0] ?? 0) || (x.id < y.id ? -1 : 1))
    .map(({ id }) => id);
}

/** Workloads that one statement speaks of together. */
function neighbours(intents: readonly Intent[]): Map<string, Set<string>> {
  const tied = new Map<string, Set<string>>();
  for (const { workloads, kind } of intents) {
    if (workloads.length < 2 || kind === "forbid") continue;
    for (const w of workloads) {
      const own = tied.get(w) ?? new Set<string>();
      for (const other of workloads) if (other !== w) own.add(other);
      tied.set(w, own);
    }
  }
  return tied;
}

/** What a placement that may leave out anything leaves out: most conflicts have one of these. */
async function leftOut(value: Problem, asking: Asking): Promise<readonly string[]> {
  const workloads = value.workloads.map((workload) => ({ ...workload, optional: true, priority: 0 }));
  const rules = value.rules.filter((rule) => rule.kind !== "cut" && rule.kind !== "choices");
  const problem = {
    ...value,
    workloads,
    rules,
    latencies: [],
    objectives: [{ name: "unplaced" as const, priority: 0 }],
  };
  const timeLimit = Math.max(1, asking.until - asking.now());
  const options = { gap: 0, timeLimit, seed: 1, solver: "auto", now: asking.now, stopped: () => isSpent(asking) };
  const solution = await solveProblem(problem, options);
  if (solution.status !== "optimal" && solution.status !== "feasible") return [];
  return workloads.flatMap(({ id, counting }, w) => {
    const placed = (solution.placement[w] ?? []).reduce((sum, replicas) => sum + replicas, 0);
    const wanted =
      counting.kind === "divided"
        ? counting.total
        : counting.size * (counting.kind === "copies" ? counting.clusters : counting.required.length);
    return placed < wanted ? [id] : [];
  });
}
