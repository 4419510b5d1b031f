// How large a workload's pods are against the nodes that would take them if they were large enough. It must not solve.
import { formatAmount, holdsOnPool } from "../../compiler/index.ts";
import type { ConditionIr, Ir } from "../../compiler/index.ts";
import type { Problem } from "../problem.ts";

/**
 * `needs 8 cpu; the largest free node is 6, on `edge-2``: where one resource alone keeps a workload off every node that all else lets it
 * use, of the fleet or of one cluster. Undefined when that is not the reason.
 */
export function largestNode(ir: Ir, problem: Problem, workload: string, only?: string): string | undefined {
  const run = ir.runs.find((entry) => entry.workload === workload);
  if (run === undefined) return undefined;
  const named = [...run.on.map((on) => on.clusters), ...(run.eachOf === undefined ? [] : [run.eachOf.clusters])];
  const clusters = ir.fleet.clusters.filter(
    ({ name }) => (only === undefined || name === only) && named.every((names) => names.includes(name)),
  );
  const short = Object.entries(run.demand).flatMap(([resource, needed]) => {
    const r = problem.resources.indexOf(resource);
    const sizes = clusters.flatMap((cluster) =>
      cluster.pools
        .filter((pool) =>
          run.where.every(({ condition }) => holdsOnPool(unbounded(condition, resource), cluster, pool)),
        )
        .map((pool) => ({ on: cluster.name, size: sizeOf(problem, r, cluster.name, pool.name) })),
    );
    const largest = sizes.reduce((a, b) => (b.size > a.size ? b : a), { on: "", size: -1 });
    return largest.size >= 0 && largest.size < needed ? [{ resource, needed, ...largest }] : [];
  });
  const [worst] = short.sort((a, b) => b.needed / Math.max(1, b.size) - a.needed / Math.max(1, a.size));
  if (worst === undefined) return undefined;
  const { resource, needed, size, on } = worst;
  return `needs ${formatAmount(resource, needed)} ${resource}; the largest free node is ${formatAmount(resource, size)}, on \`${on}\``;
}

/** What one node of a pool has free, the reserve taken off. */
const sizeOf = (problem: Problem, resource: number, cluster: string, pool: string): number =>
  problem.pools.find((entry) => entry.name === pool && problem.clusters[entry.cluster]?.name === cluster)?.shape[
    resource
  ] ?? -1;

/** The condition without its bounds on one resource, as far as they must hold. */
function unbounded(condition: ConditionIr, resource: string): ConditionIr {
  if (condition.kind === "resource" && condition.resource === resource) return { kind: "always" };
  if (condition.kind !== "and") return condition;
  return { ...condition, operands: condition.operands.map((operand) => unbounded(operand, resource)) };
}
