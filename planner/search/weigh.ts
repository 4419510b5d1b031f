// The lexicographic objective as one number for the search: weights so far apart that a later term never outweighs an earlier one, for the
// moves that are tried; what is best is judged by the terms themselves. It must not know rows or how anything is searched.
import type { Candidate, ObjectiveTerm, Problem } from "../problem.ts";
import { candidatesOf, columnsOf as candidateColumns } from "../columns.ts";
import { nearest } from "../presolve/index.ts";
import type { Compact } from "./compact.ts";
import type { Weights } from "./arcs.ts";

/** What one term costs by candidate and replica, as far as every replica can be judged alone. */
export interface TermCosts {
  readonly cost: Float64Array;
  /** Reward for each of the first `before` replicas (moves), or 0. */
  readonly reward: number;
  /** By workload: for each replica left out. */
  readonly leftOut: Float64Array;
  readonly constant: number;
}

/** Every term of the objective, and those of `then` right after `unplaced`; shared by bound and search. */
export interface Weighed {
  readonly terms: readonly {
    readonly objective: number | undefined;
    readonly costs: TermCosts;
    readonly factor: number;
    /** No replica makes a difference, as far as each can be judged alone. */
    readonly idle: boolean;
  }[];
  readonly before: Int32Array;
}

export function weigh(compact: Compact): Weighed {
  const { problem } = compact;
  const read = columnsOf(problem);
  const { before } = read;
  const listed = problem.objectives.map((term, objective) => ({ objective, costs: costsOf(compact, term, read) }));
  const split = problem.objectives.findIndex((term) => term.name !== "unplaced");
  const at = split < 0 ? listed.length : split;
  const all = [
    ...listed.slice(0, at),
    ...choicesOf(compact).map((costs) => ({ objective: undefined, costs })),
    ...listed.slice(at),
  ];
  const runsAlready = largestIn(before) > 0;
  let above = 0;
  const terms = all
    .toReversed()
    .map((term) => {
      const speaks = problem.objectives[term.objective ?? -1]?.name === "latency" && problem.latencies.length > 0;
      const largest = Math.max(largestOf(term.costs), speaks ? longestOf(problem) : 0);
      const factor = above === 0 ? 1 : (1 + 3 * above) / smallestOf(term.costs, largest);
      above += factor * largest;
      const idle = largest === 0 || (term.costs.reward > 0 && !runsAlready);
      return { ...term, factor, idle };
    })
    .toReversed();
  return { terms, before };
}

/** The first `count` terms as one: what the search and a bound that holds earlier terms minimise. */
export function summed(compact: Compact, { terms, before }: Weighed, count: number): Weights {
  const cost = new Float64Array(compact.most.length);
  const reward = new Float64Array(compact.most.length);
  const leftOut = new Float64Array(compact.workloads);
  let constant = 0;
  let latency = 0;
  let least: Float64Array | undefined;
  for (const { objective, costs, factor, idle } of terms.slice(0, count)) {
    const name = objective === undefined ? undefined : compact.problem.objectives[objective]?.name;
    if (name === "latency") [latency, least] = [factor, costs.cost];
    constant += factor * costs.constant;
    if (idle) continue;
    for (let c = 0; c < cost.length; c++) {
      cost[c] = (cost[c] as number) + factor * (costs.cost[c] as number);
      if (costs.reward > 0 && (before[c] as number) > 0) reward[c] = (reward[c] as number) + factor * costs.reward;
    }
    for (let w = 0; w < leftOut.length; w++)
      leftOut[w] = (leftOut[w] as number) + factor * (costs.leftOut[w] as number);
  }
  const joint = { latency, least, clusters: 0, imbalance: false, atMost: undefined };
  return { cost, kept: before, reward, leftOut, constant, joint };
}

/**
 * Charges latencies to where the targets really are, where weights charged what they are at least. Without it a replica would be drawn to
 * where a target could have been.
 */
export function chargeLatency(
  compact: Compact,
  { terms }: Weighed,
  weights: Weights,
  presentOn: (w: number) => readonly number[],
): void {
  const { problem, candidateStart, most } = compact;
  const at = problem.objectives.findIndex((term) => term.name === "latency");
  const term = terms.find(({ objective }) => objective === at);
  if (at < 0 || term === undefined || problem.latencies.length === 0) return;
  const real = new Float64Array(most.length);
  for (const { from, to } of problem.latencies) {
    const targets = new Set(to.flatMap(presentOn));
    problem.workloads[from]?.candidates.forEach(({ cluster }, i) => {
      const c = (candidateStart[from] as number) + i;
      real[c] = (real[c] as number) + nearest(problem, cluster, targets) / 1000;
    });
  }
  for (let c = 0; c < real.length; c++)
    weights.cost[c] =
      (weights.cost[c] as number) + term.factor * ((real[c] as number) - (term.costs.cost[c] as number));
  weights.joint.latency = 0;
}

function costsOf(compact: Compact, term: ObjectiveTerm, read: Columns): TermCosts {
  const { problem } = compact;
  const leftOut = new Float64Array(compact.workloads);
  switch (term.name) {
    case "unplaced":
      problem.workloads.forEach((workload, w) => {
        if (workload.optional && workload.priority === term.priority) leftOut[w] = 1;
      });
      return { cost: zeros(compact), reward: 0, leftOut, constant: 0 };
    case "moves":
      return {
        cost: zeros(compact),
        reward: 1,
        leftOut,
        constant: problem.workloads.reduce((sum, workload) => sum + workload.leaving, 0),
      };
    case "preference":
      return { cost: read.preference, reward: 0, leftOut, constant: 0 };
    case "cost":
      return { cost: read.cost, reward: 0, leftOut, constant: 0 };
    case "score":
      return { cost: each(problem, (candidate) => candidate.scores[term.index] ?? 0), reward: 0, leftOut, constant: 0 };
    case "latency":
      return { cost: leastLatency(compact), reward: 0, leftOut, constant: 0 };
    case "clusters":
    case "imbalance":
      return { cost: zeros(compact), reward: 0, leftOut, constant: 0 };
  }
}

const none = new WeakMap<Compact, Float64Array>();

/** The cost of terms that charge no replica; shared, and never written to. */
function zeros(compact: Compact): Float64Array {
  const known = none.get(compact) ?? new Float64Array(compact.most.length);
  none.set(compact, known);
  return known;
}

interface Columns {
  readonly before: Int32Array;
  readonly cost: Float64Array;
  readonly preference: Float64Array;
}

/** What the candidates of all workloads say, one after the other. */
function columnsOf({ workloads }: Problem): Columns {
  const size = workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  const before = new Int32Array(size);
  const cost = new Float64Array(size);
  const preference = new Float64Array(size);
  let next = 0;
  for (const workload of workloads) {
    const own = candidateColumns(workload);
    before.set(own.before, next);
    cost.set(own.cost, next);
    preference.set(own.preference, next);
    next += own.cost.length;
  }
  return { before, cost, preference };
}

function each(problem: Problem, of: (candidate: Candidate) => number): Float64Array {
  const values = new Float64Array(problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0));
  let next = 0;
  for (const { candidates } of problem.workloads) for (const candidate of candidates) values[next++] = of(candidate);
  return values;
}

/** Milliseconds to the nearest place where a target could be: no replica there can be closer. */
function leastLatency({ problem, candidateStart, most }: Compact): Float64Array {
  const cost = new Float64Array(most.length);
  for (const { from, to } of problem.latencies) {
    const targets = new Set(
      to.flatMap((w) =>
        (problem.workloads[w]?.candidates ?? []).flatMap(({ cluster }, i) =>
          (most[(candidateStart[w] as number) + i] as number) > 0 ? [cluster] : [],
        ),
      ),
    );
    problem.workloads[from]?.candidates.forEach(({ cluster }, i) => {
      const c = (candidateStart[from] as number) + i;
      cost[c] = (cost[c] as number) + nearest(problem, cluster, targets) / 1000;
    });
  }
  return cost;
}

/** Milliseconds that one replica may cost at most: as far as can be, from all that it speaks with. */
function longestOf({ latencies, far }: Problem): number {
  const pairs = new Map<number, number>();
  for (const { from } of latencies) pairs.set(from, (pairs.get(from) ?? 0) + 1);
  return (Math.max(0, ...pairs.values()) * far) / 1000;
}

/** One for each replica beyond the first choices; what is there already may stay, which only the reward of keeping could say. */
function choicesOf(compact: Compact): readonly TermCosts[] {
  const { problem, candidateStart } = compact;
  const rules = problem.rules.filter((rule) => rule.kind === "choices");
  const depth = Math.max(1, ...rules.map((rule) => rule.choices.length));
  return Array.from({ length: depth - 1 }, (_, level) => {
    const cost = new Float64Array(compact.most.length);
    for (const { workload, choices } of rules) {
      const earlier = new Set(choices.slice(0, level + 1).flat());
      problem.workloads[workload]?.candidates.forEach(({ cluster, before }, i) => {
        if (!earlier.has(cluster) && before === 0) cost[(candidateStart[workload] as number) + i] = 1;
      });
    }
    return { cost, reward: 0, leftOut: new Float64Array(compact.workloads), constant: 0 };
  });
}

function largestOf({ cost, reward, leftOut }: TermCosts): number {
  let low = 0;
  for (let c = 0; c < cost.length; c++) if ((cost[c] as number) < low) low = cost[c] as number;
  return Math.max(reward, largestIn(cost), largestIn(leftOut)) - low;
}

function largestIn(values: Float64Array | Int32Array): number {
  let high = 0;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > high) high = values[i] as number;
  return high;
}

/** What a term changes by at least, as far as can be told: one where its numbers are whole. */
function smallestOf({ cost, reward }: TermCosts, largest: number): number {
  if (reward > 0 || largest === 0) return 1;
  return isWhole(cost) ? 1 : Math.max(1e-9, largest * 1e-3);
}

/** Whether a term takes whole values only. */
export function isWhole(cost: Float64Array): boolean {
  for (let c = 0; c < cost.length; c++) if (!Number.isInteger(cost[c])) return false;
  return true;
}
