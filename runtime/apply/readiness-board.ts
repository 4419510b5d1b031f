// Where clusters tell each other that a workload is up, so that an old copy goes only when the new one is ready.
// It must not know how readiness is found out.
import type { Plan } from "../../planner/index.ts";

type Verdict = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export interface ReadinessBoard {
  /** Workloads whose readiness on this cluster others wait for. */
  readonly awaited: (cluster: string) => ReadonlySet<string>;
  readonly report: (cluster: string, workload: string, verdict: Verdict) => void;
  /** Whatever this cluster has not reported by now is not ready, for this reason. */
  readonly closeCluster: (cluster: string, reason: string) => void;
  /** Resolves when every other cluster where these workloads are placed has reported. */
  readonly readyElsewhere: (cluster: string, workloads: readonly string[]) => Promise<Verdict>;
}

/**
 * The board of one plan. `leaving`: workloads that leave or shrink somewhere. `joined`: the clusters that take part; a workload that is placed on one that does not (unknown, left out) can not be
 * known to be up there, so nothing that might be its old copy goes away.
 */
export function readinessBoard(plan: Plan, leaving: ReadonlySet<string>, joined: readonly string[]): ReadinessBoard {
  const takingPart = new Set(joined);
  const places = Map.groupBy(
    plan.placements
      .filter((p) => p.replicas > 0)
      .map((p) => ({ workload: `${p.app}/${p.workload}`, cluster: p.cluster })),
    (p) => p.workload,
  );
  const verdicts = new Map<string, PromiseWithResolvers<Verdict>>();
  for (const workload of leaving) {
    for (const { cluster } of places.get(workload) ?? []) {
      const verdict = Promise.withResolvers<Verdict>();
      if (!takingPart.has(cluster))
        verdict.resolve({ ready: false, reason: `${workload} is to run on ${cluster}, which can not be reached` });
      verdicts.set(`${cluster}\0${workload}`, verdict);
    }
  }
  return {
    awaited: (cluster) => new Set([...leaving].filter((workload) => verdicts.has(`${cluster}\0${workload}`))),
    report: (cluster, workload, verdict) => verdicts.get(`${cluster}\0${workload}`)?.resolve(verdict),
    closeCluster(cluster, reason) {
      for (const workload of leaving)
        verdicts
          .get(`${cluster}\0${workload}`)
          ?.resolve({ ready: false, reason: `${workload} is not ready on ${cluster}: ${reason}` });
    },
    async readyElsewhere(cluster, workloads) {
      const others = workloads.flatMap((workload) =>
        (places.get(workload) ?? [])
          .filter((p) => p.cluster !== cluster)
          .flatMap((p) => verdicts.get(`${p.cluster}\0${workload}`)?.promise ?? []),
      );
      const found = await Promise.all(others);
      return found.find((verdict) => !verdict.ready) ?? { ready: true };
    },
  };
}
