// Whether one step of a workload keeps all that rules say of it and of those tied to it, asked before the step. It must not know what a step is
// worth.
import type { Compact } from "../compact.ts";
import type { State } from "../state.ts";
import type { Bonds, Near, Own } from "./bonds.ts";
import { newTallies } from "./tallies.ts";
import type { Tallies } from "./tallies.ts";

export interface Steps {
  /** Whether steps of a workload can be asked one by one: it alone changes what it costs. */
  readonly free: (w: number) => boolean;
  /** Whether replicas may go from one candidate of a workload to another. Beside what is incomplete, nothing tied to it moves. */
  readonly may: (from: number, to: number, replicas: number) => boolean;
  /** As `may`, also beside what is incomplete: of that, what is there now counts. */
  readonly keeps: (from: number, to: number, replicas: number) => boolean;
}

/** @param targets Workloads to which others pay their distance. */
export function newSteps(state: State, bonds: Bonds, targets: ReadonlySet<number>): Steps {
  const { compact, on, placed } = state;
  const { workloadOf, cluster, wanted, step } = compact;
  const bound = Uint8Array.from(compact.problem.workloads, (_, w) => (speaksOf(bonds, w) ? 1 : 0));
  const complete = (w: number): boolean => (placed[w] as number) === (wanted[w] as number) * (step[w] as number);
  const tallies = newTallies(state);
  const ownKept = newOwn(compact, on, tallies);
  const nearKept = newNear(state, bonds);

  /** Whether no other is in the group of clusters to which this one goes. */
  const apartKept = (w: number, to: number): boolean =>
    bonds.aparts(w).every(({ other, groupOf, ofOther, groups }) => {
      const group = groupOf[cluster[to] as number] as number;
      return group < 0 || tallies.of(other, ofOther, groups)[group] === 0;
    });

  const keeps = (from: number, to: number, replicas: number): boolean => {
    const w = workloadOf[from] as number;
    const leaves = on[from] === replicas;
    const comes = on[to] === 0;
    if ((leaves || comes) && bonds.together(w) !== undefined) return false;
    if (!bonds.own(w).every((own) => ownKept(w, own, from, to, replicas))) return false;
    if (comes && !apartKept(w, to)) return false;
    if (comes && !bonds.nears(w).every((near) => nearKept.reaches(near, cluster[to] as number, -1, -1))) return false;
    return !leaves || bonds.followed(w).every((near) => nearKept.without(near, from, cluster[to] as number));
  };

  return {
    free: (w) => !targets.has(w) && !bonds.awkward(w),
    keeps: (from, to, replicas) => bound[workloadOf[from] as number] === 0 || keeps(from, to, replicas),
    may: (from, to, replicas) => {
      const w = workloadOf[from] as number;
      if (bound[w] === 0) return true;
      return complete(w) && bonds.tied(w).every(complete) && keeps(from, to, replicas);
    },
  };
}

function speaksOf(bonds: Bonds, w: number): boolean {
  return bonds.own(w).length > 0 || bonds.tied(w).length > 0;
}

type OwnKept = (w: number, own: Own, from: number, to: number, replicas: number) => boolean;

function newOwn({ candidateStart, step, wanted }: Compact, on: Int32Array, tallies: Tallies): OwnKept {
  return (w, own, from, to, replicas) => {
    const first = candidateStart[w] as number;
    switch (own.kind) {
      case "clusters": {
        if (on[from] === replicas && on[to] === 0) return true;
        return (on[from] as number) > replicas && (on[to] as number) > 0;
      }
      case "shares": {
        const all = (wanted[w] as number) * (step[w] as number);
        const good = (c: number, count: number): boolean => {
          const share = own.weight[c - first] as number;
          return share === 0 || Math.abs(count - (all * share) / own.total) < 1 - 1e-9;
        };
        return good(from, (on[from] as number) - replicas) && good(to, (on[to] as number) + replicas);
      }
      case "spread": {
        const [leaves, comes] = [own.groupOf[from - first] as number, own.groupOf[to - first] as number];
        if (leaves === comes) return true;
        const counts = tallies.of(w, own.groupOf, own.groups);
        if (own.max !== undefined) return comes < 0 || (counts[comes] as number) + replicas <= own.max;
        if (own.groups < 2) return true;
        let [low, high] = [Infinity, 0];
        for (let g = 0; g < own.groups; g++) {
          const count = (counts[g] as number) + (g === comes ? replicas : 0) - (g === leaves ? replicas : 0);
          if (count < low) low = count;
          if (count > high) high = count;
        }
        return high - low <= (step[w] as number);
      }
    }
  };
}

/** Whether something to be near to is there. */
function newNear({ compact, on }: State, bonds: Bonds) {
  const { workloadOf, candidateStart, cluster } = compact;
  /** Counting a target as gone from one candidate and as come to a cluster. */
  const reaches = ({ of, reach }: Near, at: number, gone: number, come: number): boolean => {
    for (const place of reach[at] ?? []) {
      if (place === come) return true;
      for (const target of of) {
        const c = bonds.at(target, place);
        if (c >= 0 && c !== gone && (on[c] as number) > 0) return true;
      }
    }
    return false;
  };
  return {
    reaches,
    /** Whether all that follow are still near when a target leaves one candidate for a cluster. */
    without: (near: Near, gone: number, come: number): boolean => {
      const left = cluster[gone] as number;
      for (let c = candidateStart[near.workload] as number; c < (candidateStart[near.workload + 1] as number); c++) {
        const at = cluster[c] as number;
        if ((on[c] as number) === 0) continue;
        if (near.workload === workloadOf[gone]) return false;
        if ((near.reach[at] ?? []).includes(left) && !reaches(near, at, gone, come)) return false;
      }
      return true;
    },
  };
}
