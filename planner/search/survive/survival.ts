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
  /** Takes away all that may be moved, places what survives thinly, and arranges that: the rest then comes beside it. */
  readonly afresh: () => boolean;
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
  /** Survivors, those that are hardest to place first. */
  readonly order: readonly number[];
  readonly asks: (cluster: number) => boolean;
  readonly accepts: (cluster: number, back: ReadonlyMap<number, number>) => boolean;
  /** Whether the nodes of a cluster take what is planned there. */
  readonly stands: (cluster: number) => boolean;
  /** Adds replicas to a candidate, others making way, if those lose less than `budget` together; what they lost, or Infinity. */
  readonly squeeze: (candidate: number, replicas: number, budget: number, depth: number) => number;
}

/** Moves of what survives for each loss that does not fit, and candidates that are tried for each. */
const REPAIRS = 12;
const WIDTH = 24;
/** Longest chain of those that make way for what comes back, and for what survives and goes where it costs less. */
const DEPTH = 2;
/** Losses that are settled anew in one round, to save a little. */
const SETTLED = 50_000;

export function newSurvival(ground: SurvivalGround): Survival {
  const { state, keeping, losses, ranked, gain, movable, asks, stands, squeeze } = ground;
  const { compact, on } = state;
  const { candidateStart, cluster, workloadOf, step, workloads } = compact;
  const most = mostBack(compact);
  const book = newBook(state, most, losses.length);
  const weights = weightsOf(ground);
  /** Only to keep what was promised do others make way at any cost. */
  let urgent = false;
  const makeWay = (to: number, replicas: number): boolean => {
    if (!urgent || squeeze(to, replicas, Infinity, DEPTH) === Infinity) return false;
    state.remove(to, replicas);
    return true;
  };
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

  /** Whether nodes take what is planned; with less on them the scheduler may find less, since it does not look ahead. */
  const good = (c: number): boolean => !asks(cluster[c] as number) || stands(cluster[c] as number);
  /** Takes replicas elsewhere, as many as there is room and promise for; returns how many. */
  const shift = (from: number, to: number, wish: number): number => {
    const size = step[workloadOf[from] as number] as number;
    state.remove(from, wish);
    let many = Math.floor(state.room(to, wish) / size) * size;
    if (many > 0) state.add(to, many);
    if (many > 0 && !(good(to) && good(from))) {
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

  const arranged = (): boolean => {
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
  const arrange = (): boolean => {
    urgent = true;
    const found = arranged();
    urgent = false;
    return found;
  };

  const afresh = (): boolean => {
    for (let c = 0; c < on.length; c++)
      if ((on[c] as number) > 0 && movable(workloadOf[c] as number)) state.remove(c, on[c] as number);
    for (const w of ground.order) {
      const size = step[w] as number;
      const goal = (compact.wanted[w] as number) * size;
      while (movable(w) && (state.placed[w] as number) < goal) {
        let best = -1;
        for (let k = candidateStart[w] as number; k < (candidateStart[w + 1] as number); k++) {
          const c = ranked[k] as number;
          const fewer = best < 0 || (on[c] as number) < (on[best] as number);
          if (fewer && state.room(c, size) >= size) best = c;
        }
        if (best < 0) break;
        state.add(best, size);
      }
    }
    return arrange();
  };

  let left = 0;
  /** Takes replicas elsewhere, with all that comes back after losses, others making way; what is gained, and 0 when nothing has changed. */
  const move = (from: number, to: number, wish: number): number => {
    const w = workloadOf[from] as number;
    const size = step[w] as number;
    const pages = pagesFor(w);
    for (const page of pagesOf[cluster[to] as number] as number[]) pages.add(page);
    const noted = state.note();
    const back = book.remember(pages);
    const worth = gain(from, to, wish);
    const many = shift(from, to, wish);
    let gained = many === wish ? worth : many > 0 ? -gain(to, from, many) : 0;
    if (many === 0 && wish === size) {
      state.remove(from, size);
      const lost = squeeze(to, size, worth - 1e-9, 1);
      gained = lost === Infinity || !good(from) ? 0 : worth - lost;
    }
    left -= gained > 0 ? pages.size : 1;
    const kept = gained > 0 && [...pages].every((page) => recovery.settle(page, w) < 0);
    if (!kept) {
      noted.undo();
      back();
      return 0;
    }
    noted.end();
    return gained;
  };

  return {
    arrange,
    afresh,
    round: (over) => {
      let gained = 0;
      left = SETTLED;
      for (const w of survivors) {
        if (over() || left <= 0 || !movable(w)) continue;
        const size = step[w] as number;
        for (let from = candidateStart[w] as number; from < (candidateStart[w + 1] as number); from++)
          for (let k = candidateStart[w] as number; k < end(w) && (on[from] as number) >= size; k++) {
            const to = ranked[k] as number;
            if (to === from || gain(from, to, size) <= 1e-9) continue;
            for (let wish = on[from] as number; wish >= size; wish = Math.floor(wish / 2 / size) * size) {
              const more = gain(from, to, wish) > 1e-9 && left > 0 ? move(from, to, wish) : 0;
              gained += more;
              if (more > 0) break;
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
    let fits = true;
    slots.forEach((slot, k) => {
      const c = compact.candidateOf[slot] as number;
      const w = workloadOf[c] as number;
      const many = replicas[k] as number;
      came.set(w, (came.get(w) ?? 0) + many);
      here.set(c, (here.get(c) ?? 0) + many);
      const whole = compact.problem.workloads[w]?.counting.kind !== "divided";
      fits &&= !lost.has(cluster[c] as number) && !(whole && (on[c] as number) > 0);
      fits &&= many + (state.inSlot[slot] as number) <= (compact.room[slot] as number);
      for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++) {
        const row = compact.entryRow[e] as number;
        load.set(row, (load.get(row) ?? 0) + many * (compact.entryAmount[e] as number));
      }
    });
    for (const [c, many] of here) fits &&= many + (on[c] as number) <= (most[c] as number);
    for (const [row, amount] of load)
      fits &&= amount + (state.used[row] as number) <= (compact.capacity[row] as number) + 1e-6;
    return fits && survivors.every((w) => recovery.lostOf(page, w) === (came.get(w) ?? 0));
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
