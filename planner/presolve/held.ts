// What runs stays: a problem in which it is held where it is, so that only what is missing is left to decide. It must not know rules beyond
// whom they speak of, nor what becomes of the answer.
import { columnsOf, picked, withColumns } from "../columns.ts";
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
    return sum + workload.leaving + before.reduce((a, b) => a + b, 0) - mostKept(workload);
  }, 0);
}

/** A placement of the held problem as one of the whole. */
export function wholeOf(problem: Problem, { origin, places }: Held, placement: Placement): Placement {
  const whole = problem.workloads.map((workload) => Array.from(columnsOf(workload).cluster, () => 0));
  placement.forEach((counts, h) => {
    const own = whole[origin[h] as number] as number[];
    places[h]?.forEach((i, k) => (own[i] = (own[i] as number) + (counts[k] ?? 0)));
  });
  return whole;
}

/** The most replicas of a workload that can stay where they are. */
function mostKept(workload: ProblemWorkload): number {
  const { counting } = workload;
  const { before, most, cluster } = columnsOf(workload);
  if (counting.kind === "divided")
    return Math.min(
      counting.total,
      before.reduce((sum, many, i) => sum + Math.min(many, most[i] as number), 0),
    );
  const { size } = counting;
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const kept = Array.from(before, (many, i) =>
    (most[i] as number) >= size && required?.has(cluster[i] as number) !== false ? Math.min(many, size) : 0,
  );
  const copies = counting.kind === "copies" ? counting.clusters : kept.length;
  return kept
    .sort((a, b) => b - a)
    .slice(0, copies)
    .reduce((a, b) => a + b, 0);
}

function sharesOf(workload: ProblemWorkload, spoken: boolean, open: ReadonlySet<number>): Shares {
  const { before } = columnsOf(workload);
  if (workload.counting.kind === "each" && !workload.optional) return { rest: onEach(workload) };
  if (before.every((many) => many === 0)) return { rest: whole(workload, false) };
  return workload.counting.kind === "divided" ? divided(workload, spoken, open) : copies(workload, spoken, open);
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
function divided(workload: ProblemWorkload, spoken: boolean, open: ReadonlySet<number>): Shares {
  const columns = columnsOf(workload);
  const total = wantedOf(workload);
  const { counting } = workload;
  const some = counting.kind === "divided" && counting.clusters !== undefined ? counting.clusters : undefined;
  const touched = columns.before.some((many, i) => many > 0 && open.has(columns.cluster[i] as number));
  const keeps = columns.before.map((many, i) =>
    open.has(columns.cluster[i] as number) ? 0 : Math.min(many, columns.most[i] as number),
  );
  const kept = keeps.reduce((a, b) => a + b, 0);
  const there = [...keeps.keys()].filter((i) => (keeps[i] as number) > 0);
  const over = columns.before.reduce((sum, many, i) => sum + many - (keeps[i] as number), workload.leaving);
  if (kept >= total && !touched && (some === undefined || (some === there.length && kept === total))) {
    const own = picked({ ...columns, before: keeps, most: Float64Array.from(keeps) }, there);
    const changed = { leaving: over, ...(kept === total ? { optional: false } : {}) };
    return {
      rest: { workload: withColumns(workload, own, changed), places: there, stays: kept === total, loose: false },
    };
  }
  if (spoken || some !== undefined || kept >= total || there.length === 0) return { rest: whole(workload, true) };
  const most = columns.most.map((many, i) => many - (keeps[i] as number));
  const before = columns.before.map((many, i) => many - (keeps[i] as number));
  const rest = withColumns(
    workload,
    { ...columns, most, before },
    { counting: { kind: "divided", total: total - kept } },
  );
  const own = picked({ ...columns, before: keeps, most: Float64Array.from(keeps) }, there);
  const held = withColumns(workload, own, { counting: { kind: "divided", total: kept }, leaving: 0, optional: false });
  return {
    rest: whole(rest, touched),
    held: { workload: held, places: there, stays: true, loose: false },
  };
}

/** Whole copies: those that run stay, others come beside them. */
function copies(workload: ProblemWorkload, spoken: boolean, open: ReadonlySet<number>): Shares {
  const { counting } = workload;
  const columns = columnsOf(workload);
  if (counting.kind === "divided") return { rest: whole(workload, true) };
  const { size } = counting;
  const runs = (i: number): boolean => (columns.before[i] as number) > 0 && (columns.most[i] as number) >= size;
  const touched = [...columns.before.keys()].some((i) => runs(i) && open.has(columns.cluster[i] as number));
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const there = [...columns.before.keys()].filter(
    (i) => runs(i) && !open.has(columns.cluster[i] as number) && required?.has(columns.cluster[i] as number) !== false,
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
