// A clock that counts work instead of time: what is decided by it is the same on every machine, fast or busy. It must not know what the
// work is.

/** Milliseconds that only grow. A clock on the wall ignores what it is told of work. */
export interface Clock {
  (): number;
  /** Of a clock of steps: so much was done since, in the milliseconds that it takes on a common machine. */
  readonly worked?: (milliseconds: number) => void;
}

/** A clock that stands still but for the work that it is told of. */
export function stepClock(): Clock {
  let at = 0;
  return Object.assign(() => at, { worked: (milliseconds: number) => void (at += milliseconds) });
}

/** Tells a clock of steps what was done. */
export const worked = (now: Clock, milliseconds: number): void => now.worked?.(milliseconds);

/** Whether a clock counts steps: then nothing may look at another clock. */
export const countsSteps = (now: Clock): boolean => now.worked !== undefined;
