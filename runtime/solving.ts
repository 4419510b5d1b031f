// One question to the planner, from program to checked answer: what the worker thread does, and the main thread where that is quicker.
// Everything that goes in and comes out can be copied between threads. It must not know threads, clusters or who asks.
import type { Ir } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import {
  assignNodes,
  explainImpossible,
  place,
  plannerDiagnostics,
  reasonsOf,
  stepClock,
  verifyPlacement,
  type Beside,
  type NodeAssignment,
  type PlacedReplicas,
  type PlaceOutcome,
  type Reason,
} from "../planner/index.ts";

export interface Question {
  readonly ir: Ir;
  /** Replicas in force, by workload and cluster. */
  readonly before: PlacedReplicas;
  readonly without: readonly string[];
  readonly gap: number;
  /** Milliseconds; Infinity: as many steps as `budget` says. */
  readonly timeLimit: number;
  readonly budget?: number;
  readonly solver: string;
  readonly seed: number;
  /** Nothing has changed since what runs was planned, and this is how far it is from the best at most: it stays. */
  readonly inForce?: number;
}

/** What there is so far. */
export interface Told {
  readonly solver: string;
  readonly term?: string;
  readonly incumbent?: number;
  readonly bound?: number;
  readonly gap?: number;
  /** Bounds of every objective beside the values of `placed`, where they are known. */
  readonly objective?: PlaceOutcome["objective"];
  readonly placed?: () => PlacedReplicas;
}

export interface Listener {
  /** Milliseconds that only grow; asked only where there is a time limit. */
  readonly now: () => number;
  readonly stopped: () => boolean;
  readonly tell: (told: Told) => void;
  /** It is impossible; only why is still to be said. */
  readonly impossible: () => void;
  /** Another thread, where there may be one. */
  readonly beside?: Beside;
}

/** The answer; the problem itself stays where it was made, since it is large and quickly made again. */
export interface Solved {
  readonly outcome: Omit<PlaceOutcome, "problem">;
  readonly reasons: readonly Reason[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Answers a question. Throws when a solver broke an intent: no answer is shown before a checker that shares no code with them accepted it. */
export async function solve(question: Question, listener: Listener): Promise<Solved> {
  const { ir, before, without, inForce, timeLimit } = question;
  const stays = inForce !== undefined && brokenBy(ir, before, before, { without }).broken.length === 0;
  const { problem, ...outcome } = await place(ir, before, {
    gap: stays ? Math.max(question.gap, inForce) : question.gap,
    timeLimit,
    ...(question.budget === undefined ? {} : { budget: question.budget }),
    seed: question.seed,
    solver: question.solver,
    without,
    stays,
    proves: true,
    now: listener.now,
    stopped: listener.stopped,
    beside: listener.beside,
    onProgress: ({ placement: _, ...told }) => listener.tell(told),
  });
  if (outcome.status === "infeasible") {
    listener.impossible();
    const now = timeLimit === Infinity ? stepClock() : listener.now;
    const why = await explainImpossible(ir, before, { without, now });
    return { outcome, reasons: [], diagnostics: [...outcome.diagnostics, ...why] };
  }
  if (outcome.placement === undefined) return { outcome, reasons: [], diagnostics: outcome.diagnostics };
  const { broken, undecided } = brokenBy(ir, before, outcome.placed, {
    without,
    proven: outcome.status === "optimal",
    nodes: assignNodes(ir, problem, outcome.placement, outcome.order),
  });
  if (broken.length > 0) throw new Error(`a solver broke an intent:\n${broken.join("\n")}`);
  return {
    outcome,
    reasons: reasonsOf(problem, outcome.placement),
    diagnostics: [...outcome.diagnostics, ...undecided],
  };
}

/** What the independent checker says of a placement: the promises that it breaks, and what could not be decided. */
export function brokenBy(
  ir: Ir,
  before: PlacedReplicas,
  placed: PlacedReplicas,
  {
    without,
    proven = false,
    nodes,
  }: { readonly without: readonly string[]; readonly proven?: boolean; readonly nodes?: NodeAssignment },
): { readonly broken: readonly string[]; readonly undecided: readonly Diagnostic[] } {
  const violations = verifyPlacement(ir, before, placed, {
    proven,
    without,
    ...(nodes === undefined ? {} : { nodes }),
  });
  const isOpen = (rule: string): boolean => rule === "packing-undecided";
  return {
    broken: violations.filter(({ rule }) => !isOpen(rule)).map(({ message }) => message),
    undecided: violations
      .filter(({ rule }) => isOpen(rule))
      .map(({ spans, message }) => plannerDiagnostics.make["packing-undecided"](spans[0], [message])),
  };
}
