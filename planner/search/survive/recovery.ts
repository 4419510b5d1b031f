// Brings back what a loss takes: each replica (or whole copy) to where room is kept already, else to where keeping it costs least. It must
// not know which losses there are to keep room for, or how the plan itself changes.
import type { Loss } from "../../solver/losses.ts";
import type { State } from "../state.ts";
import type { Book } from "./book.ts";

export interface Recovery {
  /**
   * Brings one page up to date: what is lost now comes back, what is not lost any more is forgotten, what can not stay goes elsewhere.
   * Returns a workload of which something finds no room, or −1; then the page says what does.
   */
  readonly settle: (page: number, only?: number) => number;
  /** Replicas of a workload that a loss takes. */
  readonly lostOf: (page: number, w: number) => number;
}

export interface RecoveryGround {
  readonly state: State;
  readonly book: Book;
  readonly losses: readonly Loss[];
  /** By row: what keeping one unit of it costs. */
  readonly weights: Float64Array;
  /** Replicas on a candidate in any case, as `mostBack` says. */
  readonly most: Int32Array;
  /** Whether the nodes of a cluster take what is planned there and what came back, by workload; only asked where `asks`. */
  readonly asks: (cluster: number) => boolean;
  readonly accepts: (cluster: number, back: ReadonlyMap<number, number>) => boolean;
  /** Makes room for more replicas on a candidate by moving others away; true when there is some now. */
  readonly makeWay: (candidate: number, replicas: number) => boolean;
}

/** Times that a loss is settled anew, what found no room coming first. */
const TRIES = 4;
/** Candidates on which others make way. */
const WAYS = 24;

export function newRecovery(ground: RecoveryGround): Recovery {
  const { state, book, losses, weights, most, asks, accepts, makeWay } = ground;
  const { compact, on } = state;
  const { candidateStart, candidateOf, slotStart, workloadOf, cluster, step, problem } = compact;
  const lostAt = new Int32Array(problem.clusters.length).fill(-1);
  const hardness = hardnessOf(ground);
  const bounds = new Map<Loss["rules"], Uint8Array>();
  const whole = (w: number): boolean => problem.workloads[w]?.counting.kind !== "divided";
  const boundBy = ({ rules }: Loss): Uint8Array => {
    const known = bounds.get(rules);
    if (known !== undefined) return known;
    const made = new Uint8Array(compact.workloads);
    for (const { workload } of rules) made[workload] = 1;
    bounds.set(rules, made);
    return made;
  };
  const begin = (page: number): Loss => {
    const loss = losses[page] as Loss;
    for (const at of loss.lost) lostAt[at] = page;
    return loss;
  };
  const lostOf = (page: number, w: number): number => {
    if (boundBy(begin(page))[w] === 0) return 0;
    let sum = 0;
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
      if ((on[c] as number) > 0 && lostAt[cluster[c] as number] === page) sum += on[c] as number;
    return sum;
  };
  /** What the loss takes, by workload. */
  const lostAll = (loss: Loss): Map<number, number> => {
    const bound = boundBy(loss);
    const found = new Map<number, number>();
    for (const at of loss.lost) {
      const first = state.clusterStart[at] as number;
      for (let k = first; k < first + (state.hosting[at] as number); k++) {
        const c = state.clusterCandidates[k] as number;
        const w = workloadOf[c] as number;
        if (bound[w] === 1) found.set(w, (found.get(w) ?? 0) + (on[c] as number));
      }
    }
    for (const slot of book.filled()) {
      const w = workloadOf[candidateOf[slot] as number] as number;
      if (!found.has(w)) found.set(w, 0);
    }
    return found;
  };

  const backOn = (at: number): ReadonlyMap<number, number> => {
    const found = new Map<number, number>();
    for (const slot of book.filled()) {
      const c = candidateOf[slot] as number;
      const w = workloadOf[c] as number;
      if (cluster[c] === at) found.set(w, (found.get(w) ?? 0) + (book.backIn[slot] as number));
    }
    return found;
  };
  const stands = (c: number): boolean => {
    const at = cluster[c] as number;
    return !asks(at) || accepts(at, backOn(at));
  };
  /** Takes back what can not stay where it came back, and what is too much; returns how much stays. */
  const trim = (page: number, w: number, lost: number): number => {
    let stays = 0;
    for (const slot of book.filled()) {
      const c = candidateOf[slot] as number;
      if (workloadOf[c] !== w) continue;
      const here = book.backIn[slot] as number;
      const taken = whole(w) && (on[c] as number) > 0;
      const free = Math.min(
        (compact.room[slot] as number) - (state.inSlot[slot] as number),
        (most[c] as number) - (on[c] as number),
      );
      const may = taken || lostAt[cluster[c] as number] === page ? 0 : Math.min(here, free, lost - stays);
      const keeps = whole(w) && may < here ? 0 : Math.max(0, may);
      if (keeps < here) book.put(slot, keeps - here);
      stays += keeps;
      for (let many = keeps; many > 0 && !stands(c);) {
        const less = whole(w) ? many : Math.ceil(many / 2);
        book.put(slot, -less);
        stays -= less;
        many -= less;
      }
    }
    return stays;
  };
  const fill = (c: number, wish: number, room: Book["room"]): number => {
    let open = wish;
    for (let slot = slotStart[c] as number; slot < (slotStart[c + 1] as number) && open > 0; slot++) {
      const many = room(slot, open);
      if (many > 0) book.put(slot, many);
      open -= many;
    }
    return wish - open;
  };
  const clear = (c: number, replicas: number): void => {
    let open = replicas;
    for (let slot = (slotStart[c + 1] as number) - 1; slot >= (slotStart[c] as number) && open > 0; slot--) {
      const many = Math.min(open, book.backIn[slot] as number);
      if (many > 0) book.put(slot, -many);
      open -= many;
    }
  };
  /** Puts up to so many replicas on a candidate, in whole steps, as far as rows and nodes take them. */
  const come = (c: number, wish: number, room: Book["room"]): number => {
    const size = step[workloadOf[c] as number] as number;
    let many = fill(c, wish, room);
    const over = many % size;
    if (over > 0) clear(c, over);
    many -= over;
    while (many > 0 && !stands(c)) {
      const less = Math.floor(many / 2 / size) * size;
      clear(c, many - less);
      many = less;
    }
    return many;
  };
  const sum = (c: number, wish: number, room: Book["room"]): number => {
    let found = 0;
    for (let slot = slotStart[c] as number; slot < (slotStart[c + 1] as number) && found < wish; slot++)
      found += room(slot, wish - found);
    return found;
  };
  const cheapest = (c: number): number => {
    let least = Infinity;
    for (let slot = slotStart[c] as number; slot < (slotStart[c + 1] as number); slot++)
      if (book.room(slot, 1) > 0) least = Math.min(least, book.price(slot, weights));
    return least;
  };
  /** Whether anything of a workload may come back here. */
  const open = (page: number, c: number): boolean =>
    lostAt[cluster[c] as number] !== page &&
    (most[c] as number) > 0 &&
    !(whole(workloadOf[c] as number) && ((on[c] as number) > 0 || (book.back[c] as number) > 0));

  /** Brings back so many replicas of a workload; returns how many find no room. */
  const place = (page: number, w: number, missing: number): number => {
    const size = step[w] as number;
    const refused = new Set<number>();
    let left = missing;
    while (left > 0) {
      const wish = size === 1 && !whole(w) ? left : size;
      let [best, kept, least] = [-1, 0, Infinity];
      for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++) {
        if (refused.has(c) || !open(page, c)) continue;
        const there = sum(c, wish, book.keptRoom);
        if (there >= size && there > kept) [best, kept] = [c, there];
        if (kept === wish) break;
        if (kept > 0) continue;
        if (sum(c, wish, book.room) < size) continue;
        const price = cheapest(c);
        if (price < least) [best, least] = [c, price];
      }
      if (best < 0) break;
      const came = come(best, wish, kept > 0 ? book.keptRoom : book.room);
      if (came === 0) refused.add(best);
      left -= came;
    }
    return left > 0 ? squeezeIn(page, w, left) : 0;
  };
  /** Others make way for what finds no room. */
  const squeezeIn = (page: number, w: number, missing: number): number => {
    const size = step[w] as number;
    let left = missing;
    let ways = 0;
    for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number) && left > 0; c++) {
      if (!open(page, c) || ++ways > WAYS) continue;
      for (let wish = whole(w) ? size : left; wish >= size && left > 0; wish = Math.floor(wish / 2 / size) * size) {
        if (wish > left || !makeWay(c, wish)) continue;
        left -= come(c, wish, book.room);
        break;
      }
    }
    return left;
  };

  const attempt = (page: number, lost: ReadonlyMap<number, number>, first: readonly number[]): number => {
    const order = [...lost.keys()].sort(
      (a, b) =>
        Number(first.includes(b)) - Number(first.includes(a)) ||
        (hardness[b] as number) - (hardness[a] as number) ||
        a - b,
    );
    let stuck = -1;
    for (const w of order) {
      const many = lost.get(w) as number;
      const missing = many - trim(page, w, many);
      if (missing > 0 && place(page, w, missing) > 0 && stuck < 0) stuck = w;
    }
    return stuck;
  };
  return {
    lostOf,
    settle: (page, only) => {
      const loss = begin(page);
      book.open(page);
      const lost = only === undefined ? lostAll(loss) : new Map([[only, lostOf(page, only)]]);
      const first: number[] = [];
      let stuck = attempt(page, lost, first);
      const tries = only === undefined ? TRIES : 0;
      while (stuck >= 0 && first.length < tries && !first.includes(stuck)) {
        first.unshift(stuck);
        for (const slot of book.filled()) book.put(slot, -(book.backIn[slot] as number));
        stuck = attempt(page, lost, first);
      }
      book.close();
      return stuck;
    },
  };
}

/** What takes much of a row, and has few places to go, comes first. */
function hardnessOf({ state: { compact } }: RecoveryGround): Float64Array {
  const { candidateStart, slotStart, entryStart, entryRow, entryAmount, capacity, step, workloads } = compact;
  const found = new Float64Array(workloads);
  for (let w = 0; w < workloads; w++) {
    const [first, last] = [candidateStart[w] as number, candidateStart[w + 1] as number];
    let most = 0;
    for (let slot = slotStart[first] as number; slot < (slotStart[last] as number); slot++)
      for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++)
        most = Math.max(most, (entryAmount[e] as number) / Math.max(1e-9, capacity[entryRow[e] as number] as number));
    found[w] = (most * (step[w] as number)) / Math.max(1, last - first);
  }
  return found;
}
