// Lets a search keep what `survive` promises: which losses there are, who may be moved, and what nodes say of what comes back. It must not
// know how any of it is kept.
import { lossesOf } from "../../solver/losses.ts";
import type { Improver } from "../improve.ts";
import { loadOn } from "../on-nodes.ts";
import type { SearchGround } from "../search.ts";
import { hardestFirst } from "../start.ts";
import type { State } from "../state.ts";
import { newGain } from "../value.ts";
import { newSurvival } from "./survival.ts";
import type { Survival } from "./survival.ts";

/** Losses that are looked at one by one; beyond them places are bundled (see `lossesOf`). */
const LOSSES = 10_000;

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
  const order = hardestFirst(compact, prices);
  const placed = (w: number): boolean => improver.complete(w) || compact.problem.workloads[w]?.optional === true;
  const survival = newSurvival({
    state,
    keeping,
    losses: lossesOf(compact.problem, LOSSES),
    prices,
    ranked,
    gain: newGain(state, weights),
    movable: (w) => !keeps.ruled(w),
    order: order.filter((w) => keeping.survives(w)),
    asks: nodes.packed,
    accepts: (cluster, back) => {
      const load = new Map(loadOn(state, cluster));
      for (const [w, many] of back) load.set(w, (load.get(w) ?? 0) + many);
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
      const ordered = [...load].sort(([a], [b]) => a - b);
      const key = `${cluster} ${ordered.join(" ")}`;
      const known = answers.get(key);
      if (known !== undefined) return known;
      asked.add(cluster);
      const answer = learnt.truth?.accepts(cluster, new Map(ordered)) !== false;
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
  return {
    ...survival,
    arrange: () => then(survival.arrange()),
    afresh: () =>
      then(
        survival.afresh() &&
          order
            .filter((w) => !keeps.ruled(w))
            .map(placed)
            .every(Boolean),
      ),
    round: (over) => then(survival.round(over)),
  };
}
