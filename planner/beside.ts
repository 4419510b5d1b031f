// A second solve of the same part on another thread, as the planner sees it: begun, asked how far it is, and its answer taken. Work is counted
// on both sides, so that who wins does not depend on which thread is faster. It must not know threads.
import type { Problem } from "./problem.ts";
import type { Learnt } from "./solver/learnt.ts";
import type { ExactSolution } from "./solver/solve.ts";

/** What an exact solver is asked on another thread: plain data that can be copied. */
export interface ExactTask {
  readonly problem: Problem;
  readonly learnt: Pick<Learnt, "cuts" | "limits" | "floors">;
  readonly gap: number;
  readonly seed: number;
  /** Milliseconds: of steps, or on the wall. */
  readonly timeLimit: number;
  readonly countsSteps: boolean;
}

export interface Running {
  /**
   * Whether it had proven its answer by the time that it had worked so long; waits until that can be said. On the wall it does not wait: the clock
   * decides there anyway.
   */
  readonly provenWithin: (milliseconds: number) => boolean;
  /** Its answer, when it has ended; undefined when it broke down. */
  readonly answer: () => Promise<ExactSolution | undefined>;
  /** Nobody waits for it any more. */
  readonly drop: () => void;
}

/** Begins an exact solve beside what the caller does. */
export type Beside = (task: ExactTask) => Running;
