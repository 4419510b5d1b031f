// A search that passes through overfull clusters: from good placements to others on the way between two of them (path relinking; Yagiura,
// Ibaraki, Glover, European Journal of Operational Research 169, 2006), each taken down by ejection chains, while what an overfull row costs
// rises as long as nothing fits and falls as soon as something does. It must not know workloads or rules.
import { newRandom } from "../random.ts";
import { newBoard } from "./board.ts";
import type { Board } from "./board.ts";
import { newDescent } from "./descend.ts";
import { newElite } from "./elite.ts";
import type { Steps } from "./steps.ts";

export interface RelinkOptions {
  readonly seed: number;
  /** Told of how many changes were looked at so far; true ends the search. */
  readonly enough: (looks: number) => boolean;
  /** Told of each placement (options by step) that is better than all before; false when it can not be used. */
  readonly found: (at: Int32Array) => boolean;
  /** Where another would begin: by step an option, or −1 where it does not know; undefined when it knows nothing. */
  readonly leaning: (random: () => number) => Int32Array | undefined;
}

/** Places on the way between two placements that are taken down. */
const ON_THE_WAY = 3;
/** Options that each step looks at on average, turn by turn. */
const WIDTHS = [2, 3, 5];
/** How wrong prices are at most for a placement to begin with, and the least price of an overfull row, as a share of the mean. */
const BLUR = 0.15;
const LEAST = 0.01;
/** How much the price of overfull rows rises when nothing fitted, and falls when something did. */
const RISE = 0.05;
const FALL = 0.05;
/** Walks without a new placement worth keeping, after which all but the best make way for new ones. */
const DRY = 40;
/** Looks at each step that asking where another leans to counts as. */
const LEANING = 100;
const EPSILON = 1e-7;

/** Looks for cheaper placements, beginning with the one at hand, until it is told that it is enough. */
export function relink(steps: Steps, { seed, enough, found, leaning }: RelinkOptions): void {
  const board = newBoard(steps);
  const random = newRandom(seed);
  board.set(steps.now);
  let [best, fitted] = [board.cost(), false];
  let favourite: Int32Array = steps.now;
  const descent = newDescent(board, () => {
    fitted = true;
    if (board.cost() >= best - EPSILON * Math.max(1, Math.abs(best)) || !found(board.at)) return;
    best = board.cost();
    favourite = board.at.slice();
  });
  // Laying a placement out counts as a look at each of its steps, and a walk as looks at all that is left of it.
  let laid = 0;
  const lay = (at: Int32Array): void => {
    board.set(at);
    laid += steps.count;
  };
  const over = (): boolean => enough(descent.looks() + laid);
  const mean = steps.price.reduce((sum, price) => sum + price, 0) / steps.price.length;
  const begin = steps.price.map((price) => Math.max(price, LEAST * mean, EPSILON));
  board.penalty.set(begin);
  const elite = newElite();
  const descend = (from: Int32Array): boolean => {
    lay(from);
    descent.run(over);
    return elite.keep(board.at, board.worth());
  };
  /** Near the linear optimum, and every other time where another leans to. */
  let guesses = 0;
  const begun = (): Int32Array => {
    const near = guess(steps, random);
    const lean = guesses++ % 2 === 0 ? leaning(random) : undefined;
    laid += lean === undefined ? 0 : LEANING * steps.count;
    return lean === undefined
      ? near
      : near.map((option, s) => ((lean[s] as number) < 0 ? option : (lean[s] as number)));
  };
  for (let turn = 0; !over(); turn++) {
    descent.widen(WIDTHS[turn % WIDTHS.length] as number);
    elite.clear();
    descend(favourite);
    for (let n = 1; n < elite.size && !over(); n++) {
      descend(begun());
      adapt(board, fitted);
      fitted = false;
    }
    for (let dry = 0; dry < DRY && !over(); dry++) {
      // Prices have changed, and with them what each is worth.
      elite.weigh((at) => {
        lay(at);
        return board.worth();
      });
      const [from, to] = elite.pick(random);
      const walked = between(board, from, to);
      laid += walked.looks;
      for (const at of walked.best) if (!over() && descend(at)) dry = -1;
      adapt(board, fitted);
      fitted = false;
    }
  }
}

/** Where every step is best at prices that are a little wrong. */
function guess({ kind, optionStart, cluster, cost, price, amount, rows }: Steps, random: () => number): Int32Array {
  // Mostly a little, sometimes a lot: how far is worth it differs from problem to problem.
  const blur = BLUR * random() ** 3;
  const wrong = price.map((value) => value * (1 + blur * (2 * random() - 1)));
  return kind.map((k) => {
    let [least, where] = [Infinity, optionStart[k] as number];
    for (let o = optionStart[k] as number; o < (optionStart[k + 1] as number); o++) {
      let sum = cost[o] as number;
      for (let r = 0; r < rows; r++)
        sum += (wrong[(cluster[o] as number) * rows + r] as number) * (amount[o * rows + r] as number);
      if (sum < least) [least, where] = [sum, o];
    }
    return where;
  });
}

/** Changes what overfull rows cost: less everywhere when something fitted; else more, in proportion, where the board is overfull. */
function adapt({ steps: { capacity }, over, penalty }: Board, fitted: boolean): void {
  const share = (x: number): number => (over[x] as number) / Math.max(1e-9, Math.abs(capacity[x] as number));
  let largest = 0;
  for (let x = 0; x < over.length; x++) if ((over[x] as number) > EPSILON) largest = Math.max(largest, share(x));
  for (let x = 0; x < over.length; x++) {
    if (fitted) penalty[x] = (penalty[x] as number) * (1 - FALL);
    else if ((over[x] as number) > EPSILON) penalty[x] = (penalty[x] as number) * (1 + (RISE * share(x)) / largest);
  }
}

/** Goes from one placement towards another, the best shift first; returns the best of what is on the way. */
function between(board: Board, from: Int32Array, to: Int32Array) {
  const { cluster, cost, several, most } = board.steps;
  const nothing = cost.length;
  board.set(from);
  const left: number[] = [];
  for (let s = 0; s < from.length; s++) if (from[s] !== to[s]) left.push(s);
  const way: { readonly at: Int32Array; readonly worth: number }[] = [];
  let worth = board.worth();
  let looks = from.length;
  for (let gone = 0; left.length > 2; gone++) {
    looks += left.length;
    let [least, pick] = [Infinity, -1];
    for (let k = 0; k < left.length; k++) {
      const s = left[k] as number;
      const [a, b] = [board.at[s] as number, to[s] as number];
      if (several && (board.taken[b] as number) >= (most[b] as number)) continue;
      const sum =
        (cost[b] as number) -
        (cost[a] as number) +
        board.change(cluster[b] as number, b, nothing) +
        board.change(cluster[a] as number, nothing, a);
      if (sum < least) [least, pick] = [sum, k];
    }
    if (pick < 0) break;
    board.move(left[pick] as number, to[left[pick] as number] as number);
    left[pick] = left.at(-1) as number;
    left.pop();
    worth += least;
    if (gone >= 2) way.push({ at: board.at.slice(), worth });
  }
  way.sort((a, b) => a.worth - b.worth);
  return { best: way.slice(0, ON_THE_WAY).map(({ at }) => at), looks };
}
