// Keeps the plan able to lose what `survive` names: for every loss, all that it takes has a place to come back to, and the room for the
// worst loss of each row is kept free of planned load (shared backup paths, as in survivable networks). It must not know how other
// workloads are placed.
import type { AfterLoss } from "../../problem.ts";
import type { Loss } from "../../solver/losses.ts";
import type { State } from "../state.ts";
import { mostBack, newBook } from "./book.ts";
import type { Keeping } from "./keeping.ts";
import { newRecovery } from "./recovery.ts";

export interface Survival {
  /** Brings everything back after every loss, moving what survives and making way where it must; false when some loss does not fit. */
  readonly arrange: () => boolean;
  /** One round in which what survives goes where it costs less; returns what was gained. */
  readonly round: (over: () => boolean) => number;
  /** Whether every loss is survived, counted from the plan itself. */
  readonly holds: () => boolean;
  /** What comes back after each loss that takes anything. */
  readonly situations: () => readonly AfterLoss[];
}

export interface SurvivalGround {
  readonly state: State;
  readonly keeping: Keeping;
  readonly losses: readonly Loss[];
  /** By row first: the price of one unit of it. */
  readonly prices: Float64Array;
  /** Candidates of each workload, the cheapest first. */
  readonly ranked: Int32Array;
  readonly gain: (from: number, to: number, replicas: number) => number;
  /** Whether a workload may be moved by itself: no other rule binds it. */
  readonly movable: (w: number) => boolean;
  readonly asks: (cluster: number) => boolean;
  readonly accepts: (cluster: number, back: ReadonlyMap<number, number>) => boolean;
  /** Whether the nodes of a cluster take what is planned there. */
  readonly stands: (cluster: number) => boolean;
  readonly makeWay: (candidate: number, replicas: number) => boolean;
}

/** Moves of what survives for each loss that does not fit, and candidates that are tried for each. */
const REPAIRS = 12;
const WIDTH = 24;
/** Losses of one workload beyond which it is not moved to save a little: each would have to be settled again. */
const MANY = 200;

export function newSurvival(ground: SurvivalGround): Survival {
  const { state, keeping, losses, ranked, gain, movable, asks, stands, makeWay } = ground;
  const { compact, on } = state;
  const { candidateStart, cluster, workloadOf, step, workloads } = compact;
  const most = mostBack(compact);
  const book = newBook(state, most, losses.length);
  const weights = weightsOf(ground);
  const recovery = newRecovery({ state, book, losses, weights, most, asks, accepts: ground.accepts, makeWay });
  const pagesOf: number[][] = compact.problem.clusters.map(() => []);
  losses.forEach(({ lost }, page) => lost.forEach((at) => pagesOf[at]?.push(page)));
  const survivors = Array.from({ length: workloads }, (_, w) => w).filter((w) => keeping.survives(w));

  /** Losses that take something of a workload. */
  const pagesFor = (w: number, found = new Set<number>()): Set<number> => {
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      if ((on[c] as number) > 0) for (const page of pagesOf[cluster[c] as number] as number[]) found.add(page);
    return found;
  };
  const end = (w: number): number => Math.min(candidateStart[w + 1] as number, (candidateStart[w] as number) + WIDTH);

  /** Takes replicas elsewhere, as many as there is room and promise for; returns how many. */
  const shift = (from: number, to: number, wish: number): number => {
    const size = step[workloadOf[from] as number] as number;
    state.remove(from, wish);
    let many = Math.floor(Math.min(state.room(to, wish), keeping.allows(on, to, wish)) / size) * size;
    if (many > 0) state.add(to, many);
    if (many > 0 && asks(cluster[to] as number) && !stands(cluster[to] as number)) {
      state.remove(to, many);
      many = 0;
    }
    if (many < wish) state.add(from, wish - many);
    return many;
  };
  /** Moves something that a loss takes out of its way, so that less is lost; the workload that went, or −1. */
  const thin = (page: number, w: number): number => {
    const lost = new Set((losses[page] as Loss).lost);
    const own = survivors.filter((v) => movable(v) && recovery.lostOf(page, v) > 0);
    for (const v of [w, ...own.filter((other) => other !== w)]) {
      if (!own.includes(v)) continue;
      const froms: number[] = [];
      for (let c = candidateStart[v] as number; c < (candidateStart[v + 1] as number); c++)
        if ((on[c] as number) > 0 && lost.has(cluster[c] as number)) froms.push(c);
      froms.sort((a, b) => (on[b] as number) - (on[a] as number) || a - b);
      for (const from of froms)
        for (let k = candidateStart[v] as number; k < (candidateStart[v + 1] as number); k++) {
          const to = ranked[k] as number;
          if (to === from || lost.has(cluster[to] as number)) continue;
          const half = Math.max(1, Math.floor((on[from] as number) / 2 / (step[v] as number))) * (step[v] as number);
          if (shift(from, to, half) > 0) return v;
        }
    }
    return -1;
  };

  const arrange = (): boolean => {
    const queue = losses.map((_, page) => page);
    const waits = new Set(queue);
    let repairs = REPAIRS * (losses.length + survivors.length);
    for (let next = 0; next < queue.length; next++) {
      const page = queue[next] as number;
      waits.delete(page);
      const stuck = recovery.settle(page);
      if (stuck < 0) continue;
      if (--repairs < 0) return false;
      const gone = new Set<number>();
      const moved = thin(page, stuck);
      if (moved < 0) return false;
      for (const other of [page, ...pagesFor(moved, gone)])
        if (!waits.has(other)) {
          waits.add(other);
          queue.push(other);
        }
    }
    book.tighten();
    return true;
  };

  /** Takes replicas elsewhere, with all that comes back after losses; nothing has changed when that does not do. */
  const move = (from: number, to: number, wish: number): number => {
    const w = workloadOf[from] as number;
    const pages = pagesFor(w);
    for (const page of pagesOf[cluster[to] as number] as number[]) pages.add(page);
    if (pages.size > MANY) return 0;
    const back = book.remember(pages);
    const many = shift(from, to, wish);
    if (many === 0) return 0;
    for (const page of pages)
      if (recovery.settle(page, w) >= 0) {
        back();
        state.remove(to, many);
        state.add(from, many);
        return 0;
      }
    return many;
  };

  return {
    arrange,
    round: (over) => {
      let gained = 0;
      for (const w of survivors) {
        if (over() || !movable(w)) continue;
        const size = step[w] as number;
        for (let from = candidateStart[w] as number; from < (candidateStart[w + 1] as number); from++)
          for (let k = candidateStart[w] as number; k < end(w) && (on[from] as number) >= size; k++) {
            const to = ranked[k] as number;
            if (to === from || gain(from, to, size) <= 1e-9) continue;
            for (let wish = on[from] as number; wish >= size; wish = Math.floor(wish / 2 / size) * size) {
              const worth = gain(from, to, wish);
              if (worth <= 1e-9) continue;
              const many = move(from, to, wish);
              if (many === 0) continue;
              gained += many === wish ? worth : gain(to, from, many) * -1;
              break;
            }
          }
      }
      book.tighten();
      return gained;
    },
    holds: () => survivors.every((w) => keeping.holds(on, w)) && losses.every((_, page) => cameBack(page)),
    situations: () =>
      losses.flatMap(({ lost }, page) => {
        const back = backOf(page);
        return back.length > 0 ? [{ lost, back }] : [];
      }),
  };

  function backOf(page: number): AfterLoss["back"] {
    const { slots, replicas } = book.pages[page] as (typeof book.pages)[0];
    const found = new Map<number, number>();
    slots.forEach((slot, k) => {
      const c = compact.candidateOf[slot] as number;
      found.set(c, (found.get(c) ?? 0) + (replicas[k] as number));
    });
    return [...found].map(([c, many]) => {
      const workload = workloadOf[c] as number;
      return { workload, candidate: c - (candidateStart[workload] as number), replicas: many };
    });
  }
  /** Counts one loss from the plan itself: all that it takes is somewhere, and every row, slot and candidate holds it beside the rest. */
  function cameBack(page: number): boolean {
    const loss = losses[page] as Loss;
    const lost = new Set(loss.lost);
    const { slots, replicas } = book.pages[page] as (typeof book.pages)[0];
    const came = new Map<number, number>();
    const load = new Map<number, number>();
    const here = new Map<number, number>();
    let good = true;
    slots.forEach((slot, k) => {
      const c = compact.candidateOf[slot] as number;
      const w = workloadOf[c] as number;
      const many = replicas[k] as number;
      came.set(w, (came.get(w) ?? 0) + many);
      here.set(c, (here.get(c) ?? 0) + many);
      const whole = compact.problem.workloads[w]?.counting.kind !== "divided";
      good &&= !lost.has(cluster[c] as number) && !(whole && (on[c] as number) > 0);
      good &&= many + (state.inSlot[slot] as number) <= (compact.room[slot] as number);
      for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
        const row = compact.entryRow[e] as number;
        load.set(row, (load.get(row) ?? 0) + many * (compact.entryAmount[e] as number));
      }
    });
    for (const [c, many] of here) good &&= many + (on[c] as number) <= (most[c] as number);
    for (const [row, amount] of load)
      good &&= amount + (state.used[row] as number) <= (compact.capacity[row] as number) + 1e-6;
    return good && survivors.every((w) => recovery.lostOf(page, w) === (came.get(w) ?? 0));
  }
}

/** What keeping room costs: what the room itself would fetch, and a little in any case, so that losses share what they keep. */
function weightsOf({ state: { compact }, prices }: SurvivalGround): Float64Array {
  const { rowScale } = compact;
  let dearest = 0;
  rowScale.forEach((scale, row) => (dearest = Math.max(dearest, (prices[row] as number) * scale)));
  const little = dearest > 0 ? dearest / 100 : 1;
  return rowScale.map((scale, row) => (prices[row] as number) + little / Math.max(1e-9, scale));
}
