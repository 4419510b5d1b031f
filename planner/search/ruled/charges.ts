// What replicas pay to be far from where their targets are, kept up to date while targets move. It must not know why anything moves.
import { nearest } from "../../presolve/index.ts";
import type { Weights } from "../arcs.ts";
import type { State } from "../state.ts";
import type { Weighed } from "../weigh.ts";

export interface Charges {
  /** Workloads that pay their distance to this one. */
  readonly sourcesOf: (w: number) => readonly number[];
  /** Whether a workload pays its distance to others. */
  readonly pays: (w: number) => boolean;
  /** What one replica of a source pays for a target on a cluster, if that were the nearest. */
  readonly distance: (from: number, to: number) => number;
  /** Cost of one replica on a candidate, distances aside. */
  readonly without: (candidate: number) => number;
  /** Charges a source to where its targets are now; for a target that is nowhere yet, to where it could be at best. */
  readonly charge: (source: number) => void;
  /** Charges every source what it pays at least, as before anything was placed. */
  readonly reset: () => void;
}

export function newCharges(state: State, weighed: Weighed, weights: Weights): Charges {
  const { compact, on } = state;
  const { problem, candidateStart, cluster } = compact;
  const at = problem.objectives.findIndex((term) => term.name === "latency");
  const term = at < 0 ? undefined : weighed.terms.find(({ objective }) => objective === at);
  const factor = term === undefined || problem.latencies.length === 0 ? 0 : term.factor / 1000;
  const least = term?.costs.cost;
  const sources = new Map<number, number[]>();
  const pairs = new Map<number, (readonly number[])[]>();
  const base = new Map<number, Float64Array>();
  if (factor > 0)
    for (const { from, to } of problem.latencies) {
      for (const w of to) sources.set(w, [...(sources.get(w) ?? []), from]);
      pairs.set(from, [...(pairs.get(from) ?? []), to]);
      if (base.has(from)) continue;
      const first = candidateStart[from] as number;
      const own = weights.cost.slice(first, candidateStart[from + 1]);
      own.forEach((cost, i) => (own[i] = cost - 1000 * factor * (least?.[first + i] ?? 0)));
      base.set(from, own);
    }
  const leasts = new Map<readonly number[], Float64Array>();
  /** Microseconds to the nearest place of each candidate of a source; of what is nowhere yet, to where it could be. */
  const nearestTo = (source: number, to: readonly number[]): Float64Array => {
    const first = candidateStart[source] as number;
    const there = places(to, true);
    const known = there.size > 0 ? undefined : leasts.get(to);
    if (known !== undefined) return known;
    const targets = there.size > 0 ? there : places(to, false);
    const found = new Float64Array((candidateStart[source + 1] as number) - first);
    for (let i = 0; i < found.length; i++) found[i] = nearest(problem, cluster[first + i] as number, targets);
    if (there.size === 0) leasts.set(to, found);
    return found;
  };
  const places = (to: readonly number[], held: boolean): ReadonlySet<number> => {
    const found = new Set<number>();
    for (const w of to)
      for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
        if ((held ? (on[c] as number) : (compact.most[c] as number)) > 0) found.add(cluster[c] as number);
    return found;
  };
  const original = new Map(
    [...base.keys()].map((w) => [w, weights.cost.slice(candidateStart[w], candidateStart[w + 1])]),
  );
  return {
    reset: () => original.forEach((cost, w) => weights.cost.set(cost, candidateStart[w])),
    pays: (w) => base.has(w),
    sourcesOf: (w) => sources.get(w) ?? [],
    distance: (from, to) =>
      factor === 0 ? 0 : factor * (from === to ? 0 : (problem.distance[from]?.[to] ?? problem.far)),
    without: (candidate) => {
      const w = compact.workloadOf[candidate] as number;
      return base.get(w)?.[candidate - (candidateStart[w] as number)] ?? (weights.cost[candidate] as number);
    },
    charge: (source) => {
      const own = base.get(source);
      if (own === undefined) return;
      const first = candidateStart[source] as number;
      const real = new Float64Array(own.length);
      for (const to of pairs.get(source) ?? []) {
        const found = nearestTo(source, to);
        for (let i = 0; i < real.length; i++) real[i] = (real[i] as number) + (found[i] as number);
      }
      for (let i = 0; i < real.length; i++) weights.cost[first + i] = (own[i] as number) + factor * (real[i] as number);
    },
  };
}
