// Whether the rules that speak of a workload hold, asked of the placement as it stands. It must not know how placements change.
import type { NodeCut, ProblemWorkload, Rule } from "../problem.ts";
import type { Compact } from "./compact.ts";
import type { State } from "./state.ts";

export interface Keeps {
  /** Whether a workload can not be moved by itself: a rule speaks of it, or others are to be close to it. */
  readonly ruled: (w: number) => boolean;
  /** Whether all that binds a workload holds now. */
  readonly holds: (state: State, w: number) => boolean;
  /** Whether packing taught anything of a cluster, and whether what is on it now keeps to that. */
  readonly packed: (cluster: number) => boolean;
  readonly packs: (state: State, cluster: number) => boolean;
  /** Workloads that a rule ties to this one, itself among them; those that a latency ties too, if they are few. */
  readonly family: (w: number) => readonly number[];
  /** Workloads that others are to be close to: they are decided first. */
  readonly targets: ReadonlySet<number>;
}

type Check = (state: State) => boolean;

export function newKeeps(compact: Compact, cuts: readonly NodeCut[]): Keeps {
  const { problem } = compact;
  const checks: Check[][] = problem.workloads.map(() => []);
  const ties: Set<number>[] = problem.workloads.map((_, w) => new Set([w]));
  const bind = (workloads: readonly number[], check: Check): void => {
    const known = [...new Set(workloads)].filter((w) => w >= 0);
    for (const w of known) {
      checks[w]?.push(check);
      for (const other of known) ties[w]?.add(other);
    }
  };
  const look = newLook(compact);
  problem.workloads.forEach((workload, w) => {
    const { counting } = workload;
    const many = counting.kind === "divided" ? counting.clusters : undefined;
    if (many !== undefined)
      bind([w], (state) => {
        const there = look.present(state, w).length;
        return workload.optional ? there <= many : there === many;
      });
  });
  for (const rule of problem.rules) {
    const check = checkOf(compact, look, rule);
    if (check !== undefined) bind(check.workloads, check.holds);
  }
  const learnt = new Map<number, NodeCut[]>();
  for (const cut of cuts) learnt.set(cut.cluster, [...(learnt.get(cut.cluster) ?? []), cut]);
  const { near, targets } = latencyTies(problem);
  const families = new Map<number, readonly number[]>();
  const family = (w: number): readonly number[] => {
    const known = families.get(w);
    if (known !== undefined) return known;
    const found = closure(w, [ties, near], LARGEST) ?? closure(w, [ties], Infinity) ?? [w];
    for (const at of found) families.set(at, found);
    return found;
  };
  return {
    ruled: (w) => (checks[w] as Check[]).length > 0 || targets.has(w) || family(w).length > 1,
    holds: (state, w) => (checks[w] as Check[]).every((check) => check(state)),
    packed: (cluster) => learnt.has(cluster),
    packs: (state, cluster) =>
      (learnt.get(cluster) ?? []).every(
        (cut) =>
          !cut.counts.every(({ workload, replicas }) => {
            const here = look.count(state, workload, cluster);
            return cut.exactly ? here === replicas : here >= replicas;
          }),
      ),
    family,
    targets,
  };
}

/** Workloads up to which a family is decided together with all to which it is to be close. */
const LARGEST = 24;

/** Who speaks with whom, and the workloads that others are to be close to. */
function latencyTies({ workloads, latencies }: Compact["problem"]) {
  const near: Set<number>[] = workloads.map(() => new Set());
  for (const { from, to } of latencies)
    for (const w of [from, ...to]) for (const other of [from, ...to]) near[w]?.add(other);
  return { near, targets: new Set(latencies.flatMap(({ to }) => to)) };
}

function closure(
  w: number,
  tied: readonly (readonly ReadonlySet<number>[])[],
  most: number,
): readonly number[] | undefined {
  const found = new Set([w]);
  for (const at of found) {
    for (const ties of tied) for (const other of ties[at] ?? []) found.add(other);
    if (found.size > most) return undefined;
  }
  return [...found].sort((a, b) => a - b);
}

interface Look {
  readonly count: (state: State, w: number, cluster: number) => number;
  /** Clusters where a workload is. */
  readonly present: (state: State, w: number) => readonly number[];
}

function newLook({ problem, candidateStart, cluster }: Compact): Look {
  const places: (Map<number, number> | undefined)[] = problem.workloads.map(() => undefined);
  const placeOf = (w: number): Map<number, number> => {
    const known = places[w];
    if (known !== undefined) return known;
    const made = new Map<number, number>();
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      made.set(cluster[c] as number, c);
    return (places[w] = made);
  };
  return {
    count: (state, w, at) => {
      const c = placeOf(w).get(at);
      return c === undefined ? 0 : (state.on[c] as number);
    },
    present: (state, w) => {
      const found: number[] = [];
      for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
        if ((state.on[c] as number) > 0) found.push(cluster[c] as number);
      return found;
    },
  };
}

function checkOf(
  compact: Compact,
  look: Look,
  rule: Rule,
): { readonly workloads: readonly number[]; readonly holds: Check } | undefined {
  const { problem, step } = compact;
  const of = (w: number): ProblemWorkload => problem.workloads[w] as ProblemWorkload;
  switch (rule.kind) {
    case "spread": {
      const size = rule.max === undefined ? (step[rule.workload] as number) : 1;
      const holds: Check = (state) => {
        let [low, high] = [Infinity, 0];
        for (const group of rule.groups) {
          let count = 0;
          for (const cluster of group) count += look.count(state, rule.workload, cluster);
          low = Math.min(low, count / size);
          high = Math.max(high, count / size);
        }
        return rule.max === undefined ? rule.groups.length < 2 || high - low <= 1 : high <= rule.max;
      };
      return { workloads: [rule.workload], holds };
    }
    case "near": {
      const holds: Check = (state) =>
        look
          .present(state, rule.workload)
          .every((cluster) =>
            (rule.reach[cluster] ?? []).some((at) =>
              rule.of.some((other) => other >= 0 && look.count(state, other, at) > 0),
            ),
          );
      return { workloads: [rule.workload, ...rule.of], holds };
    }
    case "apart": {
      const groupOf = new Map(rule.groups.flatMap((group, g) => group.map((cluster) => [cluster, g] as const)));
      const holds: Check = (state) => {
        const taken = new Set(look.present(state, rule.a).map((cluster) => groupOf.get(cluster)));
        return !look.present(state, rule.b).some((cluster) => groupOf.has(cluster) && taken.has(groupOf.get(cluster)));
      };
      return { workloads: [rule.a, rule.b], holds };
    }
    case "together": {
      const holds: Check = (state) => {
        const sets = rule.workloads
          .filter((w) => (compact.wanted[w] as number) > 0)
          .map((w) => ({ w, on: look.present(state, w).join() }));
        const common = sets.find(({ on }) => on !== "")?.on ?? "";
        return sets.every(({ w, on }) => on === common || (on === "" && of(w).optional));
      };
      return { workloads: rule.workloads, holds };
    }
    case "shares": {
      const total = rule.shares.reduce((sum, share) => sum + share.weight, 0);
      const holds: Check = (state) => {
        const placed = state.placed[rule.workload] as number;
        return rule.shares.every(
          ({ cluster, weight }) =>
            Math.abs(look.count(state, rule.workload, cluster) - (placed * weight) / total) < 1 - 1e-9,
        );
      };
      return { workloads: [rule.workload], holds };
    }
    case "cut": {
      const holds: Check = (state) =>
        rule.terms.reduce((sum, term) => sum + term.coefficient * look.count(state, term.workload, term.cluster), 0) <=
        rule.most + 1e-9;
      return { workloads: rule.terms.map((term) => term.workload), holds };
    }
    case "survive":
    case "choices":
      return undefined;
  }
}
