// The sum that does not work out, in one clause of a sentence. It must not solve: where no simple sum shows the conflict it is silent.
import { formatAmount } from "../../compiler/index.ts";
import { shortName } from "../build/words.ts";
import type { Problem, ProblemWorkload } from "../problem.ts";

/** `they need 24 cpu; the 2 clusters that may run them have 16`; undefined when no single resource is short. */
export function arithmetic(problem: Problem, workloads: readonly string[]): string | undefined {
  const own = problem.workloads.filter((w) => workloads.includes(w.id) && !w.optional);
  const pools = new Set(own.flatMap((w) => w.candidates.flatMap((c) => c.pools)));
  const clusters = new Set(own.flatMap((w) => w.candidates.map((c) => c.cluster)));
  const sums = problem.resources.map((resource, r) => ({
    resource,
    needed: own.reduce((sum, w) => sum + leastPods(w) * (w.demand[r] ?? 0), 0),
    there: [...pools].reduce((sum, p) => sum + (problem.pools[p]?.count ?? 0) * (problem.pools[p]?.shape[r] ?? 0), 0),
  }));
  const short = sums.filter((s) => s.needed > s.there).sort((a, b) => b.needed / b.there - a.needed / a.there)[0];
  if (short !== undefined) {
    const where =
      clusters.size === 1
        ? `\`${problem.clusters[[...clusters][0] ?? 0]?.name}\``
        : `the ${clusters.size} clusters that may run them`;
    const { resource, needed, there } = short;
    return `they need ${formatAmount(resource, needed)} ${resource}, and ${where} ${clusters.size === 1 ? "has" : "have"} ${formatAmount(resource, there)}`;
  }
  return tooLargeForNodes(problem, own);
}

/** Pods that must run at least. */
function leastPods(workload: ProblemWorkload): number {
  const { counting } = workload;
  if (counting.kind === "divided") return counting.total;
  if (counting.kind === "copies") return counting.clusters * counting.size;
  return counting.required.length * counting.size;
}

/** The largest pods and how many of them the nodes can take one by one: `2 pods of 8 cpu, and 1 node has so much`. */
function tooLargeForNodes(problem: Problem, own: readonly ProblemWorkload[]): string | undefined {
  const sizes = own.map((w) => {
    const room = w.candidates.reduce((sum, c) => sum + Math.min(c.most, 1e9), 0);
    return { workload: w, pods: leastPods(w), room };
  });
  const short = sizes.find((s) => s.pods > s.room);
  if (short === undefined) return undefined;
  const cpu = problem.resources.indexOf("cpu");
  const demand = formatAmount("cpu", short.workload.demand[cpu] ?? 0);
  return `${short.pods} pods of \`${shortName(short.workload.id)}\` (${demand} cpu each) are asked for, and the nodes that may run them hold ${short.room}`;
}

/** `needs 8 cpu; the largest free node is 6, on `edge-2``: of a workload that is too large for the nodes that it may run on. */
export function largestNode(problem: Problem, workload: number, only?: number): string | undefined {
  const own = problem.workloads[workload];
  const against = problem.ruledOut.filter((r) => r.workload === workload && (only === undefined || r.cluster === only));
  const short = problem.resources.flatMap((resource, r) => {
    const needed = own?.demand[r] ?? 0;
    // Clusters that lack only this: a fact of the fleet stands beside the intents, or a bound of the resource itself.
    const lacking = against.filter((r) =>
      r.because.every((b) => b.kind === "fleet" || b.text.includes(` ${resource}`)),
    );
    const clusters = new Set(lacking.map(({ cluster }) => cluster));
    const sizes = problem.pools
      .filter((pool) => clusters.has(pool.cluster))
      .map((pool) => ({ size: pool.shape[r] ?? 0, on: pool.cluster }));
    const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a), { size: -1, on: -1 });
    return largest.on >= 0 && largest.size < needed ? [{ resource, needed, ...largest }] : [];
  });
  const [first] = short.sort((a, b) => b.needed / Math.max(1, b.size) - a.needed / Math.max(1, a.size));
  if (first === undefined) return undefined;
  const { resource, needed, size, on } = first;
  return `needs ${formatAmount(resource, needed)} ${resource}; the largest free node is ${formatAmount(resource, size)}, on \`${problem.clusters[on]?.name}\``;
}
