// What every contestant prints, a line of JSON each: what it found and proved, when. It must not know who it is.

/** Seconds are CPU seconds for each thread that is kept busy, since solving began. */
export type SolveLine =
  | {
      readonly kind: "found" | "bound";
      readonly at: number;
      readonly value: number | null;
      readonly bound: number | null;
    }
  | {
      readonly kind: "done";
      readonly at: number;
      readonly wall: number;
      readonly status: string;
      readonly value: number | null;
      readonly bound: number | null;
      /** Most that the process ever held, MiB. */
      readonly memory: number;
      /** Column, value, column, value, … of all that are not zero. */
      readonly x: readonly number[];
    };
