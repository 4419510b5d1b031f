// The best that a sack of one row of whole numbers can hold, by dynamic programming, and the best with each thing in it or out of it. It must
// not know what things are.
export interface RowFiller {
  readonly looks: () => number;
  /** The most that the entries can bring within `room`; those of no worth stay out. `taken` says of which (0 or 1). */
  readonly most: (room: number, count: number, worth: Float64Array, weight: Int32Array, taken: Uint8Array) => number;
  /** The most with each entry in it, and out of it; −Infinity where it does not fit. */
  readonly probe: (
    room: number,
    count: number,
    worth: Float64Array,
    weight: Int32Array,
    within: Float64Array,
    without: Float64Array,
  ) => void;
}

export function newRowFiller(): RowFiller {
  let table = new Float64Array(0);
  let bits = new Uint8Array(0);
  let rest = new Float64Array(0);
  let next = new Float64Array(0);
  let looks = 0;
  const grow = (cells: number, width: number): void => {
    if (table.length < cells) table = new Float64Array(2 * cells);
    if (rest.length < width) [rest, next] = [new Float64Array(2 * width), new Float64Array(2 * width)];
  };
  return {
    looks: () => looks,
    most: (room, count, worth, weight, taken) => {
      const width = room + 1;
      grow(0, width);
      if (bits.length < count * width) bits = new Uint8Array(2 * count * width);
      rest.fill(0, 0, width);
      let total = 0;
      for (let i = 0; i < count; i++) {
        taken[i] = 0;
        const [gain, takes] = [worth[i] as number, weight[i] as number];
        if (gain <= 0 || takes > room) continue;
        total = Math.min(room, total + takes);
        const base = i * width;
        bits.fill(0, base, base + width);
        for (let at = room; at >= takes; at--) {
          const other = (rest[at - takes] as number) + gain;
          if (other > (rest[at] as number)) {
            rest[at] = other;
            bits[base + at] = 1;
          }
        }
        looks += width - takes;
      }
      for (let [i, at] = [count - 1, room]; i >= 0; i--) {
        const takes = weight[i] as number;
        if ((worth[i] as number) <= 0 || takes > room || bits[i * width + at] !== 1) continue;
        taken[i] = 1;
        at -= takes;
      }
      return rest[room] as number;
    },
    probe: (room, count, worth, weight, within, without) => {
      const width = room + 1;
      grow((count + 1) * width, width);
      table.fill(0, 0, width);
      for (let i = 0; i < count; i++) {
        const [base, to] = [i * width, (i + 1) * width];
        const [gain, takes] = [worth[i] as number, weight[i] as number];
        table.copyWithin(to, base, base + width);
        if (gain <= 0) continue;
        for (let at = takes; at < width; at++) {
          const other = (table[base + at - takes] as number) + gain;
          if (other > (table[to + at] as number)) table[to + at] = other;
        }
        looks += width;
      }
      const last = count * width;
      const all = table[last + room] as number;
      rest.fill(0, 0, width);
      for (let i = count - 1; i >= 0; i--) {
        const [gain, takes] = [worth[i] as number, weight[i] as number];
        const base = i * width;
        if (takes > room) [within[i], without[i]] = [-Infinity, all];
        else if (gain <= 0) [within[i], without[i]] = [gain + (table[last + room - takes] as number), all];
        else {
          let [inside, outside] = [-Infinity, -Infinity];
          for (let at = 0; at <= room; at++) {
            const sum = (table[base + at] as number) + (rest[room - at] as number);
            if (sum > outside) outside = sum;
          }
          for (let at = 0; at <= room - takes; at++) {
            const sum = (table[base + at] as number) + (rest[room - takes - at] as number);
            if (sum > inside) inside = sum;
          }
          [within[i], without[i]] = [inside + gain, outside];
          next.set(rest.subarray(0, width));
          for (let at = takes; at < width; at++) {
            const other = (rest[at - takes] as number) + gain;
            if (other > (next[at] as number)) next[at] = other;
          }
          [rest, next] = [next, rest];
          looks += 4 * width;
        }
      }
    },
  };
}
