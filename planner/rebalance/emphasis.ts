// The same reassignment with what it mostly loses by counted several times: a search that is stuck goes elsewhere for a while. It must not know how
// anything is searched, nor for how long.
import type { Ground } from "./ground.ts";
import type { Standing } from "./standing.ts";

/** How many times it is counted, and how many terms of single machines are. */
const TIMES = 3;
const TERMS = 8;
/** The share of what can be gained that is much. */
const HELD = 0.25;

/**
 * What can still be gained is mostly by one resource on a few machines: turn by turn the resource of which most is left counts more
 * everywhere, or the terms (resource of a machine) that are largest do. Totals under such a ground are not costs: only the
 * assignment is of use. Noising of load weights is what S41, winner of the challenge, restarted its search by.
 */
export function emphasised(ground: Ground, standing: Standing, turn: number): Ground {
  const { resources, loadSign } = ground;
  const loss = lossOf(ground, standing);
  const chosen = turn % 2 === 0 ? byResource(loss, resources) : byTerm(loss);
  return { ...ground, loadSign: loadSign.map((sign, i) => (chosen(i) ? TIMES * sign : sign)) };
}

/**
 * Whether much of what can still be gained is room that some still hold where they were: then it was decided early who leaves, and cooling slowly
 * does not undo it. Elsewhere (no transient resource, or enough of it) slow cooling comes nearer.
 */
export function heldBack(ground: Ground, standing: Standing): boolean {
  const { resources, transient } = ground;
  let [held, all] = [0, 0];
  lossOf(ground, standing).forEach((loss, i) => {
    all += loss;
    if (transient[i % resources] === 1) held += loss;
  });
  return held > HELD * all;
}

/** What can still be gained, by machine × resource. */
const lossOf = ({ loadSign }: Ground, { over }: Standing): Float64Array =>
  Float64Array.from(loadSign, (sign, i) => Math.max(0, sign * (over[i] as number)));

function byResource(loss: Float64Array, resources: number): (i: number) => boolean {
  const sums = new Float64Array(resources);
  loss.forEach((amount, i) => (sums[i % resources]! += amount));
  const worst = sums.indexOf(Math.max(...sums));
  return (i) => i % resources === worst;
}

function byTerm(loss: Float64Array): (i: number) => boolean {
  const largest = new Set(
    [...loss.keys()].sort((i, j) => (loss[j] as number) - (loss[i] as number) || i - j).slice(0, TERMS),
  );
  return (i) => largest.has(i);
}
