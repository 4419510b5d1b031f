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
        : `the ${clusters.size} clusters that may run ${own.length === 1 ? "it" : "them"}`;
    const { resource, needed, there } = short;
    return `${own.length === 1 ? "it needs" : "they need"} ${formatAmount(resource, needed)} ${resource}, and ${where} ${clusters.size === 1 ? "has" : "have"} ${formatAmount(resource, there)}`;
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
