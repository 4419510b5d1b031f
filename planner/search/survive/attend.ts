// Lets a search keep what `survive` promises: which losses there are, who may be moved, and what nodes say of what comes back. It must not
// know how any of it is kept.
import { lossesOf, MOST_LOSSES } from "../../solver/losses.ts";
import type { Improver } from "../improve.ts";
import { loadOn } from "../on-nodes.ts";
import type { SearchGround } from "../search.ts";
import { hardestFirst } from "../start.ts";
import type { State } from "../state.ts";
import { newGain } from "../value.ts";
import { newSurvival } from "./survival.ts";
import type { Survival } from "./survival.ts";

/** Rounds in which more clusters are doubted. */
const DOUBTS = 6;

/** Answers of nodes that are remembered: the same loads are asked about again and again. */
const ANSWERS = 50_000;

/** Undefined where nothing is to survive anything. */
export function attendSurvival(
  { compact, weights, keeps, keeping, learnt, nodes }: SearchGround,
  state: State,
  improver: Improver,
  ranked: Int32Array,
  prices: Float64Array,
): Survival | undefined {
  if (keeping === undefined) return undefined;
  const asked = new Set<number>();
  const answers = new Map<string, boolean>();
  /** Clusters on which a few trials said yes and the judge would not. */
  const doubted = new Set<number>();
  const sure = new Map<string, boolean>();
  const surely = (cluster: number, load: ReadonlyMap<number, number>): boolean => {
    const key = `${cluster} ${[...load].join(" ")}`;
    const known = sure.get(key) ?? learnt.truth?.surely(cluster, load) !== false;
    if (sure.size > ANSWERS) sure.clear();
    sure.set(key, known);
    return known;
  };
  const order = hardestFirst(compact, prices);
  const placed = (w: number): boolean => improver.complete(w) || compact.problem.workloads[w]?.optional === true;
  const survival = newSurvival({
    state,
    keeping,
    losses: lossesOf(compact.problem, MOST_LOSSES),
    prices,
    ranked,
    gain: newGain(state, weights),
    movable: (w) => !keeps.ruled(w),
    order: order.filter((w) => keeping.survives(w)),
    asks: nodes.packed,
    accepts: (cluster, back) => {
      const load = beside(loadOn(state, cluster), back);
      for (const cut of learnt.cuts)
        if (
          cut.cluster === cluster &&
          cut.counts.every(({ workload, replicas }) => {
            const here = load.get(workload) ?? 0;
            return cut.exactly ? here === replicas : here >= replicas;
          })
        )
          return false;
      if (!nodes.asks(cluster)) return true;
      const key = `${cluster} ${[...load].join(" ")}`;
      const known = answers.get(key);
      if (known !== undefined) return known;
      asked.add(cluster);
      const answer = doubted.has(cluster) ? surely(cluster, load) : learnt.truth?.accepts(cluster, load) !== false;
      if (answers.size > ANSWERS) answers.clear();
      answers.set(key, answer);
      return answer;
    },
    stands: (cluster) => nodes.packs(state, cluster),
    squeeze: improver.squeeze,
  });
  /** Nodes remember what they were asked last: that is what is planned, not what came back. */
  const remind = (): void => {
    for (const cluster of asked) nodes.packs(state, cluster);
    asked.clear();
  };
  const then = <T>(value: T): T => (remind(), value);
  /** Clusters that do not surely take what comes back to them after some loss. */
  const failing = (): readonly number[] =>
    learnt.truth === undefined ? [] : notStanding(survival, state, nodes, surely);
  /** What stands for a few trials and not for all comes back elsewhere. */
  const certain = (arranged: boolean): boolean => {
    for (let round = 0; arranged && round < DOUBTS; round++) {
      const found = failing();
      if (found.length === 0) return true;
      for (const cluster of found) doubted.add(cluster);
      answers.clear();
      arranged = survival.arrange();
    }
    return arranged && failing().length === 0;
  };
  return {
    ...survival,
    arrange: () => then(certain(survival.arrange())),
    afresh: () =>
      then(
        certain(
          survival.afresh() &&
            order
              .filter((w) => !keeps.ruled(w))
              .map(placed)
              .every(Boolean),
        ),
      ),
    round: (over) => then(survival.round(over)),
    holds: () => then(survival.holds() && failing().length === 0),
  };
}

/** Clusters of which some load after some loss does not surely stand. */
function notStanding(
  survival: Survival,
  state: State,
  nodes: SearchGround["nodes"],
  surely: (cluster: number, load: ReadonlyMap<number, number>) => boolean,
): readonly number[] {
  const { compact } = state;
  const back = new Map<number, Map<number, number>[]>();
  for (const situation of survival.situations()) {
    const own = new Map<number, Map<number, number>>();
    for (const { workload, candidate, replicas } of situation.back) {
      const at = compact.cluster[(compact.candidateStart[workload] as number) + candidate] as number;
      if (!nodes.asks(at)) continue;
      const load = own.get(at) ?? new Map<number, number>();
      load.set(workload, (load.get(workload) ?? 0) + replicas);
      own.set(at, load);
    }
    for (const [at, load] of own) back.set(at, [...(back.get(at) ?? []), load]);
  }
  return [...back].flatMap(([cluster, loads]) => {
    const planned = loadOn(state, cluster);
    return loads.every((load) => surely(cluster, beside(planned, load))) ? [] : [cluster];
  });
}

/** What is planned and what comes back, workloads in order. */
function beside(planned: ReadonlyMap<number, number>, back: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const load = new Map(planned);
  for (const [w, many] of back) load.set(w, (load.get(w) ?? 0) + many);
  return new Map([...load].sort(([a], [b]) => a - b));
}
