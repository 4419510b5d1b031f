// What each step of a workload onto a candidate adds to a separable objective: arcs with a cost and a capacity. Keeping what runs is an arc
// of its own, since only the first replicas are kept. It must not know prices or how anything is searched.
import { tiesOf } from "./bound/links.ts";
import type { Compact } from "./compact.ts";

/** Arcs are numbered through all workloads. Filling them in order of cost is the best that a workload can do alone. */
export interface Arcs {
  readonly start: Int32Array;
  readonly candidate: Int32Array;
  /** Most replicas. */
  readonly most: Int32Array;
  /** Of one replica. */
  readonly cost: Float64Array;
  /** By workload: replicas to be placed; of an optional one, at most. */
  readonly total: Int32Array;
  readonly optional: Uint8Array;
  /** By workload: 1 where all replicas must be on one cluster. */
  readonly single: Uint8Array;
  /** 1 for the first replicas of a candidate of a workload that others are tied to: to be there at all is worth something. */
  readonly opens: Uint8Array;
  readonly joint: Joint;
  /** What the objective is when nothing is placed. */
  readonly constant: number;
}

/** What the objective weighs that is no sum over replicas. */
export interface Joint {
  /** Weight of a millisecond to where the targets stand; 0 where costs say already where they do. */
  latency: number;
  /** By candidate: milliseconds that costs charge in any case, of that weight. */
  readonly least: Float64Array | undefined;
  /** Weight of a cluster in use. */
  readonly clusters: number;
  /** How many clusters may be in use, where an earlier term says so. */
  readonly mostClusters?: number | undefined;
  /** Whether the highest share in use is what is minimised, or else what it must not be above. */
  readonly imbalance: boolean;
  readonly atMost: number | undefined;
}

/** What the objective weighs: by candidate a cost for each replica, a reward for each of the first `kept` of them, and for each replica left out. */
export interface Weights {
  readonly cost: Float64Array;
  readonly kept: Int32Array;
  readonly reward: Float64Array;
  /** By workload. */
  readonly leftOut: Float64Array;
  readonly constant: number;
  readonly joint: Joint;
}

export function arcsOf(compact: Compact, { cost, kept, reward, leftOut, constant, joint }: Weights): Arcs {
  const { problem, candidateStart, most, step, wanted, workloads } = compact;
  const { serves } = tiesOf(compact);
  const start = new Int32Array(workloads + 1);
  const split = (c: number): boolean => (kept[c] as number) > 0 && (reward[c] as number) > 0;
  let size = 0;
  for (let c = 0; c < most.length; c++)
    size += (split(c) ? 2 : 1) + (serves[compact.workloadOf[c] as number] as number);
  const opens = new Uint8Array(size);
  const arcs = { candidate: new Int32Array(size), most: new Int32Array(size), cost: new Float64Array(size) };
  const total = new Int32Array(workloads);
  const optional = new Uint8Array(workloads);
  const single = new Uint8Array(workloads);
  let next = 0;
  let base = constant;
  const add = (c: number, many: number, each: number): void => {
    if (many <= 0) return;
    arcs.candidate[next] = c;
    arcs.most[next] = many;
    arcs.cost[next++] = each;
  };
  for (let w = 0; w < workloads; w++) {
    const workload = problem.workloads[w];
    total[w] = (wanted[w] as number) * (step[w] as number);
    optional[w] = workload?.optional === true ? 1 : 0;
    const out = optional[w] === 1 ? (leftOut[w] as number) : 0;
    const whole = workload?.counting.kind !== "divided";
    single[w] = workload?.counting.kind === "divided" && workload.counting.clusters === 1 ? 1 : 0;
    base += out * (total[w] as number);
    start[w] = next;
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) {
      const begin = next;
      const each = (cost[c] as number) - out;
      const keeps = split(c) ? Math.min(kept[c] as number, most[c] as number) : 0;
      const saved = keeps * (reward[c] as number);
      base += split(c) ? (kept[c] as number) * (reward[c] as number) : 0;
      // A whole copy comes with all of its replicas or with none: what it keeps is shared out among them.
      if (whole) add(c, most[c] as number, each - (keeps === 0 ? 0 : saved / (most[c] as number)));
      else {
        const first = Math.min(serves[w] as number, most[c] as number);
        add(c, first, keeps > 0 ? each - (reward[c] as number) : each);
        add(c, keeps - first, each - (reward[c] as number));
        add(c, (most[c] as number) - Math.max(first, keeps), each);
      }
      if (serves[w] === 1 && next > begin) opens[begin] = 1;
    }
  }
  start[workloads] = next;
  return {
    start,
    candidate: arcs.candidate.subarray(0, next),
    most: arcs.most.subarray(0, next),
    cost: arcs.cost.subarray(0, next),
    total,
    optional,
    single,
    opens: opens.subarray(0, next),
    joint,
    constant: base,
  };
}
