// What each step of a workload onto a candidate adds to a separable objective: arcs with a cost and a capacity. Keeping what runs is an arc
// of its own, since only the first replicas are kept. It must not know prices or how anything is searched.
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
  /** What the objective is when nothing is placed. */
  readonly constant: number;
}

/** What the objective weighs: by candidate a cost for each replica, a reward for each of the first `kept` of them, and for each replica left out. */
export interface Weights {
  readonly cost: Float64Array;
  readonly kept: Int32Array;
  readonly reward: Float64Array;
  /** By workload. */
  readonly leftOut: Float64Array;
  readonly constant: number;
}

export function arcsOf(compact: Compact, { cost, kept, reward, leftOut, constant }: Weights): Arcs {
  const { problem, candidateStart, most, step, wanted, workloads } = compact;
  const start = new Int32Array(workloads + 1);
  const split = (c: number): boolean => (kept[c] as number) > 0 && (reward[c] as number) > 0;
  let size = 0;
  for (let c = 0; c < most.length; c++) size += split(c) ? 2 : 1;
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
      const each = (cost[c] as number) - out;
      const keeps = split(c) ? Math.min(kept[c] as number, most[c] as number) : 0;
      const saved = keeps * (reward[c] as number);
      base += split(c) ? (kept[c] as number) * (reward[c] as number) : 0;
      // A whole copy comes with all of its replicas or with none: what it keeps is shared out among them.
      if (whole) add(c, most[c] as number, each - (keeps === 0 ? 0 : saved / (most[c] as number)));
      else {
        add(c, keeps, each - (reward[c] as number));
        add(c, (most[c] as number) - keeps, each);
      }
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
    constant: base,
  };
}
