// The anytime search: prices from the bound, a first placement from them, steps and exact neighbourhoods that make it better, until the gap,
// the steps or the time are reached. What rules bind is placed first, by what they mean. It must not know how parts come about.
import { worked } from "../clock.ts";
import type { Problem, SolveOptions } from "../problem.ts";
import { highs } from "../solver/highs.ts";
import type { Learnt } from "../solver/learnt.ts";
import { gapOf } from "../solver/solve.ts";
import type { ExactSolution } from "../solver/solve.ts";
import { answer, headline, rebased } from "./answer.ts";
import { arcsOf } from "./arcs.ts";
import { newEnumeration } from "./assignment/enumerate.ts";
import { oscillate } from "./assignment/oscillate.ts";
import { ascend, newPrices } from "./bound.ts";
import { chargeClusters, newDoors, newFewest } from "./closing/index.ts";
import type { Doors } from "./closing/index.ts";
import { compactOf } from "./compact.ts";
import type { Compact } from "./compact.ts";
import { levelFor, makeEven, placeOfEven } from "./even-first.ts";
import { decideFamily, improveFamilies } from "./families.ts";
import { placeFirst } from "./first-placement.ts";
import { firstPrices, nodesIn } from "./first-prices.ts";
import { newImprover } from "./improve.ts";
import type { Improver } from "./improve.ts";
import { newKeeps } from "./keeps.ts";
import type { Keeps } from "./keeps.ts";
import { makeRoom, type Item } from "./make-room.ts";
import { neighbourhoods } from "./neighbourhoods.ts";
import { worthwhile } from "./reduce.ts";
import { FEW_ORDERS, leave, newOnNodes, standOnNodes } from "./on-nodes.ts";
import type { OnNodes } from "./on-nodes.ts";
import { refill } from "./refill.ts";
import { prove } from "./proof.ts";
import type { Proof } from "./proof.ts";
import { attendSurvival, newKeeping } from "./survive/index.ts";
import type { Keeping } from "./survive/index.ts";
import { hardestFirst, isWarm, rankedBy, startFromAverage, startFromBefore } from "./start.ts";
import { newBonds, newRuled, newSteps, shift } from "./ruled/index.ts";
import type { Steps } from "./ruled/index.ts";
import { newState, placementOf } from "./state.ts";
import type { State } from "./state.ts";
import { newGain, worth } from "./value.ts";
import { summed, weigh } from "./weigh.ts";
import type { Weighed } from "./weigh.ts";
import type { Weights } from "./arcs.ts";

export interface Searched {
  readonly solution: ExactSolution;
  readonly compact: Compact;
  readonly weighed: Weighed;
  readonly prices: Float64Array;
  /** By candidate: 0 where no answer as good in the first open term has anything; beside what prices say. */
  readonly keeps: Uint8Array | undefined;
}

/** Milliseconds that a step takes for each candidate that it looks at. */
const LOOK = 7e-3;
/** Passes over the pairs for the prices when the answer is not yet near enough. */
const SHARPER = 300;
/** Rounds of steps at most; each goes over all workloads once. */
const ROUNDS = 16;
/** Longest chain of those that make way; a longer one is tried when a round gains less than this share; rings do better for up to so many single copies. */
const [DEPTH, DEEPER, RINGS] = [3, 2e-4, 40_000];
/** Rounds over all that rules bind. */
const AGAIN = 3;
/** Neighbourhoods in a row that bring nothing, before exact solvers get their turn. */
const IDLE = 4;

/**
 * Searches for a good placement and proves how good it is. Undefined when it found none, which proves nothing.
 * @param finish whether exact solvers come after it: what they do better is left to them.
 */
export async function search(
  problem: Problem,
  options: SolveOptions,
  learnt: Pick<Learnt, "cuts" | "limits" | "truth">,
  finish = false,
): Promise<Searched | undefined> {
  const started = options.now();
  const compact = compactOf(problem, learnt.limits);
  // Asked between steps: each looks at the candidates of about one workload.
  const each = (LOOK * compact.most.length) / Math.max(1, compact.workloads);
  const over = (): boolean => {
    worked(options.now, each);
    return options.stopped() || options.now() - started >= options.timeLimit;
  };
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const keeps = newKeeps(compact, learnt.cuts);
  const warm = isWarm(compact, weighed.before);
  const prices = newPrices(compact);
  const nodes = newOnNodes(learnt.truth, keeps);
  const keeping = newKeeping(compact);
  const free = (w: number): boolean => !keeps.ruled(w) && keeping?.survives(w) !== true;
  const doors = newDoors(compact, weighed, keeping);
  const ground = { compact, weights, keeps, keeping, doors, free, options, learnt, nodes, over };
  const uncharge = chargeClusters(compact, weights, doors, over);
  const level = warm ? undefined : levelFor(compact, weighed, keeping, learnt.limits, over);
  const priced = { ...ground, compact: level?.compact ?? compact };
  const start = warm ? undefined : firstPrices(priced, weighed, level?.prices ?? prices);
  const proving = level?.told(prices) ?? prices;
  const state = newState(compact, doors?.allows ?? keeping?.allows);
  const ranked = rankedBy(compact, weights.cost, prices);
  const bonds = newBonds(compact);
  const steps = newSteps(state, bonds, keeps.targets);
  const improver = improverOf(ground, state, ranked, steps);
  const ruled = newRuled({ ...ground, weighed, bonds, steps, ranked, prices, wish: start?.wish }, state, improver);
  // What keeps room for something else has its own way with rows.
  const plain = start !== undefined && level === undefined && keeping === undefined && doors === undefined;
  const narrow = plain ? nodesIn(ground, start) : undefined;
  let attempts = 0;
  const freely = (): void => level?.hold(state, false);
  const first = {
    compact,
    state,
    now: options.now,
    keeps,
    ruled,
    improver,
    order: hardestFirst(compact, prices),
    exactly: (family: readonly number[]) => decideFamily(ground, state, ranked, family),
    before: () => {
      if (warm) startFromBefore(state, weighed.before, () => true);
    },
    average: () => {
      if (problem.latencies.length > 0) ranked.set(rankedBy(compact, weights.cost, prices));
      // Where that is too little room, the next attempt has all of it.
      level?.hold(state, attempts === 0);
      if (narrow !== undefined) state.capacity.set(attempts === 0 ? narrow.capacity : compact.capacity);
      attempts++;
      const linear = narrow?.linear ?? start?.linear;
      if (start !== undefined && linear !== undefined)
        startFromAverage(state, start.arcs, linear, (w) => !keeps.ruled(w));
    },
    leave: (w: number) => nodes.leave(state, w),
    over,
  };
  const found = await placeFirst(first, false);
  const survival = attendSurvival(ground, state, improver, ranked, prices);
  if (survival === undefined ? !found : !(found && survival.arrange()) && !survival.afresh()) return undefined;
  const survives = (): boolean => survival?.arrange() !== false;
  const relent = (used: number): void => {
    uncharge?.();
    ruled.charge();
    if (!warm) firstPrices(ground, weighed, prices, used);
  };
  const fewest = newFewest({ ...ground, weighed, state, ranked, prices, improver, ruled, survives, relent });
  let best: { readonly used: number; readonly value: number; readonly back: () => void } | undefined;
  const packs = (cluster: number): boolean => !fewest.closed(cluster) && nodes.packs(state, cluster);
  const enumeration = newEnumeration({ state, weighed, prices, now: options.now, over, packs, better: () => better() });
  const raised = (own: Proof): Proof => enumeration?.raised(own) ?? own;
  const judge = (): Proof =>
    raised(
      prove(compact, weighed, placementOf(state), {
        prices: proving,
        soft: level === undefined ? start?.soft : undefined,
        stopped: over,
      }),
    );
  let proof = judge();
  const report = (): void =>
    options.onProgress?.({
      solver: "search",
      ...headline(proof),
      objective: proof.objective,
      placement: () => placementOf(state),
    });
  const better = (): void => {
    proof = raised(rebased(proof, state));
    report();
  };
  // Where evenness comes first, what steps gain before it would be lost to it; what counts less gets its turn even when it is near.
  const evenFirst = placeOfEven(compact, weighed).early;
  let evened: "not" | "held" | "done" = evenFirst ? "not" : "done";
  const within = (): boolean => proof.objective.every((term) => gapOf([term]) <= options.gap);
  const near = (): boolean =>
    proof.optimal || (evened === "done" && gapOf(proof.objective) <= options.gap) || (evened === "held" && within());
  report();
  /** Steps as long as they gain; where nodes are still to be asked, longer chains are left for after that. */
  const polish = (deepest = DEPTH): void => {
    for (let [round, depth] = [0, 1]; round < ROUNDS && !over() && !near(); round++) {
      const gained = improver.round(depth, over) + (survival?.round(over) ?? 0);
      better();
      if (gained > DEEPER * Math.abs(worth(state, weights))) continue;
      if (++depth > deepest) break;
    }
  };
  const { truth } = learnt;
  const asked = truth !== undefined && compact.problem.clusters.some((_, c) => truth.asks(c));
  // Where the number of clusters counts most, what is on some of them leaves first; on single nodes only once they are asked.
  if (fewest.first && !asked && fewest.close(proof)) {
    proof = judge();
    report();
  }
  // Where it is known about what nodes hold, what rows alone would gain is lost on nodes again.
  const settled = narrow !== undefined && asked;
  const short = asked || (enumeration !== undefined && compact.most.length <= RINGS);
  if (!evenFirst && !(fewest.first && asked) && !settled) polish(short ? 1 : DEPTH);
  const rounds = evenFirst ? 0 : AGAIN;
  for (let round = 0; round < rounds && !near() && !over(); round++) {
    const gained = ruled.round(over);
    better();
    if (gained <= 0) break;
    polish();
  }
  if (!near() && !over()) await improveFamilies(ground, state, ranked);
  const stand = (): boolean => {
    if (truth === undefined) return false;
    const familyOf = (w: number): readonly number[] | undefined => (keeps.ruled(w) ? keeps.family(w) : undefined);
    const again = {
      ...first,
      free,
      familyOf,
      place: ruled.place,
      shift: (candidate: number, replicas: number) =>
        shift({ ...ground, state, steps, improver, ranked }, candidate, replicas),
      makeRoom: (failed: readonly Item[]) => makeRoom(first, failed),
      // A time limit is not asked: only this makes an answer of what was found by then.
      stopped: options.stopped,
    };
    return standOnNodes(state, truth, nodes, improver, again);
  };
  /**
   * Steps are asked a few trials only, and nodes packed one pod fewer may take less: what finds none leaves once more. What is worse for it than what
   * stood before, or does not stand at all, is as it was then.
   */
  const secure = (): void => {
    if (truth === undefined) return;
    const value = stand() ? worth(state, weights) : Infinity;
    const used = fewest.used();
    const dearer = best !== undefined && used >= best.used && value > best.value + 1e-9 * Math.abs(best.value);
    const worse = best !== undefined && (value === Infinity || (!evenFirst && (used > best.used || dearer)));
    if (worse) best?.back();
    else if (value < Infinity) best = { used, value, back: state.remember() };
  };
  if (truth !== undefined) {
    // Where what stands on no node finds no other place, all are placed anew, asking the nodes from the start.
    level?.hold(state, true);
    if (narrow !== undefined) state.capacity.set(compact.capacity);
    const stood = stand() || ((await placeFirst({ ...first, average: freely }, true)) && stand());
    if (!stood) return undefined;
    level?.hold(state, false);
    ruled.charge();
    // Who survives a loss moves before room is kept for it.
    const back = problem.latencies.length > 0 && !over() ? state.remember() : undefined;
    if (back !== undefined) ruled.approach(over);
    if (survival?.arrange() === false) {
      back?.();
      if (back === undefined || !survival.arrange()) return undefined;
    }
    better();
    secure();
    if (fewest.first && fewest.close(proof)) {
      best = undefined;
      secure();
      proof = judge();
      report();
    }
    if (asked && plain && !near()) {
      const never = (): boolean => false;
      const single = { free, shift: never, leaves: never, orders: FEW_ORDERS };
      const sure = {
        asks: nodes.asks,
        packs: (cluster: number): boolean => nodes.packs(state, cluster),
        stands: (cluster: number): boolean => nodes.stands(state, cluster),
        leave: (cluster: number): boolean => leave(state, truth, nodes, cluster, single),
      };
      const filling = { state, truth, gain: newGain(state, weights), weights, free, ranked, improver, ...sure };
      const secured = (): void => {
        secure();
        better();
      };
      const least = DEEPER * Math.abs(worth(state, weights));
      refill({ ...filling, over: () => over() || near(), better }, least, secured);
    }
    if (!evenFirst) polish();
    secure();
  }
  if (!near() && !over() && makeEven(ground, weighed, state, steps)) {
    secure();
    proof = judge();
    if (evenFirst) {
      evened = "held";
      polish();
      proof = judge();
    }
    evened = "done";
    report();
  }
  // Where something counts more, as many are closed as lose nothing of that.
  if (!fewest.first && !near() && !over() && fewest.close(proof)) {
    secure();
    proof = judge();
    report();
  }
  if (!near() && !over()) {
    const plain = start?.soft?.weights ?? summed(compact, weighed, weighed.terms.length);
    const from = start?.soft?.prices ?? prices;
    const upper = worth(state, plain);
    from.set(ascend(compact, arcsOf(compact, plain), { steps: SHARPER, upper, from, stopped: over }).prices);
    proof = judge();
  }
  report();
  const done = (): Searched | undefined => {
    secure();
    if (survival?.holds() === false && !survival.arrange()) return undefined;
    if (!isSound(ground, state) || survival?.holds() === false) return undefined;
    proof = gapOf(rebased(proof, state).objective) === 0 ? judge() : rebased(proof, state);
    const solution = answer(proof, state, survival?.situations() ?? []);
    return { solution, compact, weighed, prices, keeps: enumeration?.keeps() };
  };
  if (near() || over()) return done();
  const around = {
    state,
    weights,
    free,
    packed: nodes.packed,
    worthwhile: worthwhile(compact, arcsOf(compact, weights), prices, worth(state, weights)).map((kept, c) =>
      fewest.closed(compact.cluster[c] as number) ? 0 : kept,
    ),
    solver: highs,
  };
  const oscillated = oscillate(around, prices, {
    seed: options.seed,
    now: options.now,
    over: () => over() || near() || enumeration?.done() === true,
    packs,
    better,
    leaning: (random) => enumeration?.leaning(random),
    turn: (milliseconds) => {
      const goesOn = enumeration?.run(milliseconds, proof) ?? false;
      better();
      return goesOn;
    },
  });
  const step = neighbourhoods(around, ranked, prices, warm ? weighed.before : undefined, options.seed);
  // What exact solvers decide afterwards is only tried here as long as it helps.
  const patience = finish && oscillated !== undefined ? IDLE : Infinity;
  for (let [fresh, idle] = [0, 0]; idle < patience && !near() && !over();) {
    const gained = await step(options.timeLimit - (options.now() - started), options);
    if (gained === undefined) break;
    idle = gained > 0 ? 0 : idle + 1;
    if (gained <= 0 || ++fresh % 16 !== 0) continue;
    improver.round(1, over);
    secure();
    better();
  }
  proof = judge();
  return done();
}

export interface SearchGround {
  readonly compact: Compact;
  readonly weights: Weights;
  readonly keeps: Keeps;
  readonly keeping: Keeping | undefined;
  /** Which clusters may be used, where their number counts. */
  readonly doors: Doors | undefined;
  /** Whether a workload may be moved by itself: neither rules nor losses speak of it. */
  readonly free: (w: number) => boolean;
  readonly options: SolveOptions;
  readonly learnt: Pick<Learnt, "cuts" | "limits" | "truth">;
  readonly nodes: OnNodes;
  readonly over: () => boolean;
}

function improverOf(
  { weights, keeping, nodes }: SearchGround,
  state: State,
  ranked: Int32Array,
  steps: Steps,
): Improver {
  return newImprover({
    state,
    gain: newGain(state, weights),
    free: (w) => steps.free(w) && keeping?.survives(w) !== true,
    may: steps.may,
    ranked,
    packed: nodes.packed,
    packs: (cluster) => nodes.packs(state, cluster),
    spare: nodes.spare,
  });
}

/** Everything once more, from the state itself: rows, totals, rules, and what packing taught. */
function isSound({ compact, keeps, nodes }: SearchGround, state: State): boolean {
  for (let w = 0; w < compact.workloads; w++) {
    const goal = (compact.wanted[w] as number) * (compact.step[w] as number);
    const placed = state.placed[w] as number;
    if (placed > goal || (placed < goal && compact.problem.workloads[w]?.optional !== true)) return false;
    if (!keeps.holds(state, w)) return false;
  }
  return state.holds() && compact.problem.clusters.every((_, cluster) => nodes.stands(state, cluster));
}
