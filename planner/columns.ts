// Candidates as columns. There may be a million of them, so what reads them all reads typed arrays; the objects that `ProblemWorkload` shows
// are made when somebody asks for those of one workload. It must not know what candidates mean.
import type { Candidate, ProblemWorkload } from "./problem.ts";

/** The fields of a workload's candidates, each in the order of `ProblemWorkload.candidates`. */
export interface CandidateColumns {
  readonly cluster: Int32Array;
  readonly most: Float64Array;
  readonly cost: Float64Array;
  readonly preference: Float64Array;
  readonly before: Int32Array;
  /** Lists are shared by all that say the same. */
  readonly pools: readonly (readonly number[])[];
  /** By candidate; no list where no controller scores. */
  readonly scores: readonly (readonly number[])[];
}

const known = new WeakMap<ProblemWorkload, CandidateColumns>();

/** The columns of a workload's candidates: those it was made with, else read from its candidates once. */
export function columnsOf(workload: ProblemWorkload): CandidateColumns {
  let columns = known.get(workload);
  if (columns === undefined) known.set(workload, (columns = read(workload.candidates)));
  return columns;
}

type Facts = Omit<ProblemWorkload, "candidates">;

/** A workload made from columns and the other fields of one, some of them changed. A copy of it by `...` is read anew. */
export function withColumns(workload: Facts, columns: CandidateColumns, changed: Partial<Facts> = {}): ProblemWorkload {
  // One by one: `...` would ask a workload for the objects of its candidates.
  const { id, counting, demand, perNode, optional, priority, leaving, perNodeMost, hostPorts, because } = workload;
  let made: readonly Candidate[] | undefined;
  const whole: ProblemWorkload = {
    id,
    counting,
    demand,
    perNode,
    optional,
    priority,
    leaving,
    perNodeMost,
    hostPorts,
    because,
    ...changed,
    get candidates() {
      return (made ??= Array.from(columns.cluster, (_, i) => candidateAt(columns, i)));
    },
  };
  known.set(whole, columns);
  return whole;
}

/** How many candidates a workload has. */
export const candidatesOf = (workload: ProblemWorkload): number => columnsOf(workload).cluster.length;

/** No replica on any candidate. */
export function nowhere(workload: ProblemWorkload): number[] {
  const counts: number[] = [];
  for (let i = candidatesOf(workload); i > 0; i--) counts.push(0);
  return counts;
}

/** One candidate, made alone. */
export const candidateAt = (columns: CandidateColumns, i: number): Candidate => ({
  cluster: columns.cluster[i] as number,
  pools: columns.pools[i] as readonly number[],
  most: columns.most[i] as number,
  cost: columns.cost[i] as number,
  preference: columns.preference[i] as number,
  before: columns.before[i] as number,
  scores: columns.scores[i] ?? NO_SCORES,
});

const NO_SCORES: readonly number[] = [];

/** Some of the candidates, by their places. */
export function picked(columns: CandidateColumns, kept: readonly number[]): CandidateColumns {
  const of = <T extends Int32Array | Float64Array>(column: T, into: T): T => {
    for (let k = 0; k < kept.length; k++) into[k] = column[kept[k] as number] as number;
    return into;
  };
  return {
    cluster: of(columns.cluster, new Int32Array(kept.length)),
    most: of(columns.most, new Float64Array(kept.length)),
    cost: of(columns.cost, new Float64Array(kept.length)),
    preference: of(columns.preference, new Float64Array(kept.length)),
    before: of(columns.before, new Int32Array(kept.length)),
    pools: kept.map((i) => columns.pools[i] as readonly number[]),
    scores: columns.scores.length === 0 ? columns.scores : kept.map((i) => columns.scores[i] as readonly number[]),
  };
}

function read(candidates: readonly Candidate[]): CandidateColumns {
  const columns = {
    cluster: new Int32Array(candidates.length),
    most: new Float64Array(candidates.length),
    cost: new Float64Array(candidates.length),
    preference: new Float64Array(candidates.length),
    before: new Int32Array(candidates.length),
    pools: candidates.map(({ pools }) => pools),
    scores: candidates.some(({ scores }) => scores.length > 0) ? candidates.map(({ scores }) => scores) : [],
  };
  candidates.forEach((candidate, i) => {
    columns.cluster[i] = candidate.cluster;
    columns.most[i] = candidate.most;
    columns.cost[i] = candidate.cost;
    columns.preference[i] = candidate.preference;
    columns.before[i] = candidate.before;
  });
  return columns;
}
