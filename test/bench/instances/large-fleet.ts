// The large fleet of ../shared/instances as a placement problem, and a count of its own of what an answer costs and whether it fits. It must
// not know how problems are solved.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Placement, Problem } from "../../../planner/index.ts";

interface Fleet {
  readonly clusters: number;
  readonly workloads: number;
  readonly replicas: readonly number[];
  /** [workload × 3 + resource]. */
  readonly demand: readonly number[];
  /** [cluster × 3 + resource]. */
  readonly capacity: readonly number[];
  /** [workload × clusters + cluster], null where it may not run. */
  readonly cost: readonly (number | null)[];
}

const generator = join(import.meta.dirname, "../../../../shared/instances/large-fleet.mjs");

export function largeFleet(clusters: number, workloads: number, seed: number, most: number): Fleet {
  const asked = [generator, clusters, workloads, seed, most].map(String);
  return JSON.parse(execFileSync(process.execPath, asked, { maxBuffer: 2 ** 30 }).toString()) as Fleet;
}

export function problemOf({ clusters, workloads, replicas, demand, capacity, cost }: Fleet): Problem {
  const fits = (w: number, c: number): number =>
    [0, 1, 2].reduce((most, r) => {
      const each = demand[w * 3 + r] as number;
      return each === 0 ? most : Math.min(most, Math.floor((capacity[c * 3 + r] as number) / each));
    }, replicas[w] as number);
  return {
    resources: ["cpu", "memory", "nvidia.com/gpu"],
    clusters: Array.from({ length: clusters }, (_, c) => ({ name: `c${c}`, pools: [c], labels: {} })),
    pools: Array.from({ length: clusters }, (_, c) => ({
      cluster: c,
      name: "all",
      count: 1,
      shape: capacity.slice(c * 3, c * 3 + 3),
    })),
    workloads: Array.from({ length: workloads }, (_, w) => ({
      id: `app/w${w}`,
      counting: { kind: "divided", total: replicas[w] as number },
      demand: demand.slice(w * 3, w * 3 + 3),
      perNode: false,
      optional: false,
      priority: 0,
      candidates: Array.from({ length: clusters }, (_, c) => c).flatMap((c) => {
        const price = cost[w * clusters + c];
        if (price === null || price === undefined || fits(w, c) === 0) return [];
        const plain = { preference: 0, before: 0, scores: [] };
        return [{ cluster: c, pools: [c], most: fits(w, c), cost: price, ...plain }];
      }),
      leaving: 0,
      perNodeMost: Infinity,
      hostPorts: [],
      because: { text: "", kind: "intent" },
    })),
    rules: [],
    latencies: [],
    distance: [],
    far: 1,
    objectives: [
      { name: "moves" },
      { name: "preference" },
      { name: "latency" },
      { name: "cost" },
      { name: "imbalance" },
    ],
    ruledOut: [],
  };
}

/** The cost of an answer, added up from the fleet itself; throws when it places too few or overfills a cluster. */
export function checkedCost(fleet: Fleet, problem: Problem, placement: Placement, lost = -1): number {
  const used = fleet.capacity.map(() => 0);
  let sum = 0;
  problem.workloads.forEach(({ candidates }, w) => {
    let placed = 0;
    candidates.forEach(({ cluster }, i) => {
      const count = placement[w]?.[i] ?? 0;
      const price = fleet.cost[w * fleet.clusters + cluster];
      if (count < 0 || !Number.isInteger(count) || (count > 0 && (cluster === lost || typeof price !== "number")))
        throw new Error(`workload ${w} may not have ${count} replicas on cluster ${cluster}`);
      placed += count;
      sum += count * (price ?? 0);
      for (let r = 0; r < 3; r++)
        used[cluster * 3 + r] = (used[cluster * 3 + r] as number) + count * (fleet.demand[w * 3 + r] as number);
    });
    if (placed !== fleet.replicas[w]) throw new Error(`workload ${w} has ${placed} replicas of ${fleet.replicas[w]}`);
  });
  used.forEach((amount, at) => {
    if (amount > (fleet.capacity[at] as number)) throw new Error(`cluster ${Math.floor(at / 3)} is overfull`);
  });
  return sum;
}

/** The same problem after a cluster is lost, with an answer in force; and how many replicas it held. */
export function afterLoss(problem: Problem, placement: Placement, lost: number): { problem: Problem; evicted: number } {
  let evicted = 0;
  const workloads = problem.workloads.map((workload, w) => {
    let leaving = 0;
    const candidates = workload.candidates.flatMap((candidate, i) => {
      const before = placement[w]?.[i] ?? 0;
      if (candidate.cluster !== lost) return [{ ...candidate, before }];
      leaving += before;
      return [];
    });
    evicted += leaving;
    return { ...workload, candidates, leaving };
  });
  return { problem: { ...problem, workloads }, evicted };
}
