// The linear optimum of a problem over its rows, nearly: a primal-dual hybrid gradient method with restarts and steps that find their own length
// (Chambolle, Pock 2011; Applegate and others, PDLP, 2021), over the candidates that look best. Where many choices cost about the same, its
// prices and its answer are far better than those of a subgradient. It must not know workloads or rules, and proves nothing: prices do.
import { worked } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import { linearModel } from "./linear-model.ts";
import type { Model, NearlyLinear } from "./linear-model.ts";

interface PrimalDualOptions {
  readonly iterations: number;
  /** The columns are chosen anew for each phase, unless all of them are looked at; it takes at least `LOOK` iterations. */
  readonly phases: number;
  /** How far from the optimum is near enough: what rows are over by, and what could be saved, as a share of the whole. */
  readonly enough: number;
  /** Prices by row (more may follow) and replicas by arc to begin with; they come back when they are near enough. */
  readonly from: NearlyLinear;
  /** Told how much was done. */
  readonly now: Clock;
  readonly stopped: () => boolean;
}

/** How much further prices move than shares at first; found by trying, and corrected on the way. */
const WEIGHT = 6;
/** What a share counts for at most when it is asked how near the optimum is: a term that outweighs all others must not hide them. */
const DEAREST = 5;
/** Milliseconds of one iteration for each column. */
const ROUND = 6e-5;
/** Iterations between looks at how far it is. */
const LOOK = 40;

export function primalDual(compact: Compact, arcs: Arcs, options: PrimalDualOptions): NearlyLinear {
  let found: NearlyLinear = options.from;
  // Objectives of whole clusters have no cost by replica: their prices are another's.
  if (arcs.joint.imbalance || arcs.joint.clusters > 0 || arcs.joint.atMost !== undefined) return found;
  const each = Math.ceil(options.iterations / options.phases);
  const arcsThere = arcs.candidate.length;
  const most = arcs.joint.mostClusters;
  const clusters = most === undefined ? 0 : compact.problem.clusters.length;
  if (most !== undefined && found.opened === undefined)
    found = { ...found, opened: new Float64Array(clusters).fill(most / clusters) };
  let threshold = new Float64Array(compact.workloads + (clusters > 0 ? 1 : 0));
  for (let phase = 0; phase < options.phases && !options.stopped(); phase++) {
    const model = { ...linearModel(compact, arcs, found), threshold };
    // With all columns there is nothing to choose anew: what is left of the iterations goes on with them.
    const iterations = model.complete ? options.iterations - phase * each : each;
    const { x, y, error } = converge(model, found, { ...options, iterations });
    if (x === undefined) break;
    const average = new Float64Array(arcsThere + clusters);
    for (let j = 0; j < model.columns; j++)
      average[model.arc[j] as number] =
        (average[model.arc[j] as number] as number) + (x[j] as number) * (model.unit[j] as number);
    const prices = y.map((price, row) => (price * model.scale) / (model.rowScale[row] as number));
    found = {
      prices,
      average: average.subarray(0, arcsThere),
      ...(clusters > 0 ? { opened: average.subarray(arcsThere) } : {}),
    };
    threshold = model.threshold;
    if (error <= options.enough || model.complete) break;
  }
  return found;
}

interface Converged {
  /** Undefined when what it began with was near enough. */
  readonly x: Float64Array | undefined;
  readonly y: Float64Array;
  readonly error: number;
}

function converge(model: Model, from: NearlyLinear, options: PrimalDualOptions): Converged {
  const { columns, rows, scale } = model;
  const x = sharesOf(model, from);
  const y = Float64Array.from({ length: rows }, (_, row) =>
    Math.max(0, ((from.prices[row] ?? 0) * (model.rowScale[row] as number)) / scale),
  );
  const sum = { x: new Float64Array(columns), y: new Float64Array(rows), weight: 0 };
  const last = { x: Float64Array.from(x), y: Float64Array.from(y), error: Infinity };
  const best = { x: Float64Array.from(x), y: Float64Array.from(y), error: Infinity };
  const next = { x: new Float64Array(columns), y: new Float64Array(rows) };
  const gradient = new Float64Array(columns);
  const load = new Float64Array(rows);
  const nextLoad = new Float64Array(rows);
  const mean = { x: new Float64Array(columns), y: new Float64Array(rows) };
  const begun = errorOf(model, x, y, gradient, load);
  if (begun <= options.enough) return { x: undefined, y, error: begun };
  primalStep(model, x, new Float64Array(columns), 1e-9, x);
  loadOf(model, x, load);
  let [weight, step] = [WEIGHT, 1];
  for (let round = 0; round < options.iterations && !options.stopped(); round++) {
    worked(options.now, columns * ROUND);
    gradientOf(model, y, gradient);
    for (;;) {
      const tau = step / weight;
      const sigma = step * weight;
      const moves = primalStep(model, x, gradient, tau, next.x);
      loadOf(model, next.x, nextLoad);
      let [moved, crossed] = [moves * weight, 0];
      for (let row = 0; row < rows; row++) {
        const over = 2 * (nextLoad[row] as number) - (load[row] as number) - (model.most[row] as number);
        const to = Math.max(0, (y[row] as number) + sigma * (model.sigma[row] as number) * over);
        const by = to - (y[row] as number);
        next.y[row] = to;
        moved += (by * by) / (weight * (model.sigma[row] as number));
        crossed += by * ((nextLoad[row] as number) - (load[row] as number));
      }
      const limit = crossed === 0 ? Infinity : moved / (2 * Math.abs(crossed));
      const taken = step;
      step = Math.min((1 - (round + 2) ** -0.3) * limit, (1 + (round + 2) ** -0.6) * step);
      if (!Number.isFinite(step)) step = taken * 1.5;
      if (taken <= limit || round === 0) {
        x.set(next.x);
        y.set(next.y);
        load.set(nextLoad);
        for (let j = 0; j < columns; j++) if (x[j] !== 0) sum.x[j] = (sum.x[j] as number) + taken * (x[j] as number);
        for (let row = 0; row < rows; row++) sum.y[row] = (sum.y[row] as number) + taken * (y[row] as number);
        sum.weight += taken;
        break;
      }
    }
    if ((round + 1) % LOOK !== 0) continue;
    for (let j = 0; j < columns; j++) mean.x[j] = (sum.x[j] as number) / sum.weight;
    for (let row = 0; row < rows; row++) mean.y[row] = (sum.y[row] as number) / sum.weight;
    const averaged = errorOf(model, mean.x, mean.y, gradient, nextLoad);
    const plain = errorOf(model, x, y, gradient, nextLoad);
    const here = averaged < plain ? mean : { x, y };
    const error = Math.min(averaged, plain);
    if (error < best.error) {
      best.x.set(here.x);
      best.y.set(here.y);
      best.error = error;
    }
    if (error > 0.36 * last.error && round % (16 * LOOK) !== 16 * LOOK - 1) continue;
    // Begin again from the better of both, with a weight that makes both sides move alike.
    const [dx, dy] = [distance(here.x, last.x), distance(here.y, last.y)];
    if (dx > 1e-12 && dy > 1e-12) weight = Math.exp(0.5 * Math.log(dy / dx) + 0.5 * Math.log(weight));
    x.set(here.x);
    y.set(here.y);
    loadOf(model, x, load);
    last.x.set(x);
    last.y.set(y);
    last.error = error;
    sum.x.fill(0);
    sum.y.fill(0);
    sum.weight = 0;
    if (error < options.enough / 2) break;
  }
  return best;
}

function sharesOf(model: Model, { average: arcs, opened }: NearlyLinear): Float64Array {
  const x = new Float64Array(model.columns);
  const average = opened === undefined ? arcs : Float64Array.from([...arcs, ...opened]);
  // Of several pools the first takes what it can: the next step shares it out.
  let [arc, open] = [-1, 0];
  for (let j = 0; j < model.columns; j++) {
    if (model.arc[j] !== arc) [arc, open] = [model.arc[j] as number, average[model.arc[j] as number] as number];
    const share = Math.min(model.upper[j] as number, open / (model.unit[j] as number));
    x[j] = share;
    open -= share * (model.unit[j] as number);
  }
  return x;
}

function gradientOf({ columns, cost, entryStart, entryRow, entry }: Model, y: Float64Array, into: Float64Array): void {
  for (let j = 0; j < columns; j++) {
    let sum = cost[j] as number;
    const end = entryStart[j + 1] as number;
    for (let e = entryStart[j] as number; e < end; e++)
      sum += (entry[e] as number) * (y[entryRow[e] as number] as number);
    into[j] = sum;
  }
}

function loadOf({ columns, entryStart, entryRow, entry }: Model, x: Float64Array, into: Float64Array): void {
  into.fill(0);
  for (let j = 0; j < columns; j++) {
    const value = x[j] as number;
    if (value === 0) continue;
    const end = entryStart[j + 1] as number;
    for (let e = entryStart[j] as number; e < end; e++)
      into[entryRow[e] as number] = (into[entryRow[e] as number] as number) + value * (entry[e] as number);
  }
}

/**
 * x − tau·gradient, brought back to shares that sum to one (of what is optional, to one at most) by the one threshold that does it. Returns how
 * far that moved, measured as the steps are.
 */
function primalStep(model: Model, x: Float64Array, gradient: Float64Array, tau: number, into: Float64Array): number {
  const { start, optional, upper, tau: own, threshold, room } = model;
  let moved = 0;
  for (let w = 0; w + 1 < start.length; w++) {
    const first = start[w] as number;
    const last = start[w + 1] as number;
    if (first === last) continue;
    const goal = room[w] as number;
    const free = optional[w] === 1;
    // Σ min(u, max(0, x − tau·(g − t))) rises with t: Newton's steps, kept between the two sides that are known.
    let [low, high, jump] = [-Infinity, free ? 0 : Infinity, 1];
    let t = free ? 0 : (threshold[w] as number);
    for (let tries = 0; tries < 60; tries++) {
      let [total, slope] = [0, 0];
      for (let j = first; j < last; j++) {
        const each = tau * (own[j] as number);
        const value = (x[j] as number) - each * ((gradient[j] as number) - t);
        if (value <= 0) continue;
        const most = upper[j] as number;
        if (value >= most) total += most;
        else {
          total += value;
          slope += each;
        }
      }
      const over = total - goal;
      if (over <= 1e-8 && (over >= -1e-8 || t >= high)) break;
      if (over > 0) high = t;
      else low = t;
      let to = slope > 0 ? t - over / slope : over > 0 ? t - jump : t + jump;
      if (slope === 0) jump *= 2;
      if (to <= low || to >= high)
        to = low === -Infinity ? high - jump : high === Infinity ? low + jump : (low + high) / 2;
      if (to === t) break;
      t = to;
    }
    threshold[w] = t;
    for (let j = first; j < last; j++) {
      const each = tau * (own[j] as number);
      const before = x[j] as number;
      const value = before - each * ((gradient[j] as number) - t);
      const after = value <= 0 ? 0 : Math.min(upper[j] as number, value);
      into[j] = after;
      const by = after - before;
      if (by !== 0) moved += (by * by) / (own[j] as number);
    }
  }
  return moved;
}

/** How far a pair is from the optimum: what rows are over by, and how much each workload could still save at these prices. */
function errorOf(model: Model, x: Float64Array, y: Float64Array, gradient: Float64Array, load: Float64Array): number {
  gradientOf(model, y, gradient);
  loadOf(model, x, load);
  let [over, slack, total] = [0, 0, 0];
  for (let row = 0; row < model.rows; row++) {
    const by = (load[row] as number) - (model.most[row] as number);
    if (by > 0) over += by * by;
    slack += Math.max(0, -by) * (y[row] as number);
  }
  let waste = 0;
  for (let w = 0; w + 1 < model.start.length; w++) {
    let [least, paid, sum] = [Infinity, 0, 0];
    for (let j = model.start[w] as number; j < (model.start[w + 1] as number); j++) {
      if (upper(model, j) > 0) least = Math.min(least, gradient[j] as number);
      paid += (x[j] as number) * (gradient[j] as number);
      sum += x[j] as number;
      total += (x[j] as number) * Math.min(DEAREST, Math.abs(model.cost[j] as number));
    }
    const best = w < model.workloads ? sum * least : -worthOf(model, w, gradient);
    if (sum > 0) waste += Math.max(0, paid - best);
  }
  return Math.sqrt(over) / Math.sqrt(Math.max(1, model.rows)) + (waste + slack) / Math.max(1e-9, total);
}

/** What the best clusters gain, of which so many may be used. */
function worthOf({ start, room }: Model, w: number, gradient: Float64Array): number {
  const own = gradient.slice(start[w], start[w + 1]).sort();
  let [sum, open] = [0, room[w] as number];
  for (let k = 0; k < own.length && open > 0 && (own[k] as number) < 0; k++, open--)
    sum -= Math.min(1, open) * (own[k] as number);
  return sum;
}

const upper = (model: Model, j: number): number => model.upper[j] as number;

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}
