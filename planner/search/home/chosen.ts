// What stays out where one cluster can not take everything: as little as possible, the least important first. The linear program says what to
// begin with, the nodes say what of it stands, and what found no node is room that was not there. It must not know scores or filters.
import type { NodeTruth } from "../../nodes/index.ts";
import { columnsOf } from "../../columns.ts";
import type { Problem, ProblemWorkload, SolveOptions } from "../../problem.ts";
import { fluid } from "./fluid.ts";
import type { Fluid, FluidGround } from "./fluid.ts";

export interface Overfull {
  readonly problem: Problem;
  readonly home: number;
  /** Replicas by workload when nothing is left out. */
  readonly load: ReadonlyMap<number, number>;
  readonly truth: NodeTruth;
  /** Told of every trial. */
  readonly trial: () => void;
}

export interface Chosen {
  readonly load: ReadonlyMap<number, number>;
  /** By priority: what stays out at least, what is more important placed as far as it can be. */
  readonly bounds: ReadonlyMap<number, number>;
}

/** Rounds of the linear program and the nodes, and how many in a row may bring nothing more. */
const ROUNDS = 8;
const IDLE = 1;
/** Rounds in which what stood once and not for all ties leaves. */
const SETTLING = 6;

/** Undefined when what must run found no nodes, or when pods ask for more than room. */
export async function chosen(ground: Overfull, options: SolveOptions): Promise<Chosen | undefined> {
  const { problem, home, truth, trial } = ground;
  const started = options.now();
  const over = (): boolean => options.stopped() || options.now() - started >= options.timeLimit;
  const classes = [...new Set(problem.objectives.flatMap((term) => (term.name === "unplaced" ? [term.priority] : [])))];
  const fluidGround = fluidGroundOf(ground);
  const pools = fluidGround.pools.map((p) => problem.pools[p] as Problem["pools"][number]);
  const room = pools.map(({ shape, count }) => shape.map((amount) => amount * count));
  let bounds: ReadonlyMap<number, number> | undefined;
  let best: { readonly load: Map<number, number>; readonly placed: readonly number[] } | undefined;
  for (let [round, idle] = [0, 0]; round < ROUNDS && idle < IDLE && !(round > 0 && over()); round++) {
    const flowing = await fluid(fluidGround, room, classes, options);
    if (flowing === undefined) break;
    bounds ??= boundsOf(ground, classes, flowing);
    const first = rounded(ground, flowing);
    const rest = new Map([...ground.load].map(([w, all]) => [w, all - (first.get(w) ?? 0)]));
    const standing = truth.come(home, first, wholeCopies(problem, rest));
    trial();
    if (standing === undefined) return undefined;
    const both = new Map([...first.keys()].map((w) => [w, (standing.load.get(w) ?? 0) + (standing.more.get(w) ?? 0)]));
    const load = wholeCopies(problem, both);
    const placed = placedBy(ground, classes, load);
    if (best === undefined || isBetter(placed, best.placed)) [best, idle] = [{ load, placed }, 0];
    else idle++;
    if (!shrunk(ground, room, fluidGround, flowing, first, standing.load)) break;
  }
  if (best === undefined || bounds === undefined) return undefined;
  const load = settled(ground, best.load);
  return load && { load, bounds };
}

function fluidGroundOf({ problem, home, load }: Overfull): FluidGround {
  return {
    problem,
    pools: problem.clusters[home]?.pools ?? [],
    wanted: problem.workloads.map((_, w) => load.get(w) ?? 0),
    poolsOf: problem.workloads.map((workload, w) => (load.has(w) ? (columnsOf(workload).pools[0] ?? []) : [])),
    before: problem.workloads.map((workload) => columnsOf(workload).before[0] ?? 0),
  };
}

/** What stays out at least; of all but the most important only as long as those before lose nothing that they need not. */
function boundsOf(
  { problem, load }: Overfull,
  classes: readonly number[],
  { most }: Fluid,
): ReadonlyMap<number, number> {
  const wanted = (priority: number): number =>
    [...load].reduce((sum, [w, all]) => {
      const { optional, priority: own } = problem.workloads[w] as ProblemWorkload;
      return optional && own === priority ? sum + all : sum;
    }, 0);
  return new Map(
    classes.map((priority, c) => [
      priority,
      c === 0 ? Math.max(0, Math.ceil(wanted(priority) - (most[c] as number) - 1e-6)) : 0,
    ]),
  );
}

/** Whole replicas, the sum kept as far as it goes: the largest remainders are rounded up. */
function rounded({ problem, load }: Overfull, { amounts }: Fluid): Map<number, number> {
  const found = new Map([...load.keys()].map((w) => [w, Math.floor((amounts[w] as number) + 1e-6)]));
  const rest = (w: number): number => (amounts[w] as number) - (found.get(w) as number);
  let open = Math.floor([...load.keys()].reduce((sum, w) => sum + rest(w), 0) + 1e-6);
  for (const w of [...load.keys()].sort((a, b) => rest(b) - rest(a) || a - b)) {
    if (open <= 0 || rest(w) <= 0) break;
    found.set(w, (found.get(w) as number) + 1);
    open--;
  }
  return wholeCopies(problem, found);
}

/** Of what comes in whole copies, only those. */
function wholeCopies({ workloads }: Problem, load: ReadonlyMap<number, number>): Map<number, number> {
  return new Map(
    [...load].map(([w, replicas]) => {
      const { counting, perNode } = workloads[w] as ProblemWorkload;
      const size = perNode || counting.kind === "divided" ? 1 : counting.size;
      return [w, Math.floor(replicas / size) * size];
    }),
  );
}

/** Replicas placed, by priority; what must run comes before all. */
function placedBy({ problem }: Overfull, classes: readonly number[], load: ReadonlyMap<number, number>) {
  const placed = [undefined, ...classes].map(() => 0);
  for (const [w, replicas] of load) {
    const { optional, priority } = problem.workloads[w] as ProblemWorkload;
    const at = optional ? classes.indexOf(priority) + 1 : 0;
    placed[at] = (placed[at] as number) + replicas;
  }
  return placed;
}

function isBetter(placed: readonly number[], best: readonly number[]): boolean {
  const at = placed.findIndex((many, c) => many !== best[c]);
  return at >= 0 && (placed[at] as number) > (best[at] as number);
}

/** Takes away the room, pool by pool, of what found no node; false when everything did. */
function shrunk(
  { problem }: Overfull,
  room: number[][],
  { pools, wanted }: FluidGround,
  { shares, amounts }: Fluid,
  first: ReadonlyMap<number, number>,
  standing: ReadonlyMap<number, number>,
): boolean {
  const out = wanted.map((_, w) => (first.get(w) ?? 0) - (standing.get(w) ?? 0));
  for (const { workload, pool, amount } of shares) {
    if ((out[workload] as number) <= 0 || pool < 0) continue;
    const less = ((out[workload] as number) * amount) / (amounts[workload] as number);
    const left = room[pool] as number[];
    problem.workloads[workload]?.demand.forEach((each, r) => (left[r] = (left[r] as number) - less * each));
  }
  return pools.length > 0 && out.some((many) => many > 0);
}

/** What stands however ties are broken: what found no node in some trial leaves. Undefined when what must run does. */
function settled({ problem, home, load: wanted, truth, trial }: Overfull, found: Map<number, number>) {
  let load = present(found);
  const must = (w: number): boolean => problem.workloads[w]?.optional !== true;
  for (const [w, all] of wanted) if (must(w) && (load.get(w) ?? 0) < all) return undefined;
  for (let round = 0; round < SETTLING; round++) {
    trial();
    const left = truth.leftOut(home, load, must, Infinity);
    if (left.size === 0) return load;
    const less = new Map(load);
    for (const [w, many] of left) {
      if (must(w)) return undefined;
      less.set(w, Math.max(0, (less.get(w) ?? 0) - many));
    }
    load = present(wholeCopies(problem, less));
  }
  return undefined;
}

const present = (load: ReadonlyMap<number, number>): Map<number, number> =>
  new Map([...load].filter(([, replicas]) => replicas > 0));
