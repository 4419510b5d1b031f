// The search with an exact solver beside it: who wins is a matter of work, never of which thread is faster.
import { expect, test } from "vitest";
import type { Beside, ExactTask, Running } from "../../planner/index.ts";
import { stepClock } from "../../planner/index.ts";
import { race } from "../../planner/search/race.ts";
import type { Part } from "../../planner/presolve/index.ts";
import type { ExactSolution } from "../../planner/solver/solve.ts";
import { assignment } from "./assignment.ts";

const problem = assignment({ clusters: 2, jobs: 2, cost: [1, 2, 2, 1], weight: [1, 1, 1, 1], capacity: [2, 2] });
const part: Part = { problem, cuts: [], limits: [], workloads: [], clusters: [0, 1] };

const answer = (status: "optimal" | "feasible", value: number, bound = value): ExactSolution => ({
  status,
  placement: [],
  objective: [{ name: "cost", value, bound }],
  gap: (value - bound) / value,
  solver: "x",
});

/** A thread that has proven its answer after so much work, or never; and what it was asked. */
function thread(provenAfter: number, solution: ExactSolution) {
  const asked: { task?: ExactTask; looks: number[]; dropped: boolean } = { looks: [], dropped: false };
  const beside: Beside = (task): Running => {
    asked.task = task;
    return {
      provenWithin: (milliseconds) => {
        asked.looks.push(milliseconds);
        return provenAfter <= milliseconds;
      },
      answer: async () => solution,
      drop: () => (asked.dropped = true),
    };
  };
  return { beside, asked };
}

const asking = (beside: Beside, stopped = () => false) => ({
  gap: 0,
  timeLimit: 40_000,
  seed: 1,
  solver: "auto",
  now: stepClock(),
  stopped,
  beside,
});

/** Works in small steps until it is stopped, or for so long. */
function work({ now, stopped }: ReturnType<typeof race>["options"], milliseconds: number): number {
  const started = now();
  while (now() - started < milliseconds && !stopped()) now.worked?.(10);
  return now() - started;
}

const both = (_own: ExactSolution, other: ExactSolution): ExactSolution => other;

test("what ends at once needs no thread", async () => {
  const { beside, asked } = thread(0, answer("optimal", 2));
  const running = race(part, asking(beside), [], both);
  work(running.options, 400);
  expect(await running.answer(answer("optimal", 3))).toMatchObject({ objective: [{ value: 3 }] });
  expect(asked.task).toBeUndefined();
});

test("the other begins after a while, with what is left, and its proof ends the search at a fixed amount of work", async () => {
  const { beside, asked } = thread(1_000, answer("optimal", 2));
  const running = race(part, asking(beside), [7], both);
  expect(work(running.options, 40_000)).toBe(4_000);
  expect(asked.task).toMatchObject({ timeLimit: 39_500, seed: 2, countsSteps: true, learnt: { floors: [7] } });
  expect(asked.looks).toEqual([500, 1_500]);
  expect(await running.answer(answer("feasible", 3, 1))).toMatchObject({
    status: "optimal",
    objective: [{ value: 2 }],
  });
});

test("a proof of the search is the answer, whatever the other would have said", async () => {
  const { beside, asked } = thread(30_000, answer("optimal", 2));
  const running = race(part, asking(beside), [], both);
  expect(work(running.options, 5_000)).toBe(5_000);
  expect(await running.answer(answer("optimal", 2))).toMatchObject({ solver: "x", objective: [{ value: 2 }] });
  expect(asked.dropped).toBe(true);
});

test("without a proof of either, both count; stopped by a person, nobody is waited for", async () => {
  const other = answer("feasible", 2, 1);
  const open = race(part, asking(thread(Infinity, other).beside), [], both);
  work(open.options, 40_000);
  expect(await open.answer(answer("feasible", 3, 1))).toBe(other);
  let stop = false;
  const ended = thread(Infinity, other);
  const stopped = race(
    part,
    asking(ended.beside, () => stop),
    [],
    both,
  );
  work(stopped.options, 3_000);
  stop = true;
  expect(await stopped.answer(answer("feasible", 3, 1))).toMatchObject({ objective: [{ value: 3 }] });
  expect(ended.asked.dropped).toBe(true);
});
