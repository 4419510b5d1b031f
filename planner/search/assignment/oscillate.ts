// Lets the search pass through overfull clusters where most workloads are a step or few, and takes over what it finds. It must not know how
// a better placement is found.
import { worked } from "../../clock.ts";
import type { SolveOptions } from "../../problem.ts";
import type { Ground } from "../few-clusters.ts";
import type { State } from "../state.ts";
import { worth } from "../value.ts";
import { relink } from "./relink.ts";
import { stepsOf } from "./steps.ts";
import type { Steps } from "./steps.ts";
import { takeOver } from "./take-over.ts";

export interface OscillateOptions extends Pick<SolveOptions, "seed" | "now"> {
  readonly over: () => boolean;
  /** Whether single nodes take what is on a cluster now, as far as known. */
  readonly packs: (cluster: number) => boolean;
  /** Told when something better stands. */
  readonly better: () => void;
  /** By workload the candidate that another leans to, or −1; undefined when it knows nothing. */
  readonly leaning: (random: () => number) => Int32Array | undefined;
  /** What takes turns with it: asked to go on for so many milliseconds of steps; false when it can do nothing more. */
  readonly turn: (milliseconds: number) => boolean;
}

/** Changes that are looked at in a millisecond on a common machine. */
const LOOKS_A_MILLISECOND = 16_000;
/** Changes that are looked at between two questions whether to stop: each question counts as a step of the clock. */
const ASK = 40_000;
/** Changes to look at at least (for each two steps, and for each three), and at most; and all of them as a multiple of those up to the last that was better. */
const LOOKS = { forTwo: 1_000, forThree: 20, least: 400_000_000, most: 4_000_000_000, again: 3 };
/** Changes to look at for each two steps before the other gets its first turn, and at most; then so many times as many before each; and how much longer its turn is. */
const TURN = { forTwo: 200, most: 8_000_000, longer: 2, share: 2 };
/** Placements that could not be used in a row, after which no other is looked for. */
const REFUSED = 50;

/** Makes a placement cheaper; undefined when its workloads are not of that kind, else whether anything got better. */
export function oscillate(ground: Ground, prices: Float64Array, options: OscillateOptions): boolean | undefined {
  const steps = stepsOf(ground, prices);
  if (steps === undefined) return undefined;
  const least = Math.min(LOOKS.least, steps.count ** 2 * Math.max(LOOKS.forTwo, LOOKS.forThree * steps.count));
  let [refused, told, last, looked, any] = [0, 0, 0, 0, false];
  let [asked, stop] = [0, false];
  let [turned, next, goesOn] = [0, Math.min(TURN.most, TURN.forTwo * steps.count ** 2), true];
  relink(steps, {
    seed: options.seed,
    leaning: (random) => {
      const lean = options.leaning(random);
      return lean === undefined ? undefined : steps.kind.map((kind) => optionOf(ground.state, steps, kind, lean));
    },
    enough: (looks) => {
      if (refused >= REFUSED) return true;
      if (looks < asked) return stop;
      asked = looks + ASK;
      worked(options.now, (looks - told) / LOOKS_A_MILLISECOND);
      [told, looked] = [looks, looks];
      if (goesOn && looks >= next) {
        goesOn = options.turn((TURN.share * (looks - turned)) / LOOKS_A_MILLISECOND);
        [turned, next] = [looks, TURN.longer * looks];
      }
      const idle = looks > Math.max(least, LOOKS.again * last) || looks > LOOKS.most;
      stop = (idle && !goesOn) || options.over();
      return stop;
    },
    found: (at) => {
      const before = worth(ground.state, ground.weights);
      const back = ground.state.remember();
      if (!takeOver(ground.state, wishOf(ground.state, steps, at), options.packs)) {
        refused++;
        return false;
      }
      // Another may have found a better one meanwhile.
      if (worth(ground.state, ground.weights) >= before - 1e-12 * Math.abs(before)) {
        back();
        return true;
      }
      [refused, last, any] = [0, looked, true];
      options.better();
      return true;
    },
  });
  return any;
}

/** What is found, by candidate; what does not move stays as it is. */
function wishOf({ compact, on }: State, steps: Steps, at: Int32Array): ReadonlyMap<number, number> {
  const wish = new Map<number, number>();
  for (const w of steps.workloads)
    for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++)
      if ((on[c] as number) > 0) wish.set(c, 0);
  for (const option of at) {
    const c = steps.candidate[option] as number;
    if (c >= 0) wish.set(c, (wish.get(c) ?? 0) + (compact.step[compact.workloadOf[c] as number] as number));
  }
  return wish;
}

/** The option of a kind that is the candidate of its workload; −1 where there is none. */
function optionOf(
  { compact }: State,
  { workloads, optionAt, clusters }: Steps,
  kind: number,
  lean: Int32Array,
): number {
  const c = lean[workloads[kind] as number] as number;
  return c < 0 ? -1 : (optionAt[kind * clusters + (compact.cluster[c] as number)] as number);
}
