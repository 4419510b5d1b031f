// Generalized assignment as a placement problem: every agent a cluster with a resource of its own, every job a workload that takes of each
// what it weighs there. It must not know how problems are solved.
import type { Problem } from "../../planner/index.ts";

export interface Assignment {
  readonly clusters: number;
  readonly jobs: number;
  /** [cluster × jobs + job]. */
  readonly cost: readonly number[];
  readonly weight: readonly number[];
  readonly capacity: readonly number[];
  /** Divides jobs into so many replicas; absent: one whole copy each. */
  readonly replicas?: readonly number[];
}

export function assignment({ clusters, jobs, cost, weight, capacity, replicas }: Assignment): Problem {
  const all = Array.from({ length: clusters }, (_, c) => c);
  return {
    resources: all.map((c) => `agent-${c}`),
    clusters: all.map((c) => ({ name: `c${c}`, pools: [c], labels: {} })),
    pools: all.map((c) => ({
      cluster: c,
      name: "agents",
      count: 1,
      shape: all.map((r) => (r === c ? (capacity[c] as number) : 1e9)),
    })),
    workloads: Array.from({ length: jobs }, (_, w) => {
      const total = replicas?.[w] ?? 1;
      const most = (c: number): number => Math.floor((capacity[c] as number) / (weight[c * jobs + w] as number));
      return {
        id: `app/w${w}`,
        counting: replicas === undefined ? { kind: "copies", clusters: 1, size: 1 } : { kind: "divided", total },
        demand: all.map((r) => weight[r * jobs + w] as number),
        perNode: false,
        optional: false,
        priority: 0,
        candidates: all
          .filter((c) => most(c) > 0)
          .map((c) => ({
            cluster: c,
            pools: [c],
            most: Math.min(total, most(c)),
            cost: cost[c * jobs + w] as number,
            preference: 0,
            before: 0,
            scores: [],
          })),
        leaving: 0,
        perNodeMost: Infinity,
        hostPorts: [],
        because: { text: "", kind: "intent" },
      };
    }),
    rules: [],
    latencies: [],
    distance: [],
    far: 1,
    objectives: [{ name: "cost" }],
    ruledOut: [],
  };
}

/** Reads `m n`, m×n costs, m×n weights, m capacities. */
export function readAssignment(text: string): Problem {
  const numbers = text.split(/\s+/).filter(Boolean).map(Number);
  const [clusters = 0, jobs = 0] = numbers;
  const size = clusters * jobs;
  return assignment({
    clusters,
    jobs,
    cost: numbers.slice(2, 2 + size),
    weight: numbers.slice(2 + size, 2 + 2 * size),
    capacity: numbers.slice(2 + 2 * size, 2 + 2 * size + clusters),
  });
}
