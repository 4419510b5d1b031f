// The steps of a placement that may go elsewhere one by one, as flat arrays: where each may go, what it costs there, and what it takes of the
// rows of one cluster. It must not know prices of overfull rooms, or how a better placement is found.
import type { Problem } from "../../problem.ts";
import type { Compact } from "../compact.ts";
import type { Ground } from "../few-clusters.ts";
import { rowName } from "../rows.ts";
import { priceOf } from "../start.ts";

/** Options are numbered through all kinds (workloads that move); `…Start` arrays have one more entry at the end. */
export interface Steps {
  readonly count: number;
  /** By kind. */
  readonly workloads: readonly number[];
  readonly clusters: number;
  /** Most rows of one cluster; every cluster has so many, those that are none have room without end. */
  readonly rows: number;
  /** By step. */
  readonly kind: Int32Array;
  /** By kind: its first option; the cheapest at the prices comes first. */
  readonly optionStart: Int32Array;
  /** By option; the last cluster is nowhere, for what may stay out. */
  readonly cluster: Int32Array;
  readonly cost: Float64Array;
  /** By option: what it costs more than the best of its kind, the room at its price. */
  readonly regret: Float64Array;
  /** By option: steps at most. */
  readonly most: Int32Array;
  /** By option: the candidate, or −1 for nowhere. */
  readonly candidate: Int32Array;
  /** [option × rows + row]; one option more, of nothing. */
  readonly amount: Float64Array;
  /** [cluster × rows + row]: what those that do not move leave. */
  readonly capacity: Float64Array;
  readonly price: Float64Array;
  /** [kind × clusters + cluster]: the option there, or −1. */
  readonly optionAt: Int32Array;
  /** By step: the option where it is now. */
  readonly now: Int32Array;
  /** Whether some option takes several steps of its kind, or several steps are of one kind. */
  readonly several: boolean;
}

type LocalRows = NonNullable<ReturnType<typeof localRows>>;

interface Option {
  readonly cluster: number;
  readonly candidate: number;
  readonly cost: number;
  readonly key: number;
  readonly most: number;
}

/** Steps of one kind may be this many on average; beyond that single steps matter less than how many. */
const STEPS_EACH = 4;
/** The best options of each kind that are looked at. */
const OPTIONS = 40;
/** Kinds × clusters at most: what the search keeps of every pair. */
const PAIRS = 4_000_000;

/** Whether most workloads are one step or few. */
export function comesInSteps({ workloads }: Problem): boolean {
  const steps = workloads.reduce(
    (sum, { counting }) =>
      sum +
      (counting.kind === "divided"
        ? counting.total
        : counting.kind === "copies"
          ? counting.clusters
          : counting.required.length),
    0,
  );
  return steps <= STEPS_EACH * workloads.length;
}

/** The steps that may move, or undefined when they are too few, too many, or come in crowds. */
export function stepsOf(ground: Ground, prices: Float64Array): Steps | undefined {
  const { state, free } = ground;
  const { compact } = state;
  const kinds: number[] = [];
  let count = 0;
  for (let w = 0; w < compact.workloads; w++) {
    if (!free(w) || !isPlain(ground, w)) continue;
    kinds.push(w);
    count += compact.wanted[w] as number;
  }
  const clusters = compact.problem.clusters.length + 1;
  if (kinds.length < 2 || count > STEPS_EACH * kinds.length || kinds.length * clusters > PAIRS) return undefined;
  const options = kinds.map((w) => optionsOf(ground, prices, w));
  const local = localRows(ground, kinds, clusters);
  if (local === undefined) return undefined;
  return filled(ground, { kinds, count, clusters, options, local, prices });
}

interface Shape {
  readonly kinds: readonly number[];
  readonly count: number;
  readonly clusters: number;
  readonly options: readonly (readonly Option[])[];
  readonly local: LocalRows;
  readonly prices: Float64Array;
}

/** Arrays of what may move; undefined when not all of it is anywhere now. */
function filled({ state: { compact, on } }: Ground, shape: Shape): Steps | undefined {
  const { kinds, count, clusters, options, local, prices } = shape;
  const size = options.reduce((sum, own) => sum + own.length, 0);
  const steps = {
    count,
    workloads: kinds,
    clusters,
    rows: local.rows,
    kind: new Int32Array(count),
    optionStart: new Int32Array(kinds.length + 1),
    cluster: new Int32Array(size),
    cost: new Float64Array(size),
    regret: new Float64Array(size),
    most: new Int32Array(size),
    candidate: new Int32Array(size),
    amount: new Float64Array((size + 1) * local.rows),
    capacity: local.capacity,
    price: local.price(prices),
    optionAt: new Int32Array(kinds.length * clusters).fill(-1),
    now: new Int32Array(count),
    several: false,
  };
  let [next, step] = [0, 0];
  kinds.forEach((w, kind) => {
    const each = compact.step[w] as number;
    const first = step;
    let out = -1;
    const own = options[kind] as readonly Option[];
    const least = own.reduce((low, { key }) => Math.min(low, key), Infinity);
    for (const { cluster, candidate, cost, most, key } of own) {
      steps.cluster[next] = cluster;
      steps.candidate[next] = candidate;
      steps.cost[next] = cost;
      steps.regret[next] = key - least;
      steps.most[next] = most;
      steps.optionAt[kind * clusters + cluster] = next;
      if (candidate < 0) out = next;
      else {
        local.amounts(candidate, each, steps.amount, next);
        for (let n = 0; n < (on[candidate] as number) / each; n++) {
          steps.kind[step] = kind;
          steps.now[step++] = next;
        }
      }
      next++;
    }
    const end = out < 0 ? step : first + (compact.wanted[w] as number);
    for (; step < end; step++) {
      steps.kind[step] = kind;
      steps.now[step] = out;
    }
    steps.optionStart[kind + 1] = next;
  });
  if (step !== count) return undefined;
  for (let s = 0; s < count; s++) local.free(steps.now[s] as number, steps);
  return { ...steps, several: count > kinds.length };
}

/** Of one pool everywhere, and nothing kept in part: what a step costs does not depend on others of its workload. */
function isPlain({ state: { compact }, weights: { kept, reward } }: Ground, w: number): boolean {
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
    if ((compact.slotStart[c + 1] as number) - (compact.slotStart[c] as number) !== 1) return false;
    if (
      (kept[c] as number) > 0 &&
      (reward[c] as number) > 0 &&
      compact.problem.workloads[w]?.counting.kind === "divided"
    )
      return false;
  }
  return true;
}

/** The best options of a workload, and where it is now; single nodes are asked when something is found. */
function optionsOf({ state, weights }: Ground, prices: Float64Array, w: number): readonly Option[] {
  const { compact, on } = state;
  const each = compact.step[w] as number;
  const found: Option[] = [];
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
    const slot = compact.slotStart[c] as number;
    const most = Math.floor(Math.min(compact.most[c] as number, compact.room[slot] as number) / each);
    if (most <= 0 && (on[c] as number) === 0) continue;
    const keeps = Math.min(weights.kept[c] as number, compact.most[c] as number);
    const cost = each * (weights.cost[c] as number) - keeps * (weights.reward[c] as number);
    const key = cost + each * priceOf(compact, prices, c);
    found.push({ cluster: compact.cluster[c] as number, candidate: c, cost, key, most });
  }
  if (compact.problem.workloads[w]?.optional === true) {
    const cost = each * (weights.leftOut[w] as number);
    found.push({ cluster: compact.problem.clusters.length, candidate: -1, cost, key: cost, most: 2 ** 30 });
  }
  found.sort((a, b) => a.key - b.key || a.candidate - b.candidate);
  return found.filter(({ candidate: c }, n) => n < OPTIONS || c < 0 || (on[c] as number) > 0);
}

/** Whether whole replicas that keep all other rows keep this one too: it only sharpens what prices prove. */
function isImplied(compact: Compact, row: number): boolean {
  const name = rowName(compact, row);
  return name.kind === "parts" && compact.problem.pools[name.pool]?.count === 1;
}

/** The rows that movable slots touch, cluster by cluster; undefined when one of them is of several clusters. */
function localRows({ state: { compact, used, capacity: room } }: Ground, kinds: readonly number[], clusters: number) {
  const { slotStart, entryStart, entryRow, entryAmount } = compact;
  const own: number[][] = Array.from({ length: clusters }, () => []);
  const at = new Int32Array(compact.capacity.length).fill(-1);
  for (const w of kinds)
    for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
      const slot = slotStart[c] as number;
      const list = own[compact.cluster[c] as number] as number[];
      for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++) {
        const row = entryRow[e] as number;
        if (isImplied(compact, row)) continue;
        if ((at[row] as number) >= 0) {
          if (list[at[row] as number] !== row) return undefined;
          continue;
        }
        at[row] = list.length;
        list.push(row);
      }
    }
  const rows = Math.max(1, ...own.map((list) => list.length));
  const capacity = new Float64Array(clusters * rows).fill(Infinity);
  own.forEach((list, c) =>
    list.forEach((row, r) => (capacity[c * rows + r] = (room[row] as number) - (used[row] as number))),
  );
  return {
    rows,
    capacity,
    price: (prices: Float64Array): Float64Array => {
      const price = new Float64Array(clusters * rows);
      own.forEach((list, c) => list.forEach((row, r) => (price[c * rows + r] = prices[row] as number)));
      return price;
    },
    amounts: (candidate: number, each: number, into: Float64Array, option: number): void => {
      const slot = slotStart[candidate] as number;
      for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++)
        if ((at[entryRow[e] as number] as number) >= 0)
          into[option * rows + (at[entryRow[e] as number] as number)] = each * (entryAmount[e] as number);
    },
    /** Gives back what a step takes where it is now. */
    free: (option: number, { cluster, amount }: Pick<Steps, "cluster" | "amount">): void => {
      for (let r = 0; r < rows; r++) {
        const x = (cluster[option] as number) * rows + r;
        capacity[x] = (capacity[x] as number) + (amount[option * rows + r] as number);
      }
    },
  };
}
