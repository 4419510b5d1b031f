// Where everything runs: on the main thread what is decided in a blink, on a worker thread what may take longer; and what becomes of an
// answer that was cut short. It must not know files or clusters.
import { buildProblem, placeAs, reasonsOf, unanswered, type PlaceOutcome, type Reason } from "../planner/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type { Emit } from "./events.ts";
import { solveOnThread, type Remains, type ToldCopy } from "./solve-thread.ts";
import { brokenBy, solve, type Question, type Solved } from "./solving.ts";
import type { World } from "./world.ts";

export interface Decision {
  readonly outcome: PlaceOutcome;
  readonly reasons: readonly Reason[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Pairs of workload and cluster up to which the main thread tries, and the steps (in milliseconds) that it may take: a thread costs more. */
const FEW_PAIRS = 400;
const BLINK = 250;

/** Decides a question. Ends soon after `world.signal` is aborted, with the best that is known by then. */
export async function decide(question: Question, world: World, emit: Emit): Promise<Decision> {
  const tell = ({ replicas: _r, objective: _o, ...told }: ToldCopy): void => emit({ type: "solving", ...told });
  if (question.ir.runs.length * question.ir.fleet.clusters.length <= FEW_PAIRS) {
    const quick = await solve(
      { ...question, timeLimit: Infinity, budget: BLINK },
      {
        now: world.clock,
        stopped: () => world.signal.aborted,
        tell: ({ placed: _, ...told }) => tell(told),
        impossible: () => {},
      },
    );
    if (isFinal(quick, question)) return decisionOf(question, quick);
  }
  const ended = await solveOnThread(question, world.signal, tell);
  return ended.kind === "solved" ? decisionOf(question, ended.solved) : salvaged(question, ended);
}

/** Whether more steps would not be asked for. */
const isFinal = ({ outcome }: Solved, { gap, inForce }: Question): boolean =>
  outcome.status === "optimal" ||
  outcome.status === "infeasible" ||
  (outcome.status === "feasible" && outcome.gap <= Math.max(gap, inForce ?? 0));

/** The problem is made again when somebody asks for it: to copy it from another thread would take longer. */
function decisionOf({ ir, before, without }: Question, { outcome, reasons, diagnostics }: Solved): Decision {
  let made: PlaceOutcome["problem"] | undefined;
  const whole: PlaceOutcome = {
    ...outcome,
    get problem() {
      return (made ??= buildProblem(ir, before, { without }).value);
    },
  };
  return { outcome: whole, reasons, diagnostics };
}

/** What a worker told before it was ended: its last placement, if it is whole and the checker accepts it. */
function salvaged(question: Question, { impossible, placed, last, by }: Remains): Decision {
  const { ir, before, without, solver, gap, timeLimit } = question;
  const ended = by === "time" ? timeLimit : by;
  const refused = placed?.replicas !== undefined;
  const none = unanswered(ir, before, { without, by: ended, asked: { solver, gap }, impossible, last, refused });
  if (impossible || placed?.replicas === undefined)
    return { outcome: none, reasons: [], diagnostics: none.diagnostics };
  const { broken, undecided } = brokenBy(ir, before, placed.replicas, { without });
  const outcome =
    broken.length > 0
      ? undefined
      : placeAs(ir, before, placed.replicas, {
          without,
          solver: placed.solver,
          proven: placed.objective ?? firstProven(question, last),
        });
  if (outcome?.placement === undefined) return { outcome: none, reasons: [], diagnostics: none.diagnostics };
  const reasons = reasonsOf(outcome.problem, outcome.placement);
  return { outcome, reasons, diagnostics: [...outcome.diagnostics, ...undecided] };
}

/** What was told last of the first objective holds of everything; of a later one, only where those before it have certain values. */
function firstProven({ ir }: Question, last: ToldCopy | undefined): PlaceOutcome["objective"] {
  const { term, incumbent, bound } = last ?? {};
  const first = ir.runs.some(({ optional }) => optional) ? undefined : (ir.minimize[0]?.name ?? "moves");
  if (term === undefined || term !== first || incumbent === undefined || bound === undefined) return [];
  return [{ name: term, value: incumbent, bound }];
}
