// Questions about a plan that is made: why, what an intent costs, what happens when something is lost. Everything that goes in and comes out
// can be copied between threads. It must not know threads, or how an answer is shown.
import type { Ir } from "../compiler/index.ts";
import {
  buildProblem,
  failureCases,
  priceOfIntents,
  stepClock,
  why,
  type ComesBack,
  type Explained,
  type FailureCase,
  type IntentPrices,
  type PlacedReplicas,
  type PlaceOutcome,
  type WhyReport,
} from "../planner/index.ts";

/** What is asked of a plan as it was made. */
export interface About {
  readonly ir: Ir;
  /** Replicas that were in force, by workload and cluster. */
  readonly before: PlacedReplicas;
  readonly without: readonly string[];
  readonly outcome: Omit<Explained, "problem">;
  /** Whether time counts; else steps, so that the same files give the same words. */
  readonly timed: boolean;
}

export type Asked =
  | ({ readonly kind: "why"; readonly workload: string } & About)
  | ({ readonly kind: "prices"; readonly workload: string } & About)
  | {
      readonly kind: "failures";
      readonly ir: Ir;
      readonly placed: PlacedReplicas;
      readonly comesBack: readonly ComesBack[];
      readonly seed: number;
      readonly solver: string;
      readonly timed: boolean;
    };

export interface Answers {
  readonly why: WhyReport;
  readonly prices: IntentPrices;
  readonly failures: readonly FailureCase[];
}

/** How many parts of an answer there are, of how many. */
export type Tell = (done: number, all: number) => void;

/** The outcome of a plan without the problem, which is quickly made again. */
export const explained = ({
  status,
  placement,
  unplaced,
  objective,
  proof,
  comesBack,
}: PlaceOutcome): Omit<Explained, "problem"> => ({
  status,
  placement,
  unplaced,
  objective,
  comesBack,
  ...(proof === undefined ? {} : { proof }),
});

/** Answers one question. */
export async function answer<Kind extends Asked["kind"]>(
  asked: Extract<Asked, { readonly kind: Kind }>,
  stopped: () => boolean,
  tell?: Tell,
): Promise<Answers[Kind]>;
export async function answer(asked: Asked, stopped: () => boolean, tell?: Tell): Promise<Answers[Asked["kind"]]> {
  const now = asked.timed ? () => performance.now() : stepClock();
  if (asked.kind === "failures") {
    const { ir, placed, comesBack, seed, solver } = asked;
    const onCase = tell === undefined ? {} : { onCase: tell };
    return failureCases(ir, placed, { seed, solver, now, stopped, comesBack, ...onCase });
  }
  const { ir, before, without, workload } = asked;
  const outcome = { ...asked.outcome, problem: buildProblem(ir, before, { without }).value };
  return asked.kind === "why"
    ? why(ir, before, outcome, workload, now, { without })
    : priceOfIntents(ir, before, outcome, now, { without, first: workload });
}
