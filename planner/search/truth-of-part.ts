// What nodes take, asked in the numbers of a part. It must not know how nodes answer.
import type { NodeTruth } from "../nodes/truth.ts";
import type { Part } from "../presolve/index.ts";
import type { Problem } from "../problem.ts";

/** What is lost when something of another part finds no node. */
const STAYS = 1e9;

/** Clusters that only the part knows (places to be near to, ballast) have no nodes to ask: they take anything. */
export function truthOfPart(truth: NodeTruth, problem: Problem, part: Part): NodeTruth {
  if (part.problem === problem) return truth;
  const byId = new Map(problem.workloads.map(({ id }, w) => [id, w]));
  const whole = part.problem.workloads.map(({ id }, w) => part.workloads[w]?.index ?? byId.get(id));
  const own = new Map<number, number>();
  whole.forEach((index, w) => {
    if (index !== undefined && w < part.workloads.length) own.set(index, w);
  });
  const clusterOf = (cluster: number): number | undefined => part.clusters[cluster];
  const loadOf = (load: ReadonlyMap<number, number>): ReadonlyMap<number, number> => {
    const mapped = new Map<number, number>();
    for (const [w, replicas] of load) {
      const index = whole[w];
      if (index !== undefined) mapped.set(index, (mapped.get(index) ?? 0) + replicas);
    }
    return inOrder(mapped);
  };
  return {
    asks: (cluster) => {
      const at = clusterOf(cluster);
      return at !== undefined && truth.asks(at);
    },
    accepts: (cluster, load) => {
      const at = clusterOf(cluster);
      return at === undefined || truth.accepts(at, loadOf(load));
    },
    surely: (cluster, load) => {
      const at = clusterOf(cluster);
      return at === undefined || truth.surely(at, loadOf(load));
    },
    heldBy: () => undefined,
    leftOut: (cluster, load, first, ties) => {
      const at = clusterOf(cluster);
      if (at === undefined) return new Map();
      const isFirst = (index: number): boolean => {
        const w = own.get(index);
        return w === undefined || first(w);
      };
      const left = truth.leftOut(at, loadOf(load), isFirst, ties);
      return new Map(
        [...left].flatMap(([index, many]) => {
          const w = own.get(index);
          return w === undefined ? [] : [[w, many] as const];
        }),
      );
    },
    come: (cluster, load, more) => {
      const at = clusterOf(cluster);
      if (at === undefined) return { load, more };
      const found = truth.come(at, loadOf(load), loadOf(more));
      const ownOf = (standing: ReadonlyMap<number, number>, asked: ReadonlyMap<number, number>) =>
        new Map([...asked].map(([w, many]) => [w, Math.min(many, standing.get(whole[w] as number) ?? 0)]));
      return found && { load: ownOf(found.load, load), more: ownOf(found.more, more) };
    },
    fewestOut: (cluster, load, loss, trying) => {
      const at = clusterOf(cluster);
      if (at === undefined) return undefined;
      // What is not of the part stays where it is.
      const lossOf = (index: number, many: number, size: number): number => {
        const w = own.get(index);
        return w === undefined ? many * STAYS : loss(w, many, size);
      };
      const left = truth.fewestOut(at, loadOf(load), lossOf, trying);
      return (
        left &&
        new Map(
          [...left].flatMap(([index, many]) => {
            const w = own.get(index);
            return w === undefined ? [] : [[w, many] as const];
          }),
        )
      );
    },
    spare: (cluster, workload) => {
      const at = clusterOf(cluster);
      const index = whole[workload];
      return at === undefined || index === undefined ? Infinity : truth.spare(at, index);
    },
  };
}

/** Workloads in order, as the judge lists them: how pods come to nodes hangs on it where they are alike. */
export const inOrder = (load: ReadonlyMap<number, number>): ReadonlyMap<number, number> =>
  new Map([...load].sort(([a], [b]) => a - b));
