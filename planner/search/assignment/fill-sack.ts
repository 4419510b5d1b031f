// The best that one sack can hold, of things with a worth and weights: exactly where that is quick, else no less than the best. It must not
// know what things are.

/** What may go in: `count` entries of these lists, all of positive worth. */
export interface Sack {
  readonly rows: number;
  /** By row. */
  readonly room: Float64Array;
  /** By row: how much it counts where all are taken as one. */
  readonly share: Float64Array;
}

export interface Filler {
  /** Work done so far: looks at an entry. */
  readonly looks: () => number;
  /**
   * The most that entries of positive worth can bring, or a little more where that takes too long; `taken` says of which entries (0 or 1; of
   * the best that was found). `weight` is [entry × rows + row].
   */
  readonly most: (sack: Sack, count: number, worth: Float64Array, weight: Float64Array, taken: Uint8Array) => number;
}

/** Branches of one sack; beyond that what is still open counts as if it were reached. */
const BRANCHES = 300;
const EPSILON = 1e-9;

export function newFiller(): Filler {
  let size = 0;
  let order = new Int32Array(0);
  let value = new Float64Array(0);
  let one = new Float64Array(0);
  let chosen = new Uint8Array(0);
  let looks = 0;
  const grow = (count: number): void => {
    if (count <= size) return;
    size = 2 * count;
    order = new Int32Array(size);
    value = new Float64Array(size);
    one = new Float64Array(size);
    chosen = new Uint8Array(size);
  };
  return {
    looks: () => looks,
    most: ({ rows, room, share }, count, worth, weight, taken) => {
      grow(count);
      let all = 0;
      for (let r = 0; r < rows; r++) if (room[r] !== Infinity) all += (share[r] as number) * (room[r] as number);
      // Of all rows as one: a sack that keeps every row keeps it too.
      let kept = 0;
      let [sum, fits] = [0, true];
      const used = new Float64Array(rows);
      for (let i = 0; i < count; i++) {
        let together = 0;
        let alone = true;
        for (let r = 0; r < rows; r++) {
          const takes = weight[i * rows + r] as number;
          if (takes > (room[r] as number) + EPSILON) alone = false;
          if (room[r] !== Infinity) together += (share[r] as number) * takes;
          used[r] = (used[r] as number) + takes;
        }
        taken[i] = 0;
        if (!alone) {
          for (let r = 0; r < rows; r++) used[r] = (used[r] as number) - (weight[i * rows + r] as number);
          continue;
        }
        order[kept++] = i;
        one[i] = together;
        value[i] = (worth[i] as number) / Math.max(1e-12, together);
        sum += worth[i] as number;
      }
      looks += count;
      for (let r = 0; r < rows; r++) if ((used[r] as number) > (room[r] as number) + EPSILON) fits = false;
      if (fits) {
        for (let k = 0; k < kept; k++) taken[order[k] as number] = 1;
        return sum;
      }
      const list = order.subarray(0, kept).sort((a, b) => (value[b] as number) - (value[a] as number) || a - b);
      const tiny = 1e-12 * all;
      let [best, open, branches] = [0, 0, 0];
      const left = Float64Array.from(room);
      chosen.fill(0, 0, count);
      /** What the rest could bring at most: the last one in part. */
      const hoped = (k: number, free: number): number => {
        let more = 0;
        for (; k < kept; k++) {
          const i = list[k] as number;
          const takes = one[i] as number;
          if (takes > free + tiny) return more + ((worth[i] as number) * Math.max(0, free)) / takes;
          more += worth[i] as number;
          free -= takes;
        }
        return more;
      };
      const walk = (from: number, sofar: number, free: number): void => {
        for (let k = from; k < kept; k++) {
          const hope = sofar + hoped(k, free);
          looks += 4;
          if (hope <= best * (1 + 1e-12)) return;
          if (++branches > BRANCHES) {
            open = Math.max(open, hope);
            return;
          }
          const i = list[k] as number;
          let goes = true;
          for (let r = 0; r < rows && goes; r++)
            goes = (weight[i * rows + r] as number) <= (left[r] as number) + EPSILON;
          if (!goes) continue;
          for (let r = 0; r < rows; r++) left[r] = (left[r] as number) - (weight[i * rows + r] as number);
          chosen[i] = 1;
          walk(k + 1, sofar + (worth[i] as number), free - (one[i] as number));
          chosen[i] = 0;
          for (let r = 0; r < rows; r++) left[r] = (left[r] as number) + (weight[i * rows + r] as number);
        }
        if (sofar > best) {
          best = sofar;
          for (let k = 0; k < kept; k++) taken[list[k] as number] = chosen[list[k] as number] as number;
        }
      };
      walk(0, 0, all);
      return Math.max(best, open);
    },
  };
}
