// Steps of workloads that only rows bind: a replica shifts to where it costs less, and where there is no room, others that lose less make
// way, one after the other (ejection chains). It must not know rules, or how a first placement is found.
import type { State } from "./state.ts";
import type { Gain } from "./value.ts";

export interface Improver {
  /** Room for whole steps of a wish that the nodes confirm: all of it, or half of what it looks like, and so on. */
  readonly roomFor: (to: number, wish: number) => number;
  /** Places missing steps of a workload; true when none is missing any more. With `most`, others make way within so many looks only. */
  readonly complete: (w: number, most?: number) => boolean;
  /**
   * Adds replicas to a candidate, others making way, if those lose less than `budget` together; what they lost, or Infinity, and then
   * nothing has changed.
   */
  readonly squeeze: (to: number, replicas: number, budget: number, depth: number) => number;
  /** One round over all workloads, with chains of this length; returns how much was gained. */
  readonly round: (depth: number, stopped: () => boolean) => number;
}

export interface ImproverGround {
  readonly state: State;
  readonly gain: Gain;
  /** Whether a workload may be moved here: what binds it beside rows and its total can be asked of every step. */
  readonly free: (w: number) => boolean;
  /** Whether replicas of a free workload may go from one of its candidates to another, as far as its rules say. */
  readonly may: (from: number, to: number, replicas: number) => boolean;
  /** Candidates of each workload, the cheapest at the prices first (`compact.candidateStart` says where). */
  readonly ranked: Int32Array;
  /** Whether the nodes of a cluster must be asked, and whether they take what is on it now. */
  readonly packed: (cluster: number) => boolean;
  readonly packs: (cluster: number) => boolean;
  /**
   * About how many replicas of a workload the nodes of a cluster that must be asked take, those that are there included: a first look, before they
   * are asked.
   */
  readonly spare: (cluster: number, w: number) => number;
}

/** Candidates that a workload looks at when it improves; when it makes way in the middle of a chain; and steps that make way at once. */
const WIDTH = 24;
const NARROW = 6;
const MOST_STEPS = 12;
/** Candidates looked at for one step that others make way for, and to place what is missing of one workload: chains could try for ever. */
const LOOKS = 100_000;
const LOOKS_FOR_ALL = 3_000_000;
/** … and all that is ever spent on what is missing. */
const LOOKS_EVER = 100_000_000;
/** Looks of one round; a longer one is ended, and the next goes on from there. */
const LOOKS_A_ROUND = 50_000_000;
/** Looks that asking the nodes of a cluster counts for. */
const ASKING = 5_000;

export function newImprover({ state, gain, free, may, ranked, packed, packs, spare }: ImproverGround): Improver {
  const { compact, on, clusterStart, clusterCandidates, hosting } = state;
  const { candidateStart, workloadOf, cluster, step, wanted } = compact;
  const stepsToLeave = newLeaving(state);
  const near = (w: number, width: number): number =>
    Math.min(candidateStart[w + 1] as number, (candidateStart[w] as number) + width);

  /** Room for whole steps, as far as can be told without asking the nodes. */
  const likelyRoom = (to: number, wish: number): number => {
    const w = workloadOf[to] as number;
    const size = step[w] as number;
    let room = state.room(to, wish);
    if (room > 0 && packed(cluster[to] as number))
      room = Math.max(0, Math.min(room, spare(cluster[to] as number, w) - (on[to] as number)));
    return size === 1 ? room : Math.floor(room / size) * size;
  };
  /** Room for whole steps that the nodes confirm: all that it looks like, or half of it, and so on. */
  const roomFor = (to: number, wish: number): number => {
    const size = step[workloadOf[to] as number] as number;
    const room = likelyRoom(to, wish);
    if (room === 0 || !packed(cluster[to] as number)) return room;
    for (let many = room; many > 0; many = Math.floor(many / 2 / size) * size) {
      let good = false;
      state.attempt([to], () => {
        good = add(to, many) && stands(to);
        return false;
      });
      if (good) return many;
    }
    return 0;
  };
  /** Whether all of them found room: of several pools, where others stood may have changed since it was asked. */
  const add = (candidate: number, replicas: number): boolean => {
    const before = on[candidate] as number;
    state.add(candidate, replicas);
    return (on[candidate] as number) - before === replicas;
  };
  const stands = (candidate: number): boolean => {
    if (!packed(cluster[candidate] as number)) return true;
    looks += ASKING;
    return packs(cluster[candidate] as number);
  };

  let looks = 0;
  /** The workload that the next round begins with: one that looked too long goes on there. */
  let next = 0;
  let ever = LOOKS_EVER;
  /** What must go somewhere may go anywhere; what only gets better looks at its best candidates. */
  let width = WIDTH;
  let enough = Infinity;
  /** Looks at no more than so many candidates. */
  const within = <T>(most: number, action: () => T): T => {
    enough = looks + most;
    const result = action();
    enough = Infinity;
    return result;
  };

  let bestTo = -1;
  /** What it costs to take replicas elsewhere, if less than `least`; where to is in `bestTo`. */
  const elsewhere = (from: number, replicas: number, least: number): number => {
    const w = workloadOf[from] as number;
    const end = near(w, width);
    looks += end - (candidateStart[w] as number);
    bestTo = -1;
    let best = least;
    for (let k = candidateStart[w] as number; k < end; k++) {
      const to = ranked[k] as number;
      if (to === from) continue;
      const loss = -gain(from, to, replicas);
      if (loss < best && likelyRoom(to, replicas) >= replicas && may(from, to, replicas)) {
        best = loss;
        bestTo = to;
      }
    }
    return bestTo < 0 ? Infinity : best;
  };

  const squeeze = (to: number, replicas: number, budget: number, depth: number): number => {
    if (state.allowed(to, replicas) < replicas) return Infinity;
    const first = clusterStart[cluster[to] as number] as number;
    const hosts = hosting[cluster[to] as number] as number;
    let [leaves, goes, many, least] = [-1, -1, 0, budget];
    for (let k = first; k < first + hosts; k++) {
      const from = clusterCandidates[k] as number;
      if (looks++ > enough) break;
      if (from === to || !free(workloadOf[from] as number)) continue;
      const leaving = stepsToLeave(from, to, replicas);
      if (leaving === 0) continue;
      const loss = elsewhere(from, leaving, least);
      if (loss < least) [leaves, goes, many, least] = [from, bestTo, leaving, loss];
    }
    if (leaves >= 0) {
      const stood = state.attempt([leaves, goes, to], () => {
        state.remove(leaves, many);
        return add(goes, many) && add(to, replicas) && stands(goes) && stands(to);
      });
      return stood ? least : Infinity;
    }
    return depth > 1 ? chain(to, replicas, budget, depth) : Infinity;
  };

  /** As `squeeze`, where what leaves needs others to make way in turn. */
  const chain = (to: number, replicas: number, budget: number, depth: number): number => {
    const first = clusterStart[cluster[to] as number] as number;
    const hosts = [...clusterCandidates.subarray(first, first + (hosting[cluster[to] as number] as number))];
    for (const from of hosts) {
      const v = workloadOf[from] as number;
      if (from === to || !free(v)) continue;
      const leaving = stepsToLeave(from, to, replicas);
      if (leaving === 0) continue;
      for (let k = candidateStart[v] as number; k < near(v, NARROW); k++) {
        if (looks++ > enough) return Infinity;
        const goes = ranked[k] as number;
        const loss = goes === from ? Infinity : -gain(from, goes, leaving);
        if (loss >= budget || !may(from, goes, leaving)) continue;
        let rest = Infinity;
        const stood = state.attempt([from, to], () => {
          state.remove(from, leaving);
          if (add(to, replicas) && stands(to)) rest = squeeze(goes, leaving, budget - loss, depth - 1);
          return rest < Infinity;
        });
        if (stood) return loss + rest;
      }
    }
    return Infinity;
  };

  /** Takes replicas of one candidate to cheaper ones. */
  const cheaper = (from: number, depth: number): number => {
    const w = workloadOf[from] as number;
    const size = step[w] as number;
    let gained = 0;
    for (let k = candidateStart[w] as number; k < near(w, WIDTH) && (on[from] as number) >= size; k++) {
      const to = ranked[k] as number;
      if (to === from || gain(from, to, size) <= 1e-9) continue;
      const most = roomFor(to, on[from] as number);
      const room = most <= size || may(from, to, most) ? most : size;
      const all = room > 0 && may(from, to, room) ? gain(from, to, room) : 0;
      if (all > 0) {
        const stood = state.attempt([from, to], () => {
          state.remove(from, room);
          return add(to, room);
        });
        if (stood) gained += all;
      }
      for (let tries = 0; tries < 4 && (on[from] as number) >= size; tries++) {
        if (!may(from, to, size)) break;
        // It leaves first: what makes way may come where it was, which is a swap.
        const one = gain(from, to, size);
        let loss = Infinity;
        state.attempt([from], () => {
          state.remove(from, size);
          loss = within(LOOKS, () => squeeze(to, size, one - 1e-7 * Math.max(1, Math.abs(one)), depth));
          return loss < Infinity;
        });
        if (loss === Infinity) break;
        gained += one - loss;
      }
    }
    return gained;
  };

  return {
    roomFor,
    squeeze,
    complete: (w, most) => {
      const size = step[w] as number;
      const goal = (wanted[w] as number) * size;
      const missing = (): number => goal - (state.placed[w] as number);
      const last = candidateStart[w + 1] as number;
      for (let k = candidateStart[w] as number; k < last && missing() > 0; k++) {
        const room = roomFor(ranked[k] as number, missing());
        if (room > 0) state.add(ranked[k] as number, room);
      }
      const begun = looks;
      within(most ?? Math.min(LOOKS_FOR_ALL, ever), () => {
        for (let depth = 1; depth <= 3; depth++) {
          width = depth === 1 ? Infinity : WIDTH;
          for (let k = candidateStart[w] as number; k < last && missing() > 0; k++)
            while (missing() > 0 && squeeze(ranked[k] as number, size, Infinity, depth) < Infinity);
        }
      });
      width = WIDTH;
      if (most === undefined) ever -= looks - begun;
      return missing() <= 0;
    },
    round: (depth, stopped) => {
      let gained = 0;
      const most = looks + LOOKS_A_ROUND;
      const spent = (): boolean => looks >= most || stopped();
      for (let count = 0; count < compact.workloads && !spent(); count++) {
        const w = next;
        next = (next + 1) % compact.workloads;
        if (!free(w)) continue;
        for (let c = candidateStart[w] as number; c < (candidateStart[w + 1] as number); c++)
          if ((on[c] as number) > 0) gained += cheaper(c, depth);
      }
      return gained;
    },
  };
}

type Leaving = (from: number, to: number, replicas: number) => number;

/** Replicas of one candidate that must leave so that others fit on its cluster; 0 when that would not do or would be many. */
function newLeaving(state: State): Leaving {
  const { compact, on, used, capacity } = state;
  const { slotStart, entryStart, entryRow, entryAmount, workloadOf, step } = compact;
  const takes = (slot: number, row: number): number => {
    const end = entryStart[slot + 1] as number;
    for (let e = entryStart[slot] as number; e < end; e++) if (entryRow[e] === row) return entryAmount[e] as number;
    return 0;
  };
  const single = (c: number): boolean => (slotStart[c + 1] as number) - (slotStart[c] as number) === 1;
  return (from, to, replicas) => {
    const size = step[workloadOf[from] as number] as number;
    const limit = Math.min(on[from] as number, MOST_STEPS * size);
    if (!single(from) || !single(to)) {
      for (let many = size; many <= limit; many += size) {
        // Undone exactly: what comes back to another of its pools may leave no room for what is to come back after it.
        let fits = false;
        state.attempt([from], () => {
          state.remove(from, many);
          fits = state.room(to, replicas) >= replicas;
          return false;
        });
        if (fits) return many;
      }
      return 0;
    }
    const leaves = slotStart[from] as number;
    const comes = slotStart[to] as number;
    let many = size;
    const end = entryStart[comes + 1] as number;
    for (let e = entryStart[comes] as number; e < end; e++) {
      const row = entryRow[e] as number;
      const over = (used[row] as number) + replicas * (entryAmount[e] as number) - (capacity[row] as number);
      if (over <= 1e-7) continue;
      const each = takes(leaves, row);
      if (each <= 0) return 0;
      many = Math.max(many, Math.ceil((over - 1e-7) / each / size) * size);
    }
    return many <= limit ? many : 0;
  };
}
