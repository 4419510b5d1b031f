// What comes back where after each loss, and the room that is kept for it: the most that any one loss puts on a row is reserved there, since
// only one of them happens. It must not know which losses there are, or where it is best to come back.
import { columnsOf } from "../../columns.ts";
import type { Compact } from "../compact.ts";
import type { State } from "../state.ts";

/** What came back after one loss: replicas by slot, and what they take of which rows. Never changed, only replaced. */
export interface Page {
  readonly slots: Int32Array;
  readonly replicas: Int32Array;
  readonly rows: Int32Array;
  readonly amounts: Float64Array;
}

/** One page is open at a time: what is asked and changed speaks of it. */
export interface Book {
  readonly pages: Page[];
  readonly open: (page: number) => void;
  /** Writes the open page down. */
  readonly close: () => void;
  /** Replicas that came back, by candidate and by slot, of the open page. */
  readonly back: Int32Array;
  readonly backIn: Int32Array;
  /** Slots on which anything came back. */
  readonly filled: () => readonly number[];
  /** How many more replicas may come back on a slot. */
  readonly room: (slot: number, wish: number) => number;
  /** How many of them in room that is kept already. */
  readonly keptRoom: (slot: number, wish: number) => number;
  /** What keeping room for one more replica costs at these weights (by row, of one unit of it), beyond what is kept. */
  readonly price: (slot: number, weights: Float64Array) => number;
  /** Puts replicas back on a slot, or takes some away again; room for them is kept. */
  readonly put: (slot: number, replicas: number) => void;
  /** Forgets room that no page asks for any more. */
  readonly tighten: () => void;
  /** Remembers all pages and the room that is kept; what it returns brings them back. */
  readonly remember: (pages: Iterable<number>) => () => void;
}

const EMPTY: Page = {
  slots: new Int32Array(0),
  replicas: new Int32Array(0),
  rows: new Int32Array(0),
  amounts: new Float64Array(0),
};

/** @param most by candidate: replicas that it can have in any case. */
export function newBook(state: State, most: Int32Array, size: number): Book {
  const { compact, on, inSlot, used, capacity } = state;
  const { entryStart, entryRow, entryAmount, candidateOf, room: slotRoom } = compact;
  const all = compact.capacity;
  const reserve = new Float64Array(all.length);
  const load = new Float64Array(all.length);
  const back = new Int32Array(compact.most.length);
  const backIn = new Int32Array(candidateOf.length);
  const pages: Page[] = Array.from({ length: size }, () => EMPTY);
  const touched = new Set<number>();
  const loaded = new Set<number>();
  /** What was reserved before it grew, while someone may want it back. */
  let log: (readonly [number, number])[] | undefined;
  let at = -1;

  const keep = (row: number, amount: number): void => {
    log?.push([row, reserve[row] as number]);
    reserve[row] = amount;
    capacity[row] = (all[row] as number) - amount;
  };
  const put = (slot: number, replicas: number): void => {
    const candidate = candidateOf[slot] as number;
    back[candidate] = (back[candidate] as number) + replicas;
    backIn[slot] = (backIn[slot] as number) + replicas;
    touched.add(slot);
    for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++) {
      if ((entryAmount[e] as number) <= 0) continue;
      const row = entryRow[e] as number;
      load[row] = (load[row] as number) + replicas * (entryAmount[e] as number);
      loaded.add(row);
      if (load[row] > (reserve[row] as number)) keep(row, load[row]);
    }
  };
  const within = (slot: number, wish: number, limit: (row: number) => number): number => {
    const candidate = candidateOf[slot] as number;
    let room = Math.min(
      wish,
      (slotRoom[slot] as number) - (inSlot[slot] as number) - (backIn[slot] as number),
      (most[candidate] as number) - (on[candidate] as number) - (back[candidate] as number),
    );
    for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number) && room > 0; e++) {
      const amount = entryAmount[e] as number;
      if (amount <= 0) continue;
      const row = entryRow[e] as number;
      room = Math.min(room, Math.floor((limit(row) - (load[row] as number) + 1e-7) / amount));
    }
    return Math.max(0, room);
  };
  return {
    pages,
    back,
    backIn,
    filled: () => [...touched].filter((slot) => (backIn[slot] as number) > 0),
    open: (page) => {
      at = page;
      const { slots, replicas, rows, amounts } = pages[page] as Page;
      for (let k = 0; k < slots.length; k++) {
        const slot = slots[k] as number;
        backIn[slot] = replicas[k] as number;
        const candidate = candidateOf[slot] as number;
        back[candidate] = (back[candidate] as number) + (replicas[k] as number);
        touched.add(slot);
      }
      for (let k = 0; k < rows.length; k++) {
        load[rows[k] as number] = amounts[k] as number;
        loaded.add(rows[k] as number);
      }
    },
    close: () => {
      const slots = Int32Array.from([...touched].filter((slot) => (backIn[slot] as number) > 0)).sort();
      const rows = Int32Array.from([...loaded].filter((row) => (load[row] as number) > 0)).sort();
      pages[at] = {
        slots,
        replicas: slots.map((slot) => backIn[slot] as number),
        rows,
        amounts: Float64Array.from(rows, (row) => load[row] as number),
      };
      for (const slot of touched) {
        backIn[slot] = 0;
        back[candidateOf[slot] as number] = 0;
      }
      for (const row of loaded) load[row] = 0;
      touched.clear();
      loaded.clear();
    },
    room: (slot, wish) => within(slot, wish, (row) => (all[row] as number) - (used[row] as number)),
    keptRoom: (slot, wish) => within(slot, wish, (row) => reserve[row] as number),
    price: (slot, weights) => {
      let sum = 0;
      for (let e = entryStart[slot] as number; e < (entryStart[slot + 1] as number); e++) {
        const row = entryRow[e] as number;
        const more = (load[row] as number) + (entryAmount[e] as number) - (reserve[row] as number);
        if (more > 0) sum += more * (weights[row] as number);
      }
      return sum;
    },
    put,
    tighten: () => {
      reserve.fill(0);
      for (const { rows, amounts } of pages)
        for (let k = 0; k < rows.length; k++) {
          const row = rows[k] as number;
          if ((amounts[k] as number) > (reserve[row] as number)) reserve[row] = amounts[k] as number;
        }
      for (let row = 0; row < all.length; row++) capacity[row] = (all[row] as number) - (reserve[row] as number);
    },
    remember: (which) => {
      const kept = [...which].map((page) => [page, pages[page] as Page] as const);
      const own: (readonly [number, number])[] = [];
      log = own;
      return () => {
        log = undefined;
        for (const [page, was] of kept) pages[page] = was;
        for (const [row, was] of own.toReversed()) {
          reserve[row] = was;
          capacity[row] = (all[row] as number) - was;
        }
      };
    },
  };
}

/** Room of a problem for what comes back: never less than what planned load was given. */
export function mostBack({ problem, most, candidateStart }: Compact): Int32Array {
  const found = Int32Array.from(most);
  problem.workloads.forEach((workload, w) => {
    const { counting } = workload;
    if (counting.kind !== "divided") return;
    const { most: largest } = columnsOf(workload);
    for (let i = 0; i < largest.length; i++)
      found[(candidateStart[w] as number) + i] = Math.min(counting.total, largest[i] as number);
  });
  return found;
}
