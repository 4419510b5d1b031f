// What runs stays: a problem in which it is held where it is, so that only what is missing is left to decide. It must not know rules beyond
// whom they speak of, nor what becomes of the answer.
import { columnsOf, nowhere, picked, withColumns } from "../columns.ts";
import type { CandidateColumns } from "../columns.ts";
import type { Placement, Problem, ProblemWorkload } from "../problem.ts";
import { speaksOf } from "./components.ts";
import { roomBeside } from "./spare.ts";
import { wantedOf } from "./value.ts";

/** A problem of its own: workloads keep their numbers, and what is held of one whose rest is to be decided comes after all of them. */
export interface Held {
  readonly problem: Problem;
  /** By workload of it: which one of the whole it is, or is a part of, and where its candidates are there. */
  readonly origin: readonly number[];
  readonly places: readonly (readonly number[])[];
  /** By workload of it: whether it has no choice left. */
  readonly stays: readonly boolean[];
  /** Whether every placement of it moves no more than nothing avoids: then the best of it is the best of all that move so little. */
  readonly exact: boolean;
}

/** A workload of the held problem. */
interface Share {
  readonly workload: ProblemWorkload;
  readonly places: readonly number[];
  /** Whether it has no choice left. */
  readonly stays: boolean;
  /** Whether it may still move more than nothing avoids. */
  readonly loose: boolean;
}

/** @param open clusters on which nothing is held: what runs there may go. */
export function heldOf(problem: Problem, open: ReadonlySet<number>): Held {
  const spoken = new Set([
    ...problem.rules.flatMap(speaksOf),
    ...problem.latencies.flatMap(({ from, to }) => [from, ...to]),
  ]);
  const shares = problem.workloads.map((workload, w) => sharesOf(workload, spoken.has(w), open));
  const behind = shares.flatMap(({ held }, w) => (held === undefined ? [] : [{ share: held, w }]));
  const all = [...shares.map(({ rest }) => rest), ...behind.map(({ share }) => share)];
  const room = roomBeside(
    problem,
    all.flatMap(({ workload, stays }) => (stays ? [workload] : [])),
  );
  const fitted = all.map((share) => (share.stays ? share : within(share, room(share.workload))));
  return {
    problem: { ...problem, workloads: fitted.map(({ workload }) => workload), ruledOut: [] },
    origin: [...problem.workloads.keys(), ...behind.map(({ w }) => w)],
    places: fitted.map(({ places }) => places),
    stays: fitted.map(({ stays }) => stays),
    exact: fitted.every(({ loose }) => !loose),
  };
}

/** Replicas that leave where they run now, whatever is decided. */
export function leastMoves({ workloads }: Problem): number {
  return workloads.reduce((sum, workload) => {
    const { before } = columnsOf(workload);
    const running = runningOn(workload);
    return (
      sum + workload.leaving + running.reduce((n, i) => n + (before[i] as number), 0) - mostKept(workload, running)
    );
  }, 0);
}

/** What runs of a workload, where it may stay, as one that has no choice. */
export function asItRuns(workload: ProblemWorkload): ProblemWorkload {
  const columns = picked(columnsOf(workload), runningOn(workload));
  const most = columns.most.map((many, i) => Math.min(many, columns.before[i] as number));
  const total = most.reduce((a, b) => a + b, 0);
  return withColumns(workload, { ...columns, most }, { counting: { kind: "divided", total } });
}

/** A placement of the held problem as one of the whole. */
export function wholeOf(problem: Problem, { origin, places }: Held, placement: Placement): Placement {
  const whole = problem.workloads.map(nowhere);
  placement.forEach((counts, h) => {
    const own = whole[origin[h] as number] as number[];
    const at = places[h] as readonly number[];
    for (let k = 0; k < at.length; k++) own[at[k] as number] = (own[at[k] as number] as number) + (counts[k] ?? 0);
  });
  return whole;
}

/** Candidates where something runs. */
export function runningOn(workload: ProblemWorkload): number[] {
  const { before } = columnsOf(workload);
  const found: number[] = [];
  for (let i = 0; i < before.length; i++) if ((before[i] as number) > 0) found.push(i);
  return found;
}

/** The most replicas of a workload that can stay where they are. */
function mostKept(workload: ProblemWorkload, running: readonly number[]): number {
  const { counting } = workload;
  const { before, most, cluster } = columnsOf(workload);
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  if (counting.kind === "divided")
    return Math.min(counting.total, sum(running.map((i) => Math.min(before[i] as number, most[i] as number))));
  const { size } = counting;
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const usable = running.filter((i) => (most[i] as number) >= size && required?.has(cluster[i] as number) !== false);
  const kept = usable.map((i) => Math.min(before[i] as number, size)).sort((a, b) => b - a);
  return sum(counting.kind === "copies" ? kept.slice(0, counting.clusters) : kept);
}

function sharesOf(workload: ProblemWorkload, spoken: boolean, open: ReadonlySet<number>): Shares {
  if (workload.counting.kind === "each" && !workload.optional) return { rest: onEach(workload) };
  const running = runningOn(workload);
  if (running.length === 0) return { rest: whole(workload, false) };
  return workload.counting.kind === "divided"
    ? divided(workload, running, spoken, open)
    : copies(workload, running, spoken, open);
}

interface Shares {
  readonly rest: Share;
  /** What is held, where the rest is decided by itself. */
  readonly held?: Share;
}

const whole = (workload: ProblemWorkload, loose: boolean): Share => ({
  workload,
  places: [...columnsOf(workload).cluster.keys()],
  stays: false,
  loose,
});

/** A copy on each of some clusters, whatever runs where. */
function onEach(workload: ProblemWorkload): Share {
  const { counting } = workload;
  const columns = columnsOf(workload);
  const required = new Set(counting.kind === "each" ? counting.required : []);
  const places = [...columns.cluster.keys()].filter((i) => required.has(columns.cluster[i] as number));
  if (places.length < required.size) return whole(workload, false);
  return { workload: restricted(workload, columns, places), places, stays: true, loose: false };
}

/** Replicas that may each go anywhere: those that run stay, others come beside them. */
function divided(
  workload: ProblemWorkload,
  running: readonly number[],
  spoken: boolean,
  open: ReadonlySet<number>,
): Shares {
  const columns = columnsOf(workload);
  const total = wantedOf(workload);
  const { counting } = workload;
  const some = counting.kind === "divided" ? counting.clusters : undefined;
  const there = running.filter((i) => !open.has(columns.cluster[i] as number) && (columns.most[i] as number) > 0);
  const keeps = there.map((i) => Math.min(columns.before[i] as number, columns.most[i] as number));
  const kept = keeps.reduce((a, b) => a + b, 0);
  const touched = running.some((i) => open.has(columns.cluster[i] as number));
  const held = { ...picked(columns, there), before: Int32Array.from(keeps), most: Float64Array.from(keeps) };
  if (kept >= total && !touched && (some === undefined || (some === there.length && kept === total))) {
    const before = running.reduce((sum, i) => sum + (columns.before[i] as number), 0);
    const stays = kept === total;
    const changed = { leaving: workload.leaving + before - kept, ...(stays ? { optional: false } : {}) };
    return { rest: { workload: withColumns(workload, held, changed), places: there, stays, loose: false } };
  }
  if (spoken || some !== undefined || kept >= total || there.length === 0) return { rest: whole(workload, true) };
  const most = Float64Array.from(columns.most);
  const before = Int32Array.from(columns.before);
  there.forEach((i, k) => {
    most[i] = (most[i] as number) - (keeps[k] as number);
    before[i] = (before[i] as number) - (keeps[k] as number);
  });
  const missing = { counting: { kind: "divided", total: total - kept } } as const;
  const fixed = { counting: { kind: "divided", total: kept }, leaving: 0, optional: false } as const;
  return {
    rest: whole(withColumns(workload, { ...columns, most, before }, missing), touched),
    held: { workload: withColumns(workload, held, fixed), places: there, stays: true, loose: false },
  };
}

/** Whole copies: those that run stay, others come beside them. */
function copies(
  workload: ProblemWorkload,
  running: readonly number[],
  spoken: boolean,
  open: ReadonlySet<number>,
): Shares {
  const { counting } = workload;
  const columns = columnsOf(workload);
  if (counting.kind === "divided") return { rest: whole(workload, true) };
  const { size } = counting;
  const usable = running.filter((i) => (columns.most[i] as number) >= size);
  const touched = usable.some((i) => open.has(columns.cluster[i] as number));
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const there = usable.filter(
    (i) => !open.has(columns.cluster[i] as number) && required?.has(columns.cluster[i] as number) !== false,
  );
  const wanted = counting.kind === "copies" ? counting.clusters : counting.required.length;
  if (there.length >= wanted && (!touched || there.length === wanted)) {
    const left = restricted(workload, columns, there);
    const stays = there.length === wanted;
    const fixed = stays ? withColumns(left, columnsOf(left), { optional: false }) : left;
    return { rest: { workload: fixed, places: there, stays, loose: touched } };
  }
  if (spoken || there.length === 0 || there.length > wanted) return { rest: whole(workload, true) };
  const rest = [...columns.before.keys()].filter((i) => !there.includes(i));
  const held = picked(columns, there);
  const on = (places: readonly number[]): readonly number[] => places.map((i) => columns.cluster[i] as number);
  const counted = (own: number, clusters: readonly number[]): ProblemWorkload["counting"] =>
    counting.kind === "copies" ? { ...counting, clusters: own } : { ...counting, required: clusters };
  const holding = new Set(on(there));
  const others = counting.kind === "each" ? counting.required.filter((c) => !holding.has(c)) : [];
  return {
    rest: {
      workload: withColumns(workload, picked(columns, rest), { counting: counted(wanted - there.length, others) }),
      places: rest,
      stays: false,
      loose: touched,
    },
    held: {
      workload: withColumns(workload, held, {
        counting: counted(there.length, on(there)),
        leaving: 0,
        optional: false,
      }),
      places: there,
      stays: true,
      loose: false,
    },
  };
}

/** A workload on some of its candidates; what runs elsewhere leaves. */
function restricted(workload: ProblemWorkload, columns: CandidateColumns, kept: readonly number[]): ProblemWorkload {
  const left = picked(columns, kept);
  const sum = (before: Int32Array): number => before.reduce((a, b) => a + b, 0);
  return withColumns(workload, left, { leaving: workload.leaving + sum(columns.before) - sum(left.before) });
}

/** Without the candidates that have no room left beside what is held. */
function within(share: Share, room: (candidate: number) => number): Share {
  const { workload } = share;
  const { counting } = workload;
  const columns = columnsOf(workload);
  if (counting.kind === "each" || workload.perNode) return share;
  const least = counting.kind === "divided" ? 1 : counting.size;
  const most = columns.most.map((many, i) => Math.min(many, room(i)));
  const kept = [...most.keys()].filter((i) => (most[i] as number) >= least);
  return {
    ...share,
    workload: restricted(workload, { ...columns, most }, kept),
    places: kept.map((i) => share.places[i] as number),
  };
}
