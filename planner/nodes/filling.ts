// What stands on the nodes of one cluster, in typed arrays: what is free of each and what the kube-scheduler counts on it, for pods that ask for
// nothing but room. It must not know which node the scheduler chooses.
import type { BoardNode } from "./board.ts";
import type { ScoredKind, ScoredNode } from "./scheduler.ts";
import { worth } from "./worth.ts";

/** A kind of pods: what one takes, and what the scheduler counts of it. */
interface Taking extends ScoredKind {
  readonly demand: readonly number[];
}

export interface Filling {
  /** All that is there now: first what is free, by node and resource, last `more` numbers that whoever made it keeps with it. */
  readonly state: Float64Array;
  /** Entries of `state` that say what is free. */
  readonly amounts: number;
  readonly clear: () => void;
  readonly takes: (kind: Taking, node: number) => boolean;
  readonly put: (kind: Taking, node: number) => void;
  /** What the scheduler's scores by resources say of a node with one more pod of the kind. */
  readonly worthOf: (kind: Taking, node: number) => number;
}

/** @param nodes what is free of each at first; scores are those of `scored`, in the same order. */
export function newFilling(nodes: readonly BoardNode[], scored: readonly ScoredNode[], more = 0): Filling {
  const resources = nodes[0]?.shape.length ?? 0;
  const size = nodes.length;
  const shape = Float64Array.from(nodes.flatMap((node) => node.shape));
  const state = new Float64Array(shape.length + 4 * size + more);
  const part = (at: number): Float64Array => state.subarray(shape.length + at * size, shape.length + (at + 1) * size);
  const free = state.subarray(0, shape.length);
  const [cpu, memory, countedCpu, countedMemory] = [part(0), part(1), part(2), part(3)];
  const allCpu = Float64Array.from(scored, (node) => node.cpu);
  const allMemory = Float64Array.from(scored, (node) => node.memory);
  return {
    state,
    amounts: shape.length,
    clear: () => {
      state.fill(0);
      free.set(shape);
    },
    takes: ({ demand }, node) => {
      const at = node * resources;
      for (let r = 0; r < resources; r++) if ((demand[r] as number) > (free[at + r] as number)) return false;
      return true;
    },
    put: (kind, node) => {
      const at = node * resources;
      for (let r = 0; r < resources; r++) free[at + r] = (free[at + r] as number) - (kind.demand[r] as number);
      cpu[node] = (cpu[node] as number) + kind.cpu;
      memory[node] = (memory[node] as number) + kind.memory;
      countedCpu[node] = (countedCpu[node] as number) + kind.countedCpu;
      countedMemory[node] = (countedMemory[node] as number) + kind.countedMemory;
    },
    worthOf: (kind, node) =>
      worth(
        allCpu[node] as number,
        allMemory[node] as number,
        cpu[node] as number,
        memory[node] as number,
        countedCpu[node] as number,
        countedMemory[node] as number,
        kind,
      ),
  };
}
