// What happens when clusters are lost: each replica that ran there comes back where there is room, where its rules hold and where it costs
// least; where there is no room, others that no rule binds make way. It must not know what was promised, nor plan anything anew.
import type { Ir } from "../../../compiler/index.ts";
import { newTruth } from "../../nodes/index.ts";
import type { NodeTruth } from "../../nodes/index.ts";
import type { Placement, Problem, Rule } from "../../problem.ts";
import { compactOf } from "../compact.ts";
import type { Compact } from "../compact.ts";
import { newImprover } from "../improve.ts";
import { newKeeps } from "../keeps.ts";
import type { Keeps } from "../keeps.ts";
import { loadOn, newOnNodes } from "../on-nodes.ts";
import type { OnNodes } from "../on-nodes.ts";
import { hardestFirst } from "../start.ts";
import { newState, placementOf } from "../state.ts";
import type { State } from "../state.ts";
import { newGain } from "../value.ts";
import { summed, weigh } from "../weigh.ts";

export interface Recovered {
  readonly placement: Placement;
  /** Replicas that find no place, by workload: neither beside the rest, nor where others that no rule binds make way. */
  readonly homeless: ReadonlyMap<number, number>;
  /** Workloads of which a rule does not hold any more with nothing else moved. */
  readonly broken: readonly number[];
}

/** Replicas that are known to have a place, by workload and cluster. */
export type Known = (workload: number, cluster: number) => number;

/**
 * Answers for one loss after the other, of a placement that stands. Undefined where its pods can not be put on pools in any order that is tried.
 *
 * @param problem without `survive`; nothing may be lost in it.
 */
export function newAfterLoss(
  ir: Ir,
  problem: Problem,
  placement: Placement,
): ((lost: ReadonlySet<number>, known: Known) => Recovered) | undefined {
  const compact = compactOf(problem);
  let gone: ReadonlySet<number> = new Set();
  const state = newState(compact, (_, c, wish) => (gone.has(compact.cluster[c] as number) ? 0 : wish));
  if (!stands(state, placement)) return undefined;
  const weighed = weigh(compact);
  const weights = summed(compact, weighed, weighed.terms.length);
  const { cost } = weights;
  const ranked = rankedBy(compact, cost);
  const truth = newTruth(ir, problem);
  const order = hardestFirst(compact, new Float64Array(compact.capacity.length).fill(1));
  const spare = spareBeside(state, truth);
  const ruledFirst = [...order].sort((a, b) => Number(isTarget(problem, b)) - Number(isTarget(problem, a)));
  return (lost, known) => {
    const back = state.remember();
    gone = lost;
    const keeps = newKeeps({ ...compact, problem: { ...problem, rules: rulesWithout(problem.rules, lost) } }, []);
    const nodes = newOnNodes(truth, keeps);
    nodes.begin();
    const missing = takeAway(state, lost);
    const homeless = new Map<number, number>();
    const ground = { state, keeps, nodes, cost, lost, known, spare };
    const own = ruledFirst.filter((w) => missing.has(w));
    // What has a place for certain takes it before others look for one.
    for (const w of own) missing.set(w, (missing.get(w) as number) - returnKnown(ground, w, missing.get(w) as number));
    for (const w of own) missing.set(w, comeBack(ground, w, missing.get(w) as number));
    // Only then do others make way.
    const free = (w: number): boolean => !keeps.ruled(w);
    const { packed, spare: roomier } = nodes;
    const packs = (cluster: number): boolean => nodes.packs(state, cluster);
    const gain = newGain(state, weights);
    const improver = newImprover({ state, gain, free, may: () => true, ranked, packed, packs, spare: roomier });
    for (const w of own) {
      const left = missing.get(w) as number;
      if (left > 0 && (problem.workloads[w]?.optional === true || !free(w) || !improver.complete(w, LOOKS)))
        homeless.set(w, problem.workloads[w]?.optional === true ? left : missingOf(state, w));
    }
    // What rules bind is placed anew, as little of it as may be, where it still lacks a place or breaks a rule.
    const unruly = (w: number): boolean => homeless.has(w) || !keeps.holds(state, w);
    for (const w of own)
      if (keeps.ruled(w) && problem.workloads[w]?.optional !== true && unruly(w) && settleAnew(ground, w, ruledFirst))
        homeless.delete(w);
    gone = new Set();
    const broken = own.filter((w) => !keeps.holds(state, w));
    const found = { placement: placementOf(state), homeless, broken };
    back();
    return found;
  };
}

export interface Ground {
  readonly state: State;
  readonly keeps: Keeps;
  readonly nodes: OnNodes;
  readonly cost: Float64Array;
  readonly lost: ReadonlySet<number>;
  readonly known: Known;
  /** By candidate: about how many more pods its nodes take beside the plan. Where others came back since, it is less. */
  readonly spare: (candidate: number) => number;
}

/** Asked once for every candidate, and remembered: losses take nothing away from what is left. */
function spareBeside(state: State, truth: NodeTruth): (candidate: number) => number {
  const { cluster, workloadOf, most } = state.compact;
  const asked = new Set<number>();
  const found = new Int32Array(most.length);
  const { clusterStart, clusterCandidates } = state;
  const plan = new Map(state.compact.problem.clusters.map((_, c) => [c, loadOn(state, c)]));
  return (candidate) => {
    const at = cluster[candidate] as number;
    if (!truth.asks(at)) return Infinity;
    if (!asked.has(at)) {
      asked.add(at);
      const load = plan.get(at) as ReadonlyMap<number, number>;
      const accepted = truth.accepts(at, load);
      for (let k = clusterStart[at] as number; k < (clusterStart[at + 1] as number); k++) {
        const c = clusterCandidates[k] as number;
        const w = workloadOf[c] as number;
        const spare = accepted ? truth.spare(at, w) - (load.get(w) ?? 0) : Infinity;
        found[c] = Math.min(spare, most[c] as number);
      }
    }
    return found[candidate] as number;
  };
}

/** Candidates that are looked at so that others make way for what one workload lacks; asking the nodes of a cluster counts for many. */
const LOOKS = 60_000;

const missingOf = ({ compact, placed }: State, w: number): number =>
  (compact.wanted[w] as number) * (compact.step[w] as number) - (placed[w] as number);

/** Candidates of each workload, the cheapest first. */
function rankedBy({ candidateStart, most, workloads }: Compact, cost: Float64Array): Int32Array {
  const ranked = Int32Array.from(most.keys());
  for (let w = 0; w < workloads; w++)
    ranked
      .subarray(candidateStart[w], candidateStart[w + 1])
      .sort((a, b) => (cost[a] as number) - (cost[b] as number) || a - b);
  return ranked;
}

/** Puts a placement on its pools, what has the fewest of them first. */
export function stands(state: State, placement: Placement): boolean {
  const { candidateStart, slotStart } = state.compact;
  const parts = placement.flatMap((counts, w) =>
    counts.flatMap((replicas, i) => (replicas > 0 ? [{ c: (candidateStart[w] as number) + i, replicas }] : [])),
  );
  const pools = (c: number): number => (slotStart[c + 1] as number) - (slotStart[c] as number);
  for (const { c, replicas } of parts.sort((a, b) => pools(a.c) - pools(b.c) || a.c - b.c)) {
    state.add(c, replicas);
    if (state.on[c] !== replicas) return false;
  }
  return true;
}

const isTarget = ({ rules }: Problem, w: number): boolean =>
  rules.some((rule) => rule.kind === "near" && rule.of.includes(w));

/** Replicas that a loss takes, by workload, taken away. Copies of `each` are gone with their clusters. */
function takeAway({ compact, on, remove }: State, lost: ReadonlySet<number>): Map<number, number> {
  const missing = new Map<number, number>();
  for (let c = 0; c < on.length; c++) {
    const here = on[c] as number;
    if (here === 0 || !lost.has(compact.cluster[c] as number)) continue;
    const w = compact.workloadOf[c] as number;
    const gone = compact.problem.workloads[w]?.counting.kind === "each";
    missing.set(w, (missing.get(w) ?? 0) + (gone ? 0 : here));
    remove(c, here);
  }
  return missing;
}

/** Rules as they are for those who still have their clusters. */
const rulesWithout = (rules: readonly Rule[], lost: ReadonlySet<number>): readonly Rule[] =>
  rules.map((rule): Rule => {
    if (rule.kind === "shares") return { ...rule, shares: rule.shares.filter(({ cluster }) => !lost.has(cluster)) };
    if (rule.kind !== "spread") return rule;
    const groups = rule.groups.map((group) => group.filter((cluster) => !lost.has(cluster)));
    return { ...rule, groups: groups.filter((group) => group.length > 0) };
  });

/** Workloads of a family beyond which only one at a time is placed anew. */
const FAMILY = 6;

/**
 * Takes a workload, else one that rules tie to it, else all of them, from where they are, and brings them back step by step, where they were first of all;
 * nothing has changed when that does not do. What is lost of those others is found a place by itself.
 */
function settleAnew(ground: Ground, w: number, order: readonly number[]): boolean {
  const { state, keeps } = ground;
  const family = keeps.family(w);
  const lacking = new Map(family.map((m) => [m, missingOf(state, m)]));
  const settled = (): boolean => keeps.holds(state, w) && missingOf(state, w) === 0;
  const others = family.length > FAMILY ? [] : family.filter((m) => m !== w).map((m) => [m, w]);
  const whole = family.length > FAMILY || family.length === 1 ? [] : [order.filter((m) => family.includes(m))];
  const held = family.filter((m) => keeps.holds(state, m));
  return [[w], ...others, ...whole].some((members) => {
    const back = state.remember();
    const leaving = members.filter((m) => !mustStay(state, m));
    const were = new Map(leaving.map((m) => [m, takeAll(state, m)]));
    const placed = leaving.every((m) => {
      const wanted = m === w ? missingOf(state, m) : missingOf(state, m) - (lacking.get(m) as number);
      return returnTo(ground, m, wanted, were.get(m) as ReadonlyMap<number, number>) === 0;
    });
    if (placed && settled() && held.every((m) => keeps.holds(state, m))) return true;
    back();
    return false;
  });
}

/** Copies of `each` stay where they are asked for. */
const mustStay = ({ compact }: State, w: number): boolean =>
  compact.problem.workloads[w]?.counting.kind === "each" || compact.problem.workloads[w]?.perNode === true;

/** Takes a workload from all its candidates; what was where. */
function takeAll({ compact, on, remove }: State, w: number): ReadonlyMap<number, number> {
  const were = new Map<number, number>();
  for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
    const here = on[c] as number;
    if (here === 0) continue;
    were.set(c, here);
    remove(c, here);
  }
  return were;
}

/** Brings replicas back one step after the other, as many as there were where they were, the rest anywhere; returns how many find no place. */
function returnTo(ground: Ground, w: number, wanted: number, were: ReadonlyMap<number, number>): number {
  const { state, keeps } = ground;
  const size = state.compact.step[w] as number;
  let left = wanted;
  for (const [c, many] of were)
    for (let came = 0; came < many && left >= size; came += size) {
      if (put(ground, c, size) === 0) break;
      left -= size;
      if (keeps.holds(state, w)) continue;
      state.remove(c, size);
      left += size;
      break;
    }
  return left >= size ? comeBack(ground, w, left) : left;
}

const isWhole = ({ problem }: Compact, w: number): boolean => problem.workloads[w]?.counting.kind !== "divided";

/** How many more steps of a workload a candidate takes, in replicas: rows, nodes, and one copy at most of what is whole. */
export function put({ state, nodes, lost, spare }: Ground, c: number, wish: number): number {
  const { cluster, workloadOf, step } = state.compact;
  const w = workloadOf[c] as number;
  const at = cluster[c] as number;
  const size = step[w] as number;
  if (lost.has(at) || (isWhole(state.compact, w) && (state.on[c] as number) > 0)) return 0;
  const room = state.room(c, wish);
  const most = room > 0 ? Math.min(room, spare(c)) : 0;
  for (let many = Math.floor(most / size) * size; many > 0; many = Math.floor(many / 2 / size) * size) {
    state.add(c, many);
    if (!nodes.packed(at) || nodes.packs(state, at)) return many;
    state.remove(c, many);
  }
  return 0;
}

function returnKnown(ground: Ground, w: number, missing: number): number {
  const { candidateStart, cluster } = ground.state.compact;
  let came = 0;
  for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number) && came < missing; c++) {
    const wish = Math.min(missing - came, ground.known(w, cluster[c] as number));
    if (wish > 0) came += put(ground, c, wish);
  }
  return came;
}

/** Brings back so many replicas; returns how many find no place. */
export function comeBack(ground: Ground, w: number, missing: number): number {
  const { state, keeps, cost } = ground;
  const { candidateStart, step } = state.compact;
  const size = step[w] as number;
  const candidates = Array.from(
    { length: (candidateStart[w + 1] as number) - (candidateStart[w] as number) },
    (_, i) => (candidateStart[w] as number) + i,
  ).sort((a, b) => (cost[a] as number) - (cost[b] as number) || a - b);
  let left = missing;
  if (!keeps.ruled(w)) {
    for (const c of candidates) if (left >= size) left -= put(ground, c, left);
    return left;
  }
  while (left >= size && oneMore(ground, w, candidates)) left -= size;
  return left;
}

/**
 * One step of what rules bind: the cheapest candidate on which all of them hold, else, where they do not hold yet, the one with the fewest of
 * its own, which brings what is to be even nearer to it. What holds is never broken.
 */
function oneMore(ground: Ground, w: number, candidates: readonly number[]): boolean {
  const { state, keeps } = ground;
  const size = state.compact.step[w] as number;
  const held = keeps.holds(state, w);
  const thinnest: number[] = [];
  for (const c of candidates) {
    if (put(ground, c, size) === 0) continue;
    if (keeps.holds(state, w)) return true;
    state.remove(c, size);
    if (!held) thinnest.push(c);
  }
  thinnest.sort((a, b) => (state.on[a] as number) - (state.on[b] as number));
  const [best] = thinnest;
  return best !== undefined && put(ground, best, size) > 0;
}
